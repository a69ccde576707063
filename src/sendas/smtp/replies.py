"""What an SMTP reply means: classified by its text, since SES sends no x.y.z codes.

A text that is in no row is honestly unknown: then the reply's class is all
that is said (RFC 5321, 4.2.1).
"""

import re

from sendas.advice import Help, Owner
from sendas.smtp.meaning import Cause, Certainty, Meaning, Row
from sendas.smtp.probe import Reply, Stage
from sendas.smtp.reply_table import ROWS


_TRANSIENT, _PERMANENT = 4, 5
_CLASS_OF = 100
_COMPILED = tuple((row, re.compile(row.pattern, re.IGNORECASE)) for row in ROWS)


def classify(reply: Reply, stage: Stage) -> Meaning:
    """The meaning of *reply*, given at *stage*.

    A row for that very stage wins over one that only shares code and text.
    """
    fitting = [row for row, pattern in _COMPILED if _fits(row, pattern, reply)]
    if not fitting:
        return _unknown(reply)
    return max(fitting, key=lambda row: stage in row.stages).meaning


def code_of_words(text: str) -> int | None:
    """The code that SES gives with *text*, which some program showed without; None if none."""
    return next((row.code for row, said in _COMPILED if row.pattern and said.search(text)), None)


def _fits(row: Row, pattern: re.Pattern[str], reply: Reply) -> bool:
    return row.code == reply.code and pattern.search(reply.text) is not None


def _unknown(reply: Reply) -> Meaning:
    owner, advice = Owner.CODE, tuple[Help, ...]()
    match reply.code // _CLASS_OF:
        case code if code == _TRANSIENT:
            words = "A refusal for now, in words that are not known; the same may work later."
            owner, advice = Owner.WAIT, (Help("Try again in a minute.", wait_seconds=60),)
        case code if code == _PERMANENT:
            words = "A refusal for good, in words that are not known."
            advice = (Help("Read the server's words; repeating the same will not help."),)
        case _:
            words = "Not a refusal, in words that are not known."
    return Meaning(Cause.UNKNOWN, words, owner, advice, "RFC 5321, 4.2.1", Certainty.INFERRED)
