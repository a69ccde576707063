"""The rules on receiving, judged from evidence alone."""

import json
import shlex

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.dns.answers import Absent, Answer, Lookup, Question, Records, RecordType
from sendas.doctor.evidence import Bucket, Evidence, RegionEvidence, Subject
from sendas.doctor.model import Rule, Status
from sendas.doctor.rules.receive import (
    active_set,
    address_rule,
    bucket,
    bucket_policy,
    client_encryption,
    other_set,
    scan,
    sns_size,
    tls_required,
)
from sendas.errors import CouldNotLook
from sendas.iam.keys import Caller
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region


HERE, THERE = Region("us-east-1"), Region("eu-west-1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
MX_HERE = "10 inbound-smtp.us-east-1.amazonaws.com"
STORE = ReceiptRule(
    "store",
    enabled=True,
    recipients=("example.com",),
    actions=(S3Action("mail", "in/"),),
    scan_enabled=True,
)
OURS = RuleSet("ours", (STORE,))
OTHER = RuleSet("other", (replace(STORE, recipients=("example.net",)),))
RULE_ARN = f"arn:aws:ses:us-east-1:{ACCOUNT}:receipt-rule-set/ours:receipt-rule/store"
MX_QUESTION = Question("example.com", RecordType.MX)
SILENCE = NoAnswer(Why.TIMEOUT, "5 s")


def statement(**changes: object) -> dict[str, object]:
    """The statement of the SES guide, "Giving permissions … for email receiving", changed."""
    return {
        "Sid": "AllowSESPuts",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::mail/*",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT, "AWS:SourceArn": RULE_ARN},
        },
    } | changes


def bucket_of(*statements: Mapping[str, object]) -> Bucket:
    """A bucket with this policy."""
    return Bucket("mail", exists=True, policy=json.dumps({"Statement": list(statements)}))


def mx(*hosts: str) -> Answer:
    """An MX answer."""
    return Records(hosts, 300) if hosts else Absent(name_exists=True, negative_ttl=300)


def evidence(
    active: Seen[RuleSet | None] = OURS,
    *,
    others: Seen[tuple[RuleSet, ...]] = NOT_ASKED,
    answer: Answer | None = None,
    holding: Seen[Bucket] | None = None,
    sender: str | None = None,
    to: str | None = None,
    there: Seen[RuleSet | None] = NOT_ASKED,
) -> Evidence:
    """A Region with this active rule set, and a domain whose MX gives *answer*."""
    return Evidence(
        Subject("example.com", HERE, sender, to),
        NOW,
        lookups={MX_QUESTION: Lookup(MX_QUESTION, {"resolver": answer or mx(MX_HERE)})},
        caller=Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/admin"),
        regions={
            HERE: RegionEvidence(active_rule_set=active, rule_sets=others),
            THERE: RegionEvidence(active_rule_set=there),
        },
        buckets={"mail": holding or bucket_of(statement())},
    )


def changed(**fields: object) -> RuleSet:
    """Our rule set with its rule changed."""
    return RuleSet("ours", (replace(STORE, **fields),))  # type: ignore[arg-type]  # fields by name


def conditioned(**condition: object) -> Bucket:
    """The bucket with another condition in its policy."""
    return bucket_of(statement(Condition=condition))


ONE = changed(recipients=("me@example.com",))
NO_BUCKET = Bucket("mail", exists=False, policy=None)
DENIES = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::mail/*"}
ROLE = (S3Action("mail", role_arn=f"arn:aws:iam::{ACCOUNT}:role/ses"),)
THERE_MX = MX_HERE.replace(HERE, THERE)

CASES = [
    (active_set.RULE, evidence(), Status.OK),
    (active_set.RULE, evidence(None), Status.FAIL),
    (active_set.RULE, evidence(None, answer=mx("10 mx.example.org")), None),
    (active_set.RULE, evidence(None, answer=mx()), None),
    (active_set.RULE, evidence(None, answer=mx("0 .")), None),
    (active_set.RULE, evidence(answer=mx()), Status.OK),
    (active_set.RULE, evidence(answer=mx("10 mx.example.org", MX_HERE)), Status.OK),
    (active_set.RULE, evidence(answer=mx("10 feedback-smtp.us-east-1.amazonses.com")), Status.OK),
    (active_set.RULE, evidence(None, answer=mx(THERE_MX), there=OURS), Status.OK),
    (active_set.RULE, evidence(None, answer=mx(THERE_MX), there=None), Status.FAIL),
    (active_set.RULE, evidence(answer=mx(THERE_MX), there=None), Status.OK),
    (
        active_set.RULE,
        evidence(None, answer=mx("10 email-smtp.us-east-1.amazonaws.com")),
        Status.FAIL,
    ),
    (active_set.RULE, evidence(None, answer=mx(), others=(OURS,)), Status.FAIL),
    (
        active_set.RULE,
        evidence(None, answer=mx(THERE_MX), others=(OURS,), there=OTHER),
        Status.FAIL,
    ),
    (active_set.RULE, evidence(answer=SILENCE), Status.OK),
    (other_set.RULE, evidence(), Status.OK),
    (other_set.RULE, evidence(None), None),
    (other_set.RULE, evidence(OTHER), Status.FAIL),
    (other_set.RULE, evidence(OTHER, others=(OURS, OTHER)), Status.FAIL),
    (other_set.RULE, evidence(OTHER, others=(OTHER,)), None),
    (other_set.RULE, evidence(changed(recipients=())), Status.OK),
    (other_set.RULE, evidence(changed(enabled=False)), None),
    (address_rule.RULE, evidence(), Status.OK),
    (address_rule.RULE, evidence(None), None),
    (address_rule.RULE, evidence(sender="me@example.com"), Status.OK),
    (address_rule.RULE, evidence(ONE, sender="me@example.com"), Status.OK),
    (address_rule.RULE, evidence(ONE, sender="me+x@example.com"), Status.OK),
    (address_rule.RULE, evidence(ONE, sender="you@example.com"), Status.FAIL),
    (address_rule.RULE, evidence(ONE, to="you@example.com"), Status.FAIL),
    (address_rule.RULE, evidence(ONE, to="you@example.net"), Status.OK),
    (address_rule.RULE, evidence(changed(enabled=False)), Status.FAIL),
    (address_rule.RULE, evidence(OTHER), None),
    (address_rule.RULE, evidence(OTHER, others=(OURS, OTHER)), None),
    (address_rule.RULE, evidence(OTHER, others=(OTHER,)), Status.FAIL),
    (address_rule.RULE, evidence(changed(recipients=()), to="you@example.com"), Status.OK),
    (bucket.RULE, evidence(), Status.OK),
    (bucket.RULE, evidence(holding=NO_BUCKET), Status.FAIL),
    (bucket.RULE, evidence(changed(actions=(LambdaAction("arn"),))), None),
    (bucket_policy.RULE, evidence(), Status.OK),
    (bucket_policy.RULE, evidence(holding=NO_BUCKET), Status.OK),
    (bucket_policy.RULE, evidence(holding=Bucket("mail", exists=True, policy=None)), Status.FAIL),
    (bucket_policy.RULE, evidence(holding=bucket_of(statement(), DENIES)), Status.FAIL),
    (
        bucket_policy.RULE,
        evidence(holding=bucket_of(statement(Principal={"Service": "sns.amazonaws.com"}))),
        Status.FAIL,
    ),
    (
        bucket_policy.RULE,
        evidence(holding=bucket_of(statement(Resource="arn:aws:s3:::mail/out/*"))),
        Status.FAIL,
    ),
    (
        bucket_policy.RULE,
        evidence(holding=bucket_of(statement(Action="s3:GetObject"))),
        Status.FAIL,
    ),
    (
        bucket_policy.RULE,
        evidence(holding=conditioned(StringEquals={"aws:SourceAccount": "999999999999"})),
        Status.FAIL,
    ),
    (
        bucket_policy.RULE,
        evidence(holding=conditioned(StringEquals={"aws:SourceArn": RULE_ARN + "2"})),
        Status.FAIL,
    ),
    (
        bucket_policy.RULE,
        evidence(
            holding=conditioned(
                ArnLike={"aws:SourceArn": "arn:aws:ses:*:*:receipt-rule-set/ours:*"}
            )
        ),
        Status.OK,
    ),
    (bucket_policy.RULE, evidence(changed(actions=ROLE), holding=bucket_of()), None),
    (tls_required.RULE, evidence(), Status.OK),
    (tls_required.RULE, evidence(changed(tls_required=True)), Status.INFO),
    (client_encryption.RULE, evidence(), Status.OK),
    (
        client_encryption.RULE,
        evidence(changed(actions=(S3Action("mail", kms_key_arn="arn:aws:kms:x"),))),
        Status.WARN,
    ),
    (scan.RULE, evidence(), Status.OK),
    (scan.RULE, evidence(changed(scan_enabled=False)), Status.INFO),
    (sns_size.RULE, evidence(), None),
    (sns_size.RULE, evidence(changed(actions=(OtherAction("SNSAction"),))), Status.WARN),
]
ALL = [
    active_set.RULE,
    other_set.RULE,
    address_rule.RULE,
    bucket.RULE,
    bucket_policy.RULE,
    tls_required.RULE,
    client_encryption.RULE,
    scan.RULE,
    sns_size.RULE,
]


@pytest.mark.parametrize(("rule", "seen", "status"), CASES)
def test_each_branch(rule: Rule, seen: Evidence, status: Status | None) -> None:
    """Each way of receiving has its one answer."""
    verdict = rule.judge(seen)

    assert status is (verdict and verdict.status)


@pytest.mark.parametrize("rule", ALL)
def test_silence_is_not_absence(rule: Rule) -> None:
    """Neither a rule set nor an MX that could not be asked for counts as missing."""
    with pytest.raises(CouldNotLook):
        rule.judge(evidence(SILENCE))
    with pytest.raises(CouldNotLook):
        rule.judge(evidence(None, answer=SILENCE))


@pytest.mark.parametrize("rule", [bucket.RULE, bucket_policy.RULE])
def test_unseen_bucket_is_not_missing(rule: Rule) -> None:
    """Without permission to see the bucket nothing is concluded."""
    with pytest.raises(CouldNotLook, match="timeout"):
        rule.judge(evidence(holding=SILENCE))


def commands(rule: Rule, seen: Evidence) -> tuple[str, ...]:
    """The first advice of a verdict."""
    verdict = rule.judge(seen)
    assert verdict is not None
    return verdict.help[0].commands


def options(command: str) -> dict[str, str]:
    """A command's options and their values."""
    words = shlex.split(command)
    return {w: v for w, v in zip(words, words[1:], strict=False) if w.startswith("--")}  # noqa: RUF007  plain pairs


ACTIVATE = "aws ses set-active-receipt-rule-set --region us-east-1 --rule-set-name ours"


@pytest.mark.parametrize(
    ("rule", "seen"),
    [
        (active_set.RULE, evidence(None, others=(OTHER, OURS))),
        (other_set.RULE, evidence(OTHER, others=(OTHER, OURS))),
    ],
)
def test_the_set_with_our_rules_is_activated(rule: Rule, seen: Evidence) -> None:
    """Among all sets the one that takes the domain's mail is named."""
    assert (ACTIVATE,) == commands(rule, seen)


@pytest.mark.parametrize(
    ("rule", "seen"), [(active_set.RULE, evidence(None)), (other_set.RULE, evidence(OTHER))]
)
def test_no_set_is_made_up(rule: Rule, seen: Evidence) -> None:
    """Where the other sets were not looked at, no command names one."""
    assert () == commands(rule, seen)


def test_address_joins_the_rule_that_is_there() -> None:
    """The rule keeps its name, which the bucket's policy mentions, and its actions."""
    (command,) = commands(address_rule.RULE, evidence(ONE, to="you@example.com"))

    assert command.startswith("aws ses update-receipt-rule --region us-east-1 ")
    assert {
        "Name": "store",
        "Enabled": True,
        "TlsPolicy": "Optional",
        "Recipients": ["me@example.com", "you@example.com"],
        "Actions": [{"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in/"}}],
        "ScanEnabled": True,
    } == json.loads(options(command)["--rule"])


def test_a_sleeping_rule_is_woken() -> None:
    """A disabled rule that matches is enabled rather than doubled."""
    asleep = changed(enabled=False)
    (command,) = commands(address_rule.RULE, evidence(asleep, to="you@example.com"))
    rule = json.loads(options(command)["--rule"])

    assert rule["Enabled"]
    assert ["example.com"] == rule["Recipients"]


def test_a_rule_that_cannot_be_written_back_is_left_alone() -> None:
    """Actions whose parameters are not known would be lost, so no command is offered."""
    bounce = changed(recipients=("me@example.com",), actions=(OtherAction("BounceAction"),))

    assert () == commands(address_rule.RULE, evidence(bounce, to="you@example.com"))


def test_receiving_is_built_whole() -> None:
    """Where no rule exists anywhere: bucket, its policy, set, rule, activation, in that order."""
    made = commands(active_set.RULE, evidence(None, others=()))

    assert [
        "s3api create-bucket",
        "s3api put-bucket-policy",
        "ses create-receipt-rule-set",
        "ses create-receipt-rule",
        "ses set-active-receipt-rule-set",
    ] == [" ".join(command.split()[1:3]) for command in made]


@pytest.mark.parametrize(
    "broken",
    [
        Bucket("mail", exists=True, policy=None),
        bucket_of(statement(Action="s3:GetObject")),
        bucket_of(DENIES),
        bucket_of(DENIES, statement()),
    ],
)
def test_suggested_bucket_policy_lets_ses_write(broken: Bucket) -> None:
    """With the policy of the advice in place, the finding is gone."""
    (command,) = commands(bucket_policy.RULE, evidence(holding=broken))
    mended = replace(broken, policy=options(command)["--policy"])
    verdict = bucket_policy.RULE.judge(evidence(holding=mended))

    assert verdict is not None
    assert Status.OK is verdict.status


def test_foreign_statements_stay() -> None:
    """What others may do with the bucket is not ours to take away."""
    reading = statement(Sid="Reader", Principal={"AWS": ACCOUNT}, Action="s3:GetObject")
    (command,) = commands(bucket_policy.RULE, evidence(holding=bucket_of(reading)))

    assert reading == json.loads(options(command)["--policy"])["Statement"][0]
