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
_RELAY = NotLookedAt(Layer.RELAY, "the relay", "--relay HOST")
_OF_THE_RELAY = {
    "RLY008": NotLookedAt(
        Layer.RELAY, "the login at the relay", "--relay-password-env NAME --relay-username USER"
    ),
    "RLY009": NotLookedAt(Layer.RELAY, "whom it lets send as what", "--from ADDRESS"),
    "RLY010": NotLookedAt(
        Layer.RELAY, "the relay's queue", "--relay-status ADDRESS:PORT, on its machine"
    ),
}
"""What only the owner can let the doctor see of a relay, by the rule that would say something."""


def not_looked_at(diagnosis: Diagnosis) -> tuple[NotLookedAt, ...]:
    """What of the way out no rule could say anything about, since nobody gave it."""
    seen = {finding.layer for finding in diagnosis.findings}
    unsent = tuple(
        NotLookedAt(Layer.PROOF, f"the way {one.way}", one.option)
        for one in diagnosis.journeys
        if one.not_sent and one.option
    )
    left_out = (one for one in _LEFT_OUT if one.layer not in seen)
    return (*left_out, *_of_the_relay(diagnosis), *unsent)


def _of_the_relay(diagnosis: Diagnosis) -> tuple[NotLookedAt, ...]:
    """What of the relay that is known of: all of it, or what needs a password or its machine."""
    if diagnosis.relay is None:
        return ()
    codes = {one.code for one in diagnosis.findings if one.layer is Layer.RELAY}
    if not codes:
        return (_RELAY,)
    return tuple(one for code, one in _OF_THE_RELAY.items() if code not in codes)
