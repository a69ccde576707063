"""Every known way to derive an SES SMTP password wrongly, and the digest it gives.

The right way is five keyed digests in a row: the date that is no date, the
Region, the service, the terminator, the message (FACTS 2.1).  A wrong recipe
differs from it by one or more deviations.  Recipes come in the order of how
likely they are; whoever compares stops at the first that fits.

Sources: FACTS 2.5, 3.3, 24; RULES section 5 (PW-02 to PW-11).
"""

import base64
import hmac
import itertools

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from sendas.ses.regions import KNOWN, Region
from sendas.smtp.deviations import (
    DAMAGED_SECRETS,
    DATES,
    LIKELY_DAMAGED_SECRETS,
    MESSAGES,
    NO_DATE,
    NO_MESSAGE,
    PREFIXES,
    SERVICES,
    SPELLINGS,
    TERMINATORS,
    V2,
    Change,
    Deviation,
    calendar_date,
    order,
)
from sendas.smtp.identification import Kind


DATE, SERVICE, TERMINATOR, MESSAGE = b"11111111", b"ses", b"aws4_request", b"SendRawEmail"
PREFIX = b"AWS4"
_LIKELY = 5
"""How many of a table's mistakes, the likelier ones, are tried for every Region."""
_LIKELY_PREFIXES = (b"", b"aws4")
_DAYS_AROUND, _DAYS_AHEAD = 1, 3
_DAYS_BACK = 400
_DAYS_FROM_CREATION = 14

Made = tuple[bytes, tuple[Deviation, ...], Region | None]
"""A digest, how its recipe deviates, and the Region it is for."""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """What the recipes are made from.

    *regions* come in the order in which they are tried; *expected* is the
    Region asked about, None if nobody said.  *dates* are days on which the
    password may have been made.
    """

    secret: bytes = field(repr=False)
    expected: Region | None
    regions: tuple[Region, ...]
    now: date
    created: date | None = None

    @property
    def thorough(self) -> tuple[Region, ...]:
        """Where the unlikely recipes are tried too."""
        return (self.expected,) if self.expected else ()


def regions_to_try(expected: Region | None) -> tuple[Region, ...]:
    """The expected Region first, known by name or not, then all the others."""
    return tuple(dict.fromkeys((*((expected,) if expected else ()), *KNOWN)))


def plain(kitchen: Kitchen) -> Iterator[Made]:
    """The right recipe, the one without the date, and version 2: the likeliest by far."""
    for region in kitchen.regions:
        yield _chain(kitchen.secret, DATE, region), (), region
    for region in kitchen.regions:
        yield _chain(kitchen.secret, None, region), (NO_DATE,), region
    yield hmac.digest(kitchen.secret, MESSAGE, "sha256"), (V2,), None


def every(kitchen: Kitchen) -> Iterator[Made]:
    """All recipes, the likelier first."""
    yield from plain(kitchen)
    yield from _tails(kitchen, DATE, ())
    yield from _prefixes(kitchen)
    yield from _dates(kitchen)
    yield from _secrets(kitchen)
    yield from _spellings(kitchen)
    yield from _encodings(kitchen)
    yield from _orders(kitchen)
    yield from _tails(kitchen, None, (NO_DATE,))
    yield from _long_ago(kitchen)


def _chain(secret: bytes, day: bytes | None, region: bytes | str) -> bytes:
    return _fold(
        PREFIX + secret,
        (*((day,) if day else ()), _encoded(region), SERVICE, TERMINATOR, MESSAGE),
    )


def _fold(digest: bytes, scopes: Iterable[bytes]) -> bytes:
    for scope in scopes:
        digest = hmac.digest(digest, scope, "sha256")
    return digest


def _encoded(region: bytes | str) -> bytes:
    return region if isinstance(region, bytes) else region.encode()


def _tails(kitchen: Kitchen, day: bytes | None, known: tuple[Deviation, ...]) -> Iterator[Made]:
    """One other word, or none, for the service, the terminator or the message."""
    dated = _fold(PREFIX + kitchen.secret, (day,) if day else ())
    for region in kitchen.regions:
        root = _fold(dated, (_encoded(region),))
        usual = _fold(root, (SERVICE, TERMINATOR))
        for message, why in MESSAGES:
            yield _fold(usual, message), (*known, why), region
        here = region in kitchen.thorough
        if known and not here:
            continue
        for service, why in SERVICES if here else SERVICES[:_LIKELY]:
            yield _fold(root, (*service, TERMINATOR, MESSAGE)), (*known, why), region
        for terminator, why in TERMINATORS if here else TERMINATORS[:1]:
            yield _fold(root, (SERVICE, *terminator, MESSAGE)), (*known, why), region
    for region in kitchen.thorough:
        root = _fold(dated, (_encoded(region),))
        for (service, odd), (message, odder) in itertools.product(SERVICES, MESSAGES):
            yield _fold(root, (*service, TERMINATOR, *message)), (*known, odd, odder), region


def _prefixes(kitchen: Kitchen) -> Iterator[Made]:
    for prefix, why in PREFIXES:
        root = prefix + kitchen.secret
        for region in kitchen.regions if prefix in _LIKELY_PREFIXES else kitchen.thorough:
            tail = (region.encode(), SERVICE, TERMINATOR, MESSAGE)
            yield _fold(root, (DATE, *tail)), (why,), region
            yield _fold(root, tail), (why, NO_DATE), region
        for region in kitchen.thorough:
            for message, odd in MESSAGES:
                steps = (DATE, region.encode(), SERVICE, TERMINATOR, *message)
                yield _fold(root, steps), (why, odd), region


def _dates(kitchen: Kitchen) -> Iterator[Made]:
    around = [(_stamp(day), calendar_date(_stamp(day))) for day in _near(kitchen)]
    for day, why in (*DATES, *around):
        root = _fold(PREFIX + kitchen.secret, (day,))
        for region in kitchen.regions:
            signing_key = _fold(root, (region.encode(), SERVICE, TERMINATOR))
            yield _fold(signing_key, (MESSAGE,)), (why,), region
            # The key that signs API calls of that day, taken for a password.
            yield signing_key, (why, NO_MESSAGE), region


def _near(kitchen: Kitchen) -> Iterator[date]:
    for day in dict.fromkeys((kitchen.now, kitchen.created or kitchen.now)):
        for off in sorted(range(-_DAYS_AROUND, _DAYS_AROUND + 1), key=abs):
            yield from _shifted(day, off)


def _shifted(day: date, days: int) -> Iterator[date]:
    try:
        yield day + timedelta(days=days)
    except OverflowError:  # at the ends of the calendar there is no such day
        return


def _stamp(day: date) -> bytes:
    return day.strftime("%Y%m%d").encode()


def _long_ago(kitchen: Kitchen) -> Iterator[Made]:
    for region in kitchen.thorough:
        for off in range(-_DAYS_FROM_CREATION, _DAYS_FROM_CREATION + 1) if kitchen.created else ():
            for day in _shifted(kitchen.created or kitchen.now, off):
                why = calendar_date(_stamp(day))
                yield _chain(kitchen.secret, _stamp(day), region), (why,), region
        for off in range(-_DAYS_AHEAD, _DAYS_BACK):
            for day in _shifted(kitchen.now, -off):
                why = calendar_date(_stamp(day))
                yield _chain(kitchen.secret, _stamp(day), region), (why,), region


def _secrets(kitchen: Kitchen) -> Iterator[Made]:
    here = kitchen.thorough
    yield from _damaged(kitchen.secret, LIKELY_DAMAGED_SECRETS, kitchen.regions, here)
    yield from _damaged(kitchen.secret, DAMAGED_SECRETS, here or kitchen.regions[:1], here)
    for change, why in (*LIKELY_DAMAGED_SECRETS, *DAMAGED_SECRETS):
        yield hmac.digest(change(kitchen.secret), MESSAGE, "sha256"), (V2, why), None


def _damaged(
    secret: bytes,
    damages: Iterable[tuple[Change, Deviation]],
    regions: Sequence[Region],
    dateless: Sequence[Region],
) -> Iterator[Made]:
    """A damaged key, in *regions*; in *dateless* also with the date left out."""
    for change, why in damages:
        damaged = change(secret)
        if damaged == secret:
            continue
        for region in regions:
            yield _chain(damaged, DATE, region), (why,), region
        for region in dateless:
            yield _chain(damaged, None, region), (why, NO_DATE), region


def _spellings(kitchen: Kitchen) -> Iterator[Made]:
    dated = _fold(PREFIX + kitchen.secret, (DATE,))
    tail = (SERVICE, TERMINATOR, MESSAGE)
    for region in kitchen.regions:
        for spell, why in SPELLINGS if region in kitchen.thorough else SPELLINGS[:_LIKELY]:
            yield _fold(dated, (spell(region), *tail)), (why,), region
    for region in kitchen.thorough:
        for spell, why in SPELLINGS:
            yield _chain(kitchen.secret, None, spell(region)), (why, NO_DATE), region
    nowhere = Deviation(Kind.V4_REGION_SPELLING, "the Region step was left out", "none")
    empty = Deviation(Kind.V4_REGION_SPELLING, "the Region was empty: an unset variable", "empty")
    yield _fold(dated, tail), (nowhere,), None
    yield _fold(PREFIX + kitchen.secret, tail), (nowhere, NO_DATE), None
    yield _fold(dated, (b"", *tail)), (empty,), None


def _encodings(kitchen: Kitchen) -> Iterator[Made]:
    """Digests handed from step to step as text, and HMAC called the wrong way round."""
    hexed = Deviation(
        Kind.V4_WRONG_ENCODING, "each step's digest was handed on as hexadecimal text", "hex"
    )
    based = Deviation(
        Kind.V4_WRONG_ENCODING, "each step's digest was handed on as base64 text", "base64"
    )
    swapped = Deviation(
        Kind.V4_WRONG_ORDER, "key and message of HMAC were swapped in every step", "arguments"
    )
    hashed = Deviation(
        Kind.V4_WRONG_ENCODING, "plain SHA-256 was used where HMAC-SHA256 belongs", "sha256"
    )
    for region in kitchen.regions:
        scopes = (DATE, region.encode(), SERVICE, TERMINATOR, MESSAGE)
        ways: list[tuple[tuple[Deviation, ...], tuple[bytes, ...]]] = [((), scopes)]
        if region in kitchen.thorough:
            ways.append(((NO_DATE,), scopes[1:]))
        for known, steps in ways:
            in_hex = in_base64 = turned = sha = PREFIX + kitchen.secret
            for scope in steps:
                in_hex = hmac.digest(in_hex, scope, "sha256").hex().encode()
                in_base64 = base64.b64encode(hmac.digest(in_base64, scope, "sha256"))
                turned = hmac.digest(scope, turned, "sha256")
                sha = sha256(sha + scope).digest()
            yield bytes.fromhex(in_hex.decode()), (hexed, *known), region
            yield base64.b64decode(in_base64), (based, *known), region
            yield turned, (swapped, *known), region
            yield sha, (hashed, *known), region


def _orders(kitchen: Kitchen) -> Iterator[Made]:
    """The five steps in another order: the near misses everywhere, all of them here."""
    for region in kitchen.regions:
        steps = (DATE, region.encode(), SERVICE, TERMINATOR, MESSAGE)
        some = _near_orders(steps)
        others = itertools.permutations(steps) if region in kitchen.thorough else some
        for shuffled in others:
            if shuffled != steps:
                why = order(tuple(step.decode() for step in shuffled))
                yield _fold(PREFIX + kitchen.secret, shuffled), (why,), region
        without = steps[1:]
        if region in kitchen.thorough:
            for shuffled in itertools.permutations(without):
                if shuffled != without:
                    why = order(tuple(step.decode() for step in shuffled))
                    yield _fold(PREFIX + kitchen.secret, shuffled), (why, NO_DATE), region


def _near_orders(steps: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    yield steps[::-1]
    for left in range(len(steps) - 1):
        swapped = list(steps)
        swapped[left], swapped[left + 1] = swapped[left + 1], swapped[left]
        yield tuple(swapped)
    yield (*steps[1:4], steps[0], steps[4])
