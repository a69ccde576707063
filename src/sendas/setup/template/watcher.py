"""The part of the stack that looks once a day: the watcher's function, its role, log and clock."""

from sendas.config.model import ConfiguredDomain
from sendas.doctor import rights as doctor_rights
from sendas.iam.rights import Role, When
from sendas.setup.rights.place import needed_when, template_place
from sendas.setup.stack.names import StackNames
from sendas.setup.stack.watched import environment_of
from sendas.setup.template.document import (
    Resource,
    Resources,
    Value,
    allow,
    att,
    policy,
    policy_from,
    ref,
    sub,
)  # fmt: skip
from sendas.setup.template.forwarder import LOG_DAYS, MEMORY_MB, RUNTIME
from sendas.watch import rights as watch_rights
from sendas.watch.daily.settings import HANDLER, Watched


TIMEOUT_SECONDS = 300
"""The doctor's minute, thirty Regions' suppression lists, and the history of some days."""
DAILY_AT = "cron(30 6 * * ? *)"
"""Half past six in the morning, UTC: after the digest."""


def watcher_resources(
    domain: ConfiguredDomain,
    names: StackNames,
    code_key: str,
    watched: Watched,
) -> Resources:
    """The function and what lets it run."""
    return {
        "WatcherLog": Resource(
            "AWS::Logs::LogGroup",
            {"LogGroupName": names.watcher_log_group, "RetentionInDays": LOG_DAYS},
        ),
        "WatcherRole": _role(domain, names, remembers=watched.remembers),
        "Watcher": Resource(
            "AWS::Lambda::Function",
            {
                "FunctionName": names.watcher,
                "Description": f"Looks at {domain.name} once a day",
                "Runtime": RUNTIME,
                "Handler": HANDLER,
                "Role": att("WatcherRole", "Arn"),
                "MemorySize": MEMORY_MB,
                "Timeout": TIMEOUT_SECONDS,
                "Code": {"S3Bucket": sub(names.bucket), "S3Key": code_key},
                "Environment": {"Variables": _variables(names, watched)},
                "LoggingConfig": {"LogGroup": ref("WatcherLog")},
            },
        ),
        "WatchDaily": Resource(
            "AWS::Events::Rule",
            {
                "Name": f"{names.root}-daily",
                "ScheduleExpression": DAILY_AT,
                "State": "ENABLED",
                "Targets": [{"Id": "watcher", "Arn": att("Watcher", "Arn")}],
            },
            why="Once a day the domain is looked at; the owner hears only of what changed.",
        ),
        "WatchPermission": Resource(
            "AWS::Lambda::Permission",
            {
                "FunctionName": ref("Watcher"),
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": att("WatchDaily", "Arn"),
            },
        ),
    }


def _variables(names: StackNames, watched: Watched) -> dict[str, Value]:
    variables: dict[str, Value] = {"SENDAS_BUCKET": sub(names.bucket), **environment_of(watched)}
    if watched.topic_arn:
        variables["SENDAS_WATCH_TOPIC"] = ref("AlarmTopic")
    return variables


def _role(domain: ConfiguredDomain, names: StackNames, *, remembers: bool) -> Resource:
    when = {When.ALWAYS, When.WATCHING, *needed_when(domain)}
    when |= {When.REMEMBERING} if remembers else set()
    return Resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": policy(
                allow(["sts:AssumeRole"], [], sid="LambdaRunsIt", service="lambda.amazonaws.com")
            ),
            "Policies": [
                {
                    "PolicyName": "sendas-watcher",
                    "PolicyDocument": policy_from(
                        (*doctor_rights.RIGHTS, *watch_rights.RIGHTS),
                        Role.WATCHER,
                        template_place(domain, names),
                        when,
                    ),
                }
            ],
        },
        why="Looks at what mail hangs on, keeps what it saw, and tells the owner.",
    )
