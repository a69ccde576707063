"""What the relay's role or key asks of AWS; pure data."""

from sendas.iam.rights import ANYTHING, CONFIGURATION_SET, IDENTITY, Right, Verb, When


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
    Right("An alarm to its topic", ("sns:Publish",), (_ANY_TOPIC,), _RELAY, When.IF_ASKED),
)
