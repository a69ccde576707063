"""What in a refusal speaks for which reason, and how loudly.

A specific word outweighs a general one, however many of these there are, and a phrase that
stands inside a longer one of another row says nothing: "quota exceeded" within "hourly quota
exceeded" is no full mailbox.  A code that fits adds; a code alone weighs little.
"""

import re

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.refusal import Refusal
from sendas.bounce.report import Command
from sendas.bounce.tables.registry import REGISTRY, meaning_of
from sendas.bounce.tables.row import GAP, Row, Weight, code_fits, span_of


_WORD = re.compile(r"[^\W_]+")
_SPACED = re.compile(r"[^\u2e80-\uffff]+\Z")
_KEY = 4
_WORTH_A_CHARACTER = 0.5
_LONGEST = 30
_CODE_AGREES = 12
_BECAUSE = (" because ", " due to ", "reason: ", " since the ")
_GIVEN_AS_CAUSE = 8
_CODE_DISAGREES = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row that matched, what it is worth, and where; code rows stand nowhere."""

    row: Row
    worth: float
    start: int = -1
    end: int = -1
    solid: bool = True
    """Whether what stands there is the row's text whole, without a gap."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    first: str
    row: Row
    worth: float


class Phrases:
    """The texts of many rows, found in one pass over a refusal's words.

    Each is filed under the beginning of its rarest word, so that a refusal is only
    compared with the few that share a word with it.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        """File the texts of *rows*, whose order breaks ties."""
        phrases = [
            _Phrase(text, text.partition(GAP)[0], row, _worth(text, row) - order / 1000)
            for order, row in enumerate(rows)
            for text in row.texts
        ]
        common: dict[str, int] = defaultdict(int)
        for phrase in phrases:
            for key in _keys(phrase.text):
                common[key] += 1
        self._filed: dict[str, list[_Phrase]] = defaultdict(list)
        self._unfiled: list[_Phrase] = []
        for phrase in phrases:
            keys = _keys(phrase.text)
            if keys and _SPACED.match(phrase.text):
                self._filed[min(keys, key=lambda key: (common[key], key))].append(phrase)
            else:
                # Scripts that write no blanks between words, and a few short texts.
                self._unfiled.append(phrase)

    def found_in(self, refusal: Refusal) -> Iterator[Evidence]:
        """Each row whose text, codes and stage fit *refusal*, once for each text."""
        lowered = refusal.lowered
        for key in {word[:_KEY] for word in _WORD.findall(lowered)}:
            for phrase in self._filed.get(key, ()):
                if phrase.first in lowered:
                    yield from _fitting(phrase, refusal)
        for phrase in self._unfiled:
            if phrase.first in lowered:
                yield from _fitting(phrase, refusal)


@cache
def _keys(text: str) -> tuple[str, ...]:
    """How the words that *text* stands for begin in a refusal, as far as it says.

    ``span_of`` lets a piece end within a word, so that one shorter than a key may go on; and
    begin within one behind a gap, or where it is not all ASCII.
    """
    return tuple(
        word[0][:_KEY]
        for number, piece in enumerate(text.split(GAP))
        for word in _WORD.finditer(piece)
        if not (word.end() == len(piece) and len(word[0]) < _KEY)
        and not (word.start() == 0 and (number or not piece.isascii()))
    )


_OF_SENDERS = frozenset({Reason.BLOCKED, Reason.SPAM_DETECTED, Reason.VIRUS_DETECTED})
"""What is not said of somebody by "not listed", "not blocked", "not spam"."""


def _fitting(phrase: _Phrase, refusal: Refusal) -> Iterator[Evidence]:
    span = span_of(phrase.text, refusal.lowered)
    row = phrase.row
    if span is None or (row.stages and refusal.stage not in row.stages):
        return
    if row.codes and not any(code_fits(c, refusal.status, refusal.reply_code) for c in row.codes):
        return
    if row.reason in _OF_SENDERS and refusal.lowered[: span[0]].endswith("not "):
        return
    if not is_of_stage(row, refusal):
        return
    worth = phrase.worth + agreement(row, refusal)
    worth += _GIVEN_AS_CAUSE if _is_cause(span[0], refusal) else 0
    yield Evidence(row, worth, *span, solid=phrase.first == phrase.text)


_OF_RECIPIENTS = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN})


def is_of_stage(row: Row, refusal: Refusal) -> bool:
    """Whether *row* can be meant where the dialogue stood.

    RFC 5321, 3.3: no recipient has been named at MAIL; the sender is meant.
    """
    return refusal.stage is not Command.MAIL or row.reason not in _OF_RECIPIENTS


def _worth(text: str, row: Row) -> float:
    length = len(text.replace(GAP, "").strip())
    return row.weight + min(length, _LONGEST) * _WORTH_A_CHARACTER


def _is_cause(at: int, refusal: Refusal) -> bool:
    """Whether what stands at *at* is given as the cause of what stands before."""
    lowered = refusal.lowered
    return any(0 <= lowered.find(words) <= at for words in _BECAUSE)


def agreement(row: Row, refusal: Refusal) -> float:
    """What the enhanced code adds to *row* where it says the same, or takes where it does not."""
    meant = meaning_of(refusal.status)
    if meant is None or meant.row.weight < Weight.CODE:
        return 0
    if row.reason in meant.reasons:
        return _CODE_AGREES if meant.row.weight > Weight.CODE else _CODE_AGREES / 3
    return -_CODE_DISAGREES if meant.row.weight > Weight.CODE else 0


def outermost(found: list[Evidence]) -> list[Evidence]:
    """Without what stands inside a longer text that speaks for another reason."""
    if len(found) < 2:  # noqa: PLR2004  nothing to compare
        return found
    return [one for one in found if not any(_inside(one, other) for other in found)]


def _inside(one: Evidence, other: Evidence) -> bool:
    return (
        other.solid
        and other.row.reason is not one.row.reason
        and other.start <= one.start
        and one.end <= other.end
        and (other.end - other.start) > (one.end - one.start)
        and other.row.weight >= one.row.weight
    )


def by_code(refusal: Refusal) -> Iterator[Evidence]:
    """What the enhanced status code, or else the reply code, says by itself."""
    meant = meaning_of(refusal.status)
    if meant is not None and meant.row.weight >= Weight.CODE:
        yield Evidence(meant.row, meant.row.weight)
    row = _BY_REPLY.get(refusal.reply_code)
    if row is not None:
        yield Evidence(row, row.weight)


_BY_REPLY = {code: row for row in REGISTRY.replies for code in row.codes}


_AT_STAGE = {
    Command.CONNECT: Row(
        Reason.BLOCKED, "RFC 5321, 3.1: refused before it said anything", weight=Weight.CODE
    ),
    Command.EHLO: Row(Reason.BLOCKED, "RFC 5321, 4.1.4: refused by its name", weight=Weight.CODE),
    Command.MAIL: Row(
        Reason.REJECTED, "RFC 5321, 3.3: only the sender has been named", weight=Weight.CODE
    ),
    Command.AUTH: Row(
        Reason.SECURITY_ERROR,
        "RFC 4954, 4: refused while it logged in",
        owner=Owner.SENDER,
        weight=Weight.CODE,
    ),
}
_WORTH_A_STAGE = 28
_WORTH_WHERE_BUSY = 18
"""A server that is busy says so before anything else, and only for now."""


def by_stage(refusal: Refusal) -> Iterator[Evidence]:
    """What the stage says beside vague words: little, but more than they do."""
    row = _AT_STAGE.get(refusal.stage)
    if row is not None and refusal.reply_code and not refusal.report.local:
        busy = refusal.stage is Command.CONNECT and refusal.reply_code.startswith("4")
        yield Evidence(row, _WORTH_WHERE_BUSY if busy else _WORTH_A_STAGE)


def owned_by_stage(row: Row, refusal: Refusal) -> Row:
    """*row*, with the owner that the stage tells where the row tells none for the same reason."""
    at_stage = _AT_STAGE.get(refusal.stage)
    if row.owner is not None or at_stage is None or at_stage.reason is not row.reason:
        return row
    return replace(row, owner=at_stage.owner)


def summed(found: Iterable[Evidence]) -> list[tuple[float, Evidence]]:
    """For each reason the best evidence and its worth, most first; more of a kind add a little."""
    by_reason: dict[Reason, list[Evidence]] = defaultdict(list)
    for one in found:
        by_reason[one.row.reason].append(one)
    totals = []
    for evidence in by_reason.values():
        evidence.sort(key=lambda one: -one.worth)
        totals.append((evidence[0].worth + min(len(evidence) - 1, 4), _spokesman(evidence)))
    return sorted(totals, key=lambda pair: -pair[0])


def _spokesman(evidence: list[Evidence]) -> Evidence:
    """The first of *evidence*, all for one reason; a sentence that is known before mere words.

    Whose it is to mend the words may tell where the sentence does not.
    """
    by_words = next((one for one in evidence if _is_of_words(one)), None)
    if by_words is None:
        return evidence[0]
    known = next((one for one in evidence if one.start != -1), None)
    if known is None or known.row.weight < Weight.GENERAL:
        return evidence[0]
    first = known if _is_of_words(evidence[0]) else evidence[0]
    if first.row.owner is not None or by_words.row.owner is None:
        return first
    return replace(first, row=replace(first.row, owner=by_words.row.owner))


def _is_of_words(one: Evidence) -> bool:
    """Whether it is a thing near its state (``concepts``): neither a sentence nor a code."""
    return one.start == -1 and one.row.weight == Weight.GENERAL
