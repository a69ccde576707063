"""The CloudFormation document: what others say of it, and what its policies allow."""

import json
import re

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cfnlint.api import lint as cfn_lint
from cfnlint.config import ManualArgs

from sendas.config.model import (
    Adopted,
    Config,
    ConfiguredDomain,
    DnsProvider,
    Mailbox,
    SendWay,
    Watch,
)
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.inbound.log import Log
from sendas.mail.domain import Domain
from sendas.ses.regions import Region
from sendas.setup.stack.names import bucket_name, root_name, slug, stack_names
from sendas.setup.template.document import Template
from sendas.setup.template.receiving import mail_bucket, receipt_rules
from sendas.setup.template.whole import Wanted, build_template, storage_template


ACCOUNT = "123456789012"
CODE = f"sendas/code/{'0' * 64}.zip"
RECEIVING = ("us-east-1", "us-west-2", "eu-west-1", "us-east-2", "eu-north-1")
SENDING_ONLY = ("eu-south-1", "us-gov-west-1")
"""Where SES sends and has never been seen to receive."""

Variant = Callable[..., ConfiguredDomain]


def wanted(
    domain: ConfiguredDomain, *, zone_id: str | None = "Z0123456789ABC", bucket_kept: bool = False
) -> Wanted:
    """With everything in it."""
    alarms = ("owner@gmail.com",)
    return Wanted(domain, alarms, CODE, zone_id, bucket_kept, watcher_key=CODE)


def lint(template: Template, region: str) -> list[str]:
    """What cfn-lint says of it in that Region."""
    found = cfn_lint(template.readable(), config=ManualArgs(regions=[region]))
    return [f"{one.rule.id} {one.message} at {one.path}" for one in found]


def policies(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy document in it, resolved."""
    for name, resource in resolved(template)["Resources"].items():
        properties = resource.get("Properties", {})
        if "PolicyDocument" in properties:
            yield name, properties["PolicyDocument"]
        for one in properties.get("Policies", ()):
            yield name, one["PolicyDocument"]


def resolved(template: Template, region: str = "eu-west-1") -> Any:  # noqa: ANN401  JSON
    """The document with its Refs in place of what CloudFormation would say."""

    def fill(value: Any) -> Any:  # noqa: ANN401, PLR0911  JSON, and a line for each form
        match value:
            case {"Ref": "AWS::AccountId"}:
                return ACCOUNT
            case {"Ref": name}:
                return f"arn:aws:sns:{region}:{ACCOUNT}:{name}"
            case {"Fn::GetAtt": ["ForwarderLog", _]}:
                return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/aws/lambda/x:log-stream:*"
            case {"Fn::GetAtt": [name, _]}:
                return f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
            case {"Fn::Sub": str(text)}:
                return text.replace("${AWS::AccountId}", ACCOUNT).replace(
                    "${AWS::Partition}", "aws"
                )
            case dict():
                return {key: fill(held) for key, held in value.items()}
            case list():
                return [fill(held) for held in value]
        return value

    return fill(template.document())


# Others' judgement ------------------------------------------------------------


@pytest.mark.parametrize("region", RECEIVING)
def test_cfn_lint_is_silent_where_ses_receives(variant: Variant, region: str) -> None:
    """cfn-lint finds nothing in the whole document in a Region that receives."""
    domain = variant(region=Region(region))
    assert [] == lint(build_template(wanted(domain)), region)


@pytest.mark.parametrize("region", SENDING_ONLY)
def test_cfn_lint_is_silent_where_ses_only_sends(variant: Variant, region: str) -> None:
    """cfn-lint finds nothing in the document of a domain that only sends."""
    domain = variant(
        region=Region(region), receive=False, mailboxes=(Mailbox("me", send=SendWay.SMTP),)
    )
    assert [] == lint(build_template(wanted(domain)), region)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"dns": DnsProvider.MANUAL},
        {"mail_from": None},
        {"mailboxes": (Mailbox("*", targets=("owner@gmail.com",), send=SendWay.SMTP),)},
        {"mailboxes": tuple(Mailbox(f"m{n}", targets=("o@gmail.com",)) for n in range(230))},
        {"adopted": Adopted(identity=True, configuration_set="main")},
        {"adopted": Adopted(rule_set="default-rule-set")},
        {
            "adopted": Adopted(
                identity=True, rule_set="inbound", rules=("to-s3",), bucket="old-mail"
            )
        },
    ],
    ids=["dns elsewhere", "no MAIL FROM", "catch-all", "230 mailboxes", "adopted", "set", "all"],
)
def test_cfn_lint_is_silent_about_every_variant(
    variant: Variant, otherwise: dict[str, Any]
) -> None:
    """Whatever is adopted or left out, cfn-lint finds nothing."""
    domain = variant(**otherwise)
    zone = None if domain.dns is DnsProvider.MANUAL else "Z0123456789ABC"
    assert [] == lint(build_template(wanted(domain, zone_id=zone)), "eu-west-1")


def test_cfn_lint_is_silent_about_the_first_moment(owner_domain: ConfiguredDomain) -> None:
    """So it is of the bucket alone."""
    assert [] == lint(storage_template(wanted(owner_domain)), "eu-west-1")


def test_versions_are_kept_where_the_file_says_so(variant: Variant) -> None:
    """For as long, in the first moment too; without the key a deleted mail is gone."""
    kept = wanted(variant(keep_deleted_days=30))
    whole, first = (
        made(kept).resources["MailBucket"] for made in (build_template, storage_template)
    )
    plain = build_template(wanted(variant())).resources["MailBucket"].properties

    assert whole == first
    assert {"Status": "Enabled"} == whole.properties["VersioningConfiguration"]
    assert [] == lint(build_template(kept), "eu-west-1")
    assert "VersioningConfiguration" not in plain
    assert "Noncurrent" not in json.dumps(plain, default=str)


def test_cfn_lint_would_find_a_mistake(owner_domain: ConfiguredDomain) -> None:
    """The linter is really asked: a property that is none is found."""
    template = build_template(wanted(owner_domain))
    queue = template.resources["DeadLetters"]
    spoiled = replace(queue, properties={**queue.properties, "QueueColour": "red"})
    changed = replace(template, resources={**template.resources, "DeadLetters": spoiled})
    assert any("QueueColour" in line for line in lint(changed, "eu-west-1"))


@pytest.mark.filterwarnings("ignore")  # parliament's own: escapes, and a file left open
def test_parliament_finds_no_fault_in_the_policies(owner_domain: ConfiguredDomain) -> None:
    """Parliament knows each action, resource and condition of the identity policies."""
    from parliament import analyze_policy_string  # noqa: PLC0415  its import warns

    template = build_template(wanted(owner_domain))
    found = {}
    for name, document in policies(template):
        if template.resources[name].type in {"AWS::IAM::User", "AWS::IAM::Role"}:
            said = analyze_policy_string(json.dumps(document)).findings
            found[name] = [f"{one.issue} {one.detail}" for one in said]
    assert {"ForwarderRole": [], "UserMe": [], "WatcherRole": []} == found


# Form -------------------------------------------------------------------------


def test_the_same_wish_gives_the_same_bytes(owner_domain: ConfiguredDomain) -> None:
    """Two buildings of one wish are one document."""
    first, second = (build_template(wanted(owner_domain)) for _ in range(2))
    assert first.compact() == second.compact()
    assert first.yaml() == second.yaml()


def test_yaml_and_json_are_one_document(owner_domain: ConfiguredDomain) -> None:
    """PyYAML reads from the YAML what json reads from the JSON."""
    template = build_template(wanted(owner_domain))
    assert json.loads(template.readable()) == yaml.safe_load(template.yaml())


def test_nothing_secret_is_in_it(owner_domain: ConfiguredDomain) -> None:
    """The stack makes no access key and no secret: both could be read in it."""
    types = {one.type for one in build_template(wanted(owner_domain)).resources.values()}
    assert types.isdisjoint({"AWS::IAM::AccessKey", "AWS::SecretsManager::Secret"})


def test_the_mail_outlives_the_stack(owner_domain: ConfiguredDomain) -> None:
    """The bucket is retained, whether the stack is deleted or the bucket replaced."""
    bucket = build_template(wanted(owner_domain)).document()["Resources"]["MailBucket"]  # type: ignore[index,call-overload]  # JSON
    assert ("Retain", "Retain") == (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"])


# What is adopted is not made -----------------------------------------------------


def test_what_was_adopted_is_no_resource(variant: Variant) -> None:
    """Of a set-up that receives already, the stack holds users and alarms only."""
    adopted = Adopted(
        identity=True, configuration_set="main", rule_set="inbound", rules=("to-s3",), bucket="old"
    )
    resources = build_template(wanted(variant(adopted=adopted))).resources
    assert {
        "AWS::IAM::User", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription",
        "AWS::CloudWatch::Alarm",
    } == {one.type for one in resources.values()}  # fmt: skip


def test_a_kept_bucket_is_used_and_not_made(owner_domain: ConfiguredDomain) -> None:
    """A bucket that outlived an earlier stack gets its policy again, and is not made twice."""
    resources = build_template(wanted(owner_domain, bucket_kept=True)).resources
    assert "MailBucket" not in resources
    assert "MailBucketPolicy" in resources


def test_a_users_own_name_is_not_made(variant: Variant) -> None:
    """A mailbox whose user stood before has none in the stack."""
    domain = variant(mailboxes=(Mailbox("me", send=SendWay.SMTP, user="ses-smtp-user"),))
    types = [one.type for one in build_template(wanted(domain)).resources.values()]
    assert "AWS::IAM::User" not in types


# Rules ------------------------------------------------------------------------


def test_without_a_catch_all_only_known_addresses_are_taken_in(
    owner_domain: ConfiguredDomain,
) -> None:
    """SES refuses everybody else's mail in SMTP; the forwarding address gets its bounces."""
    rules = receipt_rules(owner_domain, stack_names(owner_domain))
    addresses = ("me@example.com", "old@example.com", "bin@example.com", "forwarded@example.com")
    assert {"sendas-example-com": addresses} == rules


@pytest.mark.parametrize(
    "mailbox", [Mailbox("*", keep=True), Mailbox("x", send=SendWay.REPLY_ALIAS)]
)
def test_a_catch_all_or_reply_alias_takes_in_everything(
    variant: Variant, mailbox: Mailbox
) -> None:
    """The rule is for the domain whole."""
    domain = variant(mailboxes=(mailbox,))
    assert {"sendas-example-com": ("example.com",)} == receipt_rules(domain, stack_names(domain))


def test_no_rule_has_more_recipients_than_ses_takes(variant: Variant) -> None:
    """A hundred recipients a rule (SES quotas), and nobody is left out."""
    boxes = tuple(Mailbox(f"m{n}", keep=True) for n in range(230))
    domain = variant(mailboxes=boxes)
    rules = receipt_rules(domain, stack_names(domain))
    assert [100, 100, 31] == [len(recipients) for recipients in rules.values()]
    assert 231 == len({one for recipients in rules.values() for one in recipients})


# Names ------------------------------------------------------------------------


def test_two_domains_never_share_a_name() -> None:
    """A hyphen and a dot are told apart, and so are long names."""
    long = "a" * 60
    domains = ("a-b.com", "a.b.com", "a.b-com", f"{long}.com", f"{long}.net", f"x.{long}.com")
    roots = {root_name(domain) for domain in domains}
    assert len(domains) == len(roots)
    assert all(len(root) <= 48 for root in roots)
    assert "xn----e1afmkfd-com" == slug("xn--e1afmkfd.com")


@pytest.mark.parametrize("domain", ["example.com", f"{'a' * 60}.{'b' * 60}.example.com"])
def test_a_bucket_name_is_one(domain: str) -> None:
    """At most 63 characters, with the account's twelve digits in it (S3 guide)."""
    name = bucket_name(domain, Region("ap-southeast-4")).replace("${AWS::AccountId}", ACCOUNT)
    assert len(name) <= 63
    assert name.startswith("sendas-")
    assert name.endswith(f"-{ACCOUNT}-ap-southeast-4")


# What the policies allow ----------------------------------------------------------


ME = f"arn:aws:iam::{ACCOUNT}:user/sendas-me@example.com"
IDENTITY = f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/example.com"
SET = f"arn:aws:ses:eu-west-1:{ACCOUNT}:configuration-set/sendas-example-com"
BUCKET = f"arn:aws:s3:::sendas-example-com-{ACCOUNT}-eu-west-1"


def allowed(
    template: Template, resource: str, action: str, *arns: str, **context: tuple[str, ...]
) -> bool:
    """Whether that resource's policy allows it, decided as IAM decides."""
    text = next(json.dumps(document) for name, document in policies(template) if name == resource)
    given = {key.replace("_", ":"): value for key, value in context.items()}
    document = PolicyDocument("policy", Source.INLINE, text)
    return decide((document,), Request(action, arns, ME, given)).allowed


@pytest.mark.parametrize(
    ("expected", "action", "arns", "sender"),
    [
        (True, "ses:SendRawEmail", (IDENTITY, SET), "me@example.com"),
        (True, "ses:SendEmail", (IDENTITY,), "Me@Example.com"),
        (False, "ses:SendRawEmail", (IDENTITY, SET), "boss@example.com"),
        (False, "ses:SendRawEmail", (IDENTITY.replace(".com", ".net"), SET), "me@example.com"),
        (False, "ses:SendRawEmail", (IDENTITY, f"{SET}-x"), "me@example.com"),
        (False, "ses:PutSuppressedDestination", (IDENTITY,), "me@example.com"),
    ],
)
def test_a_mailboxs_user_sends_as_that_mailbox_only(
    owner_domain: ConfiguredDomain,
    *,
    expected: bool,
    action: str,
    arns: tuple[str, ...],
    sender: str,
) -> None:
    """Identity, configuration set and From must all be its own."""
    template = build_template(wanted(owner_domain))
    assert expected is allowed(template, "UserMe", action, *arns, ses_FromAddress=(sender,))


@pytest.mark.parametrize(
    ("expected", "action", "arn"),
    [
        (True, "s3:GetObject", f"{BUCKET}/mail/d6iitobk75ur44p8kdnnp7g2n800"),
        (True, "s3:GetObject", f"{BUCKET}/sendas/routes.json"),
        (True, "s3:PutObject", f"{BUCKET}/sendas/state/x.json"),
        (False, "s3:PutObject", f"{BUCKET}/sendas/routes.json"),
        (False, "s3:PutObject", f"{BUCKET}/{CODE}"),
        (False, "s3:PutObject", f"{BUCKET}/mail/x"),
        (False, "s3:DeleteObject", f"{BUCKET}/mail/x"),
        (False, "s3:GetObject", "arn:aws:s3:::somebody-elses/x"),
        (False, "iam:CreateAccessKey", ME),
    ],
)
def test_the_forwarder_reads_mail_and_changes_nothing_but_its_memory(
    owner_domain: ConfiguredDomain, *, expected: bool, action: str, arn: str
) -> None:
    """It can neither lose a mail nor change its own code or routes."""
    assert expected is allowed(build_template(wanted(owner_domain)), "ForwarderRole", action, arn)


DEAD_LETTERS = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:DeadLetters"


def test_an_event_that_nobody_waits_for_ends_among_the_dead_letters(
    owner_domain: ConfiguredDomain,
) -> None:
    """Lambda drops what it was given asynchronously after three tries, unless told where to.

    (Lambda guide, "Adding a dead-letter queue": by the right of the function's own role.)
    """
    document = resolved(build_template(wanted(owner_domain)))
    forwarder = document["Resources"]["Forwarder"]["Properties"]
    (watched,) = (
        one["Properties"]["Dimensions"]
        for one in document["Resources"].values()
        if str(one["Properties"].get("AlarmName")).endswith("-not-forwarded")
    )

    assert {"TargetArn": DEAD_LETTERS} == forwarder["DeadLetterConfig"]
    assert [{"Name": "QueueName", "Value": DEAD_LETTERS}] == watched


def test_the_forwarder_writes_into_no_queue_but_the_dead_letters(
    owner_domain: ConfiguredDomain,
) -> None:
    """One statement holds sqs:SendMessage, alone, on that queue alone."""
    (document,) = (
        document
        for name, document in policies(build_template(wanted(owner_domain)))
        if name == "ForwarderRole"
    )
    failed = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:sendas-example-com-failed"
    assert [("sqs:SendMessage", failed)] == [
        (one["Action"], one["Resource"])
        for one in document["Statement"]
        if "sqs:SendMessage" in one["Action"]
    ]
    queues = f"arn:aws:sqs:eu-west-1:{ACCOUNT}"
    template = build_template(wanted(owner_domain))
    assert [True, False, False] == [
        allowed(template, "ForwarderRole", "sqs:SendMessage", arn)
        for arn in (failed, f"{queues}:ReceivedQueue", f"{queues}:another")
    ]


@pytest.mark.parametrize(
    ("expected", "rule", "account", "tls"),
    [
        (True, "sendas-example-com", ACCOUNT, "true"),
        (False, "sendas-example-com-au", ACCOUNT, "true"),
        (False, "sendas-example-com", "210987654321", "true"),
        (False, "sendas-example-com", ACCOUNT, "false"),
    ],
)
def test_only_our_own_rule_writes_mail(
    owner_domain: ConfiguredDomain, *, expected: bool, rule: str, account: str, tls: str
) -> None:
    """Neither another account's SES nor another rule, nor anybody in the clear, may write."""
    template = build_template(wanted(owner_domain))
    text = next(json.dumps(d) for name, d in policies(template) if name == "MailBucketPolicy")
    source = f"arn:aws:ses:eu-west-1:{account}:receipt-rule-set/sendas:receipt-rule/{rule}"
    request = Request(
        "s3:PutObject",
        (f"{BUCKET}/mail/x",),
        "ses.amazonaws.com",
        {
            "aws:SourceAccount": (account,),
            "aws:SourceArn": (source,),
            "aws:SecureTransport": (tls,),
        },
    )
    document = PolicyDocument("bucket", Source.BUCKET, text)
    assert expected is decide((document,), request).allowed


def test_alarms_have_fractions_and_treat_silence_as_aws_says(owner_config: Config) -> None:
    """Reputation is a fraction of one and silence no news; nothing among the dead is well."""
    resources = build_template(wanted(owner_config.domains[0])).resources
    alarms = {
        str(one.properties["AlarmName"]).removeprefix("sendas-example-com-"): (
            one.properties["Threshold"],
            one.properties["TreatMissingData"],
        )
        for one in resources.values()
        if one.type == "AWS::CloudWatch::Alarm"
    }
    assert {
        "bounce-rate": (0.05, "ignore"),
        "complaint-rate": (0.001, "ignore"),
        "store-failing": (0, "notBreaching"),
        "mail-lost": (0, "notBreaching"),
        "not-forwarded": (0, "notBreaching"),
        "mail-waiting": (3600, "notBreaching"),
        "function-errors": (0, "notBreaching"),
        "look": (0, "notBreaching"),
        "events-waiting": (3600, "notBreaching"),
        "watcher-silent": (1, "breaching"),
        "watcher-errors": (0, "notBreaching"),
        "canary-old": (35, "breaching"),
        "credential-old": (90, "breaching"),
        "quota": (80, "ignore"),
    } == alarms


def test_what_the_forwarder_alarms_about_is_counted(owner_config: Config) -> None:
    """The filter counts the lines that ask for eyes, and its metric has an alarm."""
    resources = build_template(wanted(owner_config.domains[0])).resources
    lines: list[str] = []
    log = Log(write=lines.append)
    log.alarm("broke")
    log.say("settled")
    counted = resources["ForwarderTrouble"].properties
    pattern = re.fullmatch(r'\{ \$\.(\w+) = "(\w+)" \}', str(counted["FilterPattern"]))
    (metric,) = counted["MetricTransformations"]  # type: ignore[misc]  # a list of one
    alarms = [
        one.properties
        for one in resources.values()
        if one.properties.get("MetricName") == metric["MetricName"]  # type: ignore[index]  # a mapping
    ]

    assert pattern is not None
    assert [True, False] == [json.loads(line).get(pattern[1]) == pattern[2] for line in lines]
    assert [metric["MetricNamespace"]] == [one["Namespace"] for one in alarms]  # type: ignore[index]  # the same


def test_the_page_says_how_long_everything_in_the_bucket_stays() -> None:
    """Each rule by which S3 deletes is a line of the page, and no other line tells of days."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    told = {
        prefix: int(days)
        for prefix, days in re.findall(
            r"^\| `(sendas/[a-z/]+)` \|.*?(\d+) days \|$", page, re.MULTILINE
        )
    }
    names = stack_names(ConfiguredDomain(Domain("example.com"), Region("eu-west-1"), ()))
    bucket = mail_bucket(names, Watch().keep_days)["MailBucket"].properties
    rules = json.loads(json.dumps(bucket))["LifecycleConfiguration"]["Rules"]

    assert told == {
        one["Prefix"]: one["ExpirationInDays"] for one in rules if "ExpirationInDays" in one
    }
