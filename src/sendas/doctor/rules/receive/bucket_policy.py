"""RX007: the bucket's policy lets SES write the domain's mail.

Asks: does the policy of each bucket that the domain's rules store to allow
``s3:PutObject`` to ``ses.amazonaws.com``, for this account and this rule?

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
    # With a role of its own the action uses that role only, and no bucket policy.
    writers = [
        (rule, action)
        for rule, action in stores(active, evidence.subject.domain)
        if not action.role_arn
    ]
    if not writers:
        return None
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
