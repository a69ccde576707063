"""DNS013: the alignment that DMARC asks for can hold.

Asks: does the record ask for strict alignment that mail through SES can never
have: ``aspf=s`` with a MAIL FROM subdomain, or ``adkim=s`` where SES signs as
another domain than the one in From?

Why it matters: the custom MAIL FROM domain is always a subdomain, and strict
means equal.  SPF then never counts, and DMARC hangs on DKIM alone, or on
nothing.

How to mend: relaxed alignment, which is the default: take the tag out.

Source: RULES DNS-13; RFC 9989, 4.4; SES guide, "Complying with DMARC".
"""

from sendas.advice import Owner
from sendas.auth.dmarc_walk import dmarc_name
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import governing, impossible_alignment, mend
from sendas.doctor.rules.identity._sending import domain_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a strict tag asks for the impossible."""
    found = governing(evidence)
    if found is None or domain_identity(evidence) is None:
        return None
    at, record = found
    impossible = impossible_alignment(evidence, record)
    shown = (Exhibit(f"TXT {dmarc_name(at)}", record.text),)
    if not impossible:
        return Verdict(Status.OK, "The alignment that DMARC asks for can hold", exhibits=shown)
    text = f"Take {' and '.join(f'{tag}=s' for tag in impossible)} out: relaxed is the default."
    return Verdict(
        Status.FAIL,
        f"DMARC asks for strict alignment that cannot hold ({', '.join(impossible)})",
        f"{'; '.join(impossible.values())}.",
        shown,
        (mend(evidence, at, record, text),),
    )


RULE = Rule(
    code="DNS013",
    title="The alignment that DMARC asks for can hold",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
