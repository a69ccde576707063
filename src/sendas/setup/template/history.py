"""The part of the stack that remembers what became of each mail: events, a queue, the function."""

from sendas.setup.stack.names import StackNames, logical_id
from sendas.setup.template.document import Resource, Resources, Value, allow, att, policy, ref
from sendas.setup.template.receiving import VISIBILITY_SECONDS


BATCH = 100
WINDOW_SECONDS = 5
"""Lambda gathers so long: fewer objects, and a complaint is told within seconds still."""
MAX_RECEIVES = 20
_TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60


def history_resources(names: StackNames, heard: tuple[str, ...] = ()) -> Resources:
    """The queue behind the topic of events, and what lets the function take from it.

    *heard* are the ARNs of topics that stood before, and are notified of sent mail too.
    """
    return {
        **_heard(heard),
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
                        condition={"ArnEquals": {"aws:SourceArn": [ref("EventTopic"), *heard]}}
                        if heard
                        else {"ArnEquals": {"aws:SourceArn": ref("EventTopic")}},
                    )
                ),
            },
        ),
        "EventSubscription": _subscription(ref("EventTopic")),
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


def _subscription(topic: Value, why: str = "") -> Resource:
    return Resource(
        "AWS::SNS::Subscription",
        {
            "TopicArn": topic,
            "Protocol": "sqs",
            "Endpoint": att("EventQueue", "Arn"),
            "RawMessageDelivery": True,
        },
        depends_on=("EventQueuePolicy",),
        why=why,
    )


def _heard(topics: tuple[str, ...]) -> Resources:
    why = "Its other listeners hear as before: this one is added to them."
    return {logical_id("Hears", topic): _subscription(topic, why) for topic in topics}
