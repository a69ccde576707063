"""RX010: the stored mail can be read.

Asks: does an S3 action of the domain's rules name a KMS key?

Why it matters: with a key on the action SES encrypts before it stores, in a way
that only the Java and Ruby clients of S3 undo.  To anything else, a forwarder
in Python among them, the object is unreadable bytes.

How to mend: take the key off the action, and encrypt by the bucket's default.

Source: RULES RX-10; FACTS 8.3; SES API v1, S3Action.KmsKeyArn.
"""

from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._mend import update_rule
from sendas.doctor.rules.receive._receiving import current_rules, stores
from sendas.ses.receiving import Action, ReceiptRule, S3Action


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES encrypts what it stores by itself."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    encrypting = dict.fromkeys(
        rule for rule, action in stores(active, evidence.subject.domain) if action.kms_key_arn
    )
    if not encrypting:
        return Verdict(Status.OK, "SES stores mail without encryption of its own")
    commands = [update_rule(region, active.name, _plain(rule)) for rule in encrypting]
    return Verdict(
        Status.WARN,
        f"The rule {', '.join(rule.name for rule in encrypting)} stores mail encrypted by SES",
        "Only the Java and Ruby clients of S3 can read it.",
        tuple(Exhibit(f"receipt rule {rule.name}", "KmsKeyArn is set") for rule in encrypting),
        (
            Help(
                "Take the key off the action, and encrypt by the bucket's default instead.",
                commands=tuple(command for command in commands if command),
                applies=Applies.CONFIRM,
            ),
        ),
    )


def _plain(rule: ReceiptRule) -> ReceiptRule:
    def plain(action: Action) -> Action:
        return replace(action, kms_key_arn=None) if isinstance(action, S3Action) else action

    return replace(rule, actions=tuple(map(plain, rule.actions)))


RULE = Rule(
    code="RX010",
    title="The stored mail can be read",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.MEDIUM,
    judge=judge,
)
