"""Security gateways and hosters in front of other people's mailboxes."""

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN
_DNS_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012")
_REST = Help(
    "Let it rest: the sending side retries by itself. Fewer messages, and fewer complaints, "
    "end it.",
    wait_seconds=14_400,
)

GATEWAYS: tuple[Row, ...] = (
    # Security gateways
    Row(
        Reason.VIRUS_DETECTED,
        "Mimecast, SMTP error codes",
        ("due to security policies", "signature"),
        provider="mimecast",
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Mimecast found a known signature of malware or spam in the message.",
    ),
    Row(
        Reason.SPAM_DETECTED,
        "Mimecast, SMTP error codes",
        ("spam signature", "dns based spam", "fraudulent"),
        provider="mimecast",
    ),
    Row(
        Reason.AUTH_FAILURE,
        "Mimecast, SMTP error codes",
        ("anti-spoofing", "dmarc", "spf"),
        provider="mimecast",
        owner=Owner.DNS,
        rules=_DNS_RULES,
    ),
    Row(
        Reason.BLOCKED,
        "Mimecast, SMTP error codes",
        ("poor reputation", "blocked…rbl"),
        provider="mimecast",
        owner=Owner.AWS,
    ),
    Row(
        Reason.REJECTED,
        "Mimecast, SMTP error codes: the recipient's or the company's Blocked Senders",
        ("rejected by header based", "envelope blocked", "blocked senders", "sender policy"),
        provider="mimecast",
    ),
    Row(
        Reason.NOT_COMPLIANT_RFC,
        "Mimecast, SMTP error codes",
        ("rfc non-compliant", "rfc…compliant"),
        provider="mimecast",
    ),
    Row(
        Reason.USER_UNKNOWN,
        "seen",
        ("rejected",),
        ("542",),
        provider="messagelabs",
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.BLOCKED,
        "Proofpoint, dynamic reputation",
        ("blocked - see", "ipcheck.proofpoint", "dnsbl-lookup"),
        provider="proofpoint",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.BLOCKED,
        "Barracuda, reputation",
        ("barracudanetworks.com/reputation",),
        provider="barracuda",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.ON_HOLD,
        "Cloudflare Email Routing, postmaster page",
        ("upstream error", "temporary error"),
        provider="cloudflare",
        confidence=_SURE,
        owner=Owner.WAIT,
        says="Cloudflare could not hand the mail on to the mailbox behind it.",
        help=(_REST,),
    ),
    Row(
        Reason.BLOCKED,
        "Cloudflare Email Routing, postmaster page",
        ("found on one or more", "blocklist", "rbl"),
        provider="cloudflare",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.AUTH_FAILURE,
        "Cloudflare Email Routing, postmaster page",
        ("unauthenticated", "dmarc", "spf"),
        provider="cloudflare",
        confidence=_SURE,
        owner=Owner.DNS,
        rules=_DNS_RULES,
    ),
    Row(
        Reason.REQUIRE_PTR,
        "Cloudflare Email Routing, postmaster page",
        ("reverse dns", "ptr"),
        provider="cloudflare",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "Cloudflare Email Routing, postmaster page",
        ("address does not exist", "not exist"),
        provider="cloudflare",
        confidence=_SURE,
    ),
    # GoDaddy: its codes, of which words say more.
    Row(
        Reason.BLOCKED,
        "godaddy.com/help: email bounceback error codes (IB1xx)",
        ("spamhaus", "rbl reject"),
        provider="godaddy",
        confidence=_SURE,
        owner=Owner.AWS,
    ),
)
