"""Amazon SES: what its events say.

Source ``aws-events`` is the SES developer guide, "Contents of event data that
Amazon SES publishes".
"""

from dataclasses import dataclass

from sendas.advice import Applies, Help, Owner
from sendas.bounce.reason import Reason


@dataclass(frozen=True, slots=True)
class EventRow:
    """What an SES event means; *event* is its type and subtype as SES writes them.

    A *reason* of None leaves it to the diagnostic text, with *otherwise* for
    when that says nothing.
    """

    event: str
    reason: Reason | None
    source: str
    otherwise: Reason = Reason.UNDEFINED
    owner: Owner | None = None
    says: str = ""
    help: tuple[Help, ...] = ()
    rules: tuple[str, ...] = ()


_REMOVE = "aws sesv2 delete-suppressed-destination --email-address {recipient}"
_LOOK = "aws sesv2 get-suppressed-destination --email-address {recipient}"

EVENTS: tuple[EventRow, ...] = (
    EventRow(
        "Bounce/Permanent/OnAccountSuppressionList",
        Reason.SUPPRESSED,
        "aws-events; aws-suppression",
        owner=Owner.SES,
        says="SES did not send this: the address stands on this account's suppression list, "
        "because of an earlier "
        "bounce or complaint.",
        help=(
            Help(
                "Look why and since when the address is listed; the list is per Region.",
                commands=(_LOOK,),
                applies=Applies.AUTO,
            ),
            Help(
                "Remove it once the cause is gone; after a complaint only if the recipient "
                "agrees.",
                commands=(_REMOVE,),
                applies=Applies.CONFIRM,
                verify_by="sendas doctor --to {recipient}",
            ),
        ),
        rules=("SUP001", "SUP003", "SUP005"),
    ),
    EventRow(
        "Bounce/Permanent/Suppressed",
        Reason.SUPPRESSED,
        "aws-events; seen (pypi/warehouse#18501)",
        owner=Owner.WAIT,
        says="SES did not send this: the address stands on SES's own global suppression list, "
        "after a bounce in "
        "somebody's mail. The entry expires by itself, within up to 14 days, and counts to the "
        "bounce rate.",
        help=(
            Help(
                "Wait, or let the account's own suppression list override the global one by "
                "enabling it.",
                wait_seconds=1_209_600,
            ),
        ),
        rules=("SUP002",),
    ),
    EventRow("Bounce/Permanent/NoEmail", Reason.USER_UNKNOWN, "aws-events", owner=Owner.CONTENT),
    EventRow("Bounce/Permanent/General", None, "aws-events", Reason.UNDEFINED),
    EventRow("Bounce/Transient/General", None, "aws-events", Reason.ON_HOLD),
    EventRow("Bounce/Transient/MailboxFull", Reason.MAILBOX_FULL, "aws-events", rules=("DS008",)),
    EventRow("Bounce/Transient/MessageTooLarge", Reason.MESG_TOO_BIG, "aws-events"),
    EventRow(
        "Bounce/Transient/ContentRejected",
        None,
        "aws-events",
        Reason.CONTENT_ERROR,
        owner=Owner.CONTENT,
        rules=("DS011",),
    ),
    EventRow(
        "Bounce/Transient/AttachmentRejected",
        None,
        "aws-events",
        Reason.POLICY_VIOLATION,
        owner=Owner.CONTENT,
        rules=("DS011",),
    ),
    EventRow("Bounce/Undetermined/Undetermined", None, "aws-events", Reason.UNDEFINED),
    EventRow(
        "Complaint",
        Reason.FEEDBACK,
        "aws-events",
        owner=Owner.CONTENT,
        says="Somebody at this address called the mail spam. SES names everyone at that "
        "provider whom the mail went "
        "to, so it is not certain to be this recipient.",
        help=(
            Help(
                "Stop writing to this address unless the person asks for it; blame nobody by name."
            ),
        ),
    ),
    EventRow(
        "Complaint/OnAccountSuppressionList",
        Reason.SUPPRESSED,
        "aws-events",
        owner=Owner.SES,
        says="SES did not send this: the address stands on this account's suppression list "
        "because of an earlier "
        "complaint.",
        help=(
            Help(
                "Remove it only if the recipient agrees.",
                commands=(_LOOK, _REMOVE),
                applies=Applies.CONFIRM,
            ),
        ),
        rules=("SUP001", "SUP003"),
    ),
    EventRow(
        "Complaint/not-spam",
        Reason.DELIVERED,
        "aws-events; RFC 6430",
        owner=None,
        says="Good news: the recipient said that this is not spam.",
    ),
    EventRow(
        "Reject/Bad content",
        Reason.VIRUS_DETECTED,
        "aws-events",
        owner=Owner.CONTENT,
        says="SES found a virus in the message and did not send it. It counts to the quota and "
        "is billed.",
        help=(Help("Check the attachment, and the computer it came from."),),
    ),
    EventRow("Delivery", Reason.DELIVERED, "aws-events"),
    EventRow(
        "DeliveryDelay/InternalFailure",
        Reason.SYSTEM_ERROR,
        "aws-events",
        owner=Owner.AWS,
        rules=("DS010",),
    ),
    EventRow("DeliveryDelay/General", None, "aws-events", Reason.ON_HOLD, rules=("DS010",)),
    EventRow(
        "DeliveryDelay/MailboxFull", Reason.MAILBOX_FULL, "aws-events", rules=("DS008", "DS010")
    ),
    EventRow(
        "DeliveryDelay/SpamDetected",
        Reason.SPAM_DETECTED,
        "aws-events",
        owner=Owner.CONTENT,
        says="The receiver has seen much unsolicited mail from the account lately.",
        rules=("DS010",),
    ),
    EventRow(
        "DeliveryDelay/RecipientServerError",
        None,
        "aws-events",
        Reason.SYSTEM_ERROR,
        owner=Owner.RECIPIENT_ADMIN,
        rules=("DS010",),
    ),
    EventRow(
        "DeliveryDelay/IPFailure",
        Reason.BLOCKED,
        "aws-events",
        owner=Owner.AWS,
        rules=("DS010", "DS003"),
    ),
    EventRow(
        "DeliveryDelay/TransientCommunicationFailure",
        None,
        "aws-events",
        Reason.EXPIRED,
        owner=Owner.RECIPIENT_ADMIN,
        rules=("DS010",),
    ),
    EventRow(
        "DeliveryDelay/BYOIPHostNameLookupUnavailable",
        Reason.REQUIRE_PTR,
        "aws-events",
        owner=Owner.SES,
    ),
    EventRow(
        "DeliveryDelay/SendingDeferral",
        Reason.ON_HOLD,
        "aws-events",
        owner=Owner.WAIT,
        rules=("DS010",),
        says="SES itself has put the mail off for a while.",
    ),
    EventRow("DeliveryDelay/Undetermined", None, "aws-events", Reason.ON_HOLD, rules=("DS010",)),
)

BY_EVENT = {row.event: row for row in EVENTS}
