"""What an SMTP endpoint answers to whoever submits: SES, or a relay, as Gmail quotes it.

SES's own texts are ``sendas.smtp.replies``'; here stands which reason and which
doctor's rules each leads to, and the words that are Gmail's or a relay's.
"""

from dataclasses import dataclass

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
from sendas.smtp.client_words import end_told
from sendas.smtp.meaning import Cause
from sendas.smtp.probe import Outcome, Reply, Stage
from sendas.smtp.replies import classify, code_of_words
from sendas.smtp.verdict import conclusion_of


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A refusal at submission: the mail never left."""

    text: str
    reason: Reason
    owner: Owner
    says: str
    help: tuple[Help, ...]
    rules: tuple[str, ...]
    source: str = "seen (Gmail send-as)"


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What a known reply of SES leads to; *held* is who holds the wrong value under send-as."""

    cause: Cause
    reason: Reason
    rules: tuple[str, ...]
    held: Owner | None = None


PASTE = Help(
    "Paste the right pair in Gmail: Settings, Accounts and Import, Send mail as, edit info. The "
    "user name is the access key id, the password is the SES SMTP password of that key for that "
    "Region.",
)
_CHECK = Help("Dial the server and see how far a login comes.", commands=("sendas smtp check",))
_PAIR = Help("Find out what the stored password is.", commands=("sendas password identify",))
_KEY = Help(
    "See whether the access key still exists and is active.",
    commands=("aws iam list-access-keys", "sendas doctor"),
)
_GMAIL = Owner.GMAIL
_LOGIN_RULES = ("PW019", "PW020", "PW003", "PW004", "PW001")

CAUSES: tuple[CauseRow, ...] = (
    CauseRow(Cause.CREDENTIALS_INVALID, Reason.SECURITY_ERROR, _LOGIN_RULES, _GMAIL),
    CauseRow(Cause.SIGV2_DEPRECATED, Reason.SECURITY_ERROR, ("PW002",), _GMAIL),
    CauseRow(Cause.NOT_SUBSCRIBED, Reason.SECURITY_ERROR, ("SMTP007",)),
    CauseRow(Cause.AUTH_REQUIRED, Reason.SECURITY_ERROR, ("DNS016",), _GMAIL),
    CauseRow(Cause.STARTTLS_REQUIRED, Reason.FAILED_STARTTLS, ("SMTP008",), _GMAIL),
    CauseRow(Cause.TEMPORARY_AUTH_FAILURE, Reason.ON_HOLD, ("SMTP005",)),
    CauseRow(Cause.TEMPORARY_FAILURE, Reason.ON_HOLD, ()),
    CauseRow(Cause.SLOW_CLIENT, Reason.EXPIRED, ()),
    CauseRow(Cause.TOO_MANY_CONNECTIONS, Reason.TOO_MANY_CONN, ("SMTP012",)),
    CauseRow(Cause.DAILY_QUOTA, Reason.SPEEDING, ("ACC004",)),
    CauseRow(Cause.SEND_RATE, Reason.SPEEDING, ("ACC005",)),
    CauseRow(Cause.SIGV2_RATE, Reason.SPEEDING, ("ACC006", "PW002")),
    CauseRow(Cause.ACCESS_DENIED, Reason.SECURITY_ERROR, ("IAM001", "IAM002", "IAM003", "IAM010")),
    CauseRow(Cause.NOT_VERIFIED, Reason.SECURITY_ERROR, ("ID001", "ID002")),
    CauseRow(Cause.SENDING_PAUSED, Reason.SECURITY_ERROR, ("ACC001", "ACC003")),
    CauseRow(Cause.MAIL_FROM_NOT_VERIFIED, Reason.REJECTED, ("ID009", "DNS007")),
    CauseRow(Cause.DUPLICATE_HEADER, Reason.CONTENT_ERROR, ("DS009",)),
    CauseRow(Cause.INVALID_DOMAIN, Reason.SYNTAX_ERROR, ()),
    CauseRow(Cause.BAD_ADDRESS, Reason.SYNTAX_ERROR, ()),
    CauseRow(Cause.TOO_LONG, Reason.MESG_TOO_BIG, ()),
)
_BY_CAUSE = {row.cause: row for row in CAUSES}

SUBMISSION: tuple[SubmissionRow, ...] = (
    SubmissionRow(
        "does not advertise auth",
        Reason.SECURITY_ERROR,
        Owner.CODE,
        "The SMTP server that Gmail was given offers no login on that port.",
        (
            Help(
                "Let the relay advertise AUTH once TLS is on; or use SES's own endpoint, port 587 "
                "with TLS."
            ),
            _CHECK,
        ),
        ("GM012",),
    ),
    SubmissionRow(
        "certificate doesn't match",
        Reason.FAILED_STARTTLS,
        Owner.CODE,
        "The SMTP server's certificate is not for the name that was typed into Gmail.",
        (Help("Give the relay a public certificate for exactly that host name."), _CHECK),
        ("GM011",),
    ),
    SubmissionRow(
        "tls negotiation failed",
        Reason.FAILED_STARTTLS,
        _GMAIL,
        "Gmail could not agree on TLS with the SMTP server it was given.",
        (
            Help("In Gmail choose TLS with port 587, or SSL with port 465."),
            _CHECK,
        ),
        ("SMTP008", "GM011"),
    ),
    SubmissionRow(
        "you must send through",
        Reason.SECURITY_ERROR,
        _GMAIL,
        "The Workspace administrator does not let users send through foreign servers.",
        (
            Help(
                "In the Workspace admin console switch on: Allow per-user outbound gateways.",
                wait_seconds=3600,
            ),
        ),
        ("GM010",),
    ),
    SubmissionRow(
        "timed out",
        Reason.EXPIRED,
        _GMAIL,
        "Gmail could not reach the SMTP server it was given, or it stopped answering.",
        (Help("Check host name and port in Gmail's settings."), _CHECK),
        ("SMTP009",),
    ),
    SubmissionRow(
        "couldn't reach server",
        Reason.NETWORK_ERROR,
        _GMAIL,
        "Gmail could not reach the SMTP server it was given.",
        (
            Help(
                "Check host name and port in Gmail's dialog, and that TLS goes with 587, SSL with "
                "465."
            ),
            _CHECK,
        ),
        ("SMTP102", "SMTP009"),
        "seen (Gmail, Add another email address)",
    ),
    SubmissionRow(
        "responding too slowly",
        Reason.EXPIRED,
        _GMAIL,
        "The SMTP server that Gmail was given did not answer in time.",
        (Help("Check port and TLS mode in Gmail's dialog: TLS with 587, SSL with 465."), _CHECK),
        ("SMTP008", "SMTP009"),
        "seen (Gmail, Add another email address)",
    ),
    SubmissionRow(
        "changing your ssl settings",
        Reason.FAILED_STARTTLS,
        _GMAIL,
        "Gmail and the SMTP server it was given do not begin TLS the same way.",
        (Help("In Gmail choose TLS with port 587, or SSL with port 465."), _CHECK),
        ("SMTP008",),
        "seen (Gmail, Add another email address)",
    ),
    SubmissionRow(
        "secure ssl connection",
        Reason.FAILED_STARTTLS,
        _GMAIL,
        "Gmail could not begin TLS with the SMTP server it was given.",
        (Help("In Gmail choose TLS with port 587, or SSL with port 465."), _CHECK),
        ("SMTP008",),
        "seen (Gmail, Add another email address)",
    ),
    SubmissionRow(
        "check your username/password",
        Reason.SECURITY_ERROR,
        _GMAIL,
        "The SMTP server refused the user name and password that were typed into Gmail.",
        (_PAIR, _KEY, PASTE),
        _LOGIN_RULES,
        "seen (Gmail, Add another email address)",
    ),
    SubmissionRow(
        "username and password not accepted",
        Reason.SECURITY_ERROR,
        _GMAIL,
        "The SMTP server refused the user name and password that Gmail holds.",
        (_PAIR, _KEY, PASTE),
        _LOGIN_RULES,
    ),
    SubmissionRow(
        "authentication",
        Reason.SECURITY_ERROR,
        _GMAIL,
        "The SMTP server refused the user name and password that Gmail holds.",
        (_PAIR, _KEY, PASTE),
        _LOGIN_RULES,
    ),
)
"""What Gmail quotes where SES's own table knows nothing; first match wins, lower case."""


_UNANSWERED: dict[Outcome, tuple[Reason, tuple[str, ...]]] = {
    Outcome.WRONG_TLS_MODE: (Reason.FAILED_STARTTLS, ("SMTP109", "SMTP008")),
    Outcome.BAD_CERTIFICATE: (Reason.FAILED_STARTTLS, ("SMTP109", "SMTP103")),
    Outcome.TLS_FAILED: (Reason.FAILED_STARTTLS, ("SMTP109", "SMTP008")),
    Outcome.STARTTLS_NOT_OFFERED: (Reason.FAILED_STARTTLS, ("SMTP109", "SMTP106")),
    Outcome.NAME_UNKNOWN: (Reason.NETWORK_ERROR, ("SMTP109", "SMTP102")),
    Outcome.NO_ROUTE: (Reason.NETWORK_ERROR, ("SMTP109",)),
    Outcome.CONNECTION_REFUSED: (Reason.NETWORK_ERROR, ("SMTP109", "SMTP009")),
    Outcome.AUTH_NOT_OFFERED: (Reason.SECURITY_ERROR, ("SMTP109", "SMTP104")),
    Outcome.BLOCKED: (Reason.EXPIRED, ("SMTP109", "SMTP009")),
    Outcome.DISCONNECTED: (Reason.NETWORK_ERROR, ("SMTP109", "SMTP008")),
}
"""What it leads to that a client of the owner's came as far as no reply."""


def unanswered(text: str) -> SubmissionRow | None:
    """What a client's *text* means that tells of no reply at all; None if it tells of none."""
    end = end_told(text)
    if end is None:
        return None
    reason, rules = _UNANSWERED[end]
    said = conclusion_of(end)
    help_ = (*said.help, _CHECK)
    return SubmissionRow(text, reason, said.owner, said.words, help_, rules)


_AT_LOGIN = frozenset(
    {
        Cause.AUTH_REQUIRED,
        Cause.STARTTLS_REQUIRED,
        Cause.TEMPORARY_AUTH_FAILURE,
        Cause.TEMPORARY_FAILURE,
        Cause.SLOW_CLIENT,
        Cause.TOO_MANY_CONNECTIONS,
    }
)
"""Causes whose texts a relay other than SES might say as well, to whoever submits."""


def at_login(lowered: str, reply_code: str) -> SubmissionRow | None:
    """What a reply without x.y.z says to whoever submits; None where it is not known.

    Some programs leave its three digits out: then the words alone tell.
    """
    code = reply_code or str(code_of_words(lowered) or "")
    if not code:
        return None
    meaning = classify(Reply(int(code), (lowered,)), Stage.SEND)
    return at_submission(lowered, code, send_as=False) if meaning.cause in _AT_LOGIN else None


def at_submission(lowered: str, reply_code: str, *, send_as: bool) -> SubmissionRow | None:
    """What *lowered*, the endpoint's answer, means; None where it is not known.

    *send_as*: Gmail holds the credential, so that Gmail is where it is mended.
    """
    if reply_code:
        meaning = classify(Reply(int(reply_code), (lowered,)), Stage.SEND)
        row = _BY_CAUSE.get(meaning.cause)
        if row is not None:
            held = row.held if send_as else None
            pasted = (
                (*meaning.help, _KEY, PASTE) if held and "PW" in row.rules[0] else meaning.help
            )
            return SubmissionRow(
                lowered, row.reason, held or meaning.owner, meaning.words, pasted, row.rules
            )
    return next((row for row in SUBMISSION if row.text in lowered), None) if send_as else None
