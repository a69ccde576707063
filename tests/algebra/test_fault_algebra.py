"""The fault algebra, a seeded sample of it: `make algebra` runs thousands.

What truth is: on evidence, what each mutant states of itself before the run; in the lab,
what mail does, which also says whether those statements hold.
"""

import pytest

from algebra.campaign import Tally, in_the_lab, kept_by_hand, on_evidence
from algebra.look import whole_evidence
from algebra.table import missed
from algebra.worlds import WORLDS
from sendas_lab.world import Lab

from sendas.doctor.run import examine


SEED = 20261129


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
