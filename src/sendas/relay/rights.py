"""What the relay's role or key asks of AWS; pure data."""

from sendas.config.model import Relay
from sendas.iam.rights import ANYTHING, CONFIGURATION_SET, IDENTITY, Place, Right, Verb, When


_RELAY = (Verb.RELAY,)
_ANY_TOPIC = "arn:{partition}:sns:{region}:{account}:*"

RIGHTS = (
    # Both actions, and both resources: FACTS 4, "grant both actions".
    Right(
        "Send as any address of the domains",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET),
        _RELAY,
    ),
    Right("Rate, quota and state of the account", ("ses:GetAccount",), (ANYTHING,), _RELAY),
    Right(
        "Mail in the bucket that relays share",
        ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        ("arn:{partition}:s3:::{relay_bucket}/*",),
        _RELAY,
    ),
    Right(
        "Which mail it holds", ("s3:ListBucket",), ("arn:{partition}:s3:::{relay_bucket}",), _RELAY
    ),
    Right(
        "Reminders of that mail",
        (
            "sqs:GetQueueUrl",
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
        ),
        ("arn:{partition}:sqs:{region}:{account}:{relay_queue}",),
        _RELAY,
    ),
    Right("An alarm to its topic", ("sns:Publish",), (_ANY_TOPIC,), _RELAY, When.IF_ASKED),
)


def shared_place(relay: Relay | None) -> Place:
    """What stands for the names of what relays share; nothing where they share nothing."""
    if relay is None or not relay.bucket:
        return {}
    return {"relay_bucket": (relay.bucket,), "relay_queue": (relay.queue,)}
