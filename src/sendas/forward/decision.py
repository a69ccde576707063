"""What can become of a received mail, and why: the words between plan and shell.

One decision is made for each (forward-path, target), or for each forward-path
where no target is asked.  Whatever is decided, the mail stays in S3 until the
bucket's own rule removes it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sendas.forward.answering import ReplyMailbox


class Reason(StrEnum):
    """Why a decision was taken; logged and counted by this word."""

    ROUTED = "routed"
    """A route names the target."""
    VIRUS = "virus"
    SPAM = "spam"
    UNSURE_SPAM = "unsure-spam"
    """SES's spam verdict is GRAY, and the owner wants to see those first."""
    DMARC_REJECT = "dmarc-reject"
    """DMARC failed, and the author domain asks for refusal."""
    DMARC_QUARANTINE = "dmarc-quarantine"
    LOOP = "loop"
    """The mail has been through this route, or in the target's mailbox, before."""
    TOO_MANY_HOPS = "too-many-hops"
    TOO_MANY = "too-many"
    """One author wrote more to one forward-path within the hour than a person would."""
    FLOOD = "flood"
    """Everybody together wrote more to an address or a domain within the hour than the limits."""
    REPUTATION = "reputation"
    """Too many of our forwards bounced: sending more would cost the account."""
    NO_ROUTE = "no-route"
    NOT_OUR_DOMAIN = "not-our-domain"
    FORWARDING_ADDRESS = "forwarding-address"
    """Somebody answered the From we write, instead of Reply-To."""
    ANSWER_OF_A_MACHINE = "answer-of-a-machine"
    """A DSN or an automatic reply to what we sent."""
    ROUTE_REJECTS = "route-rejects"
    ROUTE_DISCARDS = "route-discards"
    REPORTS = "reports"
    """It came to the address for receivers' reports."""
    NEVER_ANSWERED = "never-answered"
    """To be refused, but a refusal would reach a machine, or somebody who did not write."""
    TOO_BIG = "too-big"
    REFUSED_CONTENT = "refused-content"
    """SES will not send it as it is; found out by trying."""
    REFUSED_TARGET = "refused-target"
    """SES will not send to the target: on the suppression list, or malformed to SES."""
    CANARY = "canary"
    """A mail by which sendas proves that an SMTP password sends: it has arrived, and is done."""
    PROBE = "probe"
    """A mail by which sendas proves the road in: its copy goes to an address of our own."""
    REFUSED_LATER = "refused-later"
    """It was forwarded, and the target's server refused it after SES had taken it."""
    UNCONFIRMED = "unconfirmed"
    """Twice nobody answered when it was sent: it may have arrived, twice even, or not."""
    ANSWER_REFUSED = "answer-refused"
    """SES will not send the owner's answer; found out by trying."""
    ANSWER_UNCONFIRMED = "answer-unconfirmed"
    """As `UNCONFIRMED`, of the owner's answer."""
    UNREADABLE = "unreadable"
    """The stored object is not what its notice says."""
    ANSWERED = "answered"
    """The owner answers an alias: it goes out as the mailbox."""
    COMPOSED = "composed"
    """The owner wrote to the compose address: these aliases stand for whom it went to."""
    SIGNER = "signer"
    """An answer went out whose signature names the owner's private address."""
    OWN_ANSWER = "own-answer"
    """The owner's own mail, which reached one of our addresses beside the aliases."""
    NOT_THE_OWNER = "not-the-owner"
    """It says that the owner wrote it, and nothing proves that."""
    BAD_ALIAS = "bad-alias"
    """The owner wrote to an alias that is forged, expired, revoked, or another mailbox's."""
    LEAK = "leak"
    """The owner's mail program sent it to somebody directly, from the private address."""
    AUTOMATIC_ANSWER = "automatic-answer"
    SUPPRESSED = "suppressed"
    """The owner composed a mail to somebody whom SES would send nothing."""
    MAILBOX_PAUSED = "mailbox-paused"
    """The owner paused answering as that mailbox."""
    ALIAS_CLOSED = "alias-closed"
    """The owner closed the alias to others."""


ANSWERS = frozenset(
    (
        Reason.NOT_THE_OWNER, Reason.BAD_ALIAS, Reason.LEAK, Reason.AUTOMATIC_ANSWER,
        Reason.MAILBOX_PAUSED, Reason.SUPPRESSED,
    )
)  # fmt: skip
"""Why the owner's answer is not sent."""
OF_AN_ANSWER = ANSWERS | {Reason.ANSWER_REFUSED, Reason.ANSWER_UNCONFIRMED}
"""What the owner reads about an answer, not of a mail that came in."""
BESIDE = frozenset((Reason.COMPOSED, Reason.SIGNER))
"""Of which the owner is told although the mail goes out."""
RELEASED = (ANSWERS - {Reason.SUPPRESSED}) | frozenset(
    (
        Reason.SPAM, Reason.UNSURE_SPAM, Reason.DMARC_REJECT, Reason.DMARC_QUARANTINE,
        Reason.LOOP, Reason.TOO_MANY_HOPS, Reason.TOO_MANY, Reason.FLOOD,
        Reason.REPUTATION, Reason.NO_ROUTE, Reason.ANSWER_OF_A_MACHINE, Reason.ALIAS_CLOSED,
    )
)  # fmt: skip
"""What a release overrules: all that keeps a mail, but for what SES does not send on."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Send one copy to *target*, for every one of *forward_paths* that leads there.

    *from_address* is the mailbox of ours that From shall carry.  *marks* are
    SES's verdicts as words, such as ``spam=GRAY``, for a header of ours.
    """

    target: str
    forward_paths: tuple[str, ...]
    from_address: str
    marks: tuple[str, ...] = ()
    reason: Reason = Reason.ROUTED
    why: str = ""
    mailbox: ReplyMailbox | None = None
    """Where its owner may answer as the mailbox."""
    canary: str = ""
    """The token that a probe's copy carries; empty in every other copy."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Keep it, list it in the digest; the owner may release it to *targets*."""

    reason: Reason
    why: str
    forward_paths: tuple[str, ...]
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """Let SES bounce it to the reverse-path (SendBounce), in the name of *sender*.

    *status* is an enhanced status code (RFC 3463); SES bounces with its class.
    """

    reason: Reason
    why: str
    forward_path: str
    sender: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Discard:
    """Do nothing more; it is logged, and stays in S3 for as long as any mail."""

    reason: Reason
    why: str
    forward_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeReports:
    """Read the reports in it and keep what they say; nobody gets a copy."""

    reason: Reason
    why: str
    forward_paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the owner at *notice_address*, from *from_address*, with a link to the original."""

    reason: Reason
    why: str
    forward_paths: tuple[str, ...]
    notice_address: str
    from_address: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fail:
    """It cannot be decided: leave it to the queue's retries and its dead letters."""

    reason: Reason
    why: str
    forward_paths: tuple[str, ...]


Decision: TypeAlias = Forward | Quarantine | Reject | Discard | TakeReports | Notify | Fail
