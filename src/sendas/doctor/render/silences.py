"""What could not be looked at: each reason once, with the questions it left open."""

import re

from dataclasses import dataclass, field

from sendas.advice import Help
from sendas.doctor.model import Diagnosis, Status
from sendas.outcome import Why


# ``sendas.outcome.see``: what was asked, then the reason, then its details.
_WORDED = re.compile(rf"(?P<asked>.+?): (?P<reason>(?:{'|'.join(Why)})(?:: .*)?)", re.DOTALL)


@dataclass(slots=True)
class Silence:
    """A reason; the codes of the rules by what they asked; what would be needed."""

    reason: str
    help: tuple[Help, ...]
    questions: dict[str, list[str]] = field(default_factory=dict)


def silences(diagnosis: Diagnosis) -> list[Silence]:
    """The reasons, in the order in which they are met."""
    found: dict[str, Silence] = {}
    for finding in diagnosis.findings:
        if finding.status is Status.UNKNOWN:
            worded = _WORDED.fullmatch(finding.cause)
            reason = worded["reason"] if worded else finding.cause
            asked = worded["asked"] if worded else ""
        elif finding.status is Status.CRASHED:
            reason, asked = f"our own rule broke, please report it: {finding.cause}", ""
        else:
            continue
        silence = found.setdefault(reason, Silence(reason, finding.help))
        silence.questions.setdefault(asked, []).append(finding.code)
    return list(found.values())
