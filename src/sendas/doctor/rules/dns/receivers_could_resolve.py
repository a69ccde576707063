"""DNS023: receivers could resolve the domain's records.

Asks: does a bounce that was shown say that the receiver could not look the
records up (Gmail: 4.7.26 with "DNS")?

Why it matters: to the receiver a slow or failing name server looks like missing
authentication, and the mail is deferred.

How to mend: repair the name servers; the mail is tried again by itself.

Source: RULES DNS-23.
"""

import re

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict


_COULD_NOT_RESOLVE = re.compile(r"temporary\W+DNS|DNS\W+(?:failure|error|timeout)", re.IGNORECASE)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a receiver complained of our DNS."""
    said = [s for s in evidence.symptoms if _COULD_NOT_RESOLVE.search(s.text)]
    if not said:
        return None
    return Verdict(
        Status.WARN,
        "A receiver could not look up the domain's records",
        "It deferred the mail, and will be tried again.",
        tuple(Exhibit(f"bounce from {symptom.reporter}", symptom.text) for symptom in said),
        (Help("See that every name server answers quickly; the mail is tried again by itself."),),
    )


RULE = Rule(
    code="DNS023",
    title="Receivers could resolve the domain's records",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS019",),
)
