"""Every call that a verb makes in the lab is in the policy printed for that verb."""

import json

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from owner_setup import Owner
from sendas_lab.world import Lab
from typed import Type

from sendas.aws.session import Session, open_session
from sendas.config.load import parse_config
from sendas.iam.actions import FREE, iam_action
from sendas.iam.rights import Verb, actions_of
from sendas.operator.table import RIGHTS
from sendas.play.scene import Scene
from sendas.ses.regions import Region


@dataclass(slots=True)
class Asked:
    """What was asked of AWS since it was last emptied, by IAM's names."""

    actions: set[str] = field(default_factory=set)

    def beyond(self, verb: Verb) -> set[str]:
        """What the verb's policy does not hold; and start again."""
        found, self.actions = self.actions - FREE - actions_of(RIGHTS, [verb]), set()
        return found


@pytest.fixture
def asked(sendas_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Everything that goes through the one door to AWS, but for what the lab itself asks."""
    asked, call, labs_own = Asked(), Session.call, sendas_lab.session()

    def record(
        self: Session, service: str, operation: str, *, region: Region, **params: object
    ) -> Mapping[str, Any]:
        action = iam_action(service, operation)
        if self is not labs_own:
            asked.actions.add(action)
        return call(self, service, operation, region=region, **params)

    monkeypatch.setattr(Session, "call", record)
    return asked


def test_what_looks(sendas_scene: Scene, type_: Type, asked: Asked) -> None:
    """Adopting, printing records, and the doctor, on a set-up made by hand."""
    asked.actions.clear()
    assert 0 == type_("init", "example.com", "--adopt").status
    assert "iam:ListUsers" in asked.actions
    assert set() == asked.beyond(Verb.INIT)
    assert 0 == type_("records").status
    assert {"ses:GetEmailIdentity"} == asked.actions
    assert set() == asked.beyond(Verb.RECORDS)
    words = ("--smtp-username", sendas_scene.key_id, "--to", "ada@fabrikam.example", "--no-login")
    assert type_("doctor", "example.com", *words, "--json").out
    assert "ses:GetSuppressedDestination" in asked.actions
    assert set() == asked.beyond(Verb.DOCTOR)


def test_what_reads_mail_and_delivers_it_again(
    sendas_scene: Scene, type_: Type, asked: Asked
) -> None:
    """Listing, showing, routes, and asking the forwarder, which is not there."""
    sendas_scene.lab.write_to_owner(sendas_scene.address)
    sendas_scene.lab.settle()
    asked.actions.clear()
    listed = type_("mail", "list", "--json")
    assert listed.out, listed.err
    (one,) = json.loads(listed.out)["mails"]
    assert "Subject: Hello" in type_("mail", "show", one["id"]).out
    type_("mail", "redeliver", one["id"])
    type_("mail", "routes", "show")

    assert {"s3:ListBucket", "s3:GetObject", "lambda:InvokeFunction"} <= asked.actions
    assert set() == asked.beyond(Verb.MAIL)


ANSWERING = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "reply-alias"
"""


def test_what_answers_and_what_became_of_mail(
    sendas_lab: Lab, type_: Type, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aliases, their keys, and the history: by somebody with the printed policy alone."""
    Path("sendas.toml").write_text(ANSWERING, encoding="utf-8")
    config = parse_config(ANSWERING)
    owner = Owner(sendas_lab, config)
    owner.delegate(domain="example.com")
    sendas_lab.ses.grant_production_access("us-east-1")
    owner.apply(config.domains[0])
    sendas_lab.write_to_owner("me@example.com")
    for _ in range(4):
        sendas_lab.settle()
        sendas_lab.aws.mappings.settle()
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path.cwd()))

    become(owner, Verb.REPLY, type_, monkeypatch)
    asked.actions.clear()
    them = "somebody-with-a-name-too-long-to-stand-in-an-alias@fabrikam.example"
    made = type_("reply", "address", them)
    assert 0 == made.status, made.err
    alias = made.out.strip()
    for words in (
        ("list",), ("show", alias), ("close", alias), ("pause", "me"), ("stats",),
        ("key",), ("key", "--rotate"),
    ):  # fmt: skip
        run = type_("reply", *words)
        assert 0 == run.status, (words, run.err)
    assert {"secretsmanager:PutSecretValue", "s3:PutObject"} <= asked.actions
    assert {"ses:GetSuppressedDestination", "s3:ListBucket"} <= asked.actions
    assert set() == asked.beyond(Verb.REPLY)

    become(owner, Verb.TRACE, type_, monkeypatch)
    asked.actions.clear()
    run = type_("trace", "owner@gmail.com")
    assert "owner@gmail.com" in run.out, run.err
    assert {"s3:ListBucket", "s3:GetObject"} <= asked.actions
    assert set() == asked.beyond(Verb.TRACE)

    become(owner, Verb.CREDENTIALS, type_, monkeypatch)
    asked.actions.clear()
    run = type_("credentials", "list", "--region", "us-east-1")
    assert "could not look" not in run.out, run.out
    assert {"iam:GetAccountAuthorizationDetails", "cloudtrail:LookupEvents"} <= asked.actions
    assert set() == asked.beyond(Verb.CREDENTIALS)

    rotate, held = ("credentials", "rotate", "me@example.com"), "gmail:owner@gmail.com"
    for more in ((), ("--vouch", held), ("--early",), ("--vouch", held), ("--undo",)):
        run = type_(*rotate, *more)
        assert 0 == run.status, (more, run.out, run.err)
    run = type_(*rotate, "--vouch", held, "--rest", "0")
    assert run.out.count("current ") == 1, run.out
    assert {"iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:CreateUser"} <= asked.actions
    assert {"secretsmanager:UpdateSecretVersionStage", "s3:GetObject"} <= asked.actions
    assert set() == asked.beyond(Verb.CREDENTIALS)
    for user, allowed in (("sendas-you@example.com=b", True), ("ann", False)):
        with pytest.raises(Exception, match="NoSuchEntity" if allowed else "AccessDenied"):
            open_session(None).call(
                "iam", "UpdateAccessKey", region=Region("us-east-1"), UserName=user,
                AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Inactive",
            )  # fmt: skip


def become(owner: Owner, verb: Verb, type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a user who has what `sendas policy` prints for *verb*, and nothing more."""
    printed = type_("policy", verb).out
    owner.call("iam", "CreateUser", UserName=verb)
    owner.call("iam", "PutUserPolicy", UserName=verb, PolicyName="sendas", PolicyDocument=printed)
    key = owner.call("iam", "CreateAccessKey", UserName=verb)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])


def test_the_help_names_every_verb(type_: Type) -> None:
    """As the table of rights has them."""
    said = " ".join(type_("policy", "--help").out.split())

    assert f"{', '.join(Verb)}." in said


def test_what_makes_and_takes_away(sendas_lab: Lab, type_: Type, asked: Asked) -> None:
    """From an empty account to a stack, and back."""
    # Out of the sandbox: there `apply` would wait for a click.
    sendas_lab.ses.grant_production_access(sendas_lab.region)
    made = sendas_lab.session().call(
        "route53",
        "CreateHostedZone",
        region=sendas_lab.region,
        Name="example.com.",
        CallerReference="policy",
    )
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    from sendas_lab.dns import route53  # noqa: PLC0415  the lab's, not ours

    sendas_lab.dns.registry.delegate(
        "example.com", route53.servers_of(sendas_lab.account_id, zone)
    )
    run = type_("init", "example.com", "--yes", "--mailbox", "me=owner@gmail.com")
    assert 0 == run.status, run.err
    asked.actions.clear()
    run = type_("plan")
    assert 0 == run.status, run.err
    assert set() == asked.beyond(Verb.PLAN)
    run = type_("apply", "--yes")
    assert "cloudformation:CreateChangeSet" in asked.actions, run.err
    assert set() == asked.beyond(Verb.APPLY)
    run = type_("plan", "--json")
    assert json.loads(run.out)
    assert set() == asked.beyond(Verb.PLAN)
    run = type_("destroy", "example.com", "--yes")
    assert "cloudformation:DeleteStack" in asked.actions, run.err
    assert set() == asked.beyond(Verb.DESTROY)
