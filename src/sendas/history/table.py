"""The history as a table of Athena: its columns, and the questions that are kept beside it; pure.

A row is a line of `sendas.history.line`; `day` is no field but the folder that it lies in.
"""

from dataclasses import dataclass, fields

from sendas.history import questions
from sendas.history.line import Line


TABLE = "line"
PARTITION = "day"
COLUMNS = tuple(one.name for one in fields(Line))
"""All of them texts."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to Athena.  *asked* says what stands for each ``?``, in order."""

    name: str
    text: str
    asked: tuple[str, ...]


QUESTIONS = (
    Question(
        "what became of mail to a recipient",
        questions.trace("lower(recipient) = lower(?)"),
        ("the address",),
    ),
    Question(
        "what became of mail of a sender",
        questions.trace("lower(sender) = lower(?)"),
        ("the address",),
    ),
    Question("what became of a mail", questions.trace("mail = ?"), ("SES's id",)),
    Question(
        "what became of a mail by Message-ID",
        questions.trace("message_id = ?"),
        ("the Message-ID with its < and >",),
    ),
    Question(
        "what became of a received mail's forwards",
        questions.trace("received = ?"),
        ("SES's id of the received mail",),
    ),
    Question(
        "rates",
        questions.tallies(questions.deliveries(f"{PARTITION} >= ?")),
        ("the first day", "the same"),
    ),
    Question(
        "how near a review is",
        questions.newest(questions.deliveries(f"{PARTITION} >= ?"), 1),
        ("the first day", "your own domain", "how many mails: 10000"),
    ),
)
"""What `sendas trace` and `sendas watch rates` answer of one machine's cache."""
