"""What a run left out, and the option that lets it look: no all-clear covers it."""

from dataclasses import dataclass

from sendas.doctor.model import Diagnosis, Layer


@dataclass(frozen=True, slots=True)
class NotLookedAt:
    """A layer that no finding is about: *what* it holds, *option* that lets the doctor look."""

    layer: Layer
    what: str
    option: str


_LEFT_OUT = (
    NotLookedAt(Layer.PASSWORD, "the password that the mail client holds", "--password-env NAME"),
    NotLookedAt(Layer.IAM, "its key and IAM user", "--smtp-username USER"),
    NotLookedAt(Layer.SMTP, "the login", "--password-env NAME"),
    NotLookedAt(Layer.SUPPRESSION, "whether SES withholds mail to somebody", "--to ADDRESS"),
)
"""What goes on whether or not a bounce was shown: without one there may be nothing to see."""


def not_looked_at(diagnosis: Diagnosis) -> tuple[NotLookedAt, ...]:
    """What of the way out no rule could say anything about, since nobody gave it."""
    seen = {finding.layer for finding in diagnosis.findings}
    unsent = tuple(
        NotLookedAt(Layer.PROOF, f"the way {one.way}", one.option)
        for one in diagnosis.journeys
        if one.not_sent and one.option
    )
    return (*(one for one in _LEFT_OUT if one.layer not in seen), *unsent)
