"""Situations rebuilt from public reports (2019 to 2026): what people saw, and the right answer.

The right answer was written down before the doctor was run on any of them: how many it
had right then stands in docs/doctor.md.  All names are the lab's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from scenario import seen
from sendas_lab.world import Lab

from sendas.bounce import explain
from sendas.doctor.evidence import Evidence
from sendas.doctor.symptoms import symptoms
from sendas.play.receiving_stack import receive_with
from sendas.play.scene import Scene, SetUp, build


GITHUB = "https://github.com/"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the doctor is to say.

    *codes* are those of which the one root must be; none where nothing is to be a root.
    *says* stands in the root, or in the finding of *beside*, which is neither well nor silent.
    *mends*: carried out to the letter, the printed help leaves no root; and a probe of mail
    does as in the healthy world, where *probed*.
    """

    codes: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()
    beside: str = ""
    mends: bool = False
    probed: bool = False
    exit_status: int = 1


@dataclass(frozen=True, slots=True)
class Situation:
    """One public report, rebuilt."""

    report: str
    """Owner, repository and number on GitHub."""
    year: int
    what: str
    answer: Answer
    play: Callable[[Scene], object]
    set_up: SetUp = field(default_factory=lambda: SetUp(route53=False))
    stack: bool = False
    """Whether mail is received and sent on by the stack that ships."""
    shown: str = ""
    """The text that the owner holds in hands."""
    changed: Callable[[Evidence], Evidence] = lambda evidence: evidence
    """What the lab does not play, put into the evidence."""

    @property
    def source(self) -> str:
        """The report's public address."""
        repository, _, number = self.report.partition("#")
        return f"{GITHUB}{repository}/issues/{number}"

    def build(self, lab: Lab) -> Scene:
        """The world, still healthy."""
        lab.reset()
        scene = build(lab, self.set_up)
        if self.stack:
            receive_with(scene)
        return scene

    def evidence(self, scene: Scene) -> Evidence:
        """What the doctor sees with the owner's own credential."""
        text = self.shown.encode()
        shown = symptoms(explain(text), text) if text else ()
        return self.changed(seen(scene, *shown))


def root(*codes: str, says: tuple[str, ...] = (), **more: bool) -> Answer:
    """One root, one of *codes*."""
    return Answer(frozenset(codes), says, **more)
