"""RX019: large mail is taken in.

Asks: does a rule of the domain hand the whole mail to an SNS topic?

Why it matters: SNS carries 150 KB.  With such an action SES bounces what is
larger, which is any mail with a picture.

How to mend: store the mail with an S3 action that tells the topic.

Source: RULES RX-19; FACTS 6 and 8.3; SES API v1, SNSAction.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._receiving import current_rules
from sendas.ses.receiving import OtherAction


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SNS limits the size of mail."""
    found = current_rules(evidence)
    if found is None:
        return None
    narrow = [
        rule
        for rule in found[1].rules_of(evidence.subject.domain)
        if any(isinstance(a, OtherAction) and a.name == "SNSAction" for a in rule.actions)
    ]
    if not narrow:
        return None
    return Verdict(
        Status.WARN,
        f"The rule {', '.join(rule.name for rule in narrow)} bounces mail over 150 KB",
        "It hands the whole mail to an SNS topic, which takes no more.",
        tuple(Exhibit(f"receipt rule {rule.name}", "SNSAction") for rule in narrow),
        (Help("Replace the SNS action by an S3 action that names the topic."),),
    )


RULE = Rule(
    code="RX019",
    title="Large mail is taken in",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
