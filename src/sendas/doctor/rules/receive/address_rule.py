"""RX003: a rule takes mail to the address.

Asks: does an enabled rule of the active set match the address asked about, or,
where none is asked about, any address of the domain?

Why it matters: SES refuses recipients that no rule matches.  An address that is
to be used under "Send mail as" must receive Gmail's confirmation mail.

How to mend: name the address, or the domain without an ``@`` for every address,
in the rule's recipients.  A disabled rule takes nothing.

Source: RULES RX-03; FACTS 8.1; SES guide, "Creating receipt rules".
"""

from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.road_hops import addresses_asked, sleeping
from sendas.doctor.rules.receive._mend import begin_receiving, update_rule
from sendas.doctor.rules.receive._receiving import (
    current_rules,
    handles,
    mentions,
    other_sets,
)
from sendas.ses.receiving import ReceiptRule, RuleSet
from sendas.ses.regions import Region


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES accepts the address as a recipient."""
    found = current_rules(evidence)
    if found is None:
        return None
    region, active = found
    domain = evidence.subject.domain
    if not handles(active, domain) and not mentions(active, domain):
        others = other_sets(evidence, region)
        if others is None or any(handles(each, domain) for each in others):
            return None  # RX002 tells
    wanted = addresses_asked(evidence.subject)
    refused = [each for each in wanted if not active.rules_for(each)]
    if not refused and (wanted or handles(active, domain)):
        for_whom = " and ".join(wanted) or domain
        return Verdict(Status.OK, f"A receipt rule takes mail to {for_whom}")
    named = " and ".join(refused) or domain
    return Verdict(
        Status.FAIL,
        f"No enabled rule of {active.name} takes mail to {named}",
        "SES refuses recipients that no rule matches.",
        tuple(_exhibit(rule) for rule in active.rules if rule.names(domain))
        or (Exhibit(f"rules of {active.name}", f"none names {domain}"),),
        (_mend(evidence, region, active, tuple(refused)),),
    )


def _exhibit(rule: ReceiptRule) -> Exhibit:
    state = "enabled" if rule.enabled else "disabled"
    return Exhibit(f"receipt rule {rule.name}", f"{state}, for {', '.join(rule.recipients)}")


def _mend(evidence: Evidence, region: Region, active: RuleSet, refused: tuple[str, ...]) -> Help:
    ours = [rule for rule in active.rules if rule.names(evidence.subject.domain)]
    if not ours:
        return begin_receiving(evidence, region, active.name)
    asleep = sleeping(active, evidence.subject, refused)
    if asleep:
        changed = replace(asleep, enabled=True)
        text = f"Enable the rule {changed.name}."
    else:
        first = next((rule for rule in ours if rule.enabled), ours[0])
        changed = replace(first, recipients=(*first.recipients, *refused), enabled=True)
        text = f"Add {' and '.join(refused)} to the recipients of the rule {changed.name}."
    command = update_rule(region, active.name, changed)
    return Help(text, commands=(command,) if command else (), applies=Applies.CONFIRM)


RULE = Rule(
    code="RX003",
    title="A rule takes mail to the address",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    # SES tries bucket and topic out when a rule is written (FACTS 8.3).
    after=("RX101", "RX007", "RX102"),
)
