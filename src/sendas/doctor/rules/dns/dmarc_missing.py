"""DNS012: the domain publishes a DMARC policy.

Asks: does ``_dmarc.<domain>``, or the DMARC name of a parent, hold a record?

Why it matters: Gmail and Yahoo ask it of whoever sends to them in bulk,
Outlook.com refuses with 5.7.515, and without it anybody may use the domain in
From unseen.

How to mend: publish ``v=DMARC1; p=none``; add ``rua=mailto:`` to receive
reports, and tighten the policy once they show that your own mail passes.

Source: RULES DNS-12; RFC 9989, 4.7; FACTS 19 and 20.
"""

from sendas.advice import Help, Owner
from sendas.auth.dmarc_walk import dmarc_name
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import FRESH, claims, governing, meant
from sendas.doctor.rules.dns._records import exhibit, line, wait_seconds


def judge(evidence: Evidence) -> Verdict | None:
    """Whether receivers find a policy, and nothing that was meant to be one."""
    if claims(evidence):
        return Verdict(Status.OK, "The domain publishes a DMARC record")
    if meant(evidence):
        return None  # DNS018 tells
    if found := governing(evidence):
        return Verdict(Status.OK, f"The DMARC record of {found[0]} governs the domain")
    name = dmarc_name(evidence.subject.domain)
    publish = Help(
        "Publish this; tighten the policy once reports show that your mail passes.",
        records=(line(name, RecordType.TXT, FRESH),),
        wait_seconds=wait_seconds(evidence, (name, RecordType.TXT)),
        verify_by=f"dig TXT {name}",
    )
    return Verdict(
        Status.FAIL,
        f"{evidence.subject.domain} has no DMARC record",
        "Receivers find no policy for the domain.",
        (exhibit(evidence, name, RecordType.TXT),),
        (publish,),
    )


RULE = Rule(
    code="DNS012",
    title="The domain publishes a DMARC policy",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("DNS105", "DNS106", "DNS113", "DNS109"),
)
