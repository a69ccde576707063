"""DNS111: no SPF term stands behind all.

Asks: does the record name anybody after its first ``all``?

Why it matters: ``all`` matches everybody, so that receivers never come to what
stands behind it: whoever is named there may not send.

How to mend: move ``all`` to the end.

Source: RFC 7208, 5.1.
"""

from sendas.advice import Owner
from sendas.auth.spf_repair import behind_all
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import mend, shown, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether somebody is named in vain."""
    names = [at for at in spf_names(evidence) if at.sound]
    hidden = {at.name: _named(at.texts[0]) for at in names}
    found = [at for at in names if hidden[at.name]]
    if not found:
        return Verdict(Status.OK, "No SPF term stands behind all") if names else None
    return Verdict(
        Status.FAIL,
        "; ".join(
            f"SPF of {at.name} names {', '.join(hidden[at.name])} behind all" for at in found
        ),
        "Receivers stop at all, and never come to what stands behind it.",
        tuple(one for at in found for one in shown(evidence, at)),
        tuple(mend(evidence, at, "Move all to the end of the record.") for at in found),
    )


def _named(text: str) -> tuple[str, ...]:
    return tuple(word for word in behind_all(text) if not word.lower().endswith("all"))


RULE = Rule(
    code="DNS111",
    title="No SPF term stands behind all",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
