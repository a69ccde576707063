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
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sendas.aws.lean import Lean, Sent
from sendas.aws.refusals import AwsFailure
from sendas.forward.counters import unrouted_domains
from sendas.forward.facts import Facts, author_key
from sendas.forward.routes import Routes
from sendas.inbound.log import Log
from sendas.inbound.settings import Settings
from sendas.inbound.tasks import digest
from sendas.ses.notices import Receipt


_FREE_PART = 10
_HOUR, _DAY = len("2026-01-02T03"), len("2026-01-02")
"""What is left of a moment written down."""
_REFUSED = 20
_HOURS_KEPT = 4
"""Counted in memory: the queue brings older mails among new ones."""
MEASURED_EVERY = timedelta(minutes=5)
"""SES adds to its figures each quarter of an hour; it answers once a second and Region at most."""
BELIEVED_FOR = timedelta(hours=1)
"""A stop is not lifted because SES once does not answer."""
LEAST_SENT = 200
"""Mails in two weeks below which bounces are no rate.

Of 25 mails a single bounce is 4 %.  Of 200 it takes eight, which an account that
AWS calls healthy (2 %: FACTS 11) sees in one fortnight of twenty, and one with
0.5 % in one of 100,000 (Poisson).  Fewer mails do not move AWS's own figure: it
is taken over about 10,000, for so small a sender over more than half a year.
"""


@dataclass(slots=True)
class _Pair:
    """The mails of one author to one forward-path within the hour, by their ids."""

    seen: set[str] = field(default_factory=set)
    in_s3: set[str] = field(default_factory=set)
    """Those of *seen* that other processes can see."""


@dataclass(slots=True)
class Counts:
    """What `plan`'s counters hold of the hour."""

    written: dict[str, int] = field(default_factory=dict)
    at_address: dict[str, int] = field(default_factory=dict)
    at_domain: dict[str, int] = field(default_factory=dict)
    unrouted: dict[str, int] = field(default_factory=dict)


class Counting:
    """The counts of one process, and those of all in S3."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings
        self._hours: dict[str, dict[tuple[str, str], _Pair]] = {}

    def count(
        self, receipt: Receipt, facts: Facts, paths: Iterable[str], routes: Routes
    ) -> Counts:
        """How many other mails came within the mail's hour (UTC), for those of its *paths*.

        The hour in which SES received it: what is delivered late, after an outage, was
        not written at once.  Beyond a limit it does not matter how many.  What is
        beyond a narrower limit does not count to a wider one: one author cannot fill
        an address's hour, nor one address the domain's.

        Raises:
            AwsFailure: S3 could not tell.
        """
        limits, author = routes.limits, author_key(facts, receipt)
        found = Counts()
        paths, crowded = tuple(paths), set()
        for path in paths:
            most = limits.max_per_hour
            found.written[path] = self._one(receipt, author, path.lower(), most)
            if found.written[path] >= most:
                crowded.add(path)
                continue
            most = limits.max_per_hour_address
            found.at_address[path] = self._one(receipt, "*", path.lower(), most)
            if found.at_address[path] >= most:
                crowded.add(path)
        ours = (routes.domain_of(path) for path in paths if path not in crowded)
        for name in {domain.name for domain in ours if domain is not None}:
            most = limits.max_per_hour_domain
            found.at_domain[name] = self._one(receipt, "*", f"@{name}", most)
        for name in unrouted_domains(receipt, routes):
            found.unrouted[name] = self._one(receipt, "", f"@{name}", limits.max_per_hour)
        return found

    def count_answers(
        self, receipt: Receipt, mailbox: str, per_hour: int, per_day: int
    ) -> tuple[int, int]:
        """How many other answers went out as *mailbox* within the hour, and within the day (UTC).

        Raises:
            AwsFailure: As `count`.
        """
        about = ("answers", mailbox)
        return self._one(receipt, *about, per_hour), self._one(receipt, *about, per_day, _DAY)

    def count_refused(self, receipt: Receipt, domain: str) -> int:
        """How many other answers at *domain* were refused within the hour, with a notice."""
        return self._one(receipt, "refused", f"@{domain}", _REFUSED)

    def _one(
        self, receipt: Receipt, author: str, path: str, most: int, within: int = _HOUR
    ) -> int:
        ses_message_id = receipt.ses_message_id
        hour = receipt.received_at.astimezone(UTC).isoformat()[:within]
        if hour not in self._hours:
            self._hours = dict([*self._hours.items(), (hour, {})][-_HOURS_KEPT:])
        pair = self._hours[hour].setdefault((author, path), _Pair())
        pair.seen.add(ses_message_id)
        if len(pair.seen) <= most // _FREE_PART:
            return len(pair.seen) - 1
        bucket = self._settings.bucket
        prefix = self._settings.rate_prefix(hour, digest(f"{author},{path}"))
        for one in pair.seen - pair.in_s3:
            self._aws.write(bucket, prefix + one, b"")
            pair.in_s3.add(one)
        listed = self._aws.listing(bucket, prefix, most=most + 2)
        return sum(1 for entry in listed if entry.key != prefix + ses_message_id)


class BounceRate:
    """The account's bounce rate in this Region as one process knows it."""

    def __init__(self, aws: Lean, log: Log, clock: Callable[[], datetime]) -> None:
        self._aws = aws
        self._log = log
        self._clock = clock
        self._asked_at: datetime | None = None
        self._known_at: datetime | None = None
        self._percent: float | None = None

    def percent(self) -> float | None:
        """As it was some minutes ago at most; None when nobody can tell: that stops no mail."""
        now = self._clock()
        if not self._is_fresh(now):
            self._asked_at = now
            self._measure(now)
        return self._percent

    def known(self, now: datetime) -> float | None:
        """What `percent` would say without asking; None too when it would have to ask."""
        return self._percent if self._is_fresh(now) else None

    def _is_fresh(self, now: datetime) -> bool:
        asked_at = self._asked_at
        return asked_at is not None and timedelta() <= now - asked_at < MEASURED_EVERY

    def _measure(self, now: datetime) -> None:
        try:
            self._percent = bounce_percent(self._aws.sent_lately())
            self._known_at = now
        except AwsFailure as error:
            why = {"why": str(error), "status": error.status}
            self._log.say("bounce rate not measured", level="WARN", **why)
            if self._known_at is None or now - self._known_at >= BELIEVED_FOR:
                self._percent = None


def bounce_percent(points: Iterable[Sent]) -> float | None:
    """Bounces in a hundred mails; None for fewer mails than `LEAST_SENT`."""
    known = tuple(points)
    sent = sum(point.attempts for point in known)
    return 100 * sum(point.bounces for point in known) / sent if sent >= LEAST_SENT else None
