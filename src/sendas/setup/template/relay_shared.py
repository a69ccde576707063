"""What relays share, for a CloudFormation document: a bucket of mail, a queue of reminders."""

from sendas.config.model import Relay
from sendas.setup.template.document import Resource, Resources, policy, sub


_ARN = "arn:${AWS::Partition}:s3:::"
_FOURTEEN_DAYS = 1_209_600
"""The longest that SQS keeps a message (SQS API reference, SetQueueAttributes)."""
_HIDDEN_SECONDS = 300
_WAITS_SECONDS = 1
"""Long polling, if short: a look asks all of SQS's servers, not some (SQS guide, "Amazon SQS
short and long polling")."""


def shared_resources(relay: Relay) -> Resources:
    """The bucket, who may not come to it, and the queue; none is deleted with the stack.

    The queue has no queue of dead letters on purpose: a reminder comes back as long as its mail
    waits, and mail is never given up because it was looked at often.
    """
    arn = f"{_ARN}{relay.bucket}"
    return {
        "Bucket": Resource(
            "AWS::S3::Bucket",
            {
                "BucketName": relay.bucket,
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                    ]
                },
                "PublicAccessBlockConfiguration": dict.fromkeys(
                    (
                        "BlockPublicAcls",
                        "BlockPublicPolicy",
                        "IgnorePublicAcls",
                        "RestrictPublicBuckets",
                    ),
                    True,
                ),
                "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            },
            retain=True,
            why="Mail, its state and the passwords, of all relays",
        ),
        "BucketPolicy": Resource(
            "AWS::S3::BucketPolicy",
            {
                "Bucket": relay.bucket,
                "PolicyDocument": policy(
                    {
                        "Sid": "NobodyWithoutTls",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [sub(arn), sub(f"{arn}/*")],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ),
            },
            depends_on=("Bucket",),
        ),
        "Reminders": Resource(
            "AWS::SQS::Queue",
            {
                "QueueName": relay.queue,
                "MessageRetentionPeriod": _FOURTEEN_DAYS,
                "VisibilityTimeout": _HIDDEN_SECONDS,
                "ReceiveMessageWaitTimeSeconds": _WAITS_SECONDS,
                "SqsManagedSseEnabled": True,
            },
            retain=True,
            why="Which mail somebody should look at; the bucket is what counts",
        ),
    }
