"""Faults of different layers at once: every root is named, none hides another, none is made up."""

import itertools
import random

import pytest

from roots import ROOTS
from scenario import Build, blamed, seen

from sendas.doctor.run import examine
from sendas.play.faults import FAULTS, play


CHOSEN = (
    "password-no-date",
    "key-inactive",
    "iam-from-address",
    "iam-no-send",
    "dkim-cname-missing",
    "identity-address-shadows",
    "dmarc-missing",
    "mx-email-smtp",
    "spf-two-records",
    "mail-from-two-mx",
    "account-paused",
    "account-sandbox",
    "receiving-none-active",
    "receiving-bucket-policy",
    "suppressed-complaint",
    "suppressed-own-gmail",
)
"""Two of every layer: what incidents are made of."""

CANNOT_COINCIDE = {
    # With the address as an identity of its own SES asks nothing of the domain's.
    frozenset({"dkim-cname-missing", "identity-address-shadows"}),
}


def combinations(size: int) -> list[tuple[str, ...]]:
    """Every choice of *size* faults, no two of one layer."""
    return [
        chosen
        for chosen in itertools.combinations(CHOSEN, size)
        if size == len({FAULTS[name].layer for name in chosen})
        and not any(pair <= set(chosen) for pair in CANNOT_COINCIDE)
    ]


TRIPLES = random.Random(11).sample(combinations(3), 30)  # noqa: S311  a sample that stays the same


@pytest.mark.parametrize("faults", [*combinations(2), *TRIPLES], ids="+".join)
def test_all_roots_and_no_other(faults: tuple[str, ...], make: Build) -> None:
    """As many roots as faults, each fault's own."""
    scene = make()
    for name in faults:
        play(name, scene)

    diagnosis = examine(seen(scene))

    expected = set().union(*(ROOTS[name] for name in faults))
    assert expected == set(diagnosis.roots), blamed(diagnosis)
