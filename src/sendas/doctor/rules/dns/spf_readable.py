"""DNS103: SPF can be read, down to the last include.

Asks: is the record well-formed, and does every include lead to one record that
is?

Why it matters: one misspelt word, or an include without a record behind it,
makes receivers answer permerror for everyone (RFC 7208, 4.6 and 5.2).

How to mend: spell it right, or take the include out.

Source: RULES DNS-11; RFC 7208, 4.6 and 5.2.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import SpfAt, mend, shown, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any record, or one it includes, cannot be read."""
    names = [at for at in spf_names(evidence) if len(at.texts) == 1]
    broken = [at for at in names if _errors(at)]
    if not broken:
        return Verdict(Status.OK, "SPF can be read to the last include") if names else None
    return Verdict(
        Status.FAIL,
        "; ".join(f"SPF of {at.name} is broken: {_errors(at)[0]}" for at in broken),
        "Receivers answer permerror for every mail that comes to this term.",
        tuple(one for at in broken for one in shown(evidence, at, tree=at.sound)),
        tuple(mend(evidence, at, "Publish the record with this mended.") for at in broken),
    )


def _errors(at: SpfAt) -> tuple[str, ...]:
    if at.malformed:
        return (str(at.malformed),)
    return () if at.tree.over_lookups else at.tree.errors


RULE = Rule(
    code="DNS103",
    title="SPF can be read, down to the last include",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
