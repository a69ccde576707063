"""The part of the stack that forwards: the function, what it may do, and its log."""

from sendas.config.model import ConfiguredDomain, Watch
from sendas.iam.rights import Role, When
from sendas.inbound.rights import RIGHTS
from sendas.inbound.settings import DEFAULT_ROUTES_KEY, HANDLER
from sendas.setup.rights.place import template_place
from sendas.setup.stack.names import STATE_PREFIX, StackNames
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    att,
    policy_from,
    ref,
    sub,
)
from sendas.setup.template.function import (
    MEMORY_MB,
    RUNTIME,
    daily_clock,
    function_log,
    function_role,
)
from sendas.setup.template.receiving import FUNCTION_SECONDS


BATCH = 5
CONCURRENCY = 2
"""The least Lambda allows: SES starts an account at one mail a second."""
DIGEST_AT = "cron(0 6 * * ? *)"
"""Six in the morning, UTC."""


def forwarder_resources(
    domain: ConfiguredDomain, names: StackNames, code_key: str, watch: Watch | None = None
) -> Resources:
    """The function and all that lets it work; *watch* where it keeps a history of sent mail."""
    return {
        **_reply_keys(domain, names),
        "ForwarderLog": function_log(names.log_group),
        "ForwarderRole": _role(domain, names, remembers=watch is not None),
        "Forwarder": _function(
            domain, names, code_key, hash_addresses=watch is not None and watch.hash_addresses
        ),
        **daily_clock(
            "Forwarder",
            f"{names.root}-digest",
            DIGEST_AT,
            rule="Digest",
            permission="DigestPermission",
            why="Once a day the owner is told what was kept in quarantine.",
        ),
        "ForwarderSource": Resource(
            "AWS::Lambda::EventSourceMapping",
            {
                "Enabled": True,  # said, so that CloudFormation sees when somebody disables it
                "EventSourceArn": att("ReceivedQueue", "Arn"),
                "FunctionName": ref("Forwarder"),
                "BatchSize": BATCH,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": CONCURRENCY},
            },
        ),
    }


def _reply_keys(domain: ConfiguredDomain, names: StackNames) -> Resources:
    """The first signing key is made by AWS, in AWS: no machine of the owner's ever has it."""
    if not domain.answers:
        return {}
    return {
        "ReplyKeys": Resource(
            "AWS::SecretsManager::Secret",
            {
                "Name": names.reply_secret,
                "Description": f"Signs the addresses by which owners answer as {domain.name}",
                "GenerateSecretString": {
                    "SecretStringTemplate": '{"current": "a"}',
                    "GenerateStringKey": "a",
                    "PasswordLength": 48,
                    "ExcludePunctuation": True,
                },
            },
            why="What it signed is answerable as long as it stands: see `sendas reply key`.",
        )
    }


def _function(
    domain: ConfiguredDomain, names: StackNames, code_key: str, *, hash_addresses: bool
) -> Resource:
    variables: dict[str, Value] = {
        "SENDAS_BUCKET": sub(names.bucket),
        "SENDAS_PREFIX": names.prefix,
        "SENDAS_STATE_PREFIX": STATE_PREFIX,
        "SENDAS_ROUTES_KEY": DEFAULT_ROUTES_KEY,
    }
    if hash_addresses:
        variables["SENDAS_EVENTS_ADDRESSES"] = "hashed"
    if domain.answers:
        variables["SENDAS_REPLY_SECRET"] = ref("ReplyKeys")
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
            # Events that nobody waits for: the digest, and mail announced by SES itself.
            "DeadLetterConfig": {"TargetArn": att("DeadLetters", "Arn")},
        },
    )


def _role(domain: ConfiguredDomain, names: StackNames, *, remembers: bool) -> Resource:
    when = {When.ALWAYS}
    when |= {When.ANSWERING} if domain.answers else set()
    when |= {When.REMEMBERING} if remembers else set()
    when |= {When.REPORTING} if domain.reports else set()
    return function_role(
        "sendas-forwarder",
        policy_from(RIGHTS, Role.FORWARDER, template_place(domain, names), when),
        why="Reads mail, sends it on from this domain, and nothing else.",
    )
