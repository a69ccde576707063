"""DNS020: the DMARC record says what is in force.

Asks: does the record hold ``pct``, ``rf`` or ``ri``, which RFC 9989 removed, or
``t=y`` beside an enforcing policy, or parts that no reader understands?

Why it matters: readers pass over such tags.  ``pct=25`` no longer softens
anything, and ``t=y`` makes receivers enforce one level less than the record
seems to say.

How to mend: take them out; drop ``t=y`` when the policy is meant.

Source: RULES DNS-20; FACTS 20 (second-hand of RFC 9989).
"""

from sendas.advice import Owner
from sendas.auth.dmarc import Policy
from sendas.auth.dmarc_walk import dmarc_name
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._dmarc import governing, mend


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the record seems to say more than it does."""
    found = governing(evidence)
    if found is None:
        return None
    at, record = found
    shown = (Exhibit(f"TXT {dmarc_name(at)}", record.text),)
    doubtful = [f"{tag}= is no longer read" for tag in record.obsolete]
    doubtful += [f"{part!r} is not understood" for part in record.ignored]
    weak = record.testing and record.policy is not Policy.NONE
    if weak:
        doubtful.append(f"t=y makes p={record.policy} one level weaker")
    if not doubtful:
        return Verdict(Status.OK, f"DMARC policy of {at}: {record.policy}", exhibits=shown)
    text = "Take these out" + (", t=y once the policy is meant." if weak else ".")
    advice = mend(evidence, at, record, text, *(["t"] if weak else []))
    cause = "Readers of RFC 9989 pass over what they do not know."
    return Verdict(
        Status.WARN, f"DMARC record of {at}: {'; '.join(doubtful)}", cause, shown, (advice,)
    )


RULE = Rule(
    code="DNS020",
    title="The DMARC record says what is in force",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.LOW,
    judge=judge,
)
