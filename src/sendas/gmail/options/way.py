"""One way to send, and what it is measured by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from sendas.prices.price_list import PriceList


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the owner stated.  *sent* is mails a month, all mailboxes together."""

    mailboxes: int = 1
    sent: int = 200
    no_paid_service: bool = False
    """Nothing with a price of its own besides what AWS charges by the mail."""
    keep_receiving: bool = False
    """Mail goes on arriving by SES: the MX stays."""
    plan: str = "a-la-carte"
    """SES's plan, which its prices depend on."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of the bill of a month; None where the price list has no such price."""

    what: str
    dollars: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """A month's bill for sending; what receiving costs is the same whatever the way."""

    lines: tuple[CostLine, ...]

    @property
    def known(self) -> Decimal:
        """The sum of what has a price."""
        return sum((line.dollars for line in self.lines if line.dollars is not None), Decimal(0))

    @property
    def unpriced(self) -> tuple[str, ...]:
        """What comes on top, without a price in the list: not the same as free."""
        return tuple(line.what for line in self.lines if line.dollars is None)


@dataclass(frozen=True, slots=True)
class Effort:
    """The owner's own work: *minutes* to set up, *a_year* hours afterwards, and doing what."""

    minutes: int
    hours_a_year: float
    words: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way.  *today* is whether sendas does it in this release."""

    name: str
    title: str
    today: bool
    effort: Callable[[Constraints], Effort]
    cost: Callable[[Constraints, PriceList], Cost]
    needs: tuple[str, ...]
    breaks: tuple[str, ...]
    """What makes it fail later."""
    commands: tuple[str, ...] = ()
    paid_service: str = ""
    """What has a price of its own, if anything has."""
    moves_mx: bool = False
    from_gmail: bool = True
    """Whether the mail is written in consumer Gmail, with its daily limit."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A way in its place.  *against* is why the constraints rule it out."""

    way: Way
    cost: Cost
    effort: Effort
    against: tuple[str, ...] = field(default=())

    @property
    def fits(self) -> bool:
        """Whether the constraints leave it."""
        return not self.against
