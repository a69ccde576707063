"""An operator with the printed policy and nothing more; and with one action less.

``make rights`` plays every action of every verb; the suite a seeded sample.
The lab's IAM decides each call.
"""

import json
import os
import random
import re

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sendas_lab.aws.bad_line import BadLine
from sendas_lab.dns import route53
from sendas_lab.world import Lab
from typed import Type, Typed

from sendas.config.load import load
from sendas.iam.rights import BOUNDARY_NAME, ONESELF, Right, Verb, filled, rights_of
from sendas.operator.policy import operator_policies
from sendas.operator.table import RIGHTS
from sendas.setup.rights.place import needed_when, place_of
from sendas.setup.template.boundary import boundary_document


SAMPLE = 4
"""Actions of each verb that the suite takes away; all of them with `make rights`."""
_ACTION = re.compile(r"(?<![\w:-])[a-z0-9]+:[A-Z]\w+")
"""As IAM calls it: iam:GetUser, s3:ListBucket."""
_READS = ("Get", "List", "Describe", "Detect", "Head")
ADDRESS, ACCOUNT = "me@example.com", "123456789012"
FILE = Path("sendas.toml")


@dataclass
class Operator:
    """A user whose policies are managed ones, as `sendas policy` prints them."""

    lab: Lab
    line: BadLine
    documents: list[dict[str, object]] = field(default_factory=list)
    arns: list[str] = field(default_factory=list)
    full: bool = True

    def call(self, service: str, operation: str, **given: object) -> dict[str, object]:
        """As the account's administrator."""
        session = self.lab.session()
        return dict(session.call(service, operation, region=self.lab.region, **given))

    def attach(self, documents: Iterable[object]) -> None:
        """Make the policies, and attach them."""
        self.documents = [json.loads(json.dumps(one)) for one in documents]
        for number, document in enumerate(self.documents):
            made = self.call(
                "iam",
                "CreatePolicy",
                PolicyName=f"sendas-{number}",
                PolicyDocument=json.dumps(document),
            )
            arn = str(made["Policy"]["Arn"])  # type: ignore[index]  an answer
            self.arns.append(arn)
            self.call("iam", "AttachUserPolicy", UserName="operator", PolicyArn=arn)

    def take_away(self, action: str | None) -> None:
        """Let the policies be what was printed, but for *action*."""
        for arn, document in zip(self.arns, self.documents, strict=True):
            if action is None and self.full:
                return
            self._replace(arn, _without(document, action))
        self.full = action is None

    def _replace(self, arn: str, document: dict[str, object]) -> None:
        versions = self.call("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]
        for version in versions:  # type: ignore[attr-defined]  an answer
            if not version["IsDefaultVersion"]:
                self.call(
                    "iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"]
                )
        text = json.dumps(document)
        self.call(
            "iam", "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True
        )

    def changes(self, run: Callable[[], Typed]) -> tuple[Typed, list[str]]:
        """What a command said, and which calls it made that change something."""
        self.line.listen(lambda *_: None)
        said = run()
        calls = [call.operation for call in self.line.heard]
        return said, [one for one in calls if not one.startswith(_READS)]


def _without(document: dict[str, object], action: str | None) -> dict[str, object]:
    kept = []
    for statement in document["Statement"]:  # type: ignore[attr-defined]  a list
        listed = statement["Action"]
        listed = [listed] if isinstance(listed, str) else listed
        if left := [one for one in listed if one != action]:
            kept.append({**statement, "Action": left})
    return {**document, "Statement": kept}


@pytest.fixture
def operator(sendas_lab: Lab, type_: Type, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Who has a zone, a file, the printed policies and a key, and nothing else."""
    # Out of the sandbox: there `apply` would wait for a click.
    sendas_lab.ses.grant_production_access(sendas_lab.region)
    with BadLine(sendas_lab.aws) as line:
        found = Operator(sendas_lab, line)
        made = found.call(
            "route53", "CreateHostedZone", Name="example.com.", CallerReference="rights"
        )
        zone = str(made["HostedZone"]["Id"]).rpartition("/")[2]  # type: ignore[index]  an answer
        servers = route53.servers_of(sendas_lab.account_id, zone)
        sendas_lab.dns.registry.delegate("example.com", servers)
        run = type_("init", "example.com", "--yes", "--mailbox", "me=owner@gmail.com")
        assert 0 == run.status, run.err
        found.call(
            "iam",
            "CreatePolicy",
            PolicyName=BOUNDARY_NAME,
            PolicyDocument=json.dumps(boundary_document(load(FILE))),
        )
        found.call("iam", "CreateUser", UserName="operator")
        key = found.call("iam", "CreateAccessKey", UserName="operator")["AccessKey"]
        found.attach(operator_policies(Verb, load(FILE), account_id=sendas_lab.account_id))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])  # type: ignore[index]  an answer
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])  # type: ignore[index]  the same
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.url)
        yield found


def needed(verb: Verb) -> list[str]:
    """The actions that *verb* checks beforehand, or a sample of them; not those to check with."""
    (domain,) = load(FILE).domains
    when = needed_when(domain)
    place = place_of(domain, ACCOUNT, "aws")
    rights = [
        right
        for right in rights_of(RIGHTS, [verb])
        if right.when in when and any(filled(arn, place) for arn in right.resources)
    ]
    actions = sorted({action for right in rights for action in right.actions} - _to_check_with())
    if "SENDAS_ALL_RIGHTS" in os.environ:
        return actions
    dice = random.Random(f"9 {verb}")  # noqa: S311  a seed, so that a failure can be had again
    return dice.sample(actions, SAMPLE)


def _to_check_with() -> set[str]:
    """What reads one's own policies: without it nothing can be known beforehand."""
    found: set[Right] = {right for right in RIGHTS if ONESELF in right.resources}
    others = {"iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"}
    managed = {"iam:GetPolicy", "iam:GetPolicyVersion"}
    return {action for right in found for action in right.actions} | others | managed


def wrong(operator: Operator, verb: Verb, run: Callable[[], Typed]) -> list[str]:
    """The actions without which *run* did not stop as it must: unchanged, named, status 3."""
    found = []
    for action in needed(verb):
        operator.take_away(action)
        said, changes = operator.changes(run)
        told = re.search(r"permissions missing: (.*?);", said.err)
        named = set(told[1].split(", ")) if told else set(_ACTION.findall(said.err))
        if said.status != 3 or named != {action} or changes:
            found.append(f"{verb} without {action}: {said.status}, {changes}, {said.err}")
    operator.take_away(None)
    return found


@pytest.mark.timeout(7200 if "SENDAS_ALL_RIGHTS" in os.environ else 600)
def test_from_init_to_destroy(operator: Operator, type_: Type) -> None:
    """Every verb ends well with the printed policy; with one action less it stops before it began.

    It names exactly that action, its status is 3, and nothing was changed.
    """
    assert 0 == (run := type_("plan")).status, run.err
    assert [] == wrong(operator, Verb.APPLY, lambda: type_("apply", "--yes"))
    run = type_("apply", "--yes")
    assert run.status in {0, 1}, run.err  # 1: the doctor's advice, such as an alarm to confirm
    assert [] == wrong(operator, Verb.PLAN, lambda: type_("plan"))
    assert 0 == (run := type_("plan", "--exit-code")).status, run.out + run.err
    assert 0 == (run := type_("records")).status, run.err
    assert "could not look" not in type_("doctor", "example.com", "--no-login").out

    assert [] == wrong(operator, Verb.GMAIL, lambda: add(type_))
    assert 0 == (run := add(type_)).status, run.err
    operator.lab.write_to_owner(ADDRESS)
    operator.lab.settle()
    run = type_("mail", "list")
    assert run.status in {0, 1}, run.err  # 1: in the sandbox nothing is forwarded
    assert run.out

    destroying = lambda: type_("destroy", "example.com", "--yes")  # noqa: E731  said twice
    assert [] == wrong(operator, Verb.DESTROY, destroying)
    assert 0 == (run := destroying()).status, run.err


def add(type_: Type) -> Typed:
    """Issue the mailbox's credential."""
    return type_("gmail", "add", ADDRESS)
