"""Why a mail was not delivered: the names, and what each means.

The 31 names are Sisimai's as of 5.1 (libsisimai.org/en/reason) in lower-kebab,
with its later ``suppressed``; ``undefined`` is an honest "this was not recognised".
"""

from enum import StrEnum


class Reason(StrEnum):
    """What happened.  Whose it is to mend is another question: see ``Owner``."""

    AUTH_FAILURE = "auth-failure"
    """SPF, DKIM or DMARC did not pass."""
    BAD_REPUTATION = "bad-reputation"
    """The sending address, domain or network is held in low esteem."""
    BLOCKED = "blocked"
    """The sending host is refused: a block list, its name, its behaviour."""
    CONTENT_ERROR = "content-error"
    """The message is malformed in a way the receiver would not take."""
    EXCEED_LIMIT = "exceed-limit"
    """Larger than this recipient may receive (x.2.3)."""
    EXPIRED = "expired"
    """Retried until time was up, or still being retried."""
    FAILED_STARTTLS = "failed-starttls"
    """TLS was demanded and could not be had."""
    FILTERED = "filtered"
    """Refused for this recipient after the content was seen, or by their filter."""
    HAS_MOVED = "has-moved"
    """The recipient is gone from here."""
    HOST_UNKNOWN = "host-unknown"
    """The recipient's domain does not exist."""
    MAILBOX_FULL = "mailbox-full"
    """No room left in the mailbox."""
    MAILER_ERROR = "mailer-error"
    """A program that the recipient's mail is piped to failed."""
    MESG_TOO_BIG = "mesg-too-big"
    """Larger than the server takes (x.3.4)."""
    NETWORK_ERROR = "network-error"
    """DNS, routing, a connection lost, a mail loop."""
    NO_RELAYING = "no-relaying"
    """The server does not feel responsible for the recipient's domain."""
    NOT_ACCEPT = "not-accept"
    """The domain takes no mail at all (null MX)."""
    NOT_COMPLIANT_RFC = "not-compliant-rfc"
    """Headers break RFC 5322."""
    ON_HOLD = "on-hold"
    """A temporary failure that does not say why."""
    POLICY_VIOLATION = "policy-violation"
    """A policy of the receiver, which it does not spell out."""
    REJECTED = "rejected"
    """The sender's address or domain was refused."""
    REQUIRE_PTR = "require-ptr"
    """The sending host's reverse DNS is missing or does not match."""
    SECURITY_ERROR = "security-error"
    """Not permitted: authentication, authorisation, a restricted recipient."""
    SPAM_DETECTED = "spam-detected"
    """The content was taken for spam."""
    SPEEDING = "speeding"
    """Too many messages in too short a time."""
    SUPPRESSED = "suppressed"
    """Never sent: the address stands on a suppression list of the sending service."""
    SUSPEND = "suspend"
    """The recipient's account is disabled."""
    SYNTAX_ERROR = "syntax-error"
    """The SMTP dialogue itself went wrong."""
    SYSTEM_ERROR = "system-error"
    """The receiving system is broken or misconfigured."""
    SYSTEM_FULL = "system-full"
    """The receiving system's disk is full."""
    TOO_MANY_CONN = "too-many-conn"
    """Too many connections or recipients at once."""
    USER_UNKNOWN = "user-unknown"
    """No such mailbox."""
    VIRUS_DETECTED = "virus-detected"
    """The content was taken for malware."""
    UNDEFINED = "undefined"
    """Not recognised.  What was seen stands beside it."""
    DELIVERED = "delivered"
    """No failure: a success report that somebody asked for."""
    FEEDBACK = "feedback"
    """No failure: the recipient complained (ARF, SES Complaint)."""
    VACATION = "vacation"
    """No failure: an automatic reply."""


FAILURES = frozenset(Reason) - {Reason.DELIVERED, Reason.FEEDBACK, Reason.VACATION}

HARD = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.HAS_MOVED, Reason.NOT_ACCEPT})
"""Reasons that stay: writing to that address again will fail again (class 5 only)."""

_R = Reason
_FAMILIES = (
    {_R.USER_UNKNOWN, _R.SUSPEND, _R.HAS_MOVED, _R.FILTERED, _R.HOST_UNKNOWN, _R.NOT_ACCEPT},
    {_R.MAILBOX_FULL, _R.SYSTEM_FULL},
    {_R.MESG_TOO_BIG, _R.EXCEED_LIMIT},
    {_R.EXPIRED, _R.NETWORK_ERROR, _R.ON_HOLD, _R.SYSTEM_ERROR},
    {_R.HOST_UNKNOWN, _R.NETWORK_ERROR},
    {_R.SPEEDING, _R.TOO_MANY_CONN, _R.ON_HOLD},
    {_R.BLOCKED, _R.BAD_REPUTATION, _R.POLICY_VIOLATION},
    {_R.SPAM_DETECTED, _R.VIRUS_DETECTED, _R.POLICY_VIOLATION},
    {_R.NOT_COMPLIANT_RFC, _R.CONTENT_ERROR, _R.SYNTAX_ERROR},
    {_R.REJECTED, _R.SECURITY_ERROR, _R.POLICY_VIOLATION, _R.AUTH_FAILURE},
    {_R.NO_RELAYING, _R.SECURITY_ERROR},
)
KIN = {
    reason: frozenset(other for family in _FAMILIES if reason in family for other in family)
    for reason in Reason
}
"""Reasons that refusals often give together: each does not put the others in doubt."""
