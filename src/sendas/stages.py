"""What a version of a secret is for: the labels that Secrets Manager, and we, put on one."""

from enum import StrEnum


class Stage(StrEnum):
    """A staging label (Secrets Manager guide, "Rotation")."""

    CURRENT = "AWSCURRENT"
    PENDING = "AWSPENDING"
    """Made, and not yet proven."""
    PREVIOUS = "AWSPREVIOUS"
    """What was current before; moves by itself when `CURRENT` does."""
    CLAIM = "sendas-claim"
    """Ours: who is at work on it, and until when (`sendas.credentials.decide.claim`)."""
