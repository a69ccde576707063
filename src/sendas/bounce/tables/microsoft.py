"""Exchange Online, Outlook.com, Exchange Server: NDR codes and texts.

Sources: ``ms-ndr`` is learn.microsoft.com, "Email non-delivery reports and SMTP
errors in Exchange Online"; ``ms-support-5.7.515`` the Outlook.com sender requirements.
"""

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.microsoft_sender import SENDER_ROWS
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN
_NDR = "ms-ndr"

_FULL: tuple[Row, ...] = (
    Row(
        Reason.SPEEDING,
        "ms-ndr (5.1.90, 5.2.2, 5.7.705)",
        (
            "submission quota exceeded",
            "daily limit",
            "tenant has exceeded threshold",
            "exceeded threshold",
        ),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="The Microsoft 365 account or tenant that sent this has used up its allowance; "
        "that is not "
        "about mail sent through SES.",
        rules=("DS020",),
    ),
    Row(
        Reason.MAILBOX_FULL,
        "ms-ndr (quota)",
        ("mailbox full", "quotaexceeded", "mailbox is full", "over quota", "quota exceeded"),
        ("x.2.2",),
        confidence=_SURE,
    ),
)

_OTHER_ROWS: tuple[Row, ...] = (
    Row(
        Reason.USER_UNKNOWN,
        _NDR,
        codes=("5.7.504", "5.7.505"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The recipient's address is not valid.",
    ),
    Row(
        Reason.SECURITY_ERROR,
        _NDR,
        codes=("5.7.750",),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="The sending Microsoft 365 tenant used a domain that it has not registered.",
        rules=("DS020",),
    ),
    Row(
        Reason.NOT_COMPLIANT_RFC,
        _NDR,
        codes=("5.7.512",),
        confidence=_SURE,
        owner=Owner.CODE,
        says="The message has no valid From header.",
    ),
    Row(
        Reason.SECURITY_ERROR,
        _NDR,
        ("client was not authenticated", "anonymous mail"),
        ("x.7.57", "x.7.1", "x.7.3"),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="A device or program submitted mail to Microsoft 365 without logging in.",
    ),
    Row(
        Reason.NO_RELAYING,
        _NDR,
        ("tenantattribution", "relay access denied", "unable to relay"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The Microsoft server does not take mail for the recipient's domain: the domain's "
        "MX or its "
        "inbound connector is misconfigured.",
        rules=("DS016", "DS020"),
    ),
    Row(
        Reason.NO_RELAYING,
        _NDR,
        codes=("x.7.64", "x.7.54"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's inbound connector no longer recognises who hands it mail.",
        rules=("DS020",),
    ),
    Row(
        Reason.USER_UNKNOWN,
        _NDR,
        ("recipient address rejected: access denied", "address rejected: access denied"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Directory based edge blocking: the tenant knows no such recipient.",
        rules=("DS016",),
    ),
    Row(
        Reason.USER_UNKNOWN,
        _NDR,
        (
            "recipientnotfound",
            "recipnotfound",
            "recipient not found",
            "resolver.adr.exrecipnotfound",
            "not found by smtp address lookup",
            "resolver.adr.invalid",
        ),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The tenant knows no such recipient.",
    ),
    Row(
        Reason.USER_UNKNOWN,
        _NDR,
        codes=("5.1.10", "5.1.11"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The tenant knows no such recipient.",
    ),
    Row(
        Reason.USER_UNKNOWN,
        "ms-ndr (5.5.0, Outlook.com)",
        ("mailbox unavailable",),
        ("5.5.0", "5.1.1"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="Outlook.com knows no such mailbox.",
    ),
    Row(
        Reason.REJECTED,
        _NDR,
        codes=("5.1.8",),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The sender's address was refused: the account behind it is suspected of sending "
        "spam, or it does "
        "not exist.",
    ),
    Row(
        Reason.REJECTED,
        _NDR,
        ("sender denied", "sender not authenticated by organization"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's organisation refuses this sender.",
    ),
    Row(
        Reason.SECURITY_ERROR,
        _NDR,
        (
            "resolver.rst.authrequired",
            "resolver.rst.notauthorized",
            "resolver.rst.restricted",
            "sender not in allowed-senders",
            "sender not authenticated for",
            "not authenticated by organization",
            "delivery not authorized",
            "authentication required",
            "delivery restriction",
        ),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient takes mail only from inside its organisation, or from senders it "
        "has listed.",
        help=(
            Help(
                "Ask the recipient, by another way, to have their administrator allow outside "
                "senders "
                "for this address."
            ),
        ),
    ),
    Row(
        Reason.SECURITY_ERROR,
        _NDR,
        codes=("5.7.12", "5.7.124", "5.7.133-136"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient takes mail only from inside its organisation, or from senders it "
        "has listed.",
    ),
    Row(
        Reason.EXCEED_LIMIT,
        "Exchange Server, RESOLVER.RST.*SizeLimit",
        ("recipsizelimit", "recipientsizelimit"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The message is larger than this recipient may receive.",
    ),
    Row(
        Reason.MESG_TOO_BIG,
        "Exchange Server, RESOLVER.RST.*SizeLimit",
        ("sendersizelimit", "orgsizelimit", "sizelimit"),
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.POLICY_VIOLATION,
        "ms-ndr (transport rules)",
        ("transport.rules.rejectmessage", "transportrules", "transport.rules"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="A mail flow rule of the recipient's organisation refuses this message.",
    ),
    Row(
        Reason.SPAM_DETECTED,
        "ms-ndr (content filter)",
        ("message rejected as spam by content filtering", "spam abuse detected", "as1602"),
        confidence=Confidence.LIKELY,
        owner=Owner.CONTENT,
    ),
    Row(
        Reason.HOST_UNKNOWN,
        _NDR,
        ("dns domain…does not exist", "infodomainnonexistent"),
        confidence=_SURE,
        owner=Owner.CONTENT,
        says="The recipient's domain does not exist in DNS.",
    ),
    Row(
        Reason.FAILED_STARTTLS,
        _NDR,
        ("starttls is required", "tlsa", "certificate"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
    ),
    Row(
        Reason.NETWORK_ERROR,
        _NDR,
        codes=("x.4.6", "x.4.14", "x.4.312"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The mail went in circles, or the recipient's domain could not be looked up.",
        rules=("DS018",),
    ),
    Row(
        Reason.FAILED_STARTTLS,
        "ms-ndr (DANE, 5.7.321 to 5.7.325; MTA-STS 5.4.8)",
        codes=("x.7.320-326", "x.4.8"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's server promises secured transport (DANE or MTA-STS) and does not "
        "keep it.",
    ),
    Row(
        Reason.EXPIRED,
        _NDR,
        codes=("x.4.7", "x.4.300", "x.4.315-318"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The destination did not answer until time was up.",
    ),
    Row(
        Reason.CONTENT_ERROR,
        _NDR,
        ("invalid characters", "bare linefeed", "bare lf"),
        ("x.6.11",),
        confidence=_SURE,
        owner=Owner.CODE,
        says="The message holds bare line feeds, which SMTP forbids.",
    ),
    Row(
        Reason.HOST_UNKNOWN,
        "Outlook.com's own delivery reports",
        ("because the domain is not reachable",),
        confidence=_SURE,
        owner=Owner.CONTENT,
    ),
)

MICROSOFT: tuple[tuple[str, Row], ...] = tuple(
    (provider, row)
    for provider in ("exchange-online", "outlook.com", "exchange")
    for row in (*_FULL, *SENDER_ROWS, *_OTHER_ROWS)
)
"""Microsoft's rows count for its cloud, its consumer service and Exchange Server alike."""
