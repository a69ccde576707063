"""The suppression lists of all Regions at once: look, take off, put back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sendas.aws import sesv2, suppression_list
from sendas.aws.regions import is_closed
from sendas.aws.session import Session
from sendas.aws.suppression_import import MOST_ROWS, ImportFailed, ImportPlace, import_entries
from sendas.aws.suppression_list import Pause
from sendas.aws.writes import NotDone
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed
from sendas.watch.decide.suppression_file import key_of


T = TypeVar("T")
_AT_ONCE = 16
MOST_ONE_BY_ONE = 100


class RegionsUnseen(CouldNotLook):
    """Some Regions gave no answer: what they hold is not known."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The entries of the Regions that answered, and why others did not.

    A Region that is not enabled in the account is in *closed*: nothing is there.
    """

    entries: tuple[Suppressed, ...]
    seen: tuple[Region, ...]
    unseen: Mapping[Region, NoAnswer]
    closed: tuple[Region, ...]

    def complete(self) -> tuple[Suppressed, ...]:
        """The entries, if every Region answered.

        Raises:
            RegionsUnseen: One did not, or none is enabled.
        """
        if self.unseen:
            why = "; ".join(f"{region}: {silence}" for region, silence in self.unseen.items())
            msg = f"not every Region answered ({why}); --region asks fewer"
            raise RegionsUnseen(msg)
        if not self.seen:
            msg = "no Region takes these credentials: they have run out, or are of nobody"
            raise RegionsUnseen(msg)
        return self.entries


def look(session: Session, regions: Sequence[Region], pause: Pause) -> Lists:
    """Every entry of every one of *regions*."""
    return _each(regions, lambda region: _all(session, region, pause))


def look_for(session: Session, regions: Sequence[Region], address: str) -> Lists:
    """The entries of *address*, with the mail that each is about where SES tells."""

    def find(region: Region) -> Seen[tuple[Suppressed, ...]]:
        found = sesv2.suppressed(session, region, address)
        if isinstance(found, NoAnswer):
            return found
        return () if found is None else (found,)

    return _each(regions, find)


def _all(session: Session, region: Region, pause: Pause) -> Seen[tuple[Suppressed, ...]]:
    found = []
    for one in suppression_list.listed(session, region, pause):
        if isinstance(one, NoAnswer):
            return one
        found.append(one)
    # A list that changes between two pages may show an entry on both.
    return tuple({key_of(one): one for one in found}.values())


def _each(
    regions: Sequence[Region], ask: Callable[[Region], Seen[tuple[Suppressed, ...]]]
) -> Lists:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(regions, pool.map(ask, regions), strict=True))
    silent = {r: answer for r, answer in answers.items() if isinstance(answer, NoAnswer)}
    # A Region that is not enabled does not know credentials that hold elsewhere.
    closed = tuple(region for region, answer in silent.items() if is_closed(answer))
    return Lists(
        tuple(
            one
            for answer in answers.values()
            if not isinstance(answer, NoAnswer)
            for one in answer
        ),
        tuple(region for region in answers if region not in silent),
        {region: why for region, why in silent.items() if region not in closed},
        closed,
    )


def withheld(session: Session, entry: Suppressed) -> Seen[bool]:
    """Whether the account withholds mail for this entry: its reason may be switched off."""
    account = sesv2.account(session, entry.region)
    if isinstance(account, NoAnswer):
        return account
    return entry.reason in account.suppressed_reasons


def remove(session: Session, entries: Iterable[Suppressed], pause: Pause) -> None:
    """Take each off its list; may be repeated.

    Raises:
        NotDone: SES did not; those before are off.
    """
    for one in entries:
        suppression_list.take_off(session, one.region, one.address, pause)


def missing(export: Iterable[Suppressed], now: Iterable[Suppressed]) -> tuple[Suppressed, ...]:
    """What an export holds and the lists do not; a reason that became another one stays so."""
    there = {key_of(one) for one in now}
    return tuple(one for one in export if key_of(one) not in there)


def put_back(
    session: Session,
    entries: Sequence[Suppressed],
    pause: Pause,
    *,
    place: ImportPlace | None,
    talk: Callable[[str], None],
) -> None:
    """Put each on its Region's list; may be repeated.  SES dates it as new.

    More than `MOST_ONE_BY_ONE` of a Region go by import jobs, if there is a *place* for their
    files; what a job leaves out is put there one by one.

    Raises:
        NotDone: SES did not, as in the sandbox; those before are on.
        RegionsUnseen: After a job nobody knows what it left out.
    """
    left = list(entries)
    for region in dict.fromkeys(one.region for one in entries):
        mine = [one for one in entries if one.region == region]
        if place is None or len(mine) <= MOST_ONE_BY_ONE:
            continue
        for start in range(0, len(mine), MOST_ROWS):
            try:
                import_entries(session, region, mine[start : start + MOST_ROWS], place, pause)
            except (ImportFailed, NotDone) as error:
                talk(f"not by an import job, so one by one: {error}")
        there = look(session, (region,), pause).complete()
        left = [one for one in left if one.region != region] + list(missing(mine, there))
    for number, one in enumerate(left, 1):
        suppression_list.put(session, one.region, one.address, one.reason, pause)
        if number % MOST_ONE_BY_ONE == 0:
            talk(f"{number} of {len(left)}, one by one")
