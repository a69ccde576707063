"""RX001: a receipt rule set is active.

Asks: does the Region that the domain's MX names have an active rule set?

Why it matters: without one SES refuses every recipient in the SMTP dialogue.
Making a rule set, as CloudFormation does, does not activate it.

How to mend: activate the set that holds the domain's rules.

Source: RULES RX-01; FACTS 8.1; SES API v1, SetActiveReceiptRuleSet.
"""

from sendas.advice import Applies, Help, Owner
from sendas.dns.mx import SesHost
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._mend import activate, begin_receiving
from sendas.doctor.rules.receive._receiving import (
    active_rules,
    handles,
    other_sets,
    told_exchanges,
)  # fmt: skip
from sendas.ses.regions import Region


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES takes any mail at all."""
    found = active_rules(evidence)
    if found is None:
        return None
    region, active = found
    asked = f"DescribeActiveReceiptRuleSet in {region}"
    if active is not None:
        title = f"The receipt rule set {active.name} is active in {region}"
        return Verdict(Status.OK, title, exhibits=(Exhibit(asked, active.name),))
    if not told_exchanges(evidence).of(SesHost.INBOUND) and not _waits(evidence, region):
        return None  # the MX alone says that SES receives, and is the mistake: DNS015, DNS016
    return Verdict(
        Status.FAIL,
        f"No receipt rule set is active in {region}",
        "SES refuses all mail that comes in.",
        (Exhibit(asked, "none"),),
        (_mend(evidence, region),),
    )


def _waits(evidence: Evidence, region: Region) -> bool:
    """Whether a set that is not active handles the domain, or may."""
    others = other_sets(evidence, region)
    return others is None or any(handles(each, evidence.subject.domain) for each in others)


def _mend(evidence: Evidence, region: Region) -> Help:
    others = other_sets(evidence, region)
    if others is None:
        return Help(
            "Activate the rule set that holds the domain's rules; "
            f"`aws ses list-receipt-rule-sets --region {region}` names them all.",
        )
    ours = [each for each in others if handles(each, evidence.subject.domain)]
    if not ours:
        return begin_receiving(evidence, region, None)
    return Help(
        f"Activate the rule set {ours[0].name}, which holds rules for {evidence.subject.domain}.",
        commands=(activate(region, ours[0].name),),
        applies=Applies.AUTO,
    )


RULE = Rule(
    code="RX001",
    title="A receipt rule set is active",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
