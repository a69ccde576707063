"""How much of what was sent arrived, bounced, was complained about; and SES's view of it; pure.

SES counts hard bounces, to domains that are neither the account's own nor its simulator, over a
"representative volume" that it does not tell: two public letters put it at about
10,000 mails, however long that takes (FACTS 11).
"""

import math

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sendas.history.outcome import Outcome


WINDOW = 10_000
"""Mails that SES's rates are taken over, as far as anybody knows."""
REVIEW_BOUNCES, PAUSE_BOUNCES = 0.05, 0.10
REVIEW_COMPLAINTS, PAUSE_COMPLAINTS = 0.001, 0.005
"""Fractions at which SES reviews and may pause an account (SES guide, "Enforcement FAQs")."""
NOT_COUNTED = frozenset(("OnAccountSuppressionList", "OnTenantSuppressionList"))
"""Subtypes of what the account's own list withheld: neither a bounce nor a complaint to SES."""
GOOD_NEWS = "not-spam"
"""A complaint that is none."""


@dataclass(frozen=True, slots=True)
class Alike:
    """So many mails, one for each recipient, to which the same happened.

    *hard* and *complained* are how many of them SES counts, if the domain is not our own.
    """

    stream: str
    recipient_domain: str
    credential: str
    outcome: Outcome
    hard: int
    complained: int
    mails: int


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

    def add(self, some: Alike) -> None:
        """So many more."""
        self.outcomes[some.outcome] += some.mails
        self.hard += some.hard
        self.complained += some.complained


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


def rates(found: Iterable[Alike], reputation: Reputation) -> Rates:
    """What was counted, by each thing that it is asked by."""
    whole, streams, domains, credentials = Tally(), {}, {}, {}  # type: ignore[var-annotated]  # of tallies
    for some in found:
        whole.add(some)
        for table, key in (
            (streams, some.stream),
            (domains, some.recipient_domain),
            (credentials, some.credential),
        ):
            table.setdefault(key, Tally()).add(some)
    return Rates(whole, streams, domains, credentials, reputation)
