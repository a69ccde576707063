"""What is counted before a mail is decided about: its author's mails, and our bounces.

How many mails of one author to one forward-path came within the hour: a mail is
counted as an object whose key names the hour, the pair and the mail; counted once
however often it is tried, without two writers ever meeting.  A storm keeps
functions warm, so each process first counts in its memory, and uses S3 only for
pairs that have had a tenth of the cap in it; an ordinary mail costs no call at all.

How much of the account's mail bounced: SES says, and is asked only when a mail
is to be forwarded.  That is before the first forward of a process too: an
ordinary household's mails are far enough apart that each finds a new process,
and a figure for the second mail only would never stop anything.  It costs that
mail one short answer, over the connection that its send needs anyway.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sendas.aws.lean import Lean, Sent
from sendas.aws.refusals import AwsFailure
from sendas.forward.deeds import digest
from sendas.forward.log import Log
from sendas.forward.plan import CountKey
from sendas.forward.settings import Settings


_FREE_PART = 10
MEASURED_EVERY = timedelta(minutes=5)
"""SES adds to its figures each quarter of an hour; it answers once a second and Region at most."""
LEAST_SENT = 200
"""Mails in two weeks below which bounces are no rate.

Of 25 mails a single bounce is 4 %.  Of 200 it takes eight, which an account that
AWS calls healthy (2 %: FACTS 11) sees in one fortnight of twenty, and one with
0.5 % in one of 100,000 (Poisson).  Fewer mails do not move AWS's own figure: it
is taken over about 10,000, for so small a sender over more than half a year.
"""


class Counting:
    """The counts of one process, and those of all in S3."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings
        self._seen: dict[CountKey, set[str]] = {}
        self._written: set[tuple[CountKey, str]] = set()

    def count(
        self, ses_message_id: str, keys: Iterable[CountKey], most: int
    ) -> dict[CountKey, int]:
        """How many other mails have each key; beyond *most* it does not matter how many.

        Raises:
            AwsFailure: S3 could not tell.
        """
        wanted = tuple(dict.fromkeys(keys))
        hours = {key.hour for key in wanted}
        self._seen = {key: seen for key, seen in self._seen.items() if key.hour in hours}
        self._written = {(key, one) for key, one in self._written if key.hour in hours}
        return {key: self._one(ses_message_id, key, most) for key in wanted}

    def _one(self, ses_message_id: str, key: CountKey, most: int) -> int:
        seen = self._seen.setdefault(key, set())
        seen.add(ses_message_id)
        if len(seen) <= most // _FREE_PART:
            return len(seen) - 1
        bucket = self._settings.bucket
        pair = digest(f"{key.author},{key.forward_path}")
        prefix = self._settings.rate_prefix(key.hour, pair)
        for one in seen:
            if (key, one) not in self._written:
                self._aws.write(bucket, prefix + one, b"")
                self._written.add((key, one))
        listed = self._aws.listing(bucket, prefix, most=most + 2)
        return sum(1 for entry in listed if entry.key != prefix + ses_message_id)


class BounceRate:
    """The account's bounce rate in this Region as one process knows it."""

    def __init__(self, aws: Lean, log: Log, clock: Callable[[], datetime]) -> None:
        self._aws = aws
        self._log = log
        self._clock = clock
        self._asked_at: datetime | None = None
        self._percent: float | None = None

    def percent(self) -> float | None:
        """As it was some minutes ago at most; None when nobody can tell: that stops no mail."""
        now = self._clock()
        if self._asked_at is None or not timedelta() <= now - self._asked_at < MEASURED_EVERY:
            self._asked_at, self._percent = now, self._measured()
        return self._percent

    def _measured(self) -> float | None:
        try:
            points = self._aws.sent_lately()
        except AwsFailure as error:
            why = {"why": str(error), "status": error.status}
            self._log.say("bounce rate not measured", level="WARN", **why)
            return None
        return bounce_percent(points)


def bounce_percent(points: Iterable[Sent]) -> float | None:
    """Bounces in a hundred mails; None for fewer mails than `LEAST_SENT`."""
    known = tuple(points)
    sent = sum(point.attempts for point in known)
    return 100 * sum(point.bounces for point in known) / sent if sent >= LEAST_SENT else None
