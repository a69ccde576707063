"""How much of what was sent arrived, bounced, was complained about; and SES's view of it; pure.

SES counts hard bounces, to domains that are not the account's own, over a
"representative volume" that it does not tell: two public letters put it at about
10,000 mails, however long that takes (FACTS 11).
"""

import heapq
import math

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from sendas.history.line import Line
from sendas.history.outcome import Outcome, decided


WINDOW = 10_000
"""Mails that SES's rates are taken over, as far as anybody knows."""
REVIEW_BOUNCES, PAUSE_BOUNCES = 0.05, 0.10
REVIEW_COMPLAINTS, PAUSE_COMPLAINTS = 0.001, 0.005
"""Fractions at which SES reviews and may pause an account (SES guide, "Enforcement FAQs")."""
_NOT_COUNTED = frozenset(("OnAccountSuppressionList", "OnTenantSuppressionList"))
_GOOD_NEWS = "not-spam"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mail for one recipient, as far as rates need it."""

    sent_at: str
    recipient_domain: str
    stream: str
    credential: str
    outcome: Outcome
    hard: bool
    """Whether SES counts it as a hard bounce, if the recipient's domain is not our own."""
    complained: bool


def fates(lines: Iterable[Line]) -> Iterator[Fate]:
    """One for each mail and recipient; *lines* come with those of each together."""
    for _, group in groupby(lines, key=lambda line: (line.mail, line.recipient.lower())):
        yield _fate(tuple(sorted({one.id: one for one in group}.values(), key=_order)))


def _order(line: Line) -> tuple[str, str]:
    return line.at, line.id


def _fate(lines: tuple[Line, ...]) -> Fate:
    outcome, _ = decided(lines)
    return Fate(
        min(line.sent_at for line in lines),
        lines[0].recipient.rpartition("@")[2].lower(),
        next((line.stream for line in lines if line.kind == "send"), lines[0].stream),
        next((line.credential for line in lines if line.credential), ""),
        outcome,
        any(
            line.kind == "bounce"
            and line.detail == "Permanent"
            and line.subtype not in _NOT_COUNTED
            for line in lines
        ),
        any(
            line.kind == "complaint"
            and line.detail != _GOOD_NEWS
            and line.subtype not in _NOT_COUNTED
            for line in lines
        ),
    )


@dataclass(slots=True)
class Tally:
    """Mails, one for each recipient, by outcome; *hard* are the bounces that SES counts."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    hard: int = 0
    complained: int = 0

    @property
    def sent(self) -> int:
        """All of them."""
        return self.outcomes.total()

    def add(self, fate: Fate) -> None:
        """One more."""
        self.outcomes[fate.outcome] += 1
        self.hard += fate.hard
        self.complained += fate.complained


@dataclass(frozen=True, slots=True)
class Reputation:
    """The newest mails, as SES may count them; *full* where there are as many as it looks at."""

    sent: int
    hard: int
    complained: int
    since: str
    full: bool

    @property
    def bounce_rate(self) -> float:
        """A fraction; 0 of nothing."""
        return self.hard / self.sent if self.sent else 0.0

    @property
    def complaint_rate(self) -> float:
        """The same of complaints."""
        return self.complained / self.sent if self.sent else 0.0

    def bounces_left(self, rate: float = REVIEW_BOUNCES) -> int:
        """The next mails that, all bouncing hard, bring the rate to *rate*: so many; 0: reached.

        Where the window is full each new mail takes the place of an old one, which is
        taken for one that arrived.
        """
        if self.full:
            return max(0, math.ceil(rate * self.sent - self.hard - _DUST))
        # The least k for which (hard + k) of (sent + k) are the rate or more.
        return max(0, math.ceil((rate * self.sent - self.hard) / (1 - rate) - _DUST))


_DUST = 1e-9
"""What binary fractions are off: 0.05 * 10,000 is 500."""


@dataclass(frozen=True, slots=True)
class Rates:
    """All of it, by what it is asked by."""

    whole: Tally
    by_stream: Mapping[str, Tally]
    by_domain: Mapping[str, Tally]
    by_credential: Mapping[str, Tally]
    reputation: Reputation


def rates(
    found: Iterable[Fate], own: Collection[str], *, since: str = "", window: int = WINDOW
) -> Rates:
    """Rates of what was sent since then; the reputation of the newest *window* mails of all.

    *own* are the account's own domains: mail to them counts neither way.
    """
    whole, streams, domains, credentials = Tally(), {}, {}, {}  # type: ignore[var-annotated]  # of tallies
    newest: list[tuple[str, int, Fate]] = []
    for number, fate in enumerate(found):
        if fate.sent_at >= since:
            whole.add(fate)
            for table, key in (
                (streams, fate.stream),
                (domains, fate.recipient_domain),
                (credentials, fate.credential),
            ):
                table.setdefault(key, Tally()).add(fate)
        withheld = fate.outcome is Outcome.SUPPRESSED and not fate.hard
        if fate.recipient_domain in own or withheld:
            continue
        entry = (fate.sent_at, number, fate)
        if len(newest) < window:
            heapq.heappush(newest, entry)
        elif entry > newest[0]:
            heapq.heapreplace(newest, entry)
    latest = [fate for _, _, fate in newest]
    reputation = Reputation(
        len(latest),
        sum(fate.hard for fate in latest),
        sum(fate.complained for fate in latest),
        min((fate.sent_at for fate in latest), default=""),
        full=len(latest) >= window,
    )
    return Rates(whole, streams, domains, credentials, reputation)
