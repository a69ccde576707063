"""The part of the stack that looks once a day: the watcher's function, its role, log and clock."""

from sendas.config.model import ConfiguredDomain
from sendas.credentials import rights as credentials_rights
from sendas.doctor import rights as doctor_rights
from sendas.iam.rights import Role, When
from sendas.setup.rights.place import needed_when, template_place
from sendas.setup.stack.names import StackNames
from sendas.setup.stack.watched import environment_of
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
from sendas.watch import rights as watch_rights
from sendas.watch.decide.settings import HANDLER, Watched


TIMEOUT_SECONDS = 300
"""The doctor's minute, thirty Regions' suppression lists, and the history of some days."""
TENDING_SECONDS = 900
"""The same, and credentials that are made, proven and audited; the most there is."""
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
        "WatcherLog": function_log(names.watcher_log_group),
        "WatcherRole": _role(domain, names, watched),
        "Watcher": Resource(
            "AWS::Lambda::Function",
            {
                "FunctionName": names.watcher,
                "Description": f"Looks at {domain.name} once a day",
                "Runtime": RUNTIME,
                "Handler": HANDLER,
                "Role": att("WatcherRole", "Arn"),
                "MemorySize": MEMORY_MB,
                "Timeout": TENDING_SECONDS if watched.tends else TIMEOUT_SECONDS,
                "Code": {"S3Bucket": sub(names.bucket), "S3Key": code_key},
                "Environment": {"Variables": _variables(names, watched)},
                "LoggingConfig": {"LogGroup": ref("WatcherLog")},
            },
        ),
        **daily_clock(
            "Watcher",
            f"{names.root}-daily",
            DAILY_AT,
            rule="WatchDaily",
            permission="WatchPermission",
            why="Once a day the domain is looked at; the owner hears only of what changed.",
        ),
    }


def _variables(names: StackNames, watched: Watched) -> dict[str, Value]:
    variables: dict[str, Value] = {"SENDAS_BUCKET": sub(names.bucket), **environment_of(watched)}
    if watched.topic_arn:
        variables["SENDAS_WATCH_TOPIC"] = ref("AlarmTopic")
    if watched.events_arn:
        variables["SENDAS_WATCH_EVENTS"] = ref("EventTopic")
    return variables


def _role(domain: ConfiguredDomain, names: StackNames, watched: Watched) -> Resource:
    when = {When.ALWAYS, When.WATCHING, *needed_when(domain)}
    when |= {When.REMEMBERING} if watched.remembers else set()
    when |= {When.TENDING} if watched.tends else set()
    rights = (*doctor_rights.RIGHTS, *credentials_rights.RIGHTS, *watch_rights.RIGHTS)
    return function_role(
        "sendas-watcher",
        policy_from(rights, Role.WATCHER, template_place(domain, names), when),
        why="Looks at what mail hangs on, keeps what it saw, and tells the owner.",
    )
