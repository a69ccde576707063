"""IANA's registry of enhanced status codes, whole, and the reply codes that say something.

Source: iana.org/assignments/smtp-enhanced-status-codes (2024-12-06): RFC 3463, 3886, 4468, 4865,
4954, 5248, 5321, 6409, 6531, 6710, 7293, 7372, 7504, 7505, 8689.  What a code says in general is
worth little: servers give 5.7.1 and 5.1.0 for everything.  What only one thing is given for is
worth much.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sendas.advice import Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row, Weight


@dataclass(frozen=True, slots=True)
class Meant:
    """What a code means: its row, and the reasons that agree with it."""

    row: Row
    reasons: frozenset[Reason]


@dataclass(frozen=True, slots=True)
class Registry:
    """By subject and detail (``7.25``), and the rows of bare reply codes."""

    statuses: Mapping[str, Meant]
    replies: tuple[Row, ...]


_R = Reason
_SAYS_IT, _HINTS, _SAYS_LITTLE = Weight.SPECIFIC, Weight.CODE, Weight.HOLLOW

_CODES: tuple[tuple[str, Reason, Weight, str, tuple[Reason, ...]], ...] = (
    ("1.1", _R.USER_UNKNOWN, _HINTS, "Bad destination mailbox address", (_R.SUSPEND,)),
    ("1.2", _R.HOST_UNKNOWN, _HINTS, "Bad destination system address", ()),
    ("1.3", _R.USER_UNKNOWN, _HINTS, "Bad destination mailbox address syntax", (_R.SYNTAX_ERROR,)),
    ("1.4", _R.USER_UNKNOWN, _HINTS, "Destination mailbox address ambiguous", ()),
    ("1.6", _R.HAS_MOVED, _HINTS, "Destination mailbox has moved", (_R.USER_UNKNOWN,)),
    ("1.7", _R.REJECTED, _HINTS, "Bad sender's mailbox address syntax", ()),
    ("1.8", _R.REJECTED, _HINTS, "Bad sender's system address", ()),
    ("1.9", _R.REJECTED, _HINTS, "Message relayed to non-compliant mailer", ()),
    ("1.10", _R.NOT_ACCEPT, _HINTS, "Recipient address has null MX", (_R.USER_UNKNOWN,)),
    ("2.1", _R.SUSPEND, _HINTS, "Mailbox disabled, not accepting messages", (_R.USER_UNKNOWN,)),
    ("2.2", _R.MAILBOX_FULL, _HINTS, "Mailbox full", ()),
    ("2.3", _R.EXCEED_LIMIT, _HINTS, "Message length exceeds administrative limit",
     (_R.MESG_TOO_BIG,)),
    ("2.4", _R.FILTERED, _HINTS, "Mailing list expansion problem", (_R.REJECTED,)),
    ("3.0", _R.SYSTEM_ERROR, _SAYS_LITTLE, "Other or undefined mail system status", ()),
    ("3.1", _R.SYSTEM_FULL, _HINTS, "Mail system full", (_R.SYSTEM_ERROR,)),
    ("3.2", _R.SYSTEM_ERROR, _HINTS, "System not accepting network messages", (_R.NOT_ACCEPT,)),
    ("3.3", _R.SYSTEM_ERROR, _HINTS, "System not capable of selected features", ()),
    ("3.4", _R.MESG_TOO_BIG, _HINTS, "Message too big for system", (_R.EXCEED_LIMIT,)),
    ("3.5", _R.SYSTEM_ERROR, _HINTS, "System incorrectly configured", ()),
    ("3.6", _R.ON_HOLD, _SAYS_IT, "Requested priority was changed", ()),
    ("4.0", _R.NETWORK_ERROR, _SAYS_LITTLE, "Other or undefined network or routing status", ()),
    ("4.1", _R.EXPIRED, _HINTS, "No answer from host", (_R.NETWORK_ERROR,)),
    ("4.2", _R.NETWORK_ERROR, _HINTS, "Bad connection", (_R.EXPIRED,)),
    ("4.3", _R.NETWORK_ERROR, _HINTS, "Directory server failure", (_R.SYSTEM_ERROR,)),
    ("4.4", _R.NETWORK_ERROR, _HINTS, "Unable to route", (_R.HOST_UNKNOWN,)),
    ("4.5", _R.ON_HOLD, _HINTS, "Mail system congestion", (_R.SYSTEM_ERROR, _R.SPEEDING)),
    ("4.6", _R.NETWORK_ERROR, _HINTS, "Routing loop detected", ()),
    ("4.7", _R.EXPIRED, _HINTS, "Delivery time expired", ()),
    ("4.14", _R.NETWORK_ERROR, _HINTS, "Microsoft: hop count exceeded", ()),
    ("5.0", _R.SYNTAX_ERROR, _SAYS_LITTLE, "Other or undefined protocol status", ()),
    ("5.1", _R.SYNTAX_ERROR, _HINTS, "Invalid command", ()),
    ("5.2", _R.SYNTAX_ERROR, _HINTS, "Syntax error", ()),
    ("5.3", _R.TOO_MANY_CONN, _SAYS_IT, "Too many recipients", (_R.SPEEDING,)),
    ("5.4", _R.SYNTAX_ERROR, _HINTS, "Invalid command arguments", ()),
    ("5.5", _R.SYNTAX_ERROR, _HINTS, "Wrong protocol version", ()),
    ("5.6", _R.SYNTAX_ERROR, _SAYS_IT, "Authentication exchange line is too long", ()),
    ("6.0", _R.CONTENT_ERROR, _HINTS, "Other or undefined media error", (_R.NOT_COMPLIANT_RFC,)),
    ("6.1", _R.CONTENT_ERROR, _HINTS, "Media not supported", ()),
    ("6.2", _R.CONTENT_ERROR, _HINTS, "Conversion required and prohibited", ()),
    ("6.3", _R.CONTENT_ERROR, _HINTS, "Conversion required but not supported", ()),
    ("6.4", _R.CONTENT_ERROR, _HINTS, "Conversion with loss performed", ()),
    ("6.5", _R.CONTENT_ERROR, _HINTS, "Conversion failed", ()),
    ("6.6", _R.CONTENT_ERROR, _HINTS, "Message content not available", ()),
    ("6.7", _R.CONTENT_ERROR, _SAYS_IT, "Non-ASCII addresses not permitted", ()),
    ("6.8", _R.CONTENT_ERROR, _SAYS_IT, "UTF-8 string reply is required", ()),
    ("6.9", _R.CONTENT_ERROR, _SAYS_IT, "UTF-8 header message cannot be transferred", ()),
    ("6.10", _R.CONTENT_ERROR, _SAYS_IT, "UTF-8 header message cannot be transferred", ()),
    ("7.0", _R.POLICY_VIOLATION, _SAYS_LITTLE, "Other or undefined security status", ()),
    ("7.1", _R.POLICY_VIOLATION, _SAYS_LITTLE, "Delivery not authorized, message refused", ()),
    ("7.2", _R.REJECTED, _HINTS, "Mailing list expansion prohibited", (_R.SECURITY_ERROR,)),
    ("7.4", _R.SECURITY_ERROR, _HINTS, "Security features not supported", ()),
    ("7.5", _R.SECURITY_ERROR, _HINTS, "Cryptographic failure", (_R.AUTH_FAILURE,)),
    ("7.6", _R.SECURITY_ERROR, _HINTS, "Cryptographic algorithm not supported", ()),
    ("7.7", _R.SECURITY_ERROR, _HINTS, "Message integrity failure", (_R.AUTH_FAILURE,)),
    ("7.8", _R.SECURITY_ERROR, _HINTS, "Authentication credentials invalid", ()),
    ("7.9", _R.SECURITY_ERROR, _HINTS, "Authentication mechanism is too weak", ()),
    ("7.10", _R.FAILED_STARTTLS, _HINTS, "Encryption needed", ()),
    ("7.11", _R.SECURITY_ERROR, _HINTS, "Encryption required for requested mechanism", ()),
    ("7.12", _R.SECURITY_ERROR, _HINTS, "A password transition is needed", ()),
    ("7.13", _R.SUSPEND, _SAYS_IT, "User account disabled", ()),
    ("7.14", _R.SECURITY_ERROR, _SAYS_IT, "Trust relationship required", ()),
    ("7.15", _R.ON_HOLD, _SAYS_IT, "Priority level is too low", ()),
    ("7.16", _R.MESG_TOO_BIG, _SAYS_IT, "Message is too big for the specified priority", ()),
    ("7.17", _R.HAS_MOVED, _SAYS_IT, "Mailbox owner has changed", ()),
    ("7.18", _R.HAS_MOVED, _SAYS_IT, "Domain owner has changed", ()),
    ("7.19", _R.HAS_MOVED, _HINTS, "RRVS test cannot be completed", ()),
    ("7.20", _R.AUTH_FAILURE, _SAYS_IT, "No passing DKIM signature found", ()),
    ("7.21", _R.AUTH_FAILURE, _SAYS_IT, "No acceptable DKIM signature found", ()),
    ("7.22", _R.AUTH_FAILURE, _SAYS_IT, "No valid author-matched DKIM signature found", ()),
    ("7.23", _R.AUTH_FAILURE, _SAYS_IT, "SPF validation failed", ()),
    ("7.24", _R.AUTH_FAILURE, _SAYS_IT, "SPF validation error", ()),
    ("7.25", _R.REQUIRE_PTR, _SAYS_IT, "Reverse DNS validation failed", ()),
    ("7.26", _R.AUTH_FAILURE, _SAYS_IT, "Multiple authentication checks failed", ()),
    ("7.27", _R.REJECTED, _SAYS_IT, "Sender address has null MX", (_R.AUTH_FAILURE,)),
    ("7.28", _R.SPEEDING, _SAYS_IT, "Mail flood detected", ()),
    ("7.29", _R.AUTH_FAILURE, _SAYS_IT, "ARC validation failure", ()),
    ("7.30", _R.FAILED_STARTTLS, _SAYS_IT, "REQUIRETLS support required", ()),
)  # fmt: skip
"""Detail, reason, weight, the registry's own name, and reasons that do not contradict it."""

_OWNERS = {
    "7.8": Owner.IAM, "7.9": Owner.CODE, "7.10": Owner.CODE, "7.11": Owner.CODE, "7.12": Owner.IAM,
    "7.27": Owner.DNS, "1.7": Owner.CODE, "1.8": Owner.DNS,
}  # fmt: skip

_REPLIES: tuple[tuple[str, Reason, str], ...] = (
    ("500", _R.SYNTAX_ERROR, "RFC 5321, 4.2.2: command unrecognized"),
    ("501", _R.SYNTAX_ERROR, "RFC 5321, 4.2.2: syntax error in parameters"),
    ("502", _R.SYNTAX_ERROR, "RFC 5321, 4.2.2: command not implemented"),
    ("503", _R.SYNTAX_ERROR, "RFC 5321, 4.2.2: bad sequence of commands"),
    ("504", _R.SYNTAX_ERROR, "RFC 5321, 4.2.2: parameter not implemented"),
    ("555", _R.SYNTAX_ERROR, "RFC 5321, 4.1.1.11: parameters not recognized"),
    ("530", _R.SECURITY_ERROR, "RFC 4954, 6: authentication required"),
    ("521", _R.NOT_ACCEPT, "RFC 7504, 3: the server takes no mail"),
    ("556", _R.NOT_ACCEPT, "RFC 7504, 3; RFC 7505, 4.2: the domain takes no mail"),
    ("534", _R.SECURITY_ERROR, "RFC 4954, 6: the mechanism is too weak"),
    ("535", _R.SECURITY_ERROR, "RFC 4954, 6: the credentials are not valid"),
    ("538", _R.SECURITY_ERROR, "RFC 4954, 6: the mechanism wants encryption"),
    ("523", _R.FAILED_STARTTLS, "RFC 5248, 3.2: encryption needed"),
    ("525", _R.SUSPEND, "RFC 5248, 3.2: user account disabled"),
)


_REPLY_WEIGHTS = {"535": Weight.SPECIFIC, "534": Weight.GENERAL, "538": Weight.GENERAL}
"""Given for logins only; the others are given for much else as well."""


def _registry() -> Registry:
    statuses = {}
    for detail, reason, weight, name, others in _CODES:
        source = f"IANA, X.{detail}: {name}"
        row = Row(reason, source, codes=(f"x.{detail}",), weight=weight,
                  owner=_OWNERS.get(detail))  # fmt: skip
        statuses[detail] = Meant(row, frozenset({reason, *others}))
    replies = tuple(
        Row(
            reason,
            source,
            codes=(code,),
            weight=_REPLY_WEIGHTS.get(code, Weight.CODE),
            owner=Owner.SENDER if reason is Reason.SECURITY_ERROR else None,
        )
        for code, reason, source in _REPLIES
    )
    return Registry(statuses, replies)


REGISTRY = _registry()


def meaning_of(status: str) -> Meant | None:
    """What the enhanced code *status* means by the registry; None where it says nothing."""
    return REGISTRY.statuses.get(status[2:]) if status else None
