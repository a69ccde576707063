"""The part of the stack that receives: bucket, receipt rules, the topic and the queues behind.

S3 keeps every mail; the notice of it goes SNS → SQS, where it waits, is tried
again, and ends among the dead letters.
"""

from collections.abc import Iterable

from sendas.config.model import ConfiguredDomain
from sendas.ses.suppression import IMPORTS
from sendas.setup.stack.names import PARTITION, STATE_PREFIX, StackNames
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    allow,
    att,
    from_account,
    policy,
    ref,
    sub,
)
from sendas.setup.template.events import ses_arn
from sendas.watch.decide.settings import KEPT, KEPT_DAYS


MAX_RECIPIENTS_PER_RULE = 100
"""SES quotas (FACTS 6)."""

FUNCTION_SECONDS = 120
"""Long enough to read 40 MB and to send it to several targets."""
VISIBILITY_SECONDS = 6 * FUNCTION_SECONDS
"""Lambda guide, "Using Lambda with Amazon SQS": at least six times the function's."""
MAX_RECEIVES = 20
"""More than two days of trying: `sendas.inbound.pauses` says when."""
_TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60


def mail_bucket(
    names: StackNames, keep_days: int, keep_deleted_days: int | None = None
) -> Resources:
    """Where received mail is kept: private, encrypted by S3 itself, never deleted by the stack.

    *keep_days* is how long events about sent mail stay, and what receivers reported;
    *keep_deleted_days* how long what is deleted or overwritten can be had back, None: not at all.

    S3's own encryption, not the receipt action's: that one only the Java and
    Ruby clients can read (FACTS 8.3).
    """
    return {
        "MailBucket": Resource(
            "AWS::S3::Bucket",
            {
                "BucketName": sub(names.bucket),
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
                "LifecycleConfiguration": {
                    "Rules": [
                        {
                            "Id": "unfinished-uploads",
                            "Status": "Enabled",
                            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                        },
                        {
                            "Id": "counts-of-past-hours",
                            "Status": "Enabled",
                            "Prefix": f"{STATE_PREFIX}rate/",
                            "ExpirationInDays": 2,
                        },
                        {
                            "Id": "events-of-past-mail",
                            "Status": "Enabled",
                            "Prefix": f"{STATE_PREFIX}events/",
                            "ExpirationInDays": keep_days,
                        },
                        {
                            "Id": "what-the-watcher-saw",
                            "Status": "Enabled",
                            "Prefix": f"{STATE_PREFIX}{KEPT}",
                            "ExpirationInDays": KEPT_DAYS,
                        },
                        {
                            "Id": "reports-of-past-days",
                            "Status": "Enabled",
                            "Prefix": f"{STATE_PREFIX}reports/",
                            "ExpirationInDays": keep_days,
                        },
                        *([_past_versions(keep_deleted_days)] if keep_deleted_days else []),
                    ]
                },
                **({"VersioningConfiguration": _VERSIONS} if keep_deleted_days else {}),
            },
            retain=True,
            why="Keeps every received mail. It outlives the stack; mail is deleted by the owner "
            "alone (`sendas destroy --delete-mail`).",
        )
    }


def receiving_resources(
    domain: ConfiguredDomain, names: StackNames, *, makes_bucket: bool
) -> Resources:
    """What *domain* needs in order to receive, but for the function that forwards."""
    rules = receipt_rules(domain, names)
    resources: Resources = {
        "MailBucketPolicy": _bucket_policy(names, rules, makes_bucket=makes_bucket)
    }
    resources["ReceivedTopic"] = Resource("AWS::SNS::Topic", {"TopicName": names.received})
    resources["ReceivedTopicPolicy"] = _topic_policy(names, rules)
    if domain.forwards:
        resources |= _queues(names)
    before = ["MailBucketPolicy", "ReceivedTopicPolicy"]
    if domain.forwards:  # no mail before there is somewhere for its notice to wait
        before += ["ReceivedQueuePolicy", "ReceivedSubscription"]
    last = ""
    for number, (name, recipients) in enumerate(rules.items(), 1):
        logical = "Rule" if number == 1 else f"Rule{number}"
        resources[logical] = _rule(
            names, name, recipients, before=(*before, *filter(None, [last]))
        )
        last = logical
    return resources


def receipt_rules(domain: ConfiguredDomain, names: StackNames) -> dict[str, tuple[str, ...]]:
    """The rules' names and recipients.

    Without a catch-all SES takes in only addresses that are somebody's, and
    refuses all others in SMTP: no bounce to a forged sender, and no charge.
    ``me@`` takes ``me+anything@`` too.  Reply aliases are made while mail flows,
    so a domain that has them takes in everything.
    """
    if any(m.is_catch_all or m.answers for m in domain.mailboxes):
        return {names.rule: (domain.name,)}
    addresses: dict[str, None] = dict.fromkeys(
        domain.address_of(mailbox) for mailbox in domain.mailboxes
    )
    if domain.report_address:
        addresses[domain.report_address] = None
    if domain.forwarding_address:  # bounces of what was forwarded come back to it
        addresses[domain.forwarding_address] = None
    wanted = tuple(addresses)
    return {
        names.rule if number == 0 else f"{names.rule}-{number + 1}": wanted[start : start + room]
        for room in (MAX_RECIPIENTS_PER_RULE,)
        for number, start in enumerate(range(0, len(wanted), room))
    }


def _rule(
    names: StackNames, name: str, recipients: tuple[str, ...], *, before: tuple[str, ...]
) -> Resource:
    return Resource(
        "AWS::SES::ReceiptRule",
        {
            "RuleSetName": names.rule_set,
            "Rule": {
                "Name": name,
                "Enabled": True,
                # The API's own default is not to scan (FACTS 8.1).
                "ScanEnabled": True,
                "TlsPolicy": "Optional",
                "Recipients": list(recipients),
                "Actions": [
                    {
                        "S3Action": {
                            "BucketName": sub(names.bucket),
                            "ObjectKeyPrefix": names.prefix,
                            "TopicArn": ref("ReceivedTopic"),
                        }
                    }
                ],
            },
        },
        # SES writes a test object, and publishes a test notice, when a rule is made.
        depends_on=before,
    )


def _from_rules(names: StackNames, rules: Iterable[str]) -> dict[str, Value]:
    within = f"receipt-rule-set/{names.rule_set}:receipt-rule"
    return from_account(*(ses_arn(names, f"{within}/{rule}") for rule in rules))


_VERSIONS: Value = {"Status": "Enabled"}


def _past_versions(days: int) -> Value:
    """Ends what was deleted or overwritten, and the mark that S3 leaves where nothing is left."""
    return {
        "Id": "what-was-deleted",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "ExpiredObjectDeleteMarker": True,
    }


def _bucket_policy(names: StackNames, rules: Iterable[str], *, makes_bucket: bool) -> Resource:
    arn = f"arn:{PARTITION}:s3:::{names.bucket}"
    return Resource(
        "AWS::S3::BucketPolicy",
        {
            "Bucket": sub(names.bucket),
            "PolicyDocument": policy(
                allow(
                    ["s3:PutObject"],
                    [sub(f"{arn}/{names.prefix}*")],
                    sid="SesStoresMail",
                    service="ses.amazonaws.com",
                    condition=_from_rules(names, rules),
                ),
                allow(  # `sendas suppression restore`
                    ["s3:GetObject"],
                    [sub(f"{arn}/{IMPORTS}*")],
                    sid="SesReadsLists",
                    service="ses.amazonaws.com",
                    condition={"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
                ),
                {
                    "Sid": "NobodyWithoutTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [sub(arn), sub(f"{arn}/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ),
        },
        depends_on=("MailBucket",) if makes_bucket else (),
    )


def _topic_policy(names: StackNames, rules: Iterable[str]) -> Resource:
    return Resource(
        "AWS::SNS::TopicPolicy",
        {
            "Topics": [ref("ReceivedTopic")],
            "PolicyDocument": policy(
                allow(
                    ["sns:Publish"],
                    [ref("ReceivedTopic")],
                    sid="SesTellsOfMail",
                    service="ses.amazonaws.com",
                    condition=_from_rules(names, rules),
                )
            ),
        },
    )


def _queues(names: StackNames) -> Resources:
    return {
        "DeadLetters": Resource(
            "AWS::SQS::Queue",
            {
                "QueueName": names.dead_letters,
                "MessageRetentionPeriod": _TWO_WEEKS_SECONDS,
                "SqsManagedSseEnabled": True,
            },
            why="Notices of mail that could not be forwarded, and other events that the forwarder "
            "failed at; the mail itself is in the bucket.",
        ),
        "ReceivedQueue": Resource(
            "AWS::SQS::Queue",
            {
                "QueueName": names.received,
                "VisibilityTimeout": VISIBILITY_SECONDS,
                "MessageRetentionPeriod": _TWO_WEEKS_SECONDS,
                "SqsManagedSseEnabled": True,
                "RedrivePolicy": {
                    "deadLetterTargetArn": att("DeadLetters", "Arn"),
                    "maxReceiveCount": MAX_RECEIVES,
                },
            },
            why="Carries retries, pacing and scale between SES and the forwarder.",
        ),
        "ReceivedQueuePolicy": Resource(
            "AWS::SQS::QueuePolicy",
            {
                "Queues": [ref("ReceivedQueue")],
                "PolicyDocument": policy(
                    allow(
                        ["sqs:SendMessage"],
                        [att("ReceivedQueue", "Arn")],
                        sid="TopicFillsQueue",
                        service="sns.amazonaws.com",
                        condition={"ArnEquals": {"aws:SourceArn": ref("ReceivedTopic")}},
                    )
                ),
            },
        ),
        "ReceivedSubscription": Resource(
            "AWS::SNS::Subscription",
            {
                "TopicArn": ref("ReceivedTopic"),
                "Protocol": "sqs",
                "Endpoint": att("ReceivedQueue", "Arn"),
            },
            depends_on=("ReceivedQueuePolicy",),
        ),
    }
