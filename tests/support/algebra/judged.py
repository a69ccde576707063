"""The doctor against a mutant: sound, complete, and at the right place."""

import json

from dataclasses import asdict, dataclass

from algebra.mutant import Harm, Mutant
from sendas.doctor.model import Diagnosis, Finding, Status


@dataclass(frozen=True, slots=True)
class Judged:
    """What the doctor made of it, and what is wrong with that; empty where it is right."""

    mutant: Mutant
    harm: Harm
    roots: tuple[str, ...]
    unsound: str = ""
    """It said that all is well, and mail fails or is worse."""
    incomplete: str = ""
    """No root, another root, or one too many."""

    @property
    def right(self) -> bool:
        """Whether nothing is wrong with it."""
        return not (self.unsound or self.incomplete)


def judged(mutant: Mutant, harm: Harm, diagnosis: Diagnosis) -> Judged:
    """Hold *diagnosis* of *mutant* against *harm*, which is true."""
    roots = [f for f in diagnosis.findings if f.code in diagnosis.roots]
    told = [f for f in diagnosis.findings if f.status in {Status.FAIL, Status.WARN}]
    elsewhere = ", ".join(f.code for f in roots if not _speaks_of(f, mutant.places))
    many = ", ".join(diagnosis.roots) if len(roots) > mutant.roots else ""
    unsound = incomplete = ""
    if harm is Harm.BREAKS and not roots:
        unsound = "no root"
    elif harm is Harm.WEAKENS and not told:
        unsound = "nothing told"
    elif harm is Harm.NONE and roots:
        incomplete = f"false alarm: {', '.join(diagnosis.roots)}"
    elif harm is not Harm.NONE and elsewhere:
        incomplete = f"the root is elsewhere: {elsewhere}"
    elif harm in {Harm.BREAKS, Harm.WEAKENS} and many:
        incomplete = f"several roots: {many}"
    elif harm is Harm.WEAKENS and not any(_speaks_of(f, mutant.places) for f in told):
        incomplete = f"told elsewhere: {', '.join(f.code for f in told)}"
    return Judged(mutant, harm, diagnosis.roots, unsound, incomplete)


def _speaks_of(finding: Finding, places: tuple[str, ...]) -> bool:
    text = json.dumps(asdict(finding), default=str).lower()
    return not places or any(place.lower() in text for place in places)
