"""Providers of one country, mobile carriers, and services that also take mail."""

from sendas.advice import Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN

REGIONAL: tuple[Row, ...] = (
    # Orange, Wanadoo, La Poste, SFR, Free
    Row(
        Reason.USER_UNKNOWN,
        "seen (OFR, LPN codes)",
        ("invalid recipient", "destinataire invalide", "_416", "[416]"),
        provider="orange",
        confidence=_SURE,
    ),
    Row(
        Reason.MAILBOX_FULL,
        "seen (OFR, LPN codes)",
        ("destinataire pleine", "overquota", "_417", "[417]"),
        provider="orange",
        confidence=_SURE,
    ),
    Row(
        Reason.SUSPEND,
        "seen (OFR, LPN codes)",
        ("archived", "archivee", "_420", "[420]"),
        provider="orange",
        confidence=_SURE,
    ),
    Row(
        Reason.TOO_MANY_CONN,
        "seen (OFR, LPN codes)",
        ("trop de connexions", "too many connections"),
        provider="orange",
        confidence=_SURE,
    ),
    Row(
        Reason.SPAM_DETECTED,
        "seen (OFR, LPN codes)",
        ("mail rejete", "mail rejected", "_506", "[506]"),
        provider="orange",
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.SYSTEM_ERROR,
        "seen (OFR005_505: refused after the message was taken)",
        ("service refused", "service refuse"),
        provider="orange",
        stages=(Command.DATA,),
        owner=Owner.WAIT,
    ),
    Row(
        Reason.BLOCKED,
        "seen (OFR, LPN codes)",
        ("service refused", "service refuse", "ofr_999", "[999]"),
        provider="orange",
        confidence=_SURE,
        owner=Owner.AWS,
        says="Orange refuses the sending IP address at the door, for a time.",
    ),
    Row(
        Reason.USER_UNKNOWN,
        "seen (LPN007_416)",
        ("invalid recipient", "destinataire invalide"),
        provider="laposte",
        confidence=_SURE,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "seen (LPN000_630)",
        ("_630", "client host rejected: #"),
        provider="laposte",
    ),
    Row(
        Reason.FILTERED,
        "seen (SFR refuses unknown users as policy, 5.7.1)",
        ("user unknown",),
        ("5.7.1",),
        provider="sfr",
    ),
    # Comcast, Cox, Charter, AT&T
    Row(
        Reason.BLOCKED,
        "postmaster.comcast.net, RL and BL codes",
        ("bl000", "bl0000", "pt00", "blocked for spam"),
        provider="comcast",
        owner=Owner.AWS,
    ),
    Row(
        Reason.SPEEDING,
        "postmaster.comcast.net, RL codes",
        ("rl00", "rl0000"),
        provider="comcast",
        owner=Owner.WAIT,
    ),
    Row(
        Reason.BLOCKED,
        "Cox and Charter, AUP codes",
        ("aup#1", "aup#bl", "aup#o-1", "cxbl", "ipbl", "aup#in", "rtbl"),
        provider="cox",
        owner=Owner.AWS,
    ),
    Row(
        Reason.BLOCKED,
        "Charter, AUP codes",
        ("aup#1", "aup#in", "e1000", "e2000"),
        provider="charter",
        owner=Owner.AWS,
    ),
    Row(
        Reason.BLOCKED,
        "AT&T, abuse_rbl",
        ("abuse_rbl", "dnsbl:attrbl", "see…att.net/blocks"),
        provider="att",
        owner=Owner.AWS,
    ),
    # Facebook, Tencent, NetEase
    Row(
        Reason.TOO_MANY_CONN,
        "service.mail.qq.com, error 20022",
        ("frequency limited", "connection limited", "too many connections"),
        provider="tencent",
        owner=Owner.WAIT,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "service.mail.qq.com",
        ("mailbox not found", "mailbox unavailable", "no such user"),
        provider="tencent",
    ),
    Row(Reason.SUSPEND, "service.mail.qq.com", ("mailbox…access denied",), provider="tencent"),
    Row(
        Reason.SPAM_DETECTED,
        "service.mail.qq.com",
        ("suspected spam", "content rejected", "spam"),
        provider="tencent",
    ),
    # Japanese mobile carriers: an unknown user and a filtered sender look the same.
    Row(
        Reason.SUSPEND,
        "seen (au)",
        (
            "user(s) account is disabled",
            "user(s) account is temporarily limited",
            "user account is over quota",
        ),
        provider="au",
    ),
    Row(
        Reason.FILTERED,
        "seen (au: domain filter)",
        ("each of the following recipients was rejected",),
        provider="au",
        stages=(Command.UNKNOWN,),
        confidence=Confidence.WEAK,
        owner=Owner.RECIPIENT,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "seen (au answers RCPT)",
        ("recipient address rejected", "address rejected"),
        provider="au",
    ),
    Row(
        Reason.FILTERED,
        "seen (NTT docomo refuses at DATA)",
        ("unknown user", "user unknown"),
        provider="docomo",
        owner=Owner.RECIPIENT,
    ),
    Row(Reason.TOO_MANY_CONN, "seen (NTT docomo)", ("too many recipients",), provider="docomo"),
    Row(
        Reason.EXPIRED,
        "seen (NTT docomo: one mail box server)",
        ("service not available",),
        ("421",),
        provider="softbank",
        owner=Owner.WAIT,
    ),
    Row(
        Reason.USER_UNKNOWN,
        "seen (Verizon text messages)",
        ("no such user here", "invalid user"),
        provider="verizon",
    ),
    Row(
        Reason.BLOCKED,
        "postmaster.t-online.de",
        ("ask tosa", "no postmaster", "ip=…t-online"),
        provider="t-online",
        owner=Owner.AWS,
        says="T-Online knows nothing of the sending IP address and takes mail only from hosts "
        "it knows.",
    ),
)
