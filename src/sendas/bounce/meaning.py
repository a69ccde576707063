"""What each reason means for the sender, and what to do: where no row says it better."""

from dataclasses import dataclass

from sendas.advice import Help, Owner
from sendas.bounce.reason import Reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """Two sentences' worth: *says* what happened, *whose* who can change it."""

    says: str
    whose: str
    owner: Owner | None
    help: tuple[Help, ...]
    rules: tuple[str, ...] = ()


_CHECK_ADDRESS = Help(
    "Check the address for typing errors; ask the person by another way; stop writing to it "
    "otherwise."
)
_RETRY_LATER = Help(
    "Wait: the sending side tries again by itself, usually for some days.", wait_seconds=14_400
)
_ASK_ADMIN = Help(
    "Send the whole bounce to the recipient's administrator (postmaster@ their domain), or "
    "reach the person "
    "by another way."
)
_DOCTOR = Help(
    "Ask the doctor which record is missing.",
    commands=("sendas doctor",),
    verify_by="sendas doctor",
)

MEANINGS: dict[Reason, Meaning] = {
    Reason.USER_UNKNOWN: Meaning(
        "The receiving server knows no such mailbox.",
        "Only the address can be corrected.",
        Owner.CONTENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.HOST_UNKNOWN: Meaning(
        "The recipient's domain does not exist, or cannot be found in DNS.",
        "Most likely it is mistyped or was given up.",
        Owner.CONTENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.HAS_MOVED: Meaning(
        "The recipient is no longer at this address.",
        "Write to the new address, if the text names one.",
        Owner.CONTENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.NOT_ACCEPT: Meaning(
        "The recipient's domain takes no mail at all.",
        "Its owner says so in DNS, or has no mail server.",
        Owner.CONTENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.FILTERED: Meaning(
        "Mail for this recipient was refused after the server had seen it: an unknown mailbox, "
        "or the recipient's own filter.",
        "The server does not say which; only the recipient can tell.",
        Owner.RECIPIENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.SUSPEND: Meaning(
        "The recipient's account is disabled or given up.",
        "Nothing on the sending side changes that.",
        Owner.CONTENT,
        (_CHECK_ADDRESS,),
    ),
    Reason.MAILBOX_FULL: Meaning(
        "The recipient's mailbox is full.",
        "Only the recipient can make room.",
        Owner.RECIPIENT,
        (Help("Tell the recipient by another way, and send again later.", wait_seconds=86_400),),
        ("DS008",),
    ),
    Reason.MESG_TOO_BIG: Meaning(
        "The message is larger than the receiving server takes.",
        "Send it smaller.",
        Owner.CONTENT,
        (Help("Send a link instead of the attachment.", wait_seconds=0),),
        (),
    ),
    Reason.EXCEED_LIMIT: Meaning(
        "The message is larger than this recipient may receive.",
        "Send it smaller.",
        Owner.CONTENT,
        (Help("Send a link instead of the attachment."),),
    ),
    Reason.AUTH_FAILURE: Meaning(
        "The message did not pass SPF, DKIM or DMARC.",
        "That is set in the DNS of the sending domain.",
        Owner.DNS,
        (_DOCTOR,),
        ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012", "DNS013", "DNS018"),
    ),
    Reason.REQUIRE_PTR: Meaning(
        "The sending host's reverse DNS is missing or does not lead back to it.",
        "That belongs to the owner of the sending IP address: AWS, for mail that SES sent.",
        Owner.AWS,
        (
            Help(
                "If the mail did not go through SES: set the reverse DNS of the host that sent "
                "it. If it did: open an AWS "
                "support case with the bounce."
            ),
        ),
    ),
    Reason.BLOCKED: Meaning(
        "The receiving server refuses the host that sent this.",
        "It is about the sending IP address or its name, not about the message: with SES, AWS "
        "owns that address.",
        Owner.AWS,
        (
            Help(
                "Send again later: SES sends from many addresses. If it persists, open an AWS "
                "support case with the bounce.",
                wait_seconds=3600,
            ),
        ),
        ("DS003", "DS019"),
    ),
    Reason.BAD_REPUTATION: Meaning(
        "The receiving server holds the sending address, domain or network in low esteem.",
        "Reputation follows what was sent before.",
        Owner.CONTENT,
        (
            Help(
                "Send less and only to people who expect it; look for forwarded spam among "
                "what you send.",
                wait_seconds=86_400,
            ),
        ),
        ("DS006", "RX020"),
    ),
    Reason.REJECTED: Meaning(
        "The receiving server refuses the sender's address or domain.",
        "Either that domain looks wrong from outside, or the recipient's side does not want "
        "this sender.",
        Owner.RECIPIENT_ADMIN,
        (_DOCTOR, _ASK_ADMIN),
        ("DNS007", "DNS011"),
    ),
    Reason.NO_RELAYING: Meaning(
        "The server that was asked does not take mail for the recipient's domain.",
        "The domain's MX record, or that server's list of domains, is wrong.",
        Owner.RECIPIENT_ADMIN,
        (_ASK_ADMIN,),
        ("DS016",),
    ),
    Reason.SPAM_DETECTED: Meaning(
        "The receiving server takes the content for spam.",
        "Change what is in it, or prove by DKIM and DMARC who sent it.",
        Owner.CONTENT,
        (
            Help(
                "Look at links, attachments and wording; if it was forwarded mail, act on the "
                "spam verdict before "
                "sending it on."
            ),
            _DOCTOR,
        ),
        ("DS005", "DS011", "RX020"),
    ),
    Reason.VIRUS_DETECTED: Meaning(
        "The receiving server takes the content for malware.",
        "Check what was sent, and the computer it came from.",
        Owner.CONTENT,
        (Help("Check the attachment and the computer it came from; send without it."),),
        ("DS011",),
    ),
    Reason.POLICY_VIOLATION: Meaning(
        "The receiving server's policy forbids this message.",
        "Its administrator knows the policy; the text may say which part of the message broke it.",
        Owner.RECIPIENT_ADMIN,
        (_ASK_ADMIN,),
        ("DS011",),
    ),
    Reason.SECURITY_ERROR: Meaning(
        "The receiving side does not permit this sender to write to this recipient.",
        "The recipient's administrator decides who may.",
        Owner.RECIPIENT_ADMIN,
        (_ASK_ADMIN,),
    ),
    Reason.NOT_COMPLIANT_RFC: Meaning(
        "A header of the message breaks the standard (RFC 5322).",
        "The program that wrote the message must be corrected.",
        Owner.CODE,
        (Help("Correct the header the text names."),),
        ("DS009",),
    ),
    Reason.CONTENT_ERROR: Meaning(
        "The message is put together in a way the receiving server does not take.",
        "The program that wrote the message must be corrected.",
        Owner.CODE,
        (Help("Correct what the text names."),),
        ("DS009", "DS011"),
    ),
    Reason.SYNTAX_ERROR: Meaning(
        "The two servers did not understand each other's SMTP.",
        "One of the programs is wrong.",
        Owner.CODE,
        (_ASK_ADMIN,),
    ),
    Reason.SPEEDING: Meaning(
        "Too many messages came in too short a time.",
        "Sending more slowly is enough.",
        Owner.WAIT,
        (_RETRY_LATER,),
        ("DS006",),
    ),
    Reason.TOO_MANY_CONN: Meaning(
        "Too many connections or recipients at once for the receiving server.",
        "Sending more slowly is enough.",
        Owner.WAIT,
        (_RETRY_LATER,),
    ),
    Reason.EXPIRED: Meaning(
        "The destination did not take the mail until the sending side gave up trying.",
        "The recipient's server did not answer, or only with excuses.",
        Owner.RECIPIENT_ADMIN,
        (
            Help("Check the domain's spelling; then tell the recipient, and send again."),
            _ASK_ADMIN,
        ),
        ("DS010",),
    ),
    Reason.NETWORK_ERROR: Meaning(
        "On the way, DNS, routing or a connection failed, or the mail went in circles.",
        "The recipient's administrator can mend their DNS and their routes.",
        Owner.RECIPIENT_ADMIN,
        (Help("Check the domain's spelling; send again later."), _ASK_ADMIN),
        ("DS018",),
    ),
    Reason.FAILED_STARTTLS: Meaning(
        "One side demands encryption and it could not be had.",
        "The receiving server's TLS must be mended.",
        Owner.RECIPIENT_ADMIN,
        (_ASK_ADMIN,),
    ),
    Reason.MAILER_ERROR: Meaning(
        "A program behind the recipient's mailbox failed.",
        "Only the recipient's administrator can mend it.",
        Owner.RECIPIENT_ADMIN,
        (_ASK_ADMIN,),
    ),
    Reason.SYSTEM_ERROR: Meaning(
        "The receiving server is broken or misconfigured.",
        "Only the recipient's administrator can mend it.",
        Owner.RECIPIENT_ADMIN,
        (_RETRY_LATER, _ASK_ADMIN),
    ),
    Reason.SYSTEM_FULL: Meaning(
        "The receiving server's disk is full.",
        "Only the recipient's administrator can mend it.",
        Owner.RECIPIENT_ADMIN,
        (_RETRY_LATER, _ASK_ADMIN),
    ),
    Reason.ON_HOLD: Meaning(
        "The receiving server put the mail off without saying why: greylisting, or trouble of "
        "its own.",
        "Time mends that, mostly.",
        Owner.WAIT,
        (_RETRY_LATER,),
        ("DS010",),
    ),
    Reason.SUPPRESSED: Meaning(
        "The sending service did not even try: the address stands on its suppression list.",
        "The sending account's owner can take it off.",
        Owner.SES,
        (
            Help(
                "Look why it is listed before removing it.",
                commands=("sendas doctor --to {recipient}",),
            ),
        ),
        ("SUP001", "SUP002", "SUP003"),
    ),
    Reason.UNDEFINED: Meaning(
        "The report does not say why in words that are known here.",
        "What was seen is quoted.",
        None,
        (Help("Read the quoted text; send it to the recipient's administrator."),),
    ),
    Reason.DELIVERED: Meaning("The mail was delivered.", "Nothing is wrong.", None, ()),
    Reason.FEEDBACK: Meaning(
        "The recipient, or everyone it was sent to at that provider, is reported to have "
        "called the mail spam.",
        "Stop writing to this address unless the person asks for it.",
        Owner.CONTENT,
        (Help("Take the address off your lists; blame nobody by name."),),
        (),
    ),
    Reason.VACATION: Meaning(
        "An automatic reply: the mail did arrive.", "Nothing is wrong.", None, ()
    ),
}

WHOSE: dict[Owner, str] = {
    Owner.DNS: "You can mend it in the DNS of the sending domain.",
    Owner.SES: "You can mend it in the SES account.",
    Owner.IAM: "You can mend it in IAM.",
    Owner.GMAIL: "You can mend it in Gmail's settings.",
    Owner.CONTENT: "Whoever wrote or addressed the message can mend it.",
    Owner.CODE: "The program that sent it, or the host it runs on, must be mended.",
    Owner.AWS: "Only the owner of the sending address can mend it: AWS, for mail that SES sent.",
    Owner.RECIPIENT_ADMIN: "Only the recipient's administrator can mend it.",
    Owner.RECIPIENT: "Only the recipient can mend it.",
    Owner.SENDER: "Whoever runs the account that sent it must mend it.",
    Owner.WAIT: "Nobody needs to do anything: time mends it.",
}
"""Who can mend it, in a sentence, where a row names another owner than its reason does."""

NEVER_LEFT = "The mail never reached the recipient's server, nor was it sent by SES."
DELAYED = "It has not been delivered yet, and the sending side goes on trying."
WAIT_FIRST = Help(
    "Wait: this is a warning, the sending side tries again by itself.", wait_seconds=14_400
)
