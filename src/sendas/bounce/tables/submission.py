"""What an SMTP endpoint answers to whoever submits: SES, or a relay, as Gmail quotes it.

Source ``aws-troubleshoot-smtp`` is the SES developer guide, "Amazon SES SMTP issues
and response codes".
"""

from dataclasses import dataclass

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A refusal at submission: the mail never left; Gmail wraps these in ``CustomFromDenied``."""

    text: str
    reason: Reason
    owner: Owner
    says: str
    help: tuple[Help, ...]
    rules: tuple[str, ...]
    source: str = "aws-troubleshoot-smtp"


_PASTE = Help(
    "Paste the right pair in Gmail: Settings, Accounts and Import, Send mail as, edit info. "
    "The user name is the "
    "access key id, the password is the SES SMTP password of that key for that Region.",
)
_IDENTIFY = Help("Find out what the stored password is.", commands=("sendas password identify",))
_CHECK = Help("Dial the server and look how far a login comes.", commands=("sendas smtp check",))

SUBMISSION: tuple[SubmissionRow, ...] = (
    SubmissionRow(
        "signature version 2 is deprecated",
        Reason.SECURITY_ERROR,
        Owner.IAM,
        "The SMTP password was made with the old recipe (version 2), which SES no longer takes.",
        (_IDENTIFY, _PASTE),
        ("PW002",),
    ),
    SubmissionRow(
        "account not subscribed",
        Reason.SECURITY_ERROR,
        Owner.SES,
        "SES was never opened in the AWS account whose key this is.",
        (_CHECK,),
        ("SMTP007",),
    ),
    SubmissionRow(
        "temporary authentication failure",
        Reason.ON_HOLD,
        Owner.WAIT,
        "SES could not check the login just now; that is on its side.",
        (Help("Try again in a few minutes.", wait_seconds=300),),
        ("SMTP005",),
    ),
    SubmissionRow(
        "daily message quota exceeded",
        Reason.SPEEDING,
        Owner.SES,
        "The account's sending quota for 24 hours is used up, and SES dropped this mail.",
        (
            Help(
                "Wait for the quota to free itself, or have it raised; then send this mail again.",
                commands=("aws sesv2 get-account",),
                wait_seconds=86_400,
            ),
        ),
        ("ACC004", "GM008"),
    ),
    SubmissionRow(
        "maximum sending rate exceeded",
        Reason.SPEEDING,
        Owner.CODE,
        "More mails per second than the account may send.",
        (Help("Send more slowly; the client should retry after some seconds.", wait_seconds=30),),
        ("ACC005", "GM008"),
    ),
    SubmissionRow(
        "too many concurrent smtp connections",
        Reason.TOO_MANY_CONN,
        Owner.CODE,
        "The client keeps more connections open than SES allows.",
        (Help("Use fewer connections at once."),),
        ("SMTP012",),
    ),
    SubmissionRow(
        "not authorized to perform",
        Reason.SECURITY_ERROR,
        Owner.IAM,
        "The login is right, but a policy does not let this IAM user send raw mail from that "
        "identity.",
        (
            Help(
                "Allow ses:SendRawEmail on the identity, and on the configuration set, named "
                "in the text.",
                commands=("sendas doctor",),
                verify_by="sendas smtp check",
            ),
        ),
        ("IAM001", "IAM002", "IAM003", "IAM010"),
    ),
    SubmissionRow(
        "not verified",
        Reason.SECURITY_ERROR,
        Owner.SES,
        "An address in the mail is not verified in SES in that Region: the From address, or, "
        "in the sandbox, the "
        "recipient.",
        (
            Help(
                "Verify the identity in that Region, or use the Region where it is verified; for "
                "recipients, leave the sandbox.",
                commands=("sendas doctor",),
            ),
        ),
        ("ID001", "ID002", "ACC001"),
    ),
    SubmissionRow(
        "paused",
        Reason.SUSPEND,
        Owner.SES,
        "Sending is paused for the account or the configuration set.",
        (Help("Look who paused it, and why.", commands=("aws sesv2 get-account",)),),
        ("ACC001", "ACC003"),
    ),
    SubmissionRow(
        "mail from domain",
        Reason.REJECTED,
        Owner.DNS,
        "The custom MAIL FROM domain is not set up in DNS, and SES was told to refuse mail then.",
        (
            Help(
                "Publish the MX and the SPF record of the MAIL FROM domain.",
                commands=("sendas doctor",),
            ),
        ),
        ("ID009", "SMTP021", "DNS007", "DNS009"),
    ),
    SubmissionRow(
        "duplicate header",
        Reason.CONTENT_ERROR,
        Owner.CODE,
        "A header that may stand once stands twice in the message.",
        (Help("Have the sending program write it once."),),
        ("SMTP014", "DS009"),
        "seen (mailcow#4052, mailpit#642)",
    ),
    SubmissionRow(
        "invalid domain name",
        Reason.SYNTAX_ERROR,
        Owner.CONTENT,
        "A domain in an address, or in the greeting, is malformed.",
        (Help("Correct the address."),),
        ("SMTP015",),
        "seen (mozilla/fxa#13326)",
    ),
    SubmissionRow(
        "message is too long",
        Reason.MESG_TOO_BIG,
        Owner.CONTENT,
        "The mail is larger than SES takes.",
        (Help("Send it without the attachment, or with a link instead."),),
        ("SMTP016",),
    ),
    SubmissionRow(
        "authentication required",
        Reason.SECURITY_ERROR,
        Owner.GMAIL,
        "The client did not log in at all; or a foreign server delivers to this host because "
        "an MX record names it.",
        (_PASTE, _CHECK),
        ("SMTP006", "DNS016"),
    ),
    SubmissionRow(
        "authentication credentials invalid",
        Reason.SECURITY_ERROR,
        Owner.GMAIL,
        "SES refused the login: the user name and password that Gmail holds are not, or no "
        "longer, a valid pair.",
        (
            _IDENTIFY,
            Help(
                "Look whether the access key still exists and is active.",
                commands=("aws iam list-access-keys", "sendas doctor"),
            ),
            _PASTE,
        ),
        ("GM001", "PW019", "PW020", "PW003", "PW004", "PW001", "SMTP001"),
    ),
    SubmissionRow(
        "must issue a starttls",
        Reason.FAILED_STARTTLS,
        Owner.GMAIL,
        "The client talks without TLS to a port that demands it.",
        (Help("In Gmail choose TLS with port 587, or SSL with port 465."),),
        ("SMTP020", "SMTP008"),
    ),
    SubmissionRow(
        "does not advertise auth",
        Reason.SECURITY_ERROR,
        Owner.CODE,
        "The SMTP server that Gmail was given offers no login on that port.",
        (
            Help(
                "Let the relay advertise AUTH once TLS is on; or use SES's own endpoint, 587 "
                "with TLS."
            ),
            _CHECK,
        ),
        ("GM012",),
        "seen (Gmail send-as)",
    ),
    SubmissionRow(
        "certificate doesn't match",
        Reason.FAILED_STARTTLS,
        Owner.CODE,
        "The SMTP server's certificate is not for the name that was typed into Gmail.",
        (Help("Give the relay a public certificate for exactly that host name."), _CHECK),
        ("GM011",),
        "seen (Gmail send-as)",
    ),
    SubmissionRow(
        "tls negotiation failed",
        Reason.FAILED_STARTTLS,
        Owner.GMAIL,
        "Gmail could not agree on TLS with the SMTP server it was given.",
        (
            Help(
                "In Gmail choose TLS with port 587, or SSL with port 465; check the server's "
                "certificate."
            ),
            _CHECK,
        ),
        ("SMTP008", "GM011"),
        "seen (Gmail send-as)",
    ),
)
"""First match wins; texts are lower case."""
