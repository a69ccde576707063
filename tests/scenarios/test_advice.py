"""Every suggested fix, applied as printed, makes its finding go away and brings no new one.

A doctor must not contradict its own advice: peers have (mjl-/mox#333, #74, #109).
"""

import pytest

from mending import carry_out
from roots import ROOTS
from scenario import Build, blamed, seen

from sendas.doctor.run import examine
from sendas.play.faults import play


BEYOND_COMMANDS = {
    "account-probation",
    "account-shutdown",
    "account-quota",
    "account-sandbox",
    "account-not-subscribed",
    "smtp-crowded",
    "smtp-wrong-name",
    "smtp-expired",
    "ns-lame",
    "ns-refused",
    "ns-older-zone",
    "dkim-undelegated",
}
"""AWS, time or somebody else decides: their help is words, and tested as such below."""


@pytest.fixture(params=sorted({name for name, roots in ROOTS.items() if roots} - BEYOND_COMMANDS))
def fault(request: pytest.FixtureRequest) -> str:
    """A fault that an owner can mend."""
    return str(request.param)


def test_the_advice_mends_it(fault: str, make: Build) -> None:
    """The root's help is carried out to the letter; then no root is left, and none is new."""
    scene = make()
    play(fault, scene)
    before = examine(seen(scene))
    roots = [f for f in before.findings if f.code in before.roots]

    for root in roots:
        carry_out(scene, root)

    after = examine(seen(scene))
    assert () == after.roots, blamed(after)
