"""The fault algebra, a seeded sample of it: `make algebra` runs thousands.

What truth is: on evidence, what each mutant states of itself before the run; in the lab,
what mail does, which also says whether those statements hold.
"""

import re

from pathlib import Path

import pytest

from algebra.campaign import Tally, in_the_lab, kept_by_hand, on_evidence, two_at_once
from algebra.look import whole_evidence
from algebra.pairs import PAIRED
from algebra.table import COMPLETE, MENDABLE, missed
from algebra.worlds import WORLDS
from sendas_lab.world import Lab

from sendas.doctor.run import examine


SEED = 20261129
PAGE = Path(__file__).parents[2] / "docs" / "fault-algebra.md"
UNSOUND, TRUE = 0, 100.0


@pytest.mark.parametrize("world", WORLDS)
def test_a_healthy_world_has_no_root(sendas_lab: Lab, world: str) -> None:
    """Nothing is mutated, and nothing is wrong."""
    assert () == examine(whole_evidence(WORLDS[world].build(sendas_lab))).roots


@pytest.mark.parametrize("world", kept_by_hand())
def test_mistakes_in_records(sendas_lab: Lab, world: str) -> None:
    """Each has its one root, at its place; what does no harm has none."""
    tally = Tally()
    for one in on_evidence(sendas_lab, world, 25, SEED):
        tally.add(one)

    assert [] == tally.wrong


@pytest.mark.parametrize("world", ["manual", "ireland"])
def test_mistakes_that_are_played(sendas_lab: Lab, world: str) -> None:
    """Mail does what the mutant states, the doctor names it, and its help mends it."""
    tally = Tally()
    for one in in_the_lab(sendas_lab, world, 4, SEED):
        tally.add_played(one)

    assert () == missed(Tally(), tally), tally.wrong


@pytest.mark.parametrize("world", PAIRED)
def test_two_mistakes_at_once(sendas_lab: Lab, world: str) -> None:
    """Of two layers: each is a root of its own, at its place."""
    tally = Tally()
    for one in two_at_once(sendas_lab, world, 3, SEED):
        tally.add(one)

    assert (3, []) == (tally.mutants, tally.wrong)


def test_the_published_table_holds() -> None:
    """Over at least 5,000 mutants, 300 of them in the lab, the published figures do not drop."""
    number = r"(?:-|([\d.]+) %)"
    rows = re.findall(
        rf"^\| (?:records|in the lab).*?\| (\d+) \| (\d+) \| {number} \| {number} \| {number}",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    (evidence, unsound, complete, _, _), (lab, unsound_there, complete_there, true, mended) = rows

    assert int(evidence) + int(lab) >= 5000
    assert int(lab) >= 300
    assert int(unsound) + int(unsound_there) <= UNSOUND
    assert min(float(complete), float(complete_there)) >= COMPLETE
    assert float(true) >= TRUE
    assert float(mended) >= MENDABLE
