"""The part of the stack that forwards: the function, what it may do, and its log."""

from sendas.config.model import Domain
from sendas.inbound.settings import DEFAULT_ROUTES_KEY, HANDLER
from sendas.setup.stack.names import PARTITION, STATE_PREFIX, StackNames
from sendas.setup.template.document import Resource, Resources, Value, allow, att, policy, ref, sub
from sendas.setup.template.receiving import FUNCTION_SECONDS
from sendas.setup.template.sending import SEND_ACTIONS, send_from, ses_arn


RUNTIME = "python3.13"
MEMORY_MB = 512
"""Holds a mail of 40 MB with room to spare; below, Lambda also gives less of a processor."""
BATCH = 5
CONCURRENCY = 2
"""The least Lambda allows: SES starts an account at one mail a second."""
LOG_DAYS = 90
DIGEST_AT = "cron(0 6 * * ? *)"
"""Six in the morning, UTC."""

_WRITTEN = ("state/", "quarantine/", "rate/", "digest/")
"""What the function writes, below the prefix of its state; never its own code or routes."""


def forwarder_resources(domain: Domain, names: StackNames, code_key: str) -> Resources:
    """The function and all that lets it work."""
    return {
        "ForwarderLog": Resource(
            "AWS::Logs::LogGroup",
            {"LogGroupName": names.log_group, "RetentionInDays": LOG_DAYS},
        ),
        "ForwarderRole": _role(domain, names),
        "Forwarder": _function(domain, names, code_key),
        "Digest": Resource(
            "AWS::Events::Rule",
            {
                "Name": f"{names.root}-digest",
                "ScheduleExpression": DIGEST_AT,
                "State": "ENABLED",
                "Targets": [{"Id": "forwarder", "Arn": att("Forwarder", "Arn")}],
            },
            why="Once a day the owner is told what was kept in quarantine.",
        ),
        "DigestPermission": Resource(
            "AWS::Lambda::Permission",
            {
                "FunctionName": ref("Forwarder"),
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": att("Digest", "Arn"),
            },
        ),
        "ForwarderSource": Resource(
            "AWS::Lambda::EventSourceMapping",
            {
                "EventSourceArn": att("ReceivedQueue", "Arn"),
                "FunctionName": ref("Forwarder"),
                "BatchSize": BATCH,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": CONCURRENCY},
            },
        ),
    }


def _function(domain: Domain, names: StackNames, code_key: str) -> Resource:
    variables: dict[str, Value] = {
        "SENDAS_BUCKET": sub(names.bucket),
        "SENDAS_PREFIX": names.prefix,
        "SENDAS_STATE_PREFIX": STATE_PREFIX,
        "SENDAS_ROUTES_KEY": DEFAULT_ROUTES_KEY,
    }
    if names.configuration_set:
        variables["SENDAS_CONFIGURATION_SET"] = names.configuration_set
    return Resource(
        "AWS::Lambda::Function",
        {
            "FunctionName": names.function,
            "Description": f"Forwards mail for {domain.name}",
            "Runtime": RUNTIME,
            "Handler": HANDLER,
            "Role": att("ForwarderRole", "Arn"),
            "MemorySize": MEMORY_MB,
            "Timeout": FUNCTION_SECONDS,
            "Code": {"S3Bucket": sub(names.bucket), "S3Key": code_key},
            "Environment": {"Variables": variables},
            "LoggingConfig": {"LogGroup": ref("ForwarderLog")},
            # Events that nobody waits for: the digest, and mail told of by SES itself.
            "DeadLetterConfig": {"TargetArn": att("DeadLetters", "Arn")},
        },
    )


def _role(domain: Domain, names: StackNames) -> Resource:
    return Resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": policy(
                allow(["sts:AssumeRole"], [], sid="LambdaRunsIt", service="lambda.amazonaws.com")
            ),
            "Policies": [
                {
                    "PolicyName": "sendas-forwarder",
                    "PolicyDocument": policy(
                        *_bucket_statements(names),
                        *_send_statements(domain, names),
                        allow(
                            [
                                "sqs:ChangeMessageVisibility",
                                "sqs:DeleteMessage",
                                "sqs:GetQueueAttributes",
                                "sqs:ReceiveMessage",
                            ],
                            [att("ReceivedQueue", "Arn")],
                            sid="TakeNotices",
                        ),
                        allow(
                            ["sqs:SendMessage"],
                            [att("DeadLetters", "Arn")],
                            sid="KeepLostEvents",
                        ),
                        allow(
                            ["logs:CreateLogStream", "logs:PutLogEvents"],
                            [att("ForwarderLog", "Arn")],
                            sid="WriteLog",
                        ),
                    ),
                }
            ],
        },
        why="Reads mail, sends it on from this domain, and nothing else.",
    )


def _bucket_statements(names: StackNames) -> list[dict[str, Value]]:
    arn = f"arn:{PARTITION}:s3:::{names.bucket}"
    written: list[Value] = [sub(f"{arn}/{STATE_PREFIX}{part}*") for part in _WRITTEN]
    return [
        allow(
            ["s3:GetObject"],
            [sub(f"{arn}/{names.prefix}*"), sub(f"{arn}/{DEFAULT_ROUTES_KEY}"), *written],
            sid="ReadMailAndRoutes",
        ),
        allow(["s3:PutObject"], written, sid="RememberMail"),
        allow(
            ["s3:DeleteObject"],
            [sub(f"{arn}/{STATE_PREFIX}quarantine/*")],
            sid="TakeMarksOffReleasedMail",
        ),
        # Without it S3 says "denied" of an object that is not there.
        allow(["s3:ListBucket"], [sub(arn)], sid="TellAbsentFromDenied"),
    ]


def _send_statements(domain: Domain, names: StackNames) -> list[dict[str, Value]]:
    identity = sub(ses_arn(names, f"identity/{names.domain}"))
    # In the sandbox SES checks the recipient's identity too (FACTS 4).
    sandbox: list[Value] = [
        sub(ses_arn(names, f"identity/{target}")) for target in recipients_of(domain)
    ]
    return [
        allow(
            SEND_ACTIONS,
            [*send_from(names), *sandbox],
            sid="SendAsTheDomain",
            condition={"StringLike": {"ses:FromAddress": f"*@{domain.name}"}},
        ),
        allow(["ses:SendBounce"], [identity], sid="RefuseForTheDomain"),
        # Of no resource (Service Authorization Reference, SES).
        allow(["ses:GetSendStatistics"], ["*"], sid="MeasureBounces"),
    ]


def recipients_of(domain: Domain) -> tuple[str, ...]:
    """Everybody the forwarder ever writes to, each once."""
    targets = [target for mailbox in domain.mailboxes for target in mailbox.targets]
    return tuple(dict.fromkeys([*targets, *filter(None, [domain.notices])]))
