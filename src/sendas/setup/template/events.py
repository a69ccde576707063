"""The part of the stack by which SES tells what became of sent mail: a topic, and who fills it.

A configuration set of ours, or one that stood before, gets an event destination.  An identity
that stood before without one tells by its notifications, which CloudFormation cannot set:
`sendas.setup.plan.telling` does.
"""

from sendas.setup.stack.names import ACCOUNT, PARTITION, StackNames
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    allow,
    from_account,
    policy,
    ref,
)


EVENT_TYPES = (
    "SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE", "DELIVERY_DELAY",
)  # fmt: skip
"""All but OPEN and CLICK, for which SES would rewrite the mail."""


def ses_arn(names: StackNames, what: str) -> str:
    """The ARN of something of SES, for Fn::Sub."""
    return f"arn:{PARTITION}:ses:{names.region}:{ACCOUNT}:{what}"


def events_of_set(names: StackNames, configuration_set: Value) -> Resources:
    """What mail through *configuration_set*, `names.configuration_set`, becomes."""
    return {
        **_topic(names, ses_arn(names, f"configuration-set/{names.configuration_set}")),
        "SendingEvents": Resource(
            "AWS::SES::ConfigurationSetEventDestination",
            {
                "ConfigurationSetName": configuration_set,
                "EventDestination": {
                    "Name": names.events,
                    "Enabled": True,
                    "MatchingEventTypes": list(EVENT_TYPES),
                    "SnsDestination": {"TopicARN": ref("EventTopic")},
                },
            },
            depends_on=("EventTopicPolicy",),
            why="Each event names the user that sent and the address it sent from.",
        ),
    }


def events_of_identity(names: StackNames) -> Resources:
    """The topic that an identity's notifications go to."""
    return _topic(names, ses_arn(names, f"identity/{names.domain}"))


def _topic(names: StackNames, about: str) -> Resources:
    return {
        "EventTopic": Resource("AWS::SNS::Topic", {"TopicName": names.events}),
        "EventTopicPolicy": Resource(
            "AWS::SNS::TopicPolicy",
            {
                "Topics": [ref("EventTopic")],
                "PolicyDocument": policy(
                    allow(
                        ["sns:Publish"],
                        [ref("EventTopic")],
                        sid="SesPublishesEvents",
                        service="ses.amazonaws.com",
                        condition=from_account(about),
                    )
                ),
            },
        ),
    }
