"""What stands against a stricter policy, and how heavily; pure."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Weight(StrEnum):
    """What a remark does to the answer."""

    DATA = auto()
    LOSS = auto()
    QUESTION = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know; *mails* are those it is about."""

    weight: Weight
    text: str
    help: str = ""
    mails: int = 0
