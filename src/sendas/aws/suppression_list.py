"""The account's suppression list, whole: read, add, take off; paced by what SES lets through.

SES documents no rate for these calls (FACTS 13): a throttled call waits and comes again.
"""

import random

from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from sendas.aws.paging import MOST_PAGES_OF_MUCH, Page, by_token, follow
from sendas.aws.reading import Raw, understand
from sendas.aws.session import Session
from sendas.aws.writes import NotDone, do, do_unless
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


T = TypeVar("T")
Pause: TypeAlias = Callable[[float], None]
"""Sleeps for so many seconds."""

_PAGE = 1000
_TRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 8, 0.5, 20.0
_jitter = random.Random()  # noqa: S311  spreads retries, guards nothing


def listed(session: Session, region: Region, pause: Pause) -> Iterator[Seen[Suppressed]]:
    """Every entry in *region*; NoAnswer, last, if SES falls silent."""
    told = follow(
        lambda page: _page(session, region, pause, page),
        by_token(),
        "ses:ListSuppressedDestinations",
        most=MOST_PAGES_OF_MUCH,
    )
    for page in told:
        if isinstance(page, NoAnswer):
            yield page
            return
        entries = understand(page or {}, lambda raw: _entries(raw, region))
        if isinstance(entries, NoAnswer):
            yield entries
            return
        yield from entries


def _page(session: Session, region: Region, pause: Pause, more: Page) -> Seen[Raw]:
    for seconds in _pauses():
        page = session.ask(
            "sesv2", "ListSuppressedDestinations", region=region, PageSize=_PAGE, **more
        )
        if not isinstance(page, NoAnswer) or page.why is not Why.THROTTLED or seconds is None:
            return page
        pause(seconds)
    raise AssertionError  # the last pause is None


def _entries(raw: Raw, region: Region) -> tuple[Suppressed, ...]:
    return tuple(
        Suppressed(one["EmailAddress"], region, one["Reason"], one["LastUpdateTime"])
        for one in raw.get("SuppressedDestinationSummaries", ())
    )


def put(session: Session, region: Region, address: str, reason: str, pause: Pause) -> None:
    """Put *address* on the list; its date becomes now.

    Raises:
        NotDone: SES did not, as in the sandbox.
    """
    _patiently(
        lambda: do(
            session,
            "sesv2",
            "PutSuppressedDestination",
            region=region,
            EmailAddress=address,
            Reason=reason,
        ),
        pause,
    )


def take_off(session: Session, region: Region, address: str, pause: Pause) -> None:
    """Take *address* off the list; well too if it is not on it any more.

    Raises:
        NotDone: SES did not.
    """
    _patiently(
        lambda: do_unless(
            ("NotFoundException",),
            session,
            "sesv2",
            "DeleteSuppressedDestination",
            region=region,
            EmailAddress=address,
        ),
        pause,
    )


def _patiently(once: Callable[[], T], pause: Pause) -> T:
    for seconds in _pauses():
        try:
            return once()
        except NotDone as error:
            if error.why is not Why.THROTTLED or seconds is None:
                raise
            pause(seconds)
    raise AssertionError  # the last pause is None


def _pauses() -> Iterator[float | None]:
    """How long to wait after each try; None after the last."""
    longest = _FIRST_PAUSE
    for _ in range(_TRIES - 1):
        # AWS architecture blog, "Exponential backoff and jitter".
        yield _jitter.uniform(longest / 4, longest)
        longest = min(2 * longest, _LONGEST_PAUSE)
    yield None
