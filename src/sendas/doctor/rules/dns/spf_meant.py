"""DNS110: what was meant as SPF is taken for SPF.

Asks: does a TXT record begin like SPF, but not with ``v=spf1`` and a blank?

Why it matters: receivers pass over ``"v=spf1 …"`` with the quotes inside, curly quotes,
``v=spf1;`` and ``spf1`` without a word: for them the domain has no SPF at all.

How to mend: publish the same terms as one record that begins with ``v=spf1`` and a blank.

Source: RFC 7208, 4.5.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import mend, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a record is passed over."""
    found = [at for at in spf_names(evidence) if at.meant]
    if not found:
        return None
    return Verdict(
        Status.FAIL,
        "; ".join(f"Receivers do not take a record of {at.name} for SPF" for at in found),
        "SPF begins with v=spf1 and a blank, without quotes; anything else is passed over.",
        tuple(Exhibit(f"TXT {at.name}", text) for at in found for text in at.meant),
        tuple(
            mend(evidence, at, "Publish what was meant, and nothing of the old text.")
            for at in found
        ),
    )


RULE = Rule(
    code="DNS110",
    title="What was meant as SPF is taken for SPF",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
