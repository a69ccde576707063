"""The part of the stack that remembers what became of each mail: events, a queue, the function."""

from sendas.setup.stack.names import StackNames
from sendas.setup.template.document import Resource, Resources, allow, att, policy, ref
from sendas.setup.template.receiving import VISIBILITY_SECONDS


BATCH = 100
WINDOW_SECONDS = 5
"""Lambda gathers so long: fewer objects, and a complaint is told within seconds still."""
MAX_RECEIVES = 20
_TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60


def history_resources(names: StackNames) -> Resources:
    """The queue behind the topic of events, and what lets the function take from it."""
    return {
        "EventQueue": Resource(
            "AWS::SQS::Queue",
            {
                "QueueName": names.events,
                "VisibilityTimeout": VISIBILITY_SECONDS,
                "MessageRetentionPeriod": _TWO_WEEKS_SECONDS,
                "SqsManagedSseEnabled": True,
                "RedrivePolicy": {
                    "deadLetterTargetArn": att("DeadLetters", "Arn"),
                    "maxReceiveCount": MAX_RECEIVES,
                },
            },
            why="SES's events about sent mail, on their way into the history in the bucket.",
        ),
        "EventQueuePolicy": Resource(
            "AWS::SQS::QueuePolicy",
            {
                "Queues": [ref("EventQueue")],
                "PolicyDocument": policy(
                    allow(
                        ["sqs:SendMessage"],
                        [att("EventQueue", "Arn")],
                        sid="TopicFillsQueue",
                        service="sns.amazonaws.com",
                        condition={"ArnEquals": {"aws:SourceArn": ref("EventTopic")}},
                    )
                ),
            },
        ),
        "EventSubscription": Resource(
            "AWS::SNS::Subscription",
            {
                "TopicArn": ref("EventTopic"),
                "Protocol": "sqs",
                "Endpoint": att("EventQueue", "Arn"),
                "RawMessageDelivery": True,
            },
            depends_on=("EventQueuePolicy",),
        ),
        "EventSource": Resource(
            "AWS::Lambda::EventSourceMapping",
            {
                "Enabled": True,  # said, so that CloudFormation sees when somebody disables it
                "EventSourceArn": att("EventQueue", "Arn"),
                "FunctionName": ref("Forwarder"),
                "BatchSize": BATCH,
                "MaximumBatchingWindowInSeconds": WINDOW_SECONDS,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        ),
    }
