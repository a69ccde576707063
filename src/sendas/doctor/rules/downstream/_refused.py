"""Which refusal of a recipient's system a bounce tells of, and what follows for the verdict.

One refusal belongs to one rule.  Texts decide before codes, because one code
has many meanings (RULES 11); a reason that the bounce reader found decides
where neither does.  Texts and codes: docs/facts/smtp-codes.tsv.
"""

import functools
import re

from collections.abc import Mapping
from dataclasses import dataclass, field

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
from sendas.bounce.refusal import CLIENT
from sendas.doctor.evidence import Evidence, Symptom
from sendas.doctor.model import Exhibit, Status, Verdict
from sendas.ses.suppression import Suppressed
from sendas.smtp.replies import code_of_words


GMAIL_SEND_AS, _SES = "gmail-send-as", "ses"
AUTHENTICATION = (
    "DNS001", "DNS002", "DNS003", "DNS004", "DNS005", "DNS007", "DNS008", "DNS009", "DNS011",
    "DNS012", "DNS013", "DNS018", "DNS019", "DNS021", "DNS101", "DNS102", "DNS103", "DNS104",
    "ID003", "ID004", "ID101", "ID102",
)  # fmt: skip
"""Rules whose failure leaves mail without a DKIM or SPF that DMARC accepts (RULES 12)."""
_MOST_SHOWN = 10
UNMATCHED = "DS101"
TRANSIENT = "DS010"

# What SES says for itself is no recipient's word (FACTS 3.2, 13).
_SES_ITSELF = re.compile(
    r"Access denied: User|Email address is not verified|Sending paused|Account is paused"
    r"|Throttling failure|MAIL FROM domain not verified|Transaction failed:"
    r"|SES has suppressed|OnAccountSuppressionList|Authentication Credentials Invalid"
    r"|Account not subscribed to SES|Signature Version 2|CustomFromDenied"
    r"|TLS required by recipient",
    re.IGNORECASE,
)
_SES_TOO = re.compile(r"Message is too long", re.IGNORECASE)
"""What SES says, and others say as well."""
_NO_FAILURE = frozenset({"delivered", "feedback", "vacation", "suppressed"})

_UNAUTHENTICATED = (
    r"[45]\.7\.(23|26|27|30|31|32|40)\b|requires all senders to authenticate|hard fail policy"
    r"|domain's DMARC policy|must pass either SPF or DKIM"
)
_NO_SUCH_USER = (
    r"5\.1\.(1|10)\b|user unknown|unknown user|no such user|does not exist|RecipientNotFound"
    r"|5\.5\.0.*mailbox unavailable"
)
_TEXTS: tuple[tuple[str, str], ...] = (
    ("DS001", r"5\.7\.515|required authentication level"),
    ("DS002", r"5\.7\.509|does not pass DMARC verification"),
    ("DS003", r"S3140|S3150|part of their network is on our block list"),
    ("DS019", r"5\.7\.511|5\.7\.6(0[6-9]|[1-4]\d)\b|banned sending IP"),
    ("DS020", r"5\.7\.64\b|5\.7\.7[0-4]\d\b|5\.7\.750|TenantAttribution"),
    ("DS006", r"[45]\.7\.28|unusual rate of"),
    ("DS009", r"not RFC 5322 compliant|duplicate (message )?headers?|multiple From"),
    ("DS005", r"likely (unsolicited|suspicious)|detected that this message is .{0,20}unsolicited"),
    ("DS004", _UNAUTHENTICATED),
    ("DS018", r"5\.4\.(6|14)\b|routing loop|too many hops|hop count exceeded"),
    ("DS007", r"receiving mail (at a rate|too quickly)|5\.2\.12[12]|account.{0,40}is disabled"),
    ("DS008", r"out of storage|over ?quota|mailbox (is )?full|quota exceeded"),
    ("DS016", r"relay access denied|recipient address rejected: access denied"),
    ("DS102", _NO_SUCH_USER),
    ("DS011", r"content rejected|attachment rejected|5\.7\.0 .*(content|attachment)"),
    (TRANSIENT, r"gr[ae]y-?list|try again later|temporarily (deferred|rejected|unavailable)"),
)
_PATTERNS = tuple((code, re.compile(text, re.IGNORECASE)) for code, text in _TEXTS)

_STATUSES: Mapping[str, str] = {
    "4.2.1": "DS007", "5.2.1": "DS007", "4.2.2": "DS008", "5.2.2": "DS008",
    "5.4.1": "DS016", "5.1.1": "DS102",
}  # fmt: skip

_REASONS: Mapping[Reason, str] = {
    Reason.AUTH_FAILURE: "DS004", Reason.SPAM_DETECTED: "DS005", Reason.BAD_REPUTATION: "DS005",
    Reason.SPEEDING: "DS006", Reason.SUSPEND: "DS007", Reason.MAILBOX_FULL: "DS008",
    Reason.NOT_COMPLIANT_RFC: "DS009", Reason.CONTENT_ERROR: "DS011",
    Reason.VIRUS_DETECTED: "DS011", Reason.NO_RELAYING: "DS016", Reason.USER_UNKNOWN: "DS102",
    Reason.HAS_MOVED: "DS102", Reason.HOST_UNKNOWN: "DS102", Reason.NOT_ACCEPT: "DS102",
}  # fmt: skip

_BY_NAME = {str(reason): code for reason, code in _REASONS.items()}

UNRULED: Mapping[Reason, str] = {
    Reason.BLOCKED: "it blocks the host that sent it",
    Reason.EXCEED_LIMIT: "it is larger than this recipient may receive",
    Reason.EXPIRED: "it could not be delivered for as long as was tried",
    Reason.FAILED_STARTTLS: "TLS was demanded and could not be had",
    Reason.FILTERED: "a filter of the recipient's stopped it",
    Reason.MAILER_ERROR: "the program that takes the recipient's mail failed",
    Reason.MESG_TOO_BIG: "it is larger than the server takes",
    Reason.NETWORK_ERROR: "DNS, the route or the connection failed",
    Reason.ON_HOLD: "a temporary failure that does not say why",
    Reason.POLICY_VIOLATION: "a policy that it does not spell out",
    Reason.REJECTED: "it refuses the sender's address or domain",
    Reason.REQUIRE_PTR: "the sending host's reverse DNS is missing or does not match",
    Reason.SECURITY_ERROR: "it is not permitted",
    Reason.SYNTAX_ERROR: "the SMTP dialogue went wrong",
    Reason.SYSTEM_ERROR: "the receiving system is broken or misconfigured",
    Reason.SYSTEM_FULL: "the receiving system's disk is full",
    Reason.TOO_MANY_CONN: "too many connections or recipients at once",
}
"""Reasons without a rule of their own: put off if temporary, else DS101 names them."""


def is_downstream(symptom: Symptom) -> bool:
    """Whether a recipient's system speaks, rather than Gmail or SES."""
    return (
        symptom.reporter not in {GMAIL_SEND_AS, CLIENT}
        and symptom.reason not in _NO_FAILURE
        and not _SES_ITSELF.search(symptom.text)
        and not (symptom.reporter == _SES and _is_of_ses(symptom))
    )


def _is_of_ses(symptom: Symptom) -> bool:
    """Whether SES speaks for itself, and does not report what a recipient's server said."""
    if _SES_TOO.search(symptom.text):
        return True
    # A bare reply: what SES passes on stands behind the recipient's own codes.  X.0.0 is what
    # a mail server writes into its log for a reply without one (Postfix, dsn=5.0.0).
    unsaid = symptom.status is None or symptom.status.endswith(".0.0")
    bare = unsaid and symptom.reply_code is not None
    return bare and code_of_words(symptom.text) == symptom.reply_code


def rule_for(symptom: Symptom) -> str:
    """The code of the rule that the refusal belongs to."""
    said = " ".join(f"{symptom.status or ''} {symptom.text}".split())
    for code, pattern in _PATTERNS:
        if pattern.search(said):
            return code
    known = _STATUSES.get(symptom.status or "") or _BY_NAME.get(symptom.reason or "")
    if known:
        return known
    reply, status = symptom.reply_code or 0, symptom.status or ""
    soft = 400 <= reply < 500 or (not reply and status.startswith("4."))  # noqa: PLR2004  RFC 5321, 4.2.1
    return TRANSIENT if soft else UNMATCHED


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one rule says when its refusal is met."""

    title: str
    cause: str
    help: Help
    status: Status = field(default=Status.FAIL)
    owner: Owner | None = None


def told(evidence: Evidence, code: str) -> tuple[Symptom, ...]:
    """The refusals among what was shown that belong to the rule *code*."""
    return tuple(symptom for symptom in evidence.symptoms if _belongs_to(symptom) == code)


@functools.lru_cache(maxsize=16_384)
def _belongs_to(symptom: Symptom) -> str | None:
    """Sorted once, not once for each rule: a mailbox of bounces holds thousands."""
    return rule_for(symptom) if is_downstream(symptom) else None


def verdict(evidence: Evidence, symptoms: tuple[Symptom, ...], refusal: Refusal) -> Verdict | None:
    """The verdict on *symptoms*; None without any.

    Where every recipient has been put on a suppression list since, the refusal
    is how that began and not what stops mail now: SUP001 is the root.
    """
    if not symptoms:
        return None
    exhibits = tuple(_exhibit(symptom) for symptom in symptoms[:_MOST_SHOWN])
    if len(symptoms) > _MOST_SHOWN:
        exhibits += (Exhibit("more of the same", f"{len(symptoms) - _MOST_SHOWN} refusals"),)
    if all(_listed(evidence, symptom) for symptom in symptoms):
        return Verdict(
            Status.INFO,
            f"{refusal.title}; since then SES withholds mail to it",
            f"{refusal.cause} Now the suppression list stops the mail before it leaves.",
            exhibits,
            owner=refusal.owner,
        )
    return Verdict(
        refusal.status, refusal.title, refusal.cause, exhibits, (refusal.help,), refusal.owner
    )


def _listed(evidence: Evidence, symptom: Symptom) -> bool:
    address = (symptom.recipient or evidence.subject.to_address or "").lower()
    return any(
        isinstance(entry, Suppressed) and name.lower() == address
        for region in evidence.regions.values()
        for name, entry in region.suppressed.items()
    )


def _exhibit(symptom: Symptom) -> Exhibit:
    whom = f" for {symptom.recipient}" if symptom.recipient else ""
    code = " ".join(str(part) for part in (symptom.reply_code, symptom.status) if part)
    text = " ".join(symptom.text.split())
    known = not code or text.startswith(code) or (symptom.status or "-") in text
    return Exhibit(f"refusal by {symptom.reporter}{whom}", text if known else f"{code} {text}")
