"""DNS011: each name has at most one SPF record.

Asks: how many texts that begin with ``v=spf1`` stand at the domain, and at the
custom MAIL FROM domain?

Why it matters: with two, receivers answer permerror and use neither, however
right each of them is (RFC 7208, 4.5).

How to mend: one record with the terms of both.

Source: RULES DNS-11; RFC 7208, 3.2 and 4.5.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import mend, shown, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any name has several."""
    names = spf_names(evidence)
    doubled = [at for at in names if len(at.texts) > 1]
    if not doubled:
        have = " and ".join(at.name for at in names if at.texts)
        return Verdict(Status.OK, f"One SPF record at {have}") if have else None
    return Verdict(
        Status.FAIL,
        "; ".join(f"{at.name} has {len(at.texts)} SPF records" for at in doubled),
        "Receivers that find more than one answer permerror and use none.",
        tuple(one for at in doubled for one in shown(evidence, at)),
        tuple(
            mend(evidence, at, "Let one record with the terms of both stand.") for at in doubled
        ),
    )


RULE = Rule(
    code="DNS011",
    title="Each name has at most one SPF record",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
