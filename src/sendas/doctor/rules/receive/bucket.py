"""RX101: the bucket that the rules write to exists.

Asks: does each bucket named by an S3 action of the domain's rules exist?

Why it matters: SES accepts the mail, cannot store it, tries for four hours and
then drops it; the sender hears nothing.

How to mend: make the bucket, with a policy that lets SES write, within the four
hours.

Source: RULES RX-07 and RX-11; FACTS 8.1 and 8.3; SES API v1, S3Action.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._mend import bucket_policy, create_bucket, put_bucket_policy
from sendas.doctor.rules.receive._receiving import awaited_rules, stores
from sendas.outcome import NOT_ASKED, see
from sendas.ses.receiving import ReceiptRule, S3Action
from sendas.ses.regions import Region


def judge(evidence: Evidence) -> Verdict | None:
    """Whether accepted mail has a place to go."""
    found = awaited_rules(evidence)
    if found is None:
        return None
    region, active = found
    wanted: dict[str, list[tuple[str, ReceiptRule, S3Action]]] = {}
    for rule, action in stores(active, evidence.subject.domain):
        wanted.setdefault(action.bucket, []).append((active.name, rule, action))
    if not wanted:
        return None
    missing = [
        name
        for name in wanted
        if not see(evidence.buckets.get(name, NOT_ASKED), f"bucket {name}").exists
    ]
    if not missing:
        return Verdict(Status.OK, f"{', '.join(wanted)} exists")
    return Verdict(
        Status.FAIL,
        f"The bucket {', '.join(missing)} does not exist",
        "SES takes the mail, cannot store it, and drops it after four hours.",
        tuple(
            Exhibit(f"bucket of the rule {rule.name}", f"{name}: no such bucket")
            for name in missing
            for _, rule, _ in wanted[name]
        ),
        tuple(_make(evidence, region, name, wanted[name]) for name in missing),
    )


def _make(
    evidence: Evidence,
    region: Region,
    bucket: str,
    writers: list[tuple[str, ReceiptRule, S3Action]],
) -> Help:
    account_id = see(evidence.caller, "GetCallerIdentity").account_id
    policy = bucket_policy(None, account_id, region, writers)
    return Help(
        f"Make the bucket {bucket}, and let SES write to it.",
        commands=(create_bucket(bucket, region), put_bucket_policy(bucket, policy)),
        applies=Applies.CONFIRM,
    )


RULE = Rule(
    code="RX101",
    title="The bucket that the rules write to exists",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
