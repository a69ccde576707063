"""Which way a mail took, judged by its bytes alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st
from sending_account import NOW, REGION

from sendas.credentials.decide.verification import (
    Beside,
    Expected,
    Path,
    Report,
    Status,
    is_answer,
    judge,
    message_id,
)
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Why
from sendas.ses.events import Channel, EventKind, SesEvent


ONCE = "me+sendas-27166acb@example.com"
EXPECTED = Expected(
    "me@example.com", ONCE, REGION, NOW, "sendas-me@example.com", "AKIAIOSFODNN7EXAM001"
)
ID = "010f019abcdef012-01234567-89ab-cdef-0123-456789abcdef-000000"
SES_HOST = "e226-31.smtp-out.us-east-2.amazonses.com"


def mail(
    *,
    host: str = SES_HOST,
    results: str = "spf=pass; dkim=pass header.i=@example.com;"
    " dkim=pass header.i=@amazonses.com; dmarc=pass header.from=example.com",
    path: str = f"{ID}@mail.example.com",
    author: str = "The Owner <me@example.com>",
    to: str = ONCE,
    identifier: str = f"<{ID}@us-east-2.amazonses.com>",
    more: str = "",
) -> bytes:
    """A mail as SES stored it."""
    return (
        f"Return-Path: <{path}>\r\n"
        f"Received: from {host} ({host} [198.51.100.65]) by inbound-smtp.us-east-2.amazonaws.com"
        f" with SMTP id abc for {to}; Sun, 22 Nov 2026 05:00:00 +0000\r\n"
        f"Authentication-Results: amazonses.com; {results}\r\nX-SES-RECEIPT: AEFB\r\n"
        f"From: {author}\r\nTo: {to}\r\nMessage-ID: {identifier}\r\n{more}\r\nhello\r\n"
    ).encode()


BY_GMAIL = mail(
    host="mail-sor-f41.google.com",
    results="spf=pass; dkim=pass header.i=@gmail.com; dmarc=fail header.from=example.com",
    path="owner@gmail.com",
    identifier="<CAabc@mail.gmail.com>",
)


def event(user: str = EXPECTED.user, source: str = "198.51.100.129") -> SesEvent:
    """SES's word on the mail."""
    tags = {"ses:caller-identity": (user,), "ses:source-ip": (source,)}
    return SesEvent(
        EventKind.SEND, Channel.CONFIGURATION_SET, "Send", ID, "me@example.com", (), (), tags=tags
    )


def key(last_four: str, used: timedelta) -> AccessKey:
    """A key that was last used so long after the owner was asked."""
    return AccessKey(
        f"AKIAIOSFODNN7EXA{last_four}", EXPECTED.user, active=True, created=NOW,
        last_used=NOW + used,
    )  # fmt: skip


def statuses(report: Report) -> dict[str, Status]:
    """Each check by its name."""
    return {check.name: check.status for check in report.checks}


def test_the_whole_way() -> None:
    """SES with the right user, From, alignment, DKIM: send-as works."""
    report = judge(mail(), EXPECTED, Beside(event()))

    assert report.works is True
    assert {Status.OK} == set(statuses(report).values())
    assert (Path.SES, ID, "198.51.100.129") == (
        report.path, report.ses_message_id, report.source_ip,
    )  # fmt: skip


def test_without_any_event() -> None:
    """The mail alone proves the way; only the user is not told."""
    report = judge(mail(), EXPECTED)

    assert report.works is True
    assert ["user"] == [c.name for c in report.checks if c.status is Status.UNKNOWN]


def test_gmails_own_servers() -> None:
    """The alias does not use SES, whatever From says."""
    report = judge(BY_GMAIL, EXPECTED)

    assert Path.GMAIL is report.path
    assert report.works is False
    assert "Gmail sent the mail over its own servers" in report.conclusion
    assert "google" == report.network


@pytest.mark.parametrize(
    ("raw", "beside", "failing", "words"),
    [
        (mail(author="me@gmail.com"), Beside(), "from", "From is me@gmail.com"),
        (mail(author="me@example.com, x@example.com"), Beside(), "from", "not one single"),
        (mail(identifier=f"<{ID}@eu-west-1.amazonses.com>"), Beside(), "region", "eu-west-1"),
        (mail(identifier=f"<{ID}@email.amazonses.com>"), Beside(), "region", "us-east-1"),
        (mail(), Beside(event(user="somebody")), "user", "names the user somebody"),
        (
            mail(results="spf=pass; dkim=pass header.i=@amazonses.com; dmarc=fail"),
            Beside(),
            "dkim",
            "no good signature of example.com",
        ),
        (
            mail(
                results="spf=pass; dkim=pass header.i=@example.com;"
                " dkim=pass header.i=@amazonses.com; dmarc=fail header.from=example.com"
            ),
            Beside(),
            "dmarc",
            "fail for example.com",
        ),
        (
            mail(),
            Beside(keys=(key("M000", timedelta(seconds=9)),)),
            "user",
            "another key of sendas-me@example.com, …M000",
        ),
    ],
)
def test_what_is_wrong(raw: bytes, beside: Beside, failing: str, words: str) -> None:
    """One failing check, in words that say what is."""
    report = judge(raw, EXPECTED, beside)

    assert report.works is False
    assert Status.FAIL is statuses(report)[failing]
    assert words in next(c.words for c in report.checks if c.name == failing)


def test_somebody_elses_server() -> None:
    """Neither SES nor Gmail."""
    report = judge(mail(host="mx1.example.net", results="spf=none; dkim=none"), EXPECTED)

    assert Path.OTHER is report.path
    assert report.works is False


def test_the_key_was_used_since() -> None:
    """Where SES tells nothing, IAM's last use does, in time."""
    used = judge(mail(), EXPECTED, Beside(keys=(key("M001", timedelta(seconds=9)),)))
    before = judge(mail(), EXPECTED, Beside(keys=(key("M001", -timedelta(days=1)),)))

    assert Status.OK is statuses(used)["user"]
    assert Status.UNKNOWN is statuses(before)["user"]


OURS, OTHER = (key(four, -timedelta(days=1)) for four in ("M001", "M000"))


@pytest.mark.parametrize(
    ("keys", "known"),
    [
        ((OURS,), True),
        ((OURS, replace(OTHER, active=False)), True),
        ((OURS, OTHER), False),
        ((replace(OURS, active=False), OTHER), False),
        ((OTHER,), False),
    ],
)
def test_the_record_names_no_key(keys: tuple[AccessKey, ...], *, known: bool) -> None:
    """SES names the user; only where no other of its keys can log in does that tell the key."""
    check = judge(mail(), EXPECTED, Beside(event(), keys)).checks[-1]

    assert ("user", Status.OK if known else Status.UNKNOWN) == (check.name, check.status)
    assert known or "…M000 or …M001" in check.words


def test_silence_of_iam_is_no_verdict() -> None:
    """Send-as works all the same."""
    silent = NoAnswer(Why.DENIED, "iam:ListAccessKeys")
    report = judge(mail(), EXPECTED, Beside(silent, silent))

    assert Status.UNKNOWN is statuses(report)["user"]
    assert report.works is True


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: me@example.com\r\n\r\n",
        mail().partition(b"X-SES-RECEIPT")[2],
        mail(results='spf=pass; dkim=pass header.i="@amazonses.com"'),
    ],
)
def test_what_cannot_be_told(raw: bytes) -> None:
    """Without SES's word there is no verdict either way, unless From alone is wrong."""
    report = judge(raw, EXPECTED)

    assert Path.UNKNOWN is report.path
    assert report.works is not True


def test_a_forged_result_below_does_not_help() -> None:
    """A stranger's server writes what SES would have written."""
    forged = (
        "Authentication-Results: amazonses.com; dkim=pass header.i=@amazonses.com;"
        " dkim=pass header.i=@example.com; dmarc=pass\r\n"
    )
    report = judge(mail(host="mx1.example.net", results="dkim=none", more=forged), EXPECTED)

    assert report.works is False


def test_spf_without_a_custom_mail_from_is_no_fault() -> None:
    """DKIM aligns; SPF passes for SES's own domain."""
    report = judge(mail(path=f"{ID}@us-east-2.amazonses.com"), EXPECTED)

    assert Status.UNKNOWN is statuses(report)["spf"]
    assert report.works is True


def test_a_domain_without_dmarc_record() -> None:
    """It works, and the missing record is told."""
    results = (
        "spf=pass; dkim=pass header.i=@example.com; dkim=pass header.i=@amazonses.com; dmarc=none"
    )
    report = judge(mail(results=results), EXPECTED)

    assert report.works is True
    assert "is there a DMARC record?" in next(c.words for c in report.checks if c.name == "dmarc")


def test_the_answer_is_known_by_its_address() -> None:
    """By the envelope SES saw, or by To."""
    assert is_answer(mail(), EXPECTED)
    assert is_answer(mail(to=ONCE.upper()), EXPECTED)
    assert not is_answer(mail(to="me@example.com"), EXPECTED)
    assert not is_answer(b"", EXPECTED)


def test_sess_id_of_the_mail() -> None:
    """It is in the Message-ID that SES writes, and in nobody else's."""
    assert ID == message_id(mail())
    assert "" == message_id(BY_GMAIL)
    assert "" == message_id(mail(identifier=f"<{ID}@us-east-2.amazonses.com.evil.example>"))


@given(st.binary())
def test_any_bytes_are_judged(raw: bytes) -> None:
    """Nothing raises, and noise never works."""
    assert judge(raw, EXPECTED).works is not True
    assert judge(raw, replace(EXPECTED, user="", key_id=""), Beside(event())).works is not True
