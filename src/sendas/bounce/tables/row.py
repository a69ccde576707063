"""A row of the tables: when it matches, and what it means."""

from dataclasses import dataclass, field

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command


GAP = "…"
"""In a text pattern: anything, up to ``MAX_GAP`` characters."""
MAX_GAP = 120


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
    plain: tuple[str, ...] = field(init=False, repr=False, compare=False)
    gapped: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def matches(self, lowered: str, status: str, reply_code: str, stage: Command) -> bool:
        """Whether the row speaks of this refusal; *lowered* is its text in lower case."""
        if self.stages and stage not in self.stages:
            return False
        if self.codes and not any(_code_fits(code, status, reply_code) for code in self.codes):
            return False
        if not self.texts:
            return True
        # A plain loop: this is asked some hundred times a report.
        for text in self.plain:
            if text in lowered:
                return True
        return any(text_fits(text, lowered) for text in self.gapped)

    def __post_init__(self) -> None:
        """Part the texts once, when the tables are read."""
        gapped = tuple(text for text in self.texts if GAP in text)
        object.__setattr__(self, "gapped", gapped)
        object.__setattr__(self, "plain", tuple(text for text in self.texts if GAP not in text))


def _code_fits(code: str, status: str, reply_code: str) -> bool:
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
    if GAP not in pattern:
        return pattern in lowered
    first, *others = pattern.split(GAP)
    start = lowered.find(first)
    while start != -1:
        position = start + len(first)
        for other in others:
            found = lowered.find(other, position, position + MAX_GAP + len(other))
            if found == -1:
                break
            position = found + len(other)
        else:
            return True
        start = lowered.find(first, start + 1)
    return False
