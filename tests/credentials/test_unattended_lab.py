"""Rotation and monthly proof by the function that ships, by its own role, in the lab.

The lab's IAM decides every call, its SES every login and mail; the mail goes on all the time.
"""

import json

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from owner_setup import settle
from password_holders import FIRST, ME, SECOND, Sender, users_with_keys
from sendas_lab.world import Lab
from typed import Type
from watchman import OWNER, ROOT, Watchman, hire

from sendas.aws.mail_store import MailStore
from sendas.aws.password_stores import store_of
from sendas.aws.session import Session, open_session
from sendas.aws.writes import NotAllowed
from sendas.config.model import PasswordStore
from sendas.credentials.doors import Timing
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.stages import Stage


WATCHER = f"{ROOT}-watch"
FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
password_store = "STORE"
mail_from = "mail"
[domain.dmarc]
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
held_by = ["gmail:owner@gmail.com", "shop"]
rotation = "prepare"
[[domain.mailbox]]
name = "other"
to = ["owner@gmail.com"]
send = "smtp"
rotation = "off"
"""


@pytest.fixture(params=[pytest.param(store, id=store.value) for store in PasswordStore])
def store(request: pytest.FixtureRequest) -> PasswordStore:
    """Where the file says that passwords are kept."""
    return PasswordStore(request.param)


@pytest.fixture
def watchman(
    sendas_lab: Lab,
    type_: Type,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    store: PasswordStore,
) -> Watchman:
    """The stack stands, with a function that looks after credentials."""
    assert type_
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    clock = Timing(sendas_lab.clock.now, lambda _: None)
    monkeypatch.setattr("sendas.credentials.doors.real_timing", lambda: clock)
    return hire(sendas_lab, tmp_path, FILE.replace("STORE", store))


def invoke(watchman: Watchman) -> Mapping[str, Any]:
    """The schedule calls, once."""
    store = MailStore(watchman.lab.session(), Region("us-east-1"), watchman.bucket)
    said = store.invoke(WATCHER, {"source": "aws.events"})
    settle(watchman.lab)
    assert not isinstance(said, NoAnswer), said
    return said


def state(watchman: Watchman) -> Mapping[str, Any]:
    """What it remembers."""
    key = watchman.watched.state_key
    answer = watchman.owner.call("s3", "GetObject", Bucket=watchman.bucket, Key=key)
    known: Mapping[str, Any] = json.loads(answer["Body"].read())
    return known["known"]  # type: ignore[no-any-return]  JSON


def open_keys(watchman: Watchman) -> list[str]:
    """What of credentials is open."""
    return [key for key in state(watchman)["problems"] if key.startswith(("rotation:", "audit:"))]


def test_a_rotation_by_the_stack_alone(watchman: Watchman, type_: Type) -> None:
    """Day 76: prepared, proven, told without a secret; two mails close it; the old key goes.

    Nobody types a command but the one that shows the password.
    """
    lab = watchman.lab
    gmail, shop = Sender(lab, shop=False), Sender(lab, shop=True)
    first = type_("credentials", "rotate", ME, "--show")
    assert first.status == 0, first.err
    for one in (gmail, shop):
        one.take(first)
        one.send()
    settle(lab)
    invoke(watchman)
    invoke(watchman)
    assert [] == state(watchman)["blind"] or {} == state(watchman)["blind"]
    assert {FIRST: ["Active"], SECOND: []} == users_with_keys(watchman.owner)
    lab.clock.move(timedelta(days=77))
    mails = len(lab.gmail.inbox(OWNER))

    invoke(watchman)

    assert {FIRST: ["Active"], SECOND: ["Active"]} == users_with_keys(watchman.owner)
    told = "\n".join(watchman.mails(mails))
    assert "was replaced, and is to be typed in: Gmail of owner@gmail.com, shop" in told
    assert f"$ sendas credentials rotate {ME} --copy" in told
    assert f"rotation:{ME}:hand-over" in open_keys(watchman)
    shown = type_("credentials", "rotate", ME, "--show")
    for one in (gmail, shop):
        one.send()
        one.take(shown)
    assert shop.password not in told
    assert shop.username in told
    lab.clock.move(timedelta(minutes=1))
    for one in (gmail, shop):
        one.send()
    settle(lab)

    invoke(watchman)

    assert {FIRST: ["Inactive"], SECOND: ["Active"]} == users_with_keys(watchman.owner)
    assert [] == [key for key in open_keys(watchman) if key.startswith("rotation:")]
    lab.clock.move(timedelta(days=8))
    for one in (gmail, shop):
        one.send()
    invoke(watchman)
    assert {FIRST: [], SECOND: ["Active"]} == users_with_keys(watchman.owner)
    for one in (gmail, shop):
        one.send()
    assert [0, 0] == [one.lost for one in (gmail, shop)]
    assert [] == [one for one in lab.gmail.inbox(OWNER) if "canary" in one.subject.lower()]


def as_the_function(watchman: Watchman) -> Session:
    """A session with the very role of the function."""
    call = watchman.owner.call
    arn = call("lambda", "GetFunctionConfiguration", FunctionName=WATCHER)["Role"]
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    }
    name = arn.rpartition("/")[2]
    call("iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=json.dumps(trust))
    taken = call("sts", "AssumeRole", RoleArn=arn, RoleSessionName="probe")["Credentials"]
    environment = {
        **watchman.lab.environment(),
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }
    return open_session(None, environment)


MINE, OTHERS = f"sendas/smtp/{ME}", "sendas/smtp/other@example.com"
MINE_KEPT, OTHERS_KEPT = "/sendas/smtp/example.com/me", "/sendas/smtp/example.com/other"
ABOUT_MINE = {"ResourceType": "Parameter", "ResourceId": MINE_KEPT}
OTHER = "sendas-other@example.com"
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
FORBIDDEN: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("iam", "CreateAccessKey", {"UserName": OTHER}),
    ("iam", "CreateAccessKey", {"UserName": "ann"}),
    ("iam", "CreateAccessKey", {}),
    ("iam", "UpdateAccessKey", {"UserName": OTHER, "AccessKeyId": "K" * 20, "Status": "Inactive"}),
    ("iam", "DeleteAccessKey", {"UserName": OTHER, "AccessKeyId": "K" * 20}),
    ("iam", "PutUserPolicy", {"UserName": FIRST, "PolicyName": "x", "PolicyDocument": DOCUMENT}),
    ("iam", "AttachUserPolicy", {"UserName": SECOND, "PolicyArn": "arn:aws:iam::aws:policy/A"}),
    ("iam", "CreateLoginProfile", {"UserName": FIRST, "Password": "x" * 20}),
    ("iam", "CreateUser", {"UserName": "sendas-new@example.com"}),
    ("iam", "DeleteUser", {"UserName": SECOND}),
    ("secretsmanager", "PutSecretValue", {"SecretId": OTHERS, "SecretString": "x"}),
    ("secretsmanager", "DeleteSecret", {"SecretId": MINE}),
    ("secretsmanager", "PutResourcePolicy", {"SecretId": MINE, "ResourcePolicy": DOCUMENT}),
    ("secretsmanager", "GetSecretValue", {"SecretId": "sendas/reply/example.com"}),
    ("secretsmanager", "TagResource", {"SecretId": MINE, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("ssm", "PutParameter", {"Name": OTHERS_KEPT, "Value": "x", "Overwrite": True}),
    ("ssm", "PutParameter", {"Name": f"{MINE_KEPT}2", "Value": "x", "Type": "String"}),
    ("ssm", "LabelParameterVersion", {"Name": OTHERS_KEPT, "Labels": ["current"]}),
    ("ssm", "DeleteParameters", {"Names": [MINE_KEPT]}),
    ("ssm", "DeleteParameter", {"Name": MINE_KEPT}),
    ("ssm", "GetParameter", {"Name": "/elsewhere/password", "WithDecryption": True}),
    ("ssm", "GetParameterHistory", {"Name": "/elsewhere/password", "WithDecryption": True}),
    ("ssm", "AddTagsToResource", {**ABOUT_MINE, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("ssm", "RemoveTagsFromResource", {**ABOUT_MINE, "TagKeys": ["sendas:address"]}),
    ("s3", "DeleteObject", {"Key": "mail/x"}),
    ("s3", "PutObject", {"Key": "mail/x", "Body": b"x"}),
    ("s3", "PutObject", {"Key": "sendas/routes.json", "Body": b"x"}),
    ("lambda", "UpdateFunctionCode", {"FunctionName": WATCHER, "ZipFile": b"x"}),
)
"""What would reach beyond: other users, more rights, other secrets, mail itself, its own code."""


def test_the_function_can_rotate_these_users_and_nothing_else(
    watchman: Watchman, store: PasswordStore
) -> None:
    """With its very role: each call of a rotation of `me` is allowed, each beyond it denied."""
    call = watchman.owner.call
    for user in ("ann",):
        call("iam", "CreateUser", UserName=user)
    for secret in (MINE, OTHERS, "sendas/reply/example.com"):
        call("secretsmanager", "CreateSecret", Name=secret, SecretString="{}")
    for name in (MINE_KEPT, OTHERS_KEPT, "/elsewhere/password"):
        call("ssm", "PutParameter", Name=name, Value="{}", Type="SecureString")
    session, region = as_the_function(watchman), Region("us-east-1")
    allowed = []
    for user in (FIRST, SECOND):
        key = session.call("iam", "CreateAccessKey", region=region, UserName=user)["AccessKey"]
        about = {"UserName": user, "AccessKeyId": key["AccessKeyId"]}
        session.call("iam", "UpdateAccessKey", region=region, Status="Inactive", **about)
        session.call("iam", "DeleteAccessKey", region=region, **about)
        allowed.append(user)
    mine, others = (
        (MINE, OTHERS) if store is PasswordStore.SECRETS_MANAGER else (MINE_KEPT, OTHERS_KEPT)
    )
    kept = store_of(mine)
    kept.stage_secret(session, region, mine, "{}", "a" * 32, Stage.PENDING)
    kept.stage_secret(session, region, mine, "{}", "b" * 32, Stage.CLAIM)
    kept.tag_secret(session, region, mine, "sendas:proven", "x")
    assert kept.find_staged(session, region, others)
    assert [FIRST, SECOND] == allowed
    unused = MINE_KEPT if store is PasswordStore.SECRETS_MANAGER else MINE
    with pytest.raises(NotAllowed):  # the store that the file does not name
        store_of(unused).put_secret(session, region, unused, "{}", "c" * 32)

    through = []
    for service, operation, params in FORBIDDEN:
        about = {"Bucket": watchman.bucket, **params} if service == "s3" else params
        answer = session.ask(service, operation, region=region, **about)
        if not isinstance(answer, NoAnswer) or answer.why is not Why.DENIED:
            through.append((operation, params, answer))
    assert [] == through
