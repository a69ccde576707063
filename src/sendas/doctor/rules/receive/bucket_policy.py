"""RX007: the bucket's policy lets SES write the domain's mail.

Asks: does the policy of each bucket that the domain's rules store to allow
``s3:PutObject`` to ``ses.amazonaws.com``, for this account and this rule?  Where the
action names a role, that role is asked instead.

Why it matters: SES tests the policy when a rule is made, and not again.  When
the policy is lost later, SES still accepts mail, fails to store it for four
hours, and drops it.

How to mend: put the statement (back).  Mail of the last four hours is then
still stored; editing the rule would not help it.

Source: RULES RX-07 and RX-11; FACTS 8.3; SES guide, "Giving permissions to
Amazon SES for email receiving".
"""

import json

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Bucket, Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._mend import bucket_policy, put_bucket_policy, rule_arn
from sendas.doctor.rules.receive._receiving import awaited_rules, stores
from sendas.iam.exception import let_through
from sendas.iam.policy import Decision, Outcome, PolicyDocument, Request, Source, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region, partition_of


@dataclass(frozen=True, slots=True)
class _Refused:
    """A rule that may not write to its bucket."""

    rule: ReceiptRule
    action: S3Action
    bucket: Bucket
    source: str
    """The rule's ARN, as whom SES writes."""
    decision: Decision


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES may store what it accepts."""
    found = awaited_rules(evidence)
    if found is None:
        return None
    region, active = found
    stored = tuple(stores(active, evidence.subject.domain))
    # With a role of its own the action uses that role only, and no bucket policy.
    writers = [(rule, action) for rule, action in stored if not action.role_arn]
    by_role = [a for _, a in stored if a.role_arn in evidence.road.roles]
    for action in by_role:
        if refused_role := _role_refused(evidence, region, action):
            return refused_role
    if not writers:
        return (
            Verdict(Status.OK, "The rules' roles may write to their buckets") if by_role else None
        )
    account_id = see(evidence.caller, "GetCallerIdentity").account_id
    refused = [
        each
        for each in _decided(evidence, region, active, writers, account_id)
        if not each.decision.allowed
    ]
    buckets = list(dict.fromkeys(each.bucket.name for each in refused))
    if not refused:
        return Verdict(Status.OK, "SES may write to the bucket of every rule")
    return Verdict(
        Status.FAIL,
        f"The policy of {', '.join(buckets)} does not let SES write",
        "SES accepts the mail, cannot store it, and drops it after four hours.",
        tuple(_exhibit(each) for each in refused),
        tuple(
            _mend(region, active, account_id, [e for e in refused if e.bucket.name == name])
            for name in buckets
        ),
    )


def _role_refused(evidence: Evidence, region: Region, action: S3Action) -> Verdict | None:
    """The verdict where the action's role cannot store; raises CouldNotLook."""
    role_arn = action.role_arn or ""
    role = role_arn.rpartition("/")[2]
    policies = see(evidence.road.roles.get(role_arn, NOT_ASKED), f"policies of the role {role}")
    cause = "SES accepts the mail, cannot store it, and drops it after four hours."
    if policies is None:
        return Verdict(
            Status.FAIL,
            f"The role {role} that the rule stores with does not exist",
            cause,
            (Exhibit(f"GetRole {role}", "no such role"),),
            (
                Help(
                    "Make the role again, or take it off the action: the bucket's policy then "
                    "counts."
                ),
            ),
        )
    trust = [one for one in policies if one.source is Source.TRUST]
    if trust and not decide(trust, Request("sts:AssumeRole", (role_arn,), _SES)).allowed:
        return Verdict(
            Status.FAIL,
            f"The role {role} that the rule stores with does not trust SES",
            cause,
            (Exhibit(f"trust policy of {role}", f"sts:AssumeRole: not allowed to {_SES}"),),
            (Help(f"Let {_SES} take on the role: its trust policy must allow sts:AssumeRole."),),
        )
    partition = partition_of(region)
    place = f"arn:{partition}:s3:::{action.bucket}/{action.prefix}"
    bucket = evidence.buckets.get(action.bucket)
    on_bucket = (
        (PolicyDocument(f"policy of {bucket.name}", Source.BUCKET, bucket.policy, bucket.name),)
        if isinstance(bucket, Bucket) and bucket.policy
        else ()
    )
    own = (one for one in policies if one.source is not Source.TRUST)
    request = Request("s3:PutObject", (f"{place}ses-message-id",), role_arn)
    decision = decide((*own, *on_bucket), request)
    if decision.allowed:
        return None
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{place}*"}
    command = aws(
        "iam put-role-policy",
        role_name=role,
        policy_name="sendas-store",
        policy_document={"Version": "2012-10-17", "Statement": [statement]},
    )
    return Verdict(
        Status.FAIL,
        f"The role {role} that the rule stores with may not write to {action.bucket}",
        cause,
        (Exhibit(f"s3:PutObject on {place}* by {role}", str(decision.outcome)),),
        (
            Help(
                "Give the role what it lacks, beside what it has; where a policy denies it, take "
                "the denial out. Mail of the last four hours is then still stored.",
                commands=(command,),
                applies=Applies.CONFIRM,
                wait_seconds=60,
            ),
        ),
    )


_SES = "ses.amazonaws.com"


def _decided(
    evidence: Evidence,
    region: Region,
    active: RuleSet,
    writers: list[tuple[ReceiptRule, S3Action]],
    account_id: str,
) -> Iterator[_Refused]:
    for rule, action in writers:
        name = action.bucket
        bucket = see(evidence.buckets.get(name, NOT_ASKED), f"the policy of bucket {name}")
        if not bucket.exists:
            continue  # RX101 tells
        source = rule_arn(region, account_id, active.name, rule.name)
        decision = _decide(bucket.policy, region, account_id, action, source)
        yield _Refused(rule, action, bucket, source, decision)


def _decide(
    policy: str | None, region: Region, account_id: str, action: S3Action, source: str
) -> Decision:
    name = action.bucket
    documents = (
        (PolicyDocument(f"policy of {name}", Source.BUCKET, policy, name),) if policy else ()
    )
    request = Request(
        "s3:PutObject",
        # SES names the object by its message id; any text stands for one.
        (f"arn:{partition_of(region)}:s3:::{name}/{action.prefix}ses-message-id",),
        "ses.amazonaws.com",
        {
            "aws:SourceAccount": (account_id,),
            "aws:SourceArn": (source,),
            # The guide's older statement, which still works (aws-cdk#29823).
            "aws:Referer": (account_id,),
            "aws:SecureTransport": ("true",),
        },
    )
    return decide(documents, request)


def _exhibit(refused: _Refused) -> Exhibit:
    decision = refused.decision
    if refused.bucket.policy is None:
        said = "the bucket has no policy"
    elif decision.statement:
        said = f"{decision.statement.name} denies it"
    else:
        said = "; ".join(map(str, decision.misses)) or "no statement allows it"
    return Exhibit(f"s3:PutObject on {decision.resource} for the rule {refused.rule.name}", said)


def _mend(region: Region, active: RuleSet, account_id: str, refused: list[_Refused]) -> Help:
    bucket = refused[0].bucket
    document = json.loads(bucket.policy) if bucket.policy else {}
    denied = [one for one in refused if one.decision.outcome is Outcome.EXPLICIT_DENY]
    for one in denied:
        document = let_through(
            document,
            one.source,
            partial(_decide_by, one, region, account_id),
        )
    policy = bucket_policy(
        document, account_id, region, [(active.name, each.rule, each.action) for each in refused]
    )
    beside = ", and what denies it goes on denying to all others" if denied else ""
    return Help(
        f"Let SES write to {bucket.name} for the rule {refused[0].rule.name}; the rest of the "
        f"policy stays{beside}. Mail of the last four hours is then still stored.",
        commands=(put_bucket_policy(bucket.name, policy),),
        applies=Applies.CONFIRM,
    )


def _decide_by(refused: _Refused, region: Region, account_id: str, policy: str) -> Decision:
    return _decide(policy, region, account_id, refused.action, refused.source)


RULE = Rule(
    code="RX007",
    title="The bucket's policy lets SES write the domain's mail",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
