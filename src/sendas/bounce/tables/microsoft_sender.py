"""Exchange Online and Outlook.com, of whoever sends: authentication, block lists, rates.

Sources as in ``microsoft``.
"""

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence
from sendas.bounce.reason import Reason
from sendas.bounce.tables.row import Row


_SURE = Confidence.CERTAIN
_NDR = "ms-ndr"
_DELIST = Help(
    "Only the owner of the sending IP address can have it delisted: forward the whole bounce "
    "to the "
    "owner (for SES's shared addresses: an AWS support case), or send again later from another "
    "address.",
)
_DELIST_OFFICE = Help(
    "The owner of the sending IP address can delist it at https://sender.office.com; for SES's "
    "shared "
    "addresses that is AWS, so open a support case and quote the bounce.",
)
_ALIGN = Help(
    "Let SPF, DKIM and DMARC all pass for the From domain: Easy DKIM in SES, a custom MAIL "
    "FROM domain, "
    "and a DMARC record. Ask the doctor which one is missing.",
    commands=("sendas doctor",),
    verify_by="sendas doctor",
)
_AUTH_RULES = ("DNS001", "DNS007", "DNS010", "DNS011", "DNS012", "DNS013", "DNS018")

SENDER_ROWS: tuple[Row, ...] = (
    Row(
        Reason.AUTH_FAILURE,
        "ms-support-5.7.515",
        codes=("x.7.515",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="Outlook.com demands SPF, DKIM and aligned DMARC from domains that send it much "
        "mail, "
        "and this message did not show all three.",
        help=(_ALIGN,),
        rules=("DS001", *_AUTH_RULES),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _NDR,
        codes=("x.7.509",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The From domain publishes a DMARC policy of reject, and this message did not "
        "pass DMARC.",
        help=(_ALIGN,),
        rules=("DS002", *_AUTH_RULES),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _NDR,
        codes=("x.7.23",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="The SPF record of the envelope sender's domain does not allow the sending host.",
        help=(_ALIGN,),
        rules=("DNS007", "DNS010", "DNS011"),
    ),
    Row(
        Reason.AUTH_FAILURE,
        _NDR,
        codes=("x.7.26",),
        confidence=_SURE,
        owner=Owner.DNS,
        says="Over IPv6 Microsoft takes only mail that passes SPF or DKIM, and this passed "
        "neither.",
        help=(_ALIGN,),
        rules=("DS004", *_AUTH_RULES),
    ),
    Row(
        Reason.REQUIRE_PTR,
        _NDR,
        codes=("x.7.25",),
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IPv6 address has no reverse DNS record.",
    ),
    Row(
        Reason.BLOCKED,
        "seen in the wild (S3140, S3150; undocumented)",
        ("s3140", "s3150", "part of their network is on our block list"),
        confidence=_SURE,
        owner=Owner.AWS,
        says="Outlook.com has the sending IP address, or the network around it, on its block "
        "list.",
        help=(
            Help(
                "Send again later: SES sends from many addresses. If it persists, open an AWS "
                "support case "
                "quoting the bounce; only the owner of the address can ask Microsoft to lift "
                "the block.",
                wait_seconds=3600,
            ),
        ),
        rules=("DS003",),
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("x.7.511",),
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IP address is banned; Microsoft lifts the ban on request by mail to "
        "delist@messaging.microsoft.com.",
        help=(_DELIST,),
        rules=("DS019",),
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("x.7.606-649",),
        confidence=_SURE,
        owner=Owner.AWS,
        says="The sending IP address is banned by Exchange Online.",
        help=(_DELIST_OFFICE,),
        rules=("DS019",),
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("x.7.513", "x.7.507"),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's organisation itself has put the sending address or IP on its "
        "block list.",
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("x.7.510",),
        confidence=_SURE,
        owner=Owner.RECIPIENT_ADMIN,
        says="The recipient's organisation takes no mail over IPv6.",
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("x.7.506",),
        confidence=_SURE,
        owner=Owner.CODE,
        says="The sending host greeted with a name that is the destination's own.",
    ),
    Row(
        Reason.SPEEDING,
        _NDR,
        codes=("x.7.508",),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="The network of the sending IPv6 address exceeded what Microsoft allows.",
    ),
    Row(
        Reason.SPEEDING,
        _NDR,
        codes=("x.2.121", "x.2.122"),
        confidence=_SURE,
        owner=Owner.WAIT,
        says="The mailbox received more messages within an hour than it may.",
    ),
    Row(
        Reason.SPEEDING,
        _NDR,
        codes=("x.1.90",),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="The sending Microsoft 365 account reached its daily limit of recipients.",
    ),
    Row(
        Reason.BAD_REPUTATION,
        "seen in the wild (S775)",
        ("ip reputation", "(s775)"),
        ("4.7.650",),
        confidence=_SURE,
        owner=Owner.AWS,
        says="Outlook.com slows the sending IP address down because of its reputation.",
        rules=("DS006",),
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("4.7.500-899",),
        owner=Owner.WAIT,
        says="Microsoft holds mail from this IP address back while it decides whether to trust "
        "it.",
        help=(Help("Wait: the sending side retries by itself.", wait_seconds=7200),),
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("5.7.501-503",),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="The sending Microsoft 365 account is banned for spam; that is not about mail "
        "sent through SES.",
    ),
    Row(
        Reason.BLOCKED,
        _NDR,
        codes=("5.7.700-749",),
        confidence=_SURE,
        owner=Owner.SENDER,
        says="Microsoft does not take mail from this Microsoft 365 tenant or address range; "
        "that is about "
        "the tenant, not about mail sent through SES.",
        rules=("DS020",),
    ),
)
