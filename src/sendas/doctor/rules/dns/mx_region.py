"""DNS017: the MX names the Region that receives.

Asks: is the Region of the inbound host in the MX one whose active receipt rule
set takes mail for the domain?

Why it matters: SES receives only in the Region whose rule set is active; the
host of any other Region refuses the mail.

How to mend: name the Region of the rule set, or set the rules up where the MX
points.

Source: RULES DNS-17; FACTS 8.1 and 8.4; SES guide, "Regions".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.dns.mx import SesHost
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mx import exchanges, inbound_line
from sendas.doctor.rules.dns._records import exhibit, wait_seconds
from sendas.errors import NotAsked
from sendas.outcome import NOT_ASKED, NoAnswer, see
from sendas.ses.receiving import RuleSet
from sendas.ses.regions import Region


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail goes to the Region that takes it."""
    found = exchanges(evidence)
    inbound = found.of(SesHost.INBOUND)
    if not inbound:
        return None
    here = evidence.subject.region
    there = [region for _, region in inbound]
    shown = (exhibit(evidence, found.name, RecordType.MX),)
    if here in there:
        return Verdict(Status.OK, f"The MX names {here}", exhibits=shown)
    if any(_takes(evidence, region) for region in there):
        return Verdict(Status.OK, f"{there[0]} receives, where the MX points", exhibits=shown)
    if not _takes(evidence, here):
        if _known(evidence, there[0]):
            return None  # nothing receives anywhere: RX001 and its like tell
        msg = f"DescribeActiveReceiptRuleSet in {there[0]}: not asked"
        raise NotAsked(msg)
    mend = Help(
        f"Let the MX name {here}.",
        records=(inbound_line(evidence),),
        wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
        verify_by=f"dig MX {found.name}",
    )
    rule_set = Exhibit(f"active receipt rule set in {here}", _name(evidence, here))
    return Verdict(
        Status.FAIL,
        f"The MX of {found.name} names {there[0]}, not {here}",
        f"The receipt rules that take the domain's mail are those of {here}; "
        "SES applies only those of the Region that the MX names.",
        (*shown, rule_set),
        (mend,),
    )


def _known(evidence: Evidence, region: Region) -> bool:
    """Whether it was seen what *region* does with mail that arrives there."""
    seen = evidence.regions[region].active_rule_set if region in evidence.regions else NOT_ASKED
    return not isinstance(seen, NoAnswer)


def _takes(evidence: Evidence, region: Region) -> bool:
    """Whether a rule of the active set of *region* is about the domain; False if not asked."""
    seen = evidence.regions[region].active_rule_set if region in evidence.regions else None
    if seen is None or not isinstance(seen, RuleSet):
        if region == evidence.subject.region and isinstance(seen, NoAnswer):
            see(seen, f"DescribeActiveReceiptRuleSet in {region}")
        return False
    domain = canonical(evidence.subject.domain)
    return bool(seen.rules_of(domain))


def _name(evidence: Evidence, region: Region) -> str:
    seen = evidence.regions[region].active_rule_set if region in evidence.regions else None
    return seen.name if isinstance(seen, RuleSet) else "none"


RULE = Rule(
    code="DNS017",
    title="The MX names the Region that receives",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS107",),
)
