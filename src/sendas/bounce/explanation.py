"""What ``explain`` answers: values, ready to be shown or counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sendas.advice import Help, Owner
from sendas.bounce.reason import FAILURES, Reason


class Kind(StrEnum):
    """What the input turned out to be."""

    BOUNCE = "bounce"
    """At least one recipient was not reached."""
    DELAY = "delay"
    """Not delivered yet; the sending side goes on trying."""
    DELIVERY = "delivery"
    """Delivered: a success report."""
    COMPLAINT = "complaint"
    """A recipient complained (ARF, SES Complaint)."""
    AUTO_REPLY = "auto-reply"
    """Out of office and the like: the mail did arrive."""
    CHALLENGE = "challenge"
    """The recipient's system wants the sender to confirm."""
    LIST_MAIL = "list-mail"
    """A mailing list's own mail."""
    NOT_A_BOUNCE = "not-a-bounce"
    """An ordinary message, or an event that says nothing of delivery."""
    UNREADABLE = "unreadable"
    """Neither a message nor anything that quotes a refusal: nothing was explained."""


class Confidence(StrEnum):
    """How sure the reason is."""

    CERTAIN = "certain"
    """The format says so, or a documented code or text of this provider."""
    LIKELY = "likely"
    """The text says so in words many servers use."""
    WEAK = "weak"
    """Only a general code, or the stage at which it failed, points there."""
    NONE = "none"
    """Not recognised."""


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What became of the mail for one recipient.

    *recipient* is whom the report is about; *original_recipient* whom the mail
    was written to, and *final_recipient* where it ended up after forwarding, where
    the report says so.  *status* is RFC 3463 ``x.y.z``, *reply_code* three
    digits (RFC 5321), both empty when the report holds none: nothing is made up.
    *text* quotes the refusing side.  *rules* are codes of doctor rules.
    *owner* is None where nobody can be named.
    """

    recipient: str
    original_recipient: str
    final_recipient: str
    status: str
    reply_code: str
    reason: Reason
    owner: Owner | None
    hard: bool
    provider: str
    refusing_host: str
    reporting_host: str
    text: str
    explanation: str
    help: tuple[Help, ...]
    confidence: Confidence
    rules: tuple[str, ...]
    delayed: bool = False

    @property
    def failed(self) -> bool:
        """Whether this recipient was not reached, or not yet."""
        return self.reason in FAILURES

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the keys are promised."""
        return {
            "recipient": self.recipient,
            "original_recipient": self.original_recipient or None,
            "final_recipient": self.final_recipient or None,
            "status": self.status or None,
            "reply_code": self.reply_code or None,
            "reason": str(self.reason),
            "owner": str(self.owner) if self.owner else None,
            "hard": self.hard,
            "delayed": self.delayed,
            "provider": self.provider,
            "refusing_host": self.refusing_host or None,
            "reporting_host": self.reporting_host or None,
            "text": self.text,
            "explanation": self.explanation,
            "help": [_help_as_dict(help_) for help_ in self.help],
            "confidence": str(self.confidence),
            "rules": list(self.rules),
        }


def _help_as_dict(help_: Help) -> Mapping[str, Any]:
    return {
        "text": help_.text,
        "commands": list(help_.commands),
        "applies": str(help_.applies),
        "wait_seconds": help_.wait_seconds,
    }


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the input is, and what it says of each recipient.

    *title* is one line for people.  *messages* says how many reports the input
    held: an mbox can hold many, and *recipients* are those of all of them.
    """

    kind: Kind
    title: str
    recipients: tuple[RecipientReport, ...] = ()
    messages: int = 1

    @property
    def failed(self) -> bool:
        """Whether anything is wrong with the mail: a bounce, a delay or a complaint."""
        return self.kind in {Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT}

    def as_dict(self) -> dict[str, Any]:
        """For JSON, schema ``sendas.bounce/1``."""
        return {
            "schema": "sendas.bounce/1",
            "kind": str(self.kind),
            "title": self.title,
            "messages": self.messages,
            "recipients": [recipient.as_dict() for recipient in self.recipients],
        }
