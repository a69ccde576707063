"""A row of the tables: when it matches, and what it means."""

from dataclasses import dataclass
from enum import IntEnum

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command


GAP = "…"
"""In a text pattern: anything, up to ``MAX_GAP`` characters."""
MAX_GAP = 120


class Weight(IntEnum):
    """What a row is worth as evidence, before the length of its text and the code count."""

    DECISIVE = 65
    """A name, or a sentence, that settles it whatever stands around it."""
    SPECIFIC = 50
    """A sentence, or a code, that is written for one thing only."""
    GENERAL = 30
    """A word that refusals of several kinds use."""
    VAGUE = 20
    """A word that says little; believed only where nothing else is said."""
    CODE = 10
    """A code that is given for many things."""
    HOLLOW = 5
    """What stands in front of a reason, and says something only where none follows."""


def texts(written: str) -> tuple[str, ...]:
    """Text patterns, written with ``|`` between them over several lines."""
    return tuple(" ".join(text.split()) for text in written.split("|"))


@dataclass(frozen=True, slots=True)
class Row:
    """If the refusal is this provider's, carries one of the codes and one of the texts.

    Empty *codes* or *texts* demand nothing.  A code is ``5.7.26``, ``x.7.26``
    for classes 4 and 5, a range ``5.7.606-649``, a reply code ``552``, or ``4xx``.
    A text is lower case; ``…`` stands for up to 120 characters.  *source* says
    where it is known from: a page, a program's own source, or ``seen`` in the wild.
    *says* replaces the reason's general explanation; *owner*, *help* and
    *rules* the general ones likewise.
    """

    reason: Reason
    source: str
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    provider: str = ""
    stages: tuple[Command, ...] = ()
    confidence: Confidence = Confidence.LIKELY
    owner: Owner | None = None
    says: str = ""
    help: tuple[Help, ...] = ()
    rules: tuple[str, ...] = ()
    weight: Weight = Weight.SPECIFIC

    def matches(self, lowered: str, status: str, reply_code: str, stage: Command) -> bool:
        """Whether the row speaks of this refusal; *lowered* is its text in lower case."""
        if self.stages and stage not in self.stages:
            return False
        if self.codes and not any(code_fits(code, status, reply_code) for code in self.codes):
            return False
        if not self.texts:
            return True
        for text in self.texts:  # noqa: SIM110  looked at for each mail: no generator
            if text_fits(text, lowered):
                return True
        return False


def code_fits(code: str, status: str, reply_code: str) -> bool:
    """Whether *code*, as rows write it, is the status or the reply code."""
    if code == "4xx":
        return (reply_code or status)[:1] == "4"
    if "." not in code:
        return code == reply_code
    if not status:
        return False
    prefix, _, detail = code.rpartition(".")
    own_prefix, _, own_detail = status.rpartition(".")
    if prefix.startswith("x"):
        own_prefix = "x" + own_prefix[1:]
    if prefix != own_prefix:
        return False
    low, dash, high = detail.partition("-")
    return int(low) <= int(own_detail) <= int(high) if dash else low == own_detail


def text_fits(pattern: str, lowered: str) -> bool:
    """Whether *pattern* occurs in *lowered*; linear, no regular expression."""
    return span_of(pattern, lowered) is not None


def span_of(pattern: str, lowered: str) -> tuple[int, int] | None:
    """Where *pattern* stands in *lowered*, at the beginning of a word; None where it does not."""
    first, *others = pattern.split(GAP) if GAP in pattern else (pattern,)
    word = first[:1].isalnum() and first.isascii()
    start = lowered.find(first)
    while start != -1:
        if not (word and start and lowered[start - 1].isalnum()):
            end = start + len(first)
            for other in others:
                found = lowered.find(other, end, end + MAX_GAP + len(other))
                if found == -1:
                    break
                end = found + len(other)
            else:
                return start, end
        start = lowered.find(first, start + 1)
    return None
