"""What SES's answer to a send means for the mail: done, refused, later, held, or not known.

What the codes mean is `sendas.aws_errors`; here is what the relay does about each.  Nothing
is refused for good that the table does not call so, and nothing that the account's owner can
mend for all mail at once: that waits, and the owner is told.
"""

import re

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sendas.aws_errors import Effect, Trouble, meaning
from sendas.ses.hold import Hold


if TYPE_CHECKING:
    from sendas.bounce.explanation import RecipientReport


class Then(StrEnum):
    """What becomes of the task."""

    REFUSED = "refused"
    """SES refuses this very mail for good: the sender is told."""
    SPLIT = "split"
    """SES refuses all recipients because of one: each is tried alone."""
    LATER = "later"
    """Certainly not done, and likely to go away."""
    SLOWER = "slower"
    """Certainly not done: too fast."""
    HELD = "held"
    """Certainly not done, and waits for the account: the owner is told."""
    UNKNOWN = "unknown"
    """Perhaps done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What SES said, and what becomes of the task.  *hold* only where it is held."""

    then: Then
    code: str
    text: str
    hold: Hold | None = None

    @property
    def said(self) -> str:
        """SES's code and sentence in one."""
        return f"{self.code}: {self.text}" if self.text else self.code


_HOLDS = {
    Trouble.PAUSED: Hold.PAUSED,
    Trouble.DENIED: Hold.RIGHTS,
    Trouble.ELSEWHERE: Hold.RIGHTS,
    Trouble.KEY: Hold.KEY,
    Trouble.NOT_SUBSCRIBED: Hold.KEY,
    Trouble.ABSENT: Hold.SETTING,
}
_NOT_VERIFIED = "email address is not verified"
_FAILED = re.compile(r"identities failed the check in region [A-Z0-9-]+: *(.*)", re.DOTALL)
_DAILY = "daily message quota"
_OF_ADDRESSES = re.compile(r"address|recipient|destination|domain|@", re.IGNORECASE)


_MOST_SAID = 1000


def written(text: str) -> str:
    """Foreign words as they can be kept: JSON may hold lone surrogates, which no file can."""
    return text[:_MOST_SAID].encode("utf-8", "replace").decode("utf-8")


def judge_failure(
    code: str, text: str, status: int, recipients: Sequence[str], *, sent: bool | None = None
) -> Answer:
    """What an error with AWS's *code*, *text* and HTTP's *status* means.

    *sent* is for no answer at all: whether the whole request had left.
    """
    code, text = written(code), written(text)
    if sent is not None:
        return Answer(Then.UNKNOWN if sent else Then.LATER, code or "no answer", text)
    found = meaning(code, status)
    if found.trouble is Trouble.THROTTLED:
        if _DAILY in text.lower():
            return Answer(Then.HELD, code, text, Hold.QUOTA)
        return Answer(Then.SLOWER, code, text)
    if found.trouble in _HOLDS:
        return Answer(Then.HELD, code, text, _HOLDS[found.trouble])
    if found.trouble is Trouble.INVALID:
        return _of_this_mail(code, text, recipients)
    unknown = found.effect is Effect.PERHAPS
    return Answer(Then.UNKNOWN if unknown else Then.LATER, code, text)


def _of_this_mail(code: str, text: str, recipients: Sequence[str]) -> Answer:
    if _NOT_VERIFIED in text.lower():
        named = _FAILED.search(text)
        failed = named[1].lower() if named else ""
        # In the sandbox recipients must be verified too (SES guide, "Production access").
        of_recipients = [one for one in recipients if one.lower() in failed]
        if of_recipients:
            if len(recipients) > 1:
                return Answer(Then.SPLIT, code, text)
            return Answer(Then.HELD, code, text, Hold.SANDBOX)
        return Answer(Then.REFUSED, code, text)
    if len(recipients) > 1 and _OF_ADDRESSES.search(text):
        return Answer(Then.SPLIT, code, text)
    return Answer(Then.REFUSED, code, text)


_STATUS = {
    "mesg-too-big": "5.3.4",
    "content-error": "5.6.0",
    "not-compliant-rfc": "5.6.0",
    "virus-detected": "5.7.0",
    "spam-detected": "5.7.0",
    "security-error": "5.7.1",
    "rejected": "5.7.1",
    "syntax-error": "5.1.3",
    "user-unknown": "5.1.1",
    "suppressed": "5.1.1",
}
"""RFC 3463's codes by the bounce room's words (`sendas.bounce.reason`)."""


def explained(said: str, recipient: str) -> "tuple[RecipientReport, str]":
    """What `sendas bounce` says of SES's refusal *said*, and the enhanced status code for it."""
    # All the tables of the bounce room: a third of the time that a start takes, for a refusal.
    from sendas.bounce.judge import judge as judge_bounce  # noqa: PLC0415  as said
    from sendas.bounce.report import Report  # noqa: PLC0415  the same

    text = said.partition(": ")[2] or said
    report = Report(recipient, text=f"554 {text}", provider="ses-smtp", pasted=True)
    (found,) = judge_bounce([report])
    # RFC 3463: X.0.0 where nothing better is known.
    return found, _STATUS.get(found.reason, "5.0.0")
