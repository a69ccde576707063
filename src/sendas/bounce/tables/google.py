"""Gmail and Google Workspace.

Sources: ``google/3726730`` is support.google.com/a/answer/3726730, "Gmail SMTP errors
and codes"; ``google/81126`` the e-mail sender guidelines.
"""

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN
_PAGE = "google/3726730"
_DNS = Help(
    "Let SPF and DKIM pass for the From domain and publish DMARC: Easy DKIM first, then a "
    "custom MAIL FROM "
    "domain. Ask the doctor which record is missing.",
    commands=("sendas doctor",),
    verify_by="sendas doctor",
)
_AUTH = (
    "DS004",
    "DNS001",
    "DNS003",
    "DNS004",
    "DNS007",
    "DNS010",
    "DNS011",
    "DNS012",
    "ID003",
    "ID004",
)
_SLOWER = Help(
    "Send less at once and let it rest: the sending side retries by itself. Look at Google "
    "Postmaster Tools "
    "for the domain's spam rate.",
    wait_seconds=3600,
)

GOOGLE: tuple[Row, ...] = (
    Row(
        Reason.BLOCKED,
        _PAGE,
        ("send email directly to our servers",),
        confidence=_SURE,
        owner=Owner.CODE,
        says="Gmail takes no mail straight from this address: it looks like a home connection.",
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        ("temporary dns failures",),
        ("x.7.26",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="Gmail could not look up the DNS records that would have proved who sent this.",
        help=(
            Help(
                "Have the domain's name servers checked: one is slow or failing.",
                commands=("sendas doctor",),
            ),
        ),
        rules=("DNS023", "DNS019"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        ("dmarc policy", "dmarcrejection", "dmarc"),
        ("x.7.26", "x.7.1"),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The From domain's own DMARC policy asks receivers to refuse what does not pass, and "
        "this message did not.",
        help=(_DNS,),
        rules=_AUTH,
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        ("hard fail",),
        ("x.7.26",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The envelope sender's SPF record ends in -all and does not name the sending host.",
        help=(_DNS,),
        rules=("DNS007", "DNS010", "DNS011"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        codes=("x.7.26", "x.7.20-22"),
        confidence=_SURE,
        owner=Owner.DNS,
        says="Gmail takes only mail that passes SPF or DKIM, and this passed neither.",
        help=(_DNS,),
        rules=_AUTH,
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        codes=("x.7.24",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The SPF record of the sender's domain has suspicious entries, such as +all.",
        help=(_DNS,),
        rules=("DNS011",),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        codes=("x.7.27",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="SPF did not pass, and Gmail counts this domain among the bulk senders who must "
        "pass it.",
        help=(_DNS,),
        rules=("DNS007", "DNS010", "DNS011"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        codes=("x.7.30",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="DKIM did not pass, and Gmail counts this domain among the bulk senders who must "
        "pass it.",
        help=(_DNS,),
        rules=("DNS001", "DNS003", "DNS004", "ID003", "ID004"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        "google/81126",
        codes=("x.7.31", "x.7.32", "x.7.40"),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The From domain has no DMARC record, or is aligned with neither SPF nor DKIM, "
        "and Gmail counts it "
        "among the bulk senders.",
        help=(_DNS,),
        rules=("DNS012", "DNS013", "DNS010", "DNS018"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _PAGE,
        (
            "unauthenticated email",
            "does not have authentication information",
            "authentication checks",
            "requires all senders to authenticate",
            "requires authentication",
        ),
        confidence=_SURE,
        owner=Owner.DNS,
        says="Gmail takes only mail that passes SPF or DKIM, and this passed neither.",
        help=(_DNS,),
        rules=_AUTH,
    ),
    Row(
        Reason.REQUIRE_PTR,
        _PAGE,
        ("ptr record",),
        ("x.7.23", "x.7.25", "x.7.1"),
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IP address has no reverse DNS, or one that does not lead back to it.",
    ),
    Row(
        Reason.REQUIRE_PTR,
        _PAGE,
        codes=("x.7.23", "x.7.25"),
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IP address has no reverse DNS, or one that does not lead back to it.",
    ),
    Row(
        Reason.FAILED_STARTTLS,
        _PAGE,
        codes=("x.7.29",),
        confidence=_SURE,
        owner=Owner.CODE,
        says="Gmail demands TLS, and the sending host did not use it.",
    ),
    Row(
        Reason.SPEEDING,
        _PAGE,
        codes=("x.7.28",),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="Gmail saw an unusual rate of mail from this address, network, domain or with "
        "this link.",
        help=(_SLOWER,),
        rules=("DS006",),
    ),
    Row(
        Reason.BAD_REPUTATION,
        _PAGE,
        ("low reputation of the sending domain", "reputation of the sending domain"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Gmail holds the sending domain in very low esteem: its users have called its "
        "mail spam.",
        help=(_SLOWER,),
        rules=("DS006",),
    ),
    Row(
        Reason.BAD_REPUTATION,
        _PAGE,
        ("low reputation", "reputation of the sending ip"),
        confidence=_SURE,
        owner=Owner.AWS,
        says="Gmail holds the sending IP address in very low esteem.",
        help=(_SLOWER,),
        rules=("DS006",),
    ),
    Row(
        Reason.SPEEDING,
        _PAGE,
        ("unusual rate of", "rate limited"),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="Gmail saw an unusual rate of mail.",
        help=(_SLOWER,),
        rules=("DS006",),
    ),
    Row(
        Reason.SPAM_DETECTED,
        _PAGE,
        ("likely unsolicited", "unsolicited mail", "message is suspicious", "likely suspicious"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Gmail takes this message for spam.",
        help=(
            Help(
                "If it was forwarded mail, do not forward spam: act on the spam verdict before "
                "sending it on. "
                "Otherwise change the content, and the links in it."
            ),
        ),
        rules=("DS005", "RX020"),
    ),
    Row(
        Reason.NOT_COMPLIANT_RFC,
        _PAGE,
        (
            "rfc 5322",
            "missing a valid message",
            "multiple addresses in from",
            "addresses in from",
            "duplicate headers",
            "multiple…headers",
            "header field",
            "no valid from",
            "missing…from",
        ),
        confidence=_SURE,
        owner=Owner.CODE,
        says="A header of the message is missing, doubled or malformed (RFC 5322).",
        rules=("DS009",),
    ),
    Row(
        Reason.SPEEDING,
        _PAGE,
        (
            "receiving mail too quickly",
            "receiving mail at a rate",
            "receiving email too",
            "rate that prevents",
        ),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="The mailbox receives mail too quickly at the moment.",
        help=(
            Help(
                "Wait, and look for a mail loop: "
                "forwarding from Gmail to SES and back again does this.",
                wait_seconds=3600,
            ),
        ),
        rules=("DS007",),
    ),
    Row(
        Reason.SUSPEND,
        _PAGE,
        (
            "account that you tried to reach is disabled",
            "account that you tried to reach is inactive",
            "disableduser",
        ),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The account is disabled.",
        rules=("DS007",),
    ),
    Row(
        Reason.MAILBOX_FULL,
        _PAGE,
        ("out of storage space", "over quota", "overquota"),
        confidence=_SURE,
        owner=Owner.RECIPIENT,
        says="The recipient's Google storage is full.",
        rules=("DS008",),
    ),
    Row(
        Reason.USER_UNKNOWN,
        _PAGE,
        (
            "account that you tried to reach does not exist",
            "nosuchuser",
            "answer=6596",
            "answer/6596",
        ),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Gmail has no such account.",
    ),
    Row(
        Reason.NETWORK_ERROR,
        _PAGE,
        ("exceeded 50 hops", "suspected mail loop", "mail loop"),
        confidence=_SURE,
        owner=Owner.CODE,
        says="The mail passed 50 servers: it goes in circles, typically between Gmail and SES.",
        help=(
            Help(
                "Break the circle: Gmail must not forward to an address that SES forwards to "
                "this Gmail."
            ),
        ),
        rules=("DS018",),
    ),
    Row(
        Reason.MESG_TOO_BIG,
        _PAGE,
        ("message size limits", "size limits"),
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        _PAGE,
        ("potential security issue", "illegal attachment", "potential…security", "attachment"),
        ("x.7.0",),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Gmail does not take attachments of this kind.",
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "Google Workspace, compliance rules (gcdp)",
        ("- gcdp", "administrator has set", "violates…content policy"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="A rule of the recipient's Google Workspace administrator refuses this message.",
    ),
    Row(
        Reason.NO_RELAYING,
        _PAGE,
        (
            "domain policy has disabled third-party mail",
            "relay denied",
            "mail relay denied",
            "invalid credentials for relay",
        ),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
    ),
    Row(
        Reason.ON_HOLD,
        _PAGE,
        ("temporary system problem", "try again later"),
        ("4.3.0", "4.5.1", "4.7.0", "4.4.5"),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="Gmail has a temporary problem.",
    ),
    Row(
        Reason.NOT_ACCEPT,
        "Gmail's own reports",
        ("returned null mx", "doesn't receive email according to the administrator"),
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.NETWORK_ERROR,
        "Gmail's own reports",
        ("dns error:",),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The recipient's domain could not be found in DNS: mistyped, expired, or its name "
        "servers fail.",
    ),
    Row(
        Reason.EXPIRED,
        "Gmail's own reports",
        ("did not accept our requests to connect", "socket error", "timed out"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
    ),
)
