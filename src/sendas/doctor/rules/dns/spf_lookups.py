"""DNS101: SPF needs no more than ten DNS look-ups.

Asks: how many ``include``, ``a``, ``mx``, ``ptr``, ``exists`` and ``redirect``
terms must receivers follow, all branches together?

Why it matters: at the eleventh receivers stop and answer permerror: SPF fails
for everyone the record lists after it (RFC 7208, 4.6.4).

How to mend: take out what no longer sends for you.  The record in the finding
keeps everybody by writing networks out; such copies go stale when the service
behind them moves, so taking out is better.

Source: RULES DNS-11; RFC 7208, 4.6.4.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._spf import complete, mend, shown, spf_names


def judge(evidence: Evidence) -> Verdict | None:
    """Whether any record costs too much."""
    sound = [at for at in spf_names(evidence) if at.sound]
    over = [at for at in sound if at.tree.over_lookups]
    if not over:
        for at in sound:
            complete(at)
        costs = ", ".join(f"{at.name} {at.tree.lookups}" for at in sound)
        return Verdict(Status.OK, f"SPF look-ups of ten: {costs}") if sound else None
    text = (
        "Take out the includes that no longer send for you; or publish this record, in which "
        "networks are written out."
    )
    return Verdict(
        Status.FAIL,
        "; ".join(f"SPF of {at.name} needs {at.tree.lookups} DNS look-ups" for at in over),
        "Receivers stop at the eleventh and answer permerror.",
        tuple(one for at in over for one in shown(evidence, at, tree=True)),
        tuple(mend(evidence, at, text) for at in over),
    )


RULE = Rule(
    code="DNS101",
    title="SPF needs no more than ten DNS look-ups",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
