"""Yahoo, Apple, GMX, Zoho and others that keep mailboxes for the public; SES where it receives.

Sources: ``yahoo`` is senders.yahooinc.com/smtp-error-codes; ``apple`` is support.apple.com/102322;
others name their page or say ``seen``.
"""

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN
_DNS_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012")
_REST = Help(
    "Let it rest: the sending side retries by itself. Fewer messages, and fewer complaints, "
    "end it.",
    wait_seconds=14_400,
)

MAILBOXES: tuple[Row, ...] = (
    # Yahoo, AOL
    Row(
        Reason.BAD_REPUTATION,
        "yahoo",
        ("[ts0", "[tss", "[ts1", "[ts2", "[ts3", "unexpected volume", "user complaints"),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.WAIT,
        says="Yahoo defers mail from this address because of its volume or because users "
        "complained.",
        help=(_REST,),
        rules=("DS010",),
    ),
    Row(
        Reason.BLOCKED,
        "AOL, CON, RLY and DYN codes",
        ("(con:b", "(rly:b", "(rly:ch", "(rly:bd", "(dyn:", "(rtr:b"),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.SPEEDING,
        "AOL, RTR codes",
        ("(rtr:", "(sny:", "(cli:"),
        provider="yahoo",
        owner=Owner.WAIT,
    ),
    Row(
        Reason.BLOCKED,
        "yahoo",
        ("[bl2", "[ip"),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IP address is on a block list that Yahoo uses.",
    ),
    Row(
        Reason.AUTH_FAILURE,
        "yahoo",
        (
            "dmarc",
            "authentication checks",
            "unauthenticated",
            "auth fail",
            "due to…authentication",
        ),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.DNS,
        says="Yahoo demands SPF or DKIM, and DMARC of those who send much; this message did "
        "not pass.",
        rules=_DNS_RULES,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "yahoo",
        ("for policy reasons", "policy violation", "(mb-"),
        ("x.7.9",),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Yahoo refuses this content, the links in it, or mail from this domain; it does "
        "not say which.",
    ),
    Row(
        Reason.USER_UNKNOWN,
        "yahoo",
        ("doesn't have a", "no such user", "not a valid"),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Yahoo has no such account.",
        stages=(Command.RCPT, Command.DATA),
    ),
    Row(
        Reason.SUSPEND,
        "yahoo",
        ("disabled or discontinued", "account is inactive", "[#102]"),
        provider="yahoo",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The account was disabled or given up.",
    ),
    # Apple
    Row(
        Reason.AUTH_FAILURE,
        "apple",
        ("dmarc policy", "[ht204137]", "authentication"),
        provider="apple",
        confidence=_SURE,
        owner=Owner.DNS,
        says="The From domain's DMARC policy asks receivers to refuse what does not pass, and "
        "this message did not.",
        rules=_DNS_RULES,
    ),
    Row(Reason.MAILBOX_FULL, "apple", ("over quota",), provider="apple", confidence=_SURE),
    Row(
        Reason.POLICY_VIOLATION,
        "apple",
        ("local policy", "[cs01]", "policy"),
        provider="apple",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Apple refuses this message for reasons of policy: its content, or the sender's "
        "standing with Apple.",
    ),
    Row(
        Reason.SPAM_DETECTED,
        "seen",
        ("[hm07]", "[hm08]", "message rejected due to"),
        provider="apple",
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.BLOCKED,
        "seen",
        ("blacklisted",),
        provider="apple",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "seen",
        ("inactive email address", "user not found"),
        provider="apple",
        confidence=_SURE,
    ),
    # Amazon SES, receiving
    Row(
        Reason.FILTERED,
        'SES guide, receipt rules: bounce action template "Mailbox does not exist"',
        ("mailbox does not exist",),
        provider="ses-inbound",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="A receipt rule of the recipient's SES account bounces mail for this address.",
    ),
    Row(
        Reason.FILTERED,
        "SES guide, receipt rules: bounce action templates",
        ("message content rejected",),
        provider="ses-inbound",
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.BLOCKED,
        "SES guide, IP address filters",
        ("ip address blacklisted",),
        provider="ses-inbound",
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's SES account filters the sending IP address, or it is listed by "
        "Spamhaus.",
    ),
    Row(
        Reason.ON_HOLD,
        'SES guide, receipt rules: bounce action template "Temporary failure"',
        ("temporary failure",),
        provider="ses-inbound",
        confidence=_SURE,
    ),
    # GMX, Web.de, IONOS
    Row(
        Reason.REQUIRE_PTR,
        "postmaster.gmx.net error messages",
        ("ptr resource record", "c=rdns", "bad dns ptr"),
        provider="gmx",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.BLOCKED,
        "postmaster.gmx.net error messages",
        ("no smtp service", "ip address is black listed", "c=bl", "bad dns"),
        provider="gmx",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    # Google Groups says the same in forty languages: no such group, or no permission to post.
    Row(
        Reason.REJECTED,
        'support.google.com/groups: "may not exist, or you may not have permission to post"',
        provider="google-groups",
        owner=Owner.RECIPIENT_ADMIN,
        says="There is no such Google group, or it does not take mail from this sender.",
    ),
    # Zoho, mail.ru, Yandex, t-online
    Row(Reason.USER_UNKNOWN, "seen", ("user does not exist",), provider="zoho"),
    Row(
        Reason.BLOCKED,
        "seen",
        ("ip is blacklisted", "blocked by"),
        provider="zoho",
        owner=Owner.AWS,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "help.mail.ru, delivery errors",
        ("invalid mailbox", "user not found", "account is unavailable"),
        provider="mail.ru",
    ),
    Row(
        Reason.SPAM_DETECTED,
        "help.mail.ru, delivery errors",
        ("spam message",),
        provider="mail.ru",
    ),
)
