"""Watching the bucket: each mail is read once, and time ends it."""

from datetime import datetime, timedelta

import pytest

from sending_account import NOW, FakeClock

from sendas.aws.mail_objects import MailObject
from sendas.credentials.doors import Post
from sendas.credentials.watching import NothingStored, Place, Watch, first, places_for
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.receiving import LambdaAction, ReceiptRule, RuleSet, S3Action


class Bucket:
    """Mails that arrive when it is time."""

    def __init__(self, clock: FakeClock, **mails: float) -> None:
        self._clock = clock
        self._mails = {key: NOW + timedelta(seconds=at) for key, at in mails.items()}
        self.read: list[str] = []
        self.silent = False
        self.texts: dict[str, bytes] = {}

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> Seen[tuple[MailObject, ...]]:
        """What is there now."""
        if self.silent:
            return NoAnswer(Why.DENIED, "s3:ListBucket: AccessDenied")
        there = [
            MailObject(bucket, prefix + key, at, 1)
            for key, at in self._mails.items()
            if since <= at <= self._clock.at
        ]
        return tuple(sorted(there, key=lambda mail: mail.stored, reverse=True))

    def read_mail(self, mail: MailObject, max_bytes: int) -> Seen[bytes | None]:
        """Its name stands for its bytes, unless they are given."""
        assert max_bytes
        self.read.append(mail.key)
        return None if mail.key == "gone" else self.texts.get(mail.key, mail.key.encode())


def watched(bucket: Bucket, clock: FakeClock, wanted: bytes, seconds: float) -> bytes | None:
    """Wait for the mail *wanted*."""
    post: Post = bucket  # type: ignore[assignment]  the part that is used
    watch = Watch((Place("b"),), NOW, seconds)
    return first(watch, post, clock.timing(), lambda raw: raw if raw == wanted else None)


def test_as_soon_as_it_is_there(clock: FakeClock) -> None:
    """Within one pause; mails before it were read once."""
    bucket = Bucket(clock, a=0, gone=1, b=5, c=60)

    assert b"b" == watched(bucket, clock, b"b", 30)
    assert clock.at - NOW <= timedelta(seconds=7)
    assert ["a", "gone", "b"] == bucket.read


def test_what_came_before_is_not_looked_at(clock: FakeClock) -> None:
    """But for two minutes, by which clocks may differ."""
    bucket = Bucket(clock, old=-600, recent=-60)

    assert b"recent" == watched(bucket, clock, b"recent", 0)
    assert ["recent"] == bucket.read


@pytest.mark.parametrize("keys", ["ab", "ba"])
def test_the_newest_of_one_second_by_s3(clock: FakeClock, keys: str) -> None:
    """S3 tells seconds and lists random keys: SES's own time says which came last."""
    older, newer = (
        (
            "Return-Path: <x@example.net>\r\nReceived: from mx1.example.net (mx1.example.net"
            " [198.51.100.20]) by inbound-smtp.us-east-2.amazonaws.com with SMTP id abc"
            f" for me@example.com; Sun, 22 Nov 2026 05:00:0{second} +0000\r\n"
            f"X-SES-RECEIPT: AEFB\r\nSubject: {second}\r\n\r\n"
        )
        for second in (3, 4)
    )
    mails = dict(zip(keys, (older, newer), strict=True))
    bucket = Bucket(clock, a=0, b=0)
    bucket.texts = {key: text.encode() for key, text in mails.items()}
    post: Post = bucket  # type: ignore[assignment]  the part that is used

    found = first(Watch((Place("b"),), NOW, 0), post, clock.timing(), lambda raw: raw)

    assert newer.encode() == found


def test_the_time_is_up(clock: FakeClock) -> None:
    """None, and not a second more than was said."""
    assert None is watched(Bucket(clock, a=0), clock, b"never", 9)
    assert 9 == sum(clock.slept)


def test_without_time_one_look(clock: FakeClock) -> None:
    """--timeout 0."""
    assert b"a" == watched(Bucket(clock, a=0), clock, b"a", 0)
    assert [] == clock.slept


def test_silence_is_not_absence(clock: FakeClock) -> None:
    """A bucket that may not be listed is no empty one."""
    bucket = Bucket(clock)
    bucket.silent = True

    with pytest.raises(CouldNotLook, match="s3:ListBucket"):
        watched(bucket, clock, b"a", 9)


def rule(
    name: str, *actions: S3Action | LambdaAction, to: str, enabled: bool = True
) -> ReceiptRule:
    """A rule for one recipient."""
    return ReceiptRule(name, enabled, (to,), actions)


def test_where_mail_for_an_address_lies() -> None:
    """In every bucket of its rules, once; a label makes no difference (FACTS 8.1)."""
    rules = RuleSet(
        "inbound",
        (
            rule("a", S3Action("one", "mail/"), LambdaAction("arn"), to="me@example.com"),
            rule("b", S3Action("two"), S3Action("one", "mail/"), to="example.com"),
            rule("c", S3Action("three"), to="example.com", enabled=False),
            rule("d", S3Action("four"), to="example.org"),
        ),
    )

    for address in ("me@example.com", "me+sendas-1@example.com"):
        assert (Place("one", "mail/"), Place("two")) == places_for(address, rules)
    with pytest.raises(NothingStored, match=r"'inbound' stores mail for x@example\.net"):
        places_for("x@example.net", rules)
    with pytest.raises(NothingStored, match="no receipt rule set is active"):
        places_for("me@example.com", None)
