"""The function that ships: its zip, its role and its alarms, in the lab."""

import io
import json
import os
import random
import subprocess
import sys
import zipfile

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore
import pytest

from sendas_lab.aws.alarms import State
from sendas_lab.aws.service import backends_of
from sendas_lab.world import Lab
from watchman import ROOT, USER, Watchman, hire

from sendas.aws.mail_store import MailStore
from sendas.credentials import rights as credentials_rights
from sendas.credentials.decide.marks import Mark
from sendas.doctor import rights as doctor_rights
from sendas.doctor.registry import all_rules
from sendas.iam.rights import Role, When, actions_of
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region
from sendas.setup.plan.code import stack_code
from sendas.watch import rights as watch_rights
from sendas.watch.daily.bundle import watcher_bundle


WATCHER = f"{ROOT}-watch"
TABLE = (*doctor_rights.RIGHTS, *credentials_rights.RIGHTS, *watch_rights.RIGHTS)
ELSEWHERE = {When.ROTATING, When.TOLD_BY_IDENTITY}
STATED = actions_of(
    (
        one
        for one in TABLE
        if one.when not in ELSEWHERE and not any("_parameters}" in arn for arn in one.resources)
    ),
    [Role.WATCHER],
)
"""Of a domain of our own of which no mailbox has `rotation = "prepare"`.

Its passwords are in Secrets Manager; test_unattended_lab has them in Parameter Store as well.
"""
BY_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents"}
UNUSED = {
    "lambda:GetPolicy": "asked where a rule or a topic calls a function without a queue",
    "ses:DescribeReceiptRuleSet": "asked where another set than the active one is there",
    "iam:GetPolicy": "asked of managed policies, which the stack's role has none of",
    "iam:GetPolicyVersion": "the same",
    "secretsmanager:GetSecretValue": "asked where a password is stored: see test_unattended_lab",
    "secretsmanager:TagResource": "the same",
    "ssm:ListTagsForResource": "asked of each password that Parameter Store keeps: the same",
    "iam:GetAccessKeyLastUsed": "what it tells only adds to what is known",
    "ses:ListReceiptRuleSets": "asked where the active set has no rule for the domain",
    "ses:GetIdentityNotificationAttributes": "asked where the identity has no configuration set",
    "ses:SendRawEmail": "of the two, one suffices to the lab (FACTS 4): both are taken away",
    "route53:GetHostedZone": "asked where records are wrong: which zone should have them",
    "route53:ListHostedZonesByName": "the same",
    "route53:ListResourceRecordSets": "the same",
}
"""Actions of the table that a run in a healthy world does not need, and why they stand."""
ALIKE = {"ses:SendEmail": ("ses:SendEmail", "ses:SendRawEmail")}
CHILD = """
import json, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
import sendas.watch.daily.handler
from sendas.doctor.registry import all_rules
from sendas.dns.resolver import NetworkResolver
from dns.rdtypes.IN import A
ours = {n: m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in {"sendas", "dns"}}
print(json.dumps([len(all_rules()), sorted(sys.modules), ours]))
"""


@pytest.fixture
def watchman(sendas_lab: Lab, tmp_path: Path) -> Watchman:
    """A healthy domain, its stack, a key, and nobody has looked yet."""
    found = hire(sendas_lab, tmp_path)
    found.owner.call("iam", "CreateAccessKey", UserName=USER)
    return found


def invoke(watchman: Watchman) -> Mapping[str, Any]:
    """The schedule calls, once, and waits; the answer, or what it failed with."""
    store = MailStore(watchman.lab.session(), Region("us-east-1"), watchman.bucket)
    said = store.invoke(WATCHER, {"source": "aws.events"})
    watchman.lab.settle()
    return {"errorMessage": str(said)} if isinstance(said, NoAnswer) else said


def state(watchman: Watchman) -> Mapping[str, Any]:
    """What it remembers."""
    key = watchman.watched.state_key
    answer = watchman.owner.call("s3", "GetObject", Bucket=watchman.bucket, Key=key)
    known: Mapping[str, Any] = json.loads(answer["Body"].read())
    return known


def test_the_zip_is_small_python_and_complete(tmp_path: Path) -> None:
    """Under 5 MB, no compiled library; with botocore beside it, every rule loads from it."""
    zipped = watcher_bundle()
    assert len(zipped) < 5_000_000
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert all(name.endswith((".py", ".pyc")) for name in archive.namelist())
    place = tmp_path / "function.zip"
    place.write_bytes(zipped)
    packages = str(Path(botocore.__file__).parents[1])
    blocked = CHILD.replace(
        "import sendas",
        "for name in ('pydantic', 'rich', 'typer', 'jinja2', 'moto'): sys.modules[name] = None\n"
        "import sendas",
        1,
    )
    done = subprocess.run(  # noqa: S603  this very Python, isolated
        [sys.executable, "-I", "-S", "-c", blocked, str(place), packages],
        capture_output=True,
        text=True,
        check=True,
    )
    rules, _, ours = json.loads(done.stdout)
    assert len(all_rules()) == rules
    assert all(file.startswith(str(place)) for file in ours.values())


def test_the_forwarder_does_not_carry_it() -> None:
    """Forwarding's zip holds nothing of the watcher, so that its cold start is what it was."""
    code = stack_code()
    with zipfile.ZipFile(io.BytesIO(code.body)) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith(("sendas/watch", "dns/"))]
    assert "sendas/aws/telling.py" not in names


def test_its_role_is_enough_and_each_action_is_needed(watchman: Watchman) -> None:
    """By its own role it sees everything and tells it; without an action it says what it lacks.

    ``SENDAS_ALL_RIGHTS=1`` takes away each action of the role, the suite a sample.
    """
    watchman.lab.ses.set_enforcement("us-east-1", "PROBATION")
    assert {"changes": 1, "notices": 1, "busy": False} == invoke(watchman)
    assert {} == state(watchman)["known"]["blind"]
    assert "ACC002" in "\n".join(watchman.mails())
    role = watchman.owner.call("lambda", "GetFunctionConfiguration", FunctionName=WATCHER)["Role"]
    name = role.rpartition("/")[2]
    policy = watchman.owner.call(
        "iam", "GetRolePolicy", RoleName=name, PolicyName="sendas-watcher"
    )["PolicyDocument"]
    held = {a for one in policy["Statement"] for a in listed(one["Action"])}
    assert held == STATED, "what the table states, and no more"
    needed = sorted(held - BY_LAMBDA - UNUSED.keys())
    everything = os.environ.get("SENDAS_ALL_RIGHTS") == "1"
    chosen = needed if everything else random.sample(needed, 2)
    unmissed = []
    for action in chosen:
        less = [
            {**one, "Action": kept}
            for one in policy["Statement"]
            if (
                kept := [a for a in listed(one["Action"]) if a not in ALIKE.get(action, (action,))]
            )
        ]
        document = json.dumps({**policy, "Statement": less})
        watchman.owner.call(
            "iam", "PutRolePolicy", RoleName=name, PolicyName="sendas-watcher",
            PolicyDocument=document,
        )  # fmt: skip
        watchman.owner.call(
            "s3", "DeleteObject", Bucket=watchman.bucket, Key=watchman.watched.state_key
        )
        said = invoke(watchman)
        missed = said.get("errorMessage", "") or json.dumps(state(watchman))
        if action not in missed and "denied" not in missed.lower():
            unmissed.append(action)
    assert not unmissed, unmissed


def listed(value: str | list[str]) -> list[str]:
    """One or many."""
    return [value] if isinstance(value, str) else value


def test_a_set_that_was_taken_off_is_told_by_its_own_role(watchman: Watchman) -> None:
    """SES falls silent, and the function may see that: it is no "could not look"."""
    assert "errorMessage" not in invoke(watchman)
    watchman.owner.call(
        "sesv2", "PutEmailIdentityConfigurationSetAttributes", EmailIdentity="example.com"
    )
    assert "errorMessage" not in invoke(watchman)

    assert {} == state(watchman)["known"]["blind"]
    assert "What becomes of sent mail is not heard of" in "\n".join(watchman.mails())


def test_a_dead_watcher_is_noticed(watchman: Watchman) -> None:
    """No look for a day and a half: the alarm rings, and not while somebody looks daily."""
    watch, lab = watchman.lab.aws.watch, watchman.lab
    assert "errorMessage" not in invoke(watchman)
    alarm = f"{ROOT}-watcher-silent"
    for _ in range(3):
        for _ in range(4):
            lab.clock.move(timedelta(hours=6))
            assert State.ALARM not in dict(watch.look()).values()
        assert "errorMessage" not in invoke(watchman)
    for _ in range(5):
        lab.clock.move(timedelta(hours=6))
        assert {} == dict(watch.look())
    lab.clock.move(timedelta(hours=6))
    lab.clock.move(timedelta(minutes=1))
    assert State.ALARM is dict(watch.look())[alarm]
    assert "errorMessage" not in invoke(watchman)
    assert State.OK is dict(watch.look())[alarm]


def test_a_failing_watcher_and_a_full_quota_are_noticed(watchman: Watchman) -> None:
    """Each alarm for its own cause, and no other; the owner hears of both."""
    watch, lab = watchman.lab.aws.watch, watchman.lab
    assert "errorMessage" not in invoke(watchman)
    assert {State.OK} == set(dict(watch.look()).values()), "they begin without data"
    assert {} == dict(watch.look())
    lab.ses.set_quota("us-east-1", max_24_hour=1000)
    lab.ses.use_up_quota("us-east-1")
    invoke(watchman)
    assert {f"{ROOT}-quota": State.ALARM} == dict(watch.look())
    lab.ses.set_quota("us-east-1", max_24_hour=50_000)
    lab.clock.move(timedelta(hours=2))
    assert {} == dict(watch.look()), "one value a day: until the next it stands"
    invoke(watchman)
    assert {f"{ROOT}-quota": State.OK} == dict(watch.look())
    lab.aws.faults.deny("s3:PutObject")
    assert "errorMessage" in invoke(watchman)
    assert {f"{ROOT}-watcher-errors": State.ALARM} == dict(watch.look())


def test_everything_is_off_with_one_line(sendas_lab: Lab, tmp_path: Path) -> None:
    """`watch = false`: one function, no history, no schedule but the digest's, no alarm."""
    found = hire(sendas_lab, tmp_path, FILE_OFF)
    listed_ = found.owner.call("lambda", "ListFunctions")["Functions"]
    assert [ROOT] == [one["FunctionName"] for one in listed_]
    assert [] == found.owner.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    rules = found.owner.call("events", "ListRules")["Rules"]
    assert [f"{ROOT}-digest"] == [one["Name"] for one in rules]
    queues = found.owner.call("sqs", "ListQueues")["QueueUrls"]
    assert not [one for one in queues if one.endswith("-events")]
    objects = found.owner.call("s3", "ListObjectsV2", Bucket=found.bucket)["Contents"]
    assert not [one["Key"] for one in objects if one["Key"].startswith("sendas/watch/")]


FILE_OFF = """\
region = "us-east-1"
watch = false
[[domain]]
name = "example.com"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""


def test_an_old_canary_and_an_old_key_are_noticed(watchman: Watchman) -> None:
    """Stop the canaries: after 35 days the alarm rings; a key rings at 90; both on the value."""
    watch, lab = watchman.lab.aws.watch, watchman.lab
    canary, key = f"{ROOT}-canary-old", f"{ROOT}-credential-old"
    (held,) = backends_of("iam")[lab.account_id]["aws"].users[USER].access_keys
    held.create_date -= timedelta(days=87)
    proven = Mark("AKIAIOSFODNN7EXAMPLE", lab.clock.now() - timedelta(days=33)).dump()
    watchman.owner.call(
        "secretsmanager",
        "CreateSecret",
        Name="sendas/smtp/me@example.com",
        SecretString="{}",
        Tags=[
            {"Key": "sendas:address", "Value": "me@example.com"},
            {"Key": "sendas:canary", "Value": proven},
        ],
    )
    rang: dict[str, int] = {}
    for day in range(6):
        assert "errorMessage" not in invoke(watchman)
        for name, now_is in watch.look():
            if now_is is State.ALARM and name in {canary, key}:
                rang.setdefault(name, day)
        lab.clock.move(timedelta(days=1))

    # Two days of a value at the threshold, as the alarm has it.
    assert {canary: 3, key: 4} == rang
    fresh = {"Key": "sendas:canary", "Value": Mark("AKIAIOSFODNN7EXAMPLE", lab.clock.now()).dump()}
    about = {"SecretId": "sendas/smtp/me@example.com", "Tags": [fresh]}
    watchman.owner.call("secretsmanager", "TagResource", **about)
    invoke(watchman)
    assert State.OK is dict(watch.look())[canary]


def test_no_value_for_two_days_rings_too(watchman: Watchman) -> None:
    """Where the watcher may not look, no value is published: missing data breach."""
    watch, lab = watchman.lab.aws.watch, watchman.lab
    invoke(watchman)
    watch.look()
    lab.aws.faults.deny("secretsmanager:ListSecrets")
    rang: set[str] = set()
    for _ in range(3):
        lab.clock.move(timedelta(days=1))
        assert "errorMessage" not in invoke(watchman)
        rang |= {name for name, now_is in watch.look() if now_is is State.ALARM}

    assert {f"{ROOT}-canary-old"} == rang
    assert "canaries" in state(watchman)["known"]["blind"]
    lab.aws.faults.clear()
    invoke(watchman)
    assert {} == state(watchman)["known"]["blind"], "seen again, and no silence is counted on"
