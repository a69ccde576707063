"""Mail to the compose address: ``to: them@example.net, her@example.org | Subject``; pure."""

import re

from collections.abc import Iterator
from dataclasses import dataclass

from sendas.forward.decision import Reason
from sendas.forward.facts import subject_of
from sendas.mail.address import is_plain_address
from sendas.reply.case import Case


MAX_RECIPIENTS = 50
"""SES API v2, SendEmail: recipients of one mail; more in one answer is no person's."""
_COMPOSED = re.compile(r"\s*to\s*:\s*(?P<to>[^|]{1,2000})\|(?P<subject>.*)", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;]")
# `Jane Doe <jane@example.net>`: the name is for people.
_NAMED = re.compile(r"[^<>@]*<(?P<address>[^<>]*)>")
_HOW = "write `to: them@example.net | Subject` as the subject"


@dataclass(frozen=True, slots=True)
class Composed:
    """Whom the subject names, each once, and the subject that the mail goes out with."""

    to: tuple[str, ...]
    subject: str


def composed(case: Case) -> Composed | tuple[Reason, str]:
    """What the owner asks for, or why it cannot be done.

    Nothing is guessed: of all that stands before the bar each word must be an address.
    """
    found = _COMPOSED.fullmatch(subject_of(case.mail.head, 2000))
    to = list(_recipients(found["to"])) if found else []
    if found is None or not to:
        return Reason.BAD_ALIAS, f"the subject names no recipients; {_HOW}"
    strange = [one for one in to if not is_plain_address(one) or case.is_own(one)]
    if strange or len(to) > MAX_RECIPIENTS:
        why = strange[0] if strange else f"{len(to)} recipients"
        return Reason.BAD_ALIAS, f"{why}: cannot be written to; {_HOW}"
    if listed := [one for one in to if one in case.known.suppressed]:
        why = f"SES sends nothing to {', '.join(listed)}: on the account's suppression list"
        return Reason.SUPPRESSED, why
    return Composed(tuple({one.lower(): one for one in to}.values()), found["subject"].strip())


def _recipients(text: str) -> Iterator[str]:
    for piece in _BETWEEN.split(text):
        named = _NAMED.fullmatch(piece.strip())
        yield from (named["address"].strip(),) if named else piece.split()
