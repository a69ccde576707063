"""What SES says only to whoever submits: by its API, or quoted without the code in front.

Sources: SES API reference (``SendEmail`` errors, v1 and v2), IAM common errors, FACTS 6.
What SMTP's texts mean is ``sendas.smtp.replies``' to say; here stands the code of each.
"""

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason
from sendas.bounce.tables.submission import SubmissionRow, at_submission


_API = "SES API reference, SendEmail: errors; IAM guide, common errors"
_OF_ALL_OF_AWS = "not authorized to perform"
_DOCTOR = Help("Ask the doctor which layer it is.", commands=("sendas doctor",))

CODES: tuple[tuple[str, str], ...] = (
    ("email address is not verified", "554"),
    ("sending paused for this", "554"),
    ("account is paused", "554"),
    ("mail from domain not verified", "554"),
    ("daily message quota exceeded", "454"),
    ("maximum sending rate exceeded", "454"),
    ("maximum sigv2 smtp sending rate exceeded", "454"),
    ("authentication credentials invalid", "535"),
    ("account not subscribed to ses", "535"),
    ("signature version 2 is deprecated", "535"),
    ("timeout waiting for data from client", "451"),
    ("invalid mail from address provided", "501"),
    ("invalid rcpt to address provided", "501"),
    ("transaction failed: duplicate header", "554"),
    ("transaction failed: invalid domain name", "554"),
)
"""Lower-case texts that nobody but SES writes, and the reply code SMTP gives them."""

API_ROWS: tuple[SubmissionRow, ...] = (
    SubmissionRow(
        _OF_ALL_OF_AWS,
        Reason.SECURITY_ERROR,
        Owner.IAM,
        "IAM does not let this user or role send as this identity.",
        (Help("Give it the action the text names, for the identity it names."), _DOCTOR),
        ("IAM001", "IAM002", "IAM003"),
        _API,
    ),
    SubmissionRow(
        "security token included in the request is",
        Reason.SECURITY_ERROR,
        Owner.IAM,
        "The access key does not exist, is inactive, or its session has expired.",
        (Help("Look whether the key is active.", commands=("aws iam list-access-keys",)), _DOCTOR),
        ("PW003", "PW004"),
        _API,
    ),
    SubmissionRow(
        "request signature we calculated does not match",
        Reason.SECURITY_ERROR,
        Owner.CODE,
        "The secret key that the program holds is not the access key's.",
        (Help("Copy the secret again; an SMTP password is no secret key."),),
        ("PW001",),
        _API,
    ),
    SubmissionRow(
        "local address contains control or whitespace",
        Reason.SYNTAX_ERROR,
        Owner.CODE,
        "An address that the program handed over holds a blank or a control character.",
        (Help("Trim the addresses before sending."),),
        (),
        "seen (SES SMTP, InvalidParameterValue)",
    ),
    SubmissionRow(
        "local address contains non-ascii",
        Reason.SYNTAX_ERROR,
        Owner.CODE,
        "SES takes no letters beyond ASCII before the @.",
        (Help("Use an address of ASCII letters; a domain goes as punycode."),),
        (),
        "SES API reference: InvalidParameterValue",
    ),
    SubmissionRow(
        "missing final '@domain'",
        Reason.SYNTAX_ERROR,
        Owner.CODE,
        "What the program handed over is no address.",
        (Help("Correct the address that the text names."),),
        (),
        "SES API reference: InvalidParameterValue",
    ),
)
"""Lower-case texts of the API that SMTP does not know; first match wins."""

SES_ALONE = tuple(
    words
    for words in (*(words for words, _ in CODES), *(row.text for row in API_ROWS))
    if words != _OF_ALL_OF_AWS
)
"""Texts that give SES away; every service of AWS says of its own actions what is left out."""


def by_ses_alone(lowered: str) -> SubmissionRow | None:
    """What *lowered* means if nobody but SES writes it; None otherwise."""
    for words, code in CODES:
        if words in lowered:
            return at_submission(lowered, code, send_as=False)
    return next((row for row in API_ROWS if row.text in lowered), None)
