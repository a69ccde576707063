"""Every reply text of SES's SMTP endpoint that is known, as data (FACTS 3.2).

SES announces no enhanced status codes, so the text decides.  A pattern is
searched for without regard to case, at any place of the text.
"""

from sendas.advice import Help, Owner
from sendas.smtp.meaning import Cause, Certainty, Meaning, Row
from sendas.smtp.probe import Stage


_TROUBLE = 'SES guide, "Amazon SES SMTP issues" (archived June 2023)'
_D, _D23, _W, _I = (
    Certainty.DOCUMENTED,
    Certainty.ARCHIVED,
    Certainty.SEEN,
    Certainty.INFERRED,
)
_AUTH, _SEND = (Stage.AUTH,), (Stage.SEND,)


def _row(  # noqa: PLR0913, PLR0917  a line of the table reads from left to right
    code: int,
    pattern: str,
    stages: tuple[Stage, ...],
    cause: Cause,
    words: str,
    owner: Owner,
    advice: tuple[Help, ...],
    source: str = _TROUBLE,
    certainty: Certainty = _D23,
) -> Row:
    return Row(code, pattern, stages, Meaning(cause, words, owner, advice, source, certainty))


_RETRY = Help(
    "Change nothing: try again after 5, then 10, then 30 seconds, then every 20 minutes.",
    wait_seconds=5,
)
_IDENTIFY = Help(
    "Find out what the stored password is; with the secret key at hand the answer is exact. Then "
    "derive the right one and store it.",
    commands=(
        "sendas password identify --secret-stdin --region REGION --username ACCESS_KEY_ID",
        "sendas password derive --region REGION --secret-stdin",
    ),
)
_CHECK_USER = Help(
    "Check the user name: it is the access key id (AKIA…), not the IAM user's name and not an "
    "e-mail address, and the key is active.",
    commands=("aws iam list-access-keys --user-name IAM_USER",),
)
_DERIVE = Help(
    "Derive the password of today's kind (version 4) from the same secret key and store it.",
    commands=("sendas password derive --region REGION --secret-stdin",),
)
_PACE = Help(
    "Send more slowly: queue, and retry after 5, 10, 30 seconds. SES did not take this message.",
    wait_seconds=5,
)

ROWS: tuple[Row, ...] = (
    _row(
        235, r"", _AUTH, Cause.AUTHENTICATED,
        "User name, password and Region are right. Policies and identities are judged later, "
        "when a message is offered.",
        Owner.WAIT, (),
    ),
    _row(
        250, r"^Ok\b", _SEND, Cause.ACCEPTED,
        "SES took the message. A recipient on the suppression list is accepted too, and dropped.",
        Owner.WAIT, (),
    ),
    _row(
        421, r"too many concurrent smtp connections", (), Cause.TOO_MANY_CONNECTIONS,
        "Too many connections at once from this account.",
        Owner.CODE, (Help("Use fewer connections at a time, and close those not in use."),),
    ),
    _row(
        451, r"timeout waiting for data from client", (), Cause.SLOW_CLIENT,
        "The client was silent for too long (SES closes after about 10 seconds).",
        Owner.CODE, (Help("Send without pauses, and retry on a new connection.", wait_seconds=5),),
        f"{_TROUBLE}; also seen as 4.4.2", _W,
    ),
    _row(
        451, r"temporary service failure", (), Cause.TEMPORARY_FAILURE,
        "SES could not serve the request just now; the message was not taken.",
        Owner.WAIT, (_RETRY,),
    ),
    _row(
        454, r"daily message quota exceeded", _SEND, Cause.DAILY_QUOTA,
        "The account's quota of recipients in a rolling 24 hours is used up. SES dropped the "
        "message; it does not keep it.",
        Owner.SES,
        (
            Help(
                "See when room comes back, or ask AWS for a higher quota; then send again.",
                commands=("aws sesv2 get-account --region REGION --query SendQuota",),
                wait_seconds=3600,
            ),
        ),
    ),
    _row(
        454, r"maximum sigv2 smtp sending rate exceeded", (), Cause.SIGV2_RATE,
        "The password is of the old kind (version 2), which SES throttles.",
        Owner.IAM, (_DERIVE,),
    ),
    _row(
        454, r"maximum sending rate exceeded", _SEND, Cause.SEND_RATE,
        "More messages in a second than the account's send rate allows.",
        Owner.CODE, (_PACE,),
    ),
    _row(
        454, r"temporary authentication failure", _AUTH, Cause.TEMPORARY_AUTH_FAILURE,
        "SES could not check the credential just now; it may be right.",
        Owner.WAIT, (_RETRY,), _TROUBLE, _D23,
    ),
    _row(
        454, r"temporary service failure", (), Cause.TEMPORARY_FAILURE,
        "SES could not serve the request just now; the message was not taken.",
        Owner.WAIT, (_RETRY,),
    ),
    _row(
        501, r"invalid (?:mail from|rcpt to) address", _SEND, Cause.BAD_ADDRESS,
        "An address in MAIL FROM or RCPT TO is not well-formed.",
        Owner.CONTENT, (Help("Correct the address, or the command that carries it."),),
        "AWS re:Post, ses-501-errors; wording inferred from a translation", _I,
    ),
    _row(
        553, r"invalid email address|address unknown", _SEND, Cause.BAD_ADDRESS,
        "An address is not well-formed, lacks its angle brackets, or is not ASCII.",
        Owner.CONTENT, (Help("Correct the address."),),
    ),
    _row(
        530, r"must issue a starttls command first", (), Cause.STARTTLS_REQUIRED,
        "The client did not switch to TLS, which SES requires.",
        Owner.CODE, (Help("Turn on STARTTLS (port 587 or 2587), or use implicit TLS on 465."),),
        "seen in the wild", _W,
    ),
    _row(
        530, r"authentication required", (), Cause.AUTH_REQUIRED,
        "The client never logged in. Where other servers meet this, an MX record points to the "
        "submission host.",
        Owner.CODE,
        (
            Help(
                "Turn on authentication in the client; if an MX names email-smtp, let it name "
                "inbound-smtp instead."
            ),
        ),
        f"{_TROUBLE}; arithmetric/aws-lambda-ses-forwarder#143",
    ),
    _row(
        535, r"signature version 2 is deprecated", _AUTH, Cause.SIGV2_DEPRECATED,
        "The password is of the old kind (version 2), which SES refuses.",
        Owner.IAM, (_DERIVE,), "seen in the wild until October 2024 (FACTS 3.2)", _W,
    ),
    _row(
        535, r"account not subscribed to ses", _AUTH, Cause.NOT_SUBSCRIBED,
        "SES was never opened in the account that owns the key.",
        Owner.SES,
        (
            Help(
                "Open the SES console once in that account and Region, or ask its state, then log "
                "in again.",
                commands=("aws sesv2 get-account --region REGION",),
            ),
        ),
    ),
    _row(
        535, r"authentication credentials invalid", _AUTH, Cause.CREDENTIALS_INVALID,
        "User name and password do not fit together here: a wrong derivation, another Region's "
        "password, a wrong user name, or a key that is inactive, deleted or seconds old. "
        "Identity, policy and DNS cannot cause it.",
        Owner.IAM, (_IDENTIFY, _CHECK_USER),
    ),
    _row(
        552, r"message is too long", _SEND, Cause.TOO_LONG,
        "The message is larger than SES takes (40 MB after base64).",
        Owner.CONTENT, (Help("Send a link in place of the attachment."),),
    ),
    _row(
        554, r"access denied", _SEND, Cause.ACCESS_DENIED,
        "The login is right, but a policy does not let this user send as this identity.",
        Owner.IAM,
        (
            Help(
                "Allow ses:SendRawEmail on the identity and on the configuration set.",
                commands=("aws iam list-user-policies --user-name IAM_USER",),
            ),
        ),
        f"{_TROUBLE}; FACTS 4",
    ),
    _row(
        554, r"email address is not verified", _SEND, Cause.NOT_VERIFIED,
        "An address is not verified in the Region that the text names; in the sandbox that "
        "holds for recipients too.",
        Owner.SES,
        (
            Help(
                "Verify the domain in that Region, or dial the Region where it is verified; for "
                "a recipient, ask for production access.",
                commands=("aws sesv2 list-email-identities --region REGION",),
            ),
        ),
    ),
    _row(
        554, r"sending paused|account is paused", _SEND, Cause.SENDING_PAUSED,
        "Sending is paused for the account or the configuration set.",
        Owner.SES,
        (
            Help(
                "See who paused it: AWS (answer the case) or the owner (switch it on again).",
                commands=("aws sesv2 get-account --region REGION",),
            ),
        ),
        f"{_TROUBLE}; seen in the wild", _W,
    ),
    _row(
        554, r"mail from domain not verified", _SEND, Cause.MAIL_FROM_NOT_VERIFIED,
        "The custom MAIL FROM domain's DNS is not right, and the identity is set to refuse "
        "rather than fall back.",
        Owner.DNS,
        (
            Help(
                "Put the one MX and the SPF record at the MAIL FROM domain, or let SES fall back "
                "meanwhile.",
                commands=(
                    (
                        "aws sesv2 put-email-identity-mail-from-attributes --region REGION "
                        "--email-identity DOMAIN --mail-from-domain MAIL_FROM_DOMAIN "
                        "--behavior-on-mx-failure USE_DEFAULT_VALUE"
                    ),
                ),
            ),
        ),
        "seen in the wild", _W,
    ),
    _row(
        554, r"duplicate header", _SEND, Cause.DUPLICATE_HEADER,
        "A header field that may stand once stands twice.",
        Owner.CODE, (Help("Strip the field before handing the message over."),),
        "axllent/mailpit#642, mailcow/mailcow-dockerized#4052", _W,
    ),
    _row(
        554, r"invalid domain name", _SEND, Cause.INVALID_DOMAIN,
        "A domain in an address or in EHLO is malformed.",
        Owner.CODE, (Help("Correct it; an international domain goes as punycode."),),
        "mozilla/fxa#13326", _W,
    ),
)  # fmt: skip
