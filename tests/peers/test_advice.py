"""The commands that the doctor prints, typed into the real aws CLI."""

import shlex
import subprocess

from collections.abc import Callable

import pytest

from mending import carry_out
from scenario import blamed, seen
from sendas_lab.world import Lab

from sendas.doctor.run import examine
from sendas.play.faults import play
from sendas.play.scene import Scene, build


pytestmark = pytest.mark.peer

Run = Callable[..., subprocess.CompletedProcess[str]]

FAULTS = (
    "key-inactive",
    "iam-no-send",
    "iam-from-address",
    "iam-other-identity",
    "identity-other-region",
    "identity-address-shadows",
    "mail-from-failed",
    "account-paused",
    "receiving-none-active",
    "receiving-other-active",
    "receiving-no-rule",
    "receiving-bucket-policy",
    "suppressed-complaint",
    "suppressed-other-region",
)
"""Whatever is mended by typing, and not by DNS or in Gmail alone."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_printed_commands_work(
    fault: str, peer: Callable[[str], str], run: Run, lab: Lab
) -> None:
    """Typed as printed, they are accepted, and the fault is gone."""
    program = peer("aws-of-today")
    lab.reset()
    scene = build(lab)
    play(fault, scene)
    before = examine(seen(scene))

    def type_it(_: Scene, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "aws":
            done = run(program, *words[1:])
            assert 0 == done.returncode, f"{line}\n{done.stderr}"

    for root in (f for f in before.findings if f.code in before.roots):
        carry_out(scene, root, type_it)

    after = examine(seen(scene))
    assert () == after.roots, blamed(after)
