"""A mutant in the lab: broken, looked at, written to, mended by the letter, and written to."""

from dataclasses import dataclass
from datetime import timedelta

from mending import carry_out
from sendas_lab.gmail import DialogError
from sendas_lab.world import Lab

from algebra.judged import Judged, judged
from algebra.look import whole_evidence
from algebra.mutant import Harm, Mutant
from algebra.probe import Arrival, Truth, play
from algebra.weigh import said_of, weigh
from algebra.worlds import WORLDS
from sendas.advice import Help
from sendas.doctor.model import Diagnosis
from sendas.doctor.run import examine
from sendas.play.scene import Scene


AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Played:
    """How the doctor did, whether the statement was true, and whether the help mends."""

    judged: Judged
    stated: Harm
    mended: str | None
    """What is wrong after the mend; empty where nothing is, None where there was none to try."""
    left_to_people: bool = False
    """Whether the help says that a person must decide: neither mended nor unmended."""

    @property
    def agrees(self) -> bool:
        """Whether mail did as the mutant stated; what is beside does mail no harm."""
        beside = {Harm.BESIDE, Harm.NONE}
        return self.stated is self.judged.harm or {self.stated, self.judged.harm} <= beside


class Playground:
    """Healthy worlds' truths, and mutants played against them."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._well: dict[str, Truth] = {}

    def well(self, world: str) -> Truth:
        """What mail does in the healthy world."""
        if world not in self._well:
            self._well[world] = play(WORLDS[world].build(self._lab))
        return self._well[world]

    def play(self, mutant: Mutant, *, mend: bool = True) -> Played:
        """Everything about one mutant; the lab is this one's alone."""
        well = self.well(mutant.world)
        scene = WORLDS[mutant.world].build(self._lab)
        before = weigh(scene)
        mutant.act(scene)
        stated = said_of(mutant, scene, before)
        diagnosis = examine(whole_evidence(scene))
        truth = self._truth(scene, mutant, well)
        harm = truth.harm_against(well)
        held = stated if stated is Harm.BESIDE and harm is Harm.NONE else harm
        found = judged(mutant, held, diagnosis)
        if not mend or not diagnosis.roots:
            return Played(found, stated, None)
        if _is_left_to_people(diagnosis):
            return Played(found, stated, None, left_to_people=True)
        return Played(found, stated, self._mend(mutant, well))

    def _truth(self, scene: Scene, mutant: Mutant, well: Truth) -> Truth:
        if mutant.element in {"password", "user name"}:
            return play(scene) if _logs_in(scene) else Truth(_nothing(well), well.stored)
        return play(scene)

    def _mend(self, mutant: Mutant, well: Truth) -> str:
        """Break it again, carry out what the roots say, and look and write again."""
        scene = WORLDS[mutant.world].build(self._lab)
        mutant.act(scene)
        diagnosis = examine(whole_evidence(scene))
        roots = [f for f in diagnosis.findings if f.code in diagnosis.roots]
        for root in roots:
            carry_out(scene, root)
        after = examine(whole_evidence(scene))
        if after.roots:
            return f"still or newly: {', '.join(after.roots)}"
        # Whoever gets a new pair types it into Gmail again.
        if mutant.element in {"password", "user name", "key"} and not _logs_in(scene):
            return "Gmail still cannot log in"
        harm = play(scene, later=AT_ONCE).harm_against(well)
        return "" if harm is Harm.NONE else f"mail still {harm}"


def _is_left_to_people(diagnosis: Diagnosis) -> bool:
    """Whether a root's help holds nothing that could be carried out to the letter."""
    roots = [f for f in diagnosis.findings if f.code in diagnosis.roots]
    return any(
        all(not _does_something(advice) or _is_ours(advice) for advice in root.help)
        for root in roots
    )


def _does_something(advice: Help) -> bool:
    return bool(advice.commands or advice.records or advice.remove)


def _is_ours(advice: Help) -> bool:
    """`sendas apply` and its like: tried where those journeys are tested, not by letter here."""
    return bool(advice.commands) and all(
        command.startswith(("sendas apply", "sendas mail")) for command in advice.commands
    )


def _logs_in(scene: Scene) -> bool:
    try:
        scene.lab.gmail.reset()
        scene.lab.gmail.open_account(scene.set_up.gmail)
        scene.add_to_gmail()
    except DialogError:
        return False
    return True


def _nothing(well: Truth) -> tuple[Arrival, ...]:
    return tuple(Arrival(came=False) for _ in well.out)
