"""Ranking the ways under an owner's constraints; pure."""

from collections.abc import Iterator

from sendas.errors import UsageError
from sendas.gmail.options.way import Constraints, Ranked, Way
from sendas.gmail.options.ways import WAYS
from sendas.prices.price_list import PriceList


GMAIL_MAILS_A_DAY = 500
"""Google help, "Gmail sending limits" (google/22839); it counts for send-as as well."""
_DAYS = 30
_HOUR_WORTH_MINUTES = 60
PLANS = ("a-la-carte", "essentials", "pro", "enterprise")


class BadConstraints(UsageError):
    """The constraints cannot be meant."""


def rank(
    wanted: Constraints, prices: PriceList, ways: tuple[Way, ...] = WAYS
) -> tuple[Ranked, ...]:
    """All ways, the best first.

    Those that the constraints leave come before the others, those that sendas
    has before those it does not have; then the least work counts (setting up
    and the first year), then the least money.

    Raises:
        BadConstraints: A number that cannot be, or no such plan.
    """
    _check(wanted)
    ranked = [
        Ranked(way, way.cost(wanted, prices), way.effort(wanted), tuple(_against(way, wanted)))
        for way in ways
    ]
    return tuple(sorted(ranked, key=_place))


def _place(one: Ranked) -> tuple[object, ...]:
    work = one.effort.minutes + one.effort.hours_a_year * _HOUR_WORTH_MINUTES
    return (not one.fits, not one.way.today, work, one.cost.known, one.way.name)


def _against(way: Way, wanted: Constraints) -> Iterator[str]:
    if wanted.no_paid_service and way.paid_service:
        yield f"{way.paid_service} has a price of its own"
    if wanted.keep_receiving and way.moves_mx:
        yield "the MX moves away from SES, so receiving there ends"
    if way.from_gmail and wanted.sent > wanted.mailboxes * GMAIL_MAILS_A_DAY * _DAYS:
        yield f"Gmail sends at most {GMAIL_MAILS_A_DAY} mails a day for each mailbox"


def _check(wanted: Constraints) -> None:
    wrong = []
    if wanted.mailboxes < 1:
        wrong.append("at least one mailbox")
    if wanted.sent < 0:
        wrong.append("no fewer than 0 mails")
    if wanted.plan not in PLANS:
        wrong.append(f"one of the plans {', '.join(PLANS)}")
    if wrong:
        msg = f"there must be {' and '.join(wrong)}"
        raise BadConstraints(msg)
