"""DNS014: one provider receives the domain's mail.

Asks: do the MX records name SES's inbound host and another provider's besides?

Why it matters: senders choose among them.  What goes to the other provider
never reaches SES, and the other way round: some mails vanish.

How to mend: one provider per name.  To move, switch in one step; to keep both,
give one of them a subdomain.

Source: RULES DNS-14.
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.dns.mx import SesHost
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mx import exchanges, inbound_line
from sendas.doctor.rules.dns._records import exhibit, wait_seconds


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES shares the domain with another receiver."""
    found = exchanges(evidence)
    if not found.texts:
        return None
    shown = (exhibit(evidence, found.name, RecordType.MX),)
    inbound = found.of(SesHost.INBOUND)
    if not inbound or not found.others:
        return Verdict(Status.OK, f"One provider receives for {found.name}", exhibits=shown)
    regions = [region for _, region in inbound]
    here = evidence.subject.region
    mend = Help(
        "If SES is to receive, let this one record stand; if the other provider is, remove SES's.",
        records=(inbound_line(evidence, here if here in regions else regions[0]),),
        wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
        verify_by=f"dig MX {found.name}",
    )
    return Verdict(
        Status.FAIL,
        f"The MX records of {found.name} mix SES and {found.others[0].host}",
        "Senders choose among them, so each receiver gets a part of the mail.",
        shown,
        (mend,),
    )


RULE = Rule(
    code="DNS014",
    title="One provider receives the domain's mail",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
)
