"""The operator's policy: enough for every verb, and no more; judged by others' tables."""

import json
import re
import warnings

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.cloudformation.schemas import schema_of
from typed import Type

from sendas.config.load import parse_config
from sendas.config.model import Config
from sendas.iam.policy import Outcome, PolicyDocument, Request, Source, decide
from sendas.iam.rights import EVERYWHERE, Role, Verb, actions_of, filled, rights_of
from sendas.operator.policy import MAX_CHARACTERS, PRINTED, length, operator_policies
from sendas.operator.table import RIGHTS
from sendas.play.scene import Scene
from sendas.relay.rights import shared_place
from sendas.ses.regions import partition_of
from sendas.setup.rights.place import place_of
from sendas.setup.template.boundary import boundary_document
from sendas.setup.template.whole import build_template, wanted_of


with warnings.catch_warnings():  # its regular expressions, compiled for the first time
    warnings.simplefilter("ignore")
    import parliament


ACCOUNT = "123456789012"
ME = f"arn:aws:iam::{ACCOUNT}"
FILE = """\
permissions_boundary = "sendas-boundary"
region = "us-east-2"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
mail_from = "mail"
[domain.dmarc]
policy = "none"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
user = "ses-smtp-user"
rotation = "prepare"
[[domain.mailbox]]
name = "*"
keep = true
"""
CONFIG = parse_config(FILE)
SHARING = parse_config(
    f'{FILE}[relay]\nhost = "relay.example.com"\nbucket = "example-relay-mail"\n'
    'queue = "example-relay-reminders"\n'
)
"""Relays share a queue: only the file says what it is called."""


def statements(verbs: Iterable[Verb], config: Config | None = CONFIG) -> list[dict[str, Any]]:
    """Every statement of every document."""
    documents = operator_policies(verbs, config, account_id=ACCOUNT)
    return [one for document in documents for one in document["Statement"]]  # type: ignore[attr-defined]  # a list


def as_list(value: str | list[str]) -> list[str]:
    """A policy may spell one as itself."""
    return [value] if isinstance(value, str) else value


KNOWN = {
    f"{service['prefix']}:{privilege['privilege']}"
    for service in json.loads(
        (Path(parliament.__file__).parent / "iam_definition.json").read_text("utf-8")
    )
    for privilege in service["privileges"]
}
"""Every action there is, as parliament read it from the Service Authorization Reference."""


INHERENT = {
    # Whoever sets the mail bucket's policy could give themselves more of that one bucket.
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
}
OUTDATED = "[{'action': 'ses:CreateEmailIdentity', 'required_format': '*'}"
"""parliament knows Pinpoint's action of that name too; SES's own is limited to the identity."""


def excused(finding: Any) -> bool:  # noqa: ANN401  parliament has no types
    """What is so on purpose."""
    only = str(finding.detail).startswith(OUTDATED) and str(finding.detail).count("ses:") <= 2
    return finding.issue in INHERENT or (finding.issue == "RESOURCE_MISMATCH" and only)


def test_every_action_exists() -> None:
    """No action is made up; what is newer than parliament's list is in CloudFormation's."""
    handled = {action for type_ in TYPES for action in handlers(type_)}

    assert set() == actions_of(RIGHTS, Verb) - KNOWN - handled


@pytest.mark.parametrize("config", [None, CONFIG, SHARING], ids=["any", "file", "sharing"])
@pytest.mark.parametrize("verb", Verb)
def test_parliament_finds_nothing(verb: Verb, config: Config | None) -> None:
    """Actions, resources and their match are right in the eyes of another linter."""
    account = ACCOUNT if config else "*"
    for document in operator_policies([verb], config, account_id=account):
        findings = parliament.analyze_policy_string(json.dumps(document)).findings

        assert [] == [str(one) for one in findings if not excused(one)]


@pytest.mark.parametrize("verbs", [tuple(Verb), *((verb,) for verb in Verb)], ids=str)
def test_iam_takes_each_document(verbs: tuple[Verb, ...]) -> None:
    """None is longer than a managed policy may be; together they hold what concerns the file."""
    documents = operator_policies(verbs, CONFIG, account_id=ACCOUNT)
    held = {action for one in statements(verbs) for action in as_list(one["Action"])}

    assert all(length(document) <= MAX_CHARACTERS for document in documents)
    place = place_of(CONFIG.domain(), ACCOUNT, "aws")
    concerned = (
        right
        for right in rights_of(PRINTED, verbs)
        if any(filled(pattern, place) for pattern in right.resources)
    )
    assert {action for right in concerned for action in right.actions} == held


def test_no_right_is_idle() -> None:
    """Nothing is granted to nobody, everybody needs something, each pattern can be filled in."""
    assert all(right.holders and right.actions and right.resources for right in RIGHTS)
    assert {*Verb, *Role} == {holder for right in RIGHTS for holder in right.holders}
    anywhere = {**EVERYWHERE, **shared_place(SHARING.relay)}
    for right in RIGHTS:
        for pattern in right.resources:
            (arn,) = filled(pattern, anywhere)
            assert "{" not in arn.replace("${aws:username}", ""), pattern


def test_a_relay_has_the_bucket_that_the_file_names_and_no_other() -> None:
    """Its name is the owner's: without a file there would only be every bucket."""
    at = {
        config: [
            arn for one in statements([Verb.RELAY], config) for arn in as_list(one["Resource"])
        ]
        for config in (None, CONFIG, SHARING)
    }
    for config, arns in at.items():
        named = [arn for arn in arns if re.match(r"arn:aws:(s3|sqs):", arn)]
        assert bool(named) is (config is SHARING)
        assert all("example-relay-" in arn for arn in named)


def test_reading_verbs_only_read() -> None:
    """Who looks cannot change; `plan` may have CloudFormation compare."""
    for verb in (Verb.INIT, Verb.RECORDS, Verb.DOCTOR, Verb.PLAN):
        for action in actions_of(RIGHTS, [verb]):
            assert re.fullmatch(r"[a-z0-9]+:(Get|List|Describe|Detect)\w+", action), (verb, action)


# What CloudFormation does in the operator's name ---------------------------------

TEMPLATE = build_template(wanted_of(CONFIG, CONFIG.domain(), "sendas/code.zip"))
TYPES = sorted({resource.type for resource in TEMPLATE.resources.values()})

UNUSED = {
    "no VPC, file system or encryption key of ours": r"ec2|elasticfilesystem|kms|s3files|s3tables",
    "no firehose, and no log but the function's": r"firehose|logs:(CreateLogDelivery|.*KmsKey)",
    "not an IAM action at all": r"s3:REST",
    "no layer, signing, capacity or scaling": r"lambda:(GetLayerVersion|GetCodeSigning|.*Capacity"
    r"|.*Scaling|AssociateRuntime|PublishVersion|PutFunctionCodeSigning"
    r"|DeleteFunctionCodeSigning|PutRuntimeManagement)",
    "no log index, protection, token or resource policy": r"logs:(Put|Delete)(Index|Data|Bearer"
    r"|Resource|LogGroupDeletion)\w*",
    "no console login, group or managed policy of a user; nobody takes the boundary off": (
        r"iam:(\w*LoginProfile|\w*Group|(At|De)tachUserPolicy|Delete\w+PermissionsBoundary)"
    ),
    "no such settings of a bucket": r"s3:(\w*(Metadata|Abac|Accelerate|Analytics|CORS|Cors|Logging"
    r"|ObjectLock|Replication|Website|IntelligentTiering|Inventory|Metrics|Notification|Acl)\w*"
    r"|DeleteBucket(Encryption|Lifecycle)|TagResource|UntagResource|ListTagsForResource"
    r"|DeleteObject)",
    "the bucket outlives the stack, whatever becomes of it": r"s3:DeleteBucket$",
    "no archive of what is sent": r"ses:PutConfigurationSetArchivingOptions",
    "no version of the code is named": r"s3:GetObjectVersion",
    "no data protection of a topic": r"sns:PutDataProtectionPolicy",
}
"""What the schemas list for properties that the template does not have, and why not."""


def handlers(type_: str) -> set[str]:
    """What CloudFormation calls for the type, as its own schema says."""
    schema = schema_of(type_, "us-east-1")
    found: Mapping[str, Any] = (schema.raw.get("handlers") or {}) if schema else {}
    return {
        action
        for name, handler in found.items()
        if name != "list"
        for action in handler["permissions"]
    }


@pytest.mark.parametrize("type_", TYPES)
def test_cloudformation_may_do_its_part(type_: str) -> None:
    """What the type's handlers call is granted to `apply`, or is for what we do not use."""
    unused = re.compile("|".join(UNUSED.values()))
    wanted = {action for action in handlers(type_) if not unused.match(action)}

    assert set() == wanted - actions_of(RIGHTS, [Verb.APPLY])


@pytest.mark.parametrize("type_", TYPES)
def test_a_plan_may_look_for_drift(type_: str) -> None:
    """What CloudFormation reads in the operator's name is granted to `plan`."""
    unused = re.compile("|".join([*UNUSED.values(), "iam:PassRole"]))
    schema = schema_of(type_, "us-east-1")
    read = (schema.raw.get("handlers") or {}).get("read", {}) if schema else {}
    wanted = {action for action in read.get("permissions", ()) if not unused.match(action)}

    assert set() == wanted - actions_of(RIGHTS, [Verb.PLAN])


# What it allows, and what not ------------------------------------------------------


def allowed(verb: Verb, action: str, resource: str, bound_by: str = "sendas-boundary") -> bool:
    """What IAM would decide; by our own reading of its rules."""
    documents = [
        PolicyDocument(f"p{number}", Source.MANAGED, json.dumps(document))
        for number, document in enumerate(operator_policies([verb], CONFIG, account_id=ACCOUNT))
    ]
    about = {"iam:PermissionsBoundary": (f"arn:aws:iam::{ACCOUNT}:policy/{bound_by}",)}
    request = Request(action, (resource,), f"arn:aws:iam::{ACCOUNT}:user/operator", about)
    return decide(documents, request).outcome is Outcome.ALLOWED


SECRETS = f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret"
MAIL = f"arn:aws:s3:::sendas-example-com-{ACCOUNT}-us-east-2"
SES, CF = f"arn:aws:ses:us-east-2:{ACCOUNT}", f"arn:aws:cloudformation:us-east-2:{ACCOUNT}"


@pytest.mark.parametrize(
    ("verb", "action", "resource", "expected"),
    [
        ("apply", "cloudformation:CreateChangeSet", f"{CF}:stack/sendas-example-com/x", True),
        ("apply", "cloudformation:CreateChangeSet", f"{CF}:stack/other/x", False),
        ("destroy", "cloudformation:DeleteStack", f"{CF}:stack/sendas-example-net/x", False),
        ("apply", "ses:CreateEmailIdentity", f"{SES}:identity/example.com", True),
        ("apply", "ses:DeleteEmailIdentity", f"{SES}:identity/example.net", False),
        ("apply", "iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/sendas-me@example.com", True),
        ("apply", "iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/admin", False),
        ("apply", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", False),
        ("gmail", "iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/admin", False),
        ("gmail", "secretsmanager:GetSecretValue", f"{SECRETS}:other", False),
        ("destroy", "s3:DeleteObject", "arn:aws:s3:::other/mail", False),
        ("doctor", "s3:GetObject", f"{MAIL}/x", False),
        ("doctor", "ses:GetEmailIdentity", f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/x", True),
    ],
)  # fmt: skip
def test_only_ones_own(verb: str, action: str, resource: str, expected: bool) -> None:  # noqa: FBT001  a table
    """With the file at hand, nothing of another domain or of nobody can be touched."""
    assert expected is allowed(Verb(verb), action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", "user/sendas-me@example.com"),
        ("iam:PutUserPolicy", "user/sendas-me@example.com"),
        ("iam:PutUserPermissionsBoundary", "user/sendas-me@example.com"),
        ("iam:CreateRole", "role/sendas-example-com-Role"),
        ("iam:PutRolePolicy", "role/sendas-example-com-Role"),
        ("iam:AttachRolePolicy", "role/sendas-example-com-Role"),
        ("iam:PutRolePermissionsBoundary", "role/sendas-example-com-Role"),
    ],
)
def test_only_what_the_boundary_binds_can_be_made_or_given_policies(
    action: str, resource: str
) -> None:
    """By the file's boundary, and by no other."""
    arn = f"arn:aws:iam::{ACCOUNT}:{resource}"

    assert allowed(Verb.APPLY, action, arn)
    assert not allowed(Verb.APPLY, action, arn, "everything")


def test_the_boundary_lets_through_what_each_role_needs_and_nobody_is_made_by_it() -> None:
    """Else what sendas makes would not work, or could make something itself."""
    text = json.dumps(boundary_document(CONFIG))
    place = place_of(CONFIG.domain(), ACCOUNT, "aws")
    for right in rights_of(RIGHTS, tuple(Role)):
        for pattern in right.resources:
            for arn in filled(pattern, {**place, "address": ("me@example.com",)}):
                for action in right.actions:
                    here = arn.replace("::*:", f"::{ACCOUNT}:").replace("*", "x")
                    request = Request(action, (here,), f"{ME}:user/x")
                    found = decide([PolicyDocument("b", Source.MANAGED, text)], request)
                    assert found.outcome is Outcome.ALLOWED, (action, arn)
    actions = {a for one in boundary_document()["Statement"] for a in as_list(one["Action"])}  # type: ignore[attr-defined]  a list
    writes = {one for one in actions if re.match(r"iam:(?!Get|List)", one)}
    # The watcher's, where it rotates passwords: of users that are bound themselves.
    assert {"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"} == writes
    assert not [one for one in actions if "*" in one]
    assert length(boundary_document(CONFIG)) <= MAX_CHARACTERS


def test_the_boundary_lets_the_forwarder_use_a_bucket_that_stood_before() -> None:
    """The file names it; a boundary made without the file would not know it."""
    adopted = FILE.replace(
        "[domain.dmarc]", '[domain.adopted]\nbucket = "our-mail"\n[domain.dmarc]'
    )

    assert "arn:aws:s3:::our-mail/*" in json.dumps(boundary_document(parse_config(adopted)))
    assert "our-mail" not in json.dumps(boundary_document())


def test_the_boundary_lets_a_user_that_stood_before_lose_keys_and_get_none() -> None:
    """And only where the file has its mailbox's rotation prepared."""

    def does(action: str, text: str) -> bool:
        bound = json.dumps(boundary_document(parse_config(text) if text else None))
        request = Request(action, (f"{ME}:user/ses-smtp-user",), f"{ME}:user/x")
        found = decide([PolicyDocument("b", Source.MANAGED, bound)], request)
        return found.outcome is Outcome.ALLOWED

    by_hand = FILE.replace('rotation = "prepare"\n', "")
    for action in ("iam:DeleteAccessKey", "iam:UpdateAccessKey", "iam:GetUserPolicy"):
        assert [True, False, False] == [does(action, text) for text in (FILE, by_hand, "")]
    assert [False] * 3 == [does("iam:CreateAccessKey", text) for text in (FILE, by_hand, "")]
    for action in ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"):
        assert [True, True, False] == [does(action, text) for text in (FILE, by_hand, "")]


def test_the_boundary_is_printed_and_its_lack_is_told(type_: Type) -> None:
    """As it is typed; nobody's policy says that he may make the boundary."""
    Path("sendas.toml").write_text(FILE)
    bounded, boundary = type_("policy", "apply"), type_("policy", "--boundary")
    assert boundary_document(CONFIG) == json.loads(boundary.out)
    assert "administrator" not in bounded.err
    assert "iam:CreatePolicy" not in type_("policy", "--actions").out
    Path("sendas.toml").write_text(FILE.split("\n", 1)[1])
    unbounded = type_("policy", "apply")
    assert "whoever holds this can give a role of ours more" in unbounded.err
    assert "PermissionsBoundary" not in unbounded.out
    assert "" == type_("policy", "doctor").err


def test_another_partition() -> None:
    """ARNs are those of the Region's partition."""
    assert ["aws", "aws-us-gov", "aws-cn"] == [
        partition_of(region)
        for region in ("eu-west-1", "us-gov-west-1", "cn-north-1")  # type: ignore[arg-type]  # plain text
    ]
    text = json.dumps(operator_policies(Verb, CONFIG, partition="aws-us-gov"))
    assert "arn:aws:" not in text


# As it is typed ----------------------------------------------------------------------


def test_in_the_lab_it_is_enough_and_no_more(
    sendas_scene: Scene, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user with nothing but the printed policy can use the verb, and cannot delete."""
    Path("sendas.toml").write_text(FILE.replace("us-east-2", sendas_scene.region))
    policy = type_("policy", "records").out
    scene = sendas_scene
    scene.call("iam", "CreateUser", UserName="operator")
    scene.call(
        "iam",
        "PutUserPolicy",
        UserName="operator",
        PolicyName="sendas",
        PolicyDocument=policy,
    )
    key = scene.call("iam", "CreateAccessKey", UserName="operator")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])

    assert 0 == type_("records").status
    scene.call("iam", "DeleteUserPolicy", UserName="operator", PolicyName="sendas")
    assert 3 == type_("records").status


PARTS = 3
"""Of the policy for every verb on any domain: 6,144 characters each (IAM quotas)."""


def test_parts_are_told(type_: Type) -> None:
    """What is too long for one policy comes in parts, all of which are to be attached."""
    first, second = type_("policy"), type_("policy", "--part", "2")

    assert f"part 1 of {PARTS}" in first.err
    assert json.loads(first.out) != json.loads(second.out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("bounce",), "'bounce' asks nothing of AWS, or is no verb"),
        (("apply", "--account", "12"), "an account id has 12 digits"),
        (("--part", "9"), f"--part 9: there are {PARTS}"),
        (("--config", "none.toml"), "there is no such file"),
    ],
)
def test_bad_input(type_: Type, words: tuple[str, ...], told: str) -> None:
    """One clear line, exit status 2."""
    run = type_("policy", *words)

    assert (2, "") == (run.status, run.out)
    assert told in run.err


def test_a_plain_list(type_: Type) -> None:
    """Of actions, one a line."""
    assert "ses:GetEmailIdentity\n" == type_("policy", "records", "--actions").out
