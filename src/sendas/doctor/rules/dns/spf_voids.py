"""DNS102: SPF asks for no more than two names that do not exist.

Asks: how many of the record's terms lead to names without records?

Why it matters: at the third such void look-up receivers answer permerror
(RFC 7208, 4.6.4).  They are left over from services that are gone.

How to mend: take the dead terms out.

Source: RULES DNS-11; RFC 7208, 4.6.4.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import complete, mend, shown, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any record has too many dead terms and no other error."""
    sound = [at for at in spf_names(evidence) if at.sound and not at.tree.errors]
    over = [at for at in sound if at.tree.over_voids and not at.tree.over_lookups]
    if not over:
        for at in sound:
            complete(at)
        return Verdict(Status.OK, "SPF leads to no dead names") if sound else None
    return Verdict(
        Status.FAIL,
        "; ".join(f"SPF of {at.name} asks for {at.tree.voids} dead names" for at in over),
        "At the third void look-up receivers answer permerror.",
        tuple(one for at in over for one in shown(evidence, at, tree=True)),
        tuple(mend(evidence, at, "Take the dead terms out.") for at in over),
    )


RULE = Rule(
    code="DNS102",
    title="SPF asks for no more than two names that do not exist",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
