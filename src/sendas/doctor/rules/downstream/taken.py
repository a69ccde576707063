"""DS101: the recipient's system took the mail.

Asks: does a bounce of a recipient's system give a reason that no other rule
knows?

Why it matters: the mail left SES and was refused at its destination, so nothing
in the own account stops it.  The text is all there is to go by; where a reason
can be read from it, that is named.

How to mend: read the text; send it to the recipient's administrator.

Source: RULES 11 ("unmatched is a result to collect, not an error") and DS-15.
"""

from dataclasses import replace

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence, Symptom
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.downstream._refused import (
    UNMATCHED,
    UNRULED,
    Refusal,
    is_downstream,
    told,
    verdict,
)


_TITLE = "The recipient's system refused the mail"
_MOST_NAMED = 3
_REFUSAL = Refusal(
    title=f"{_TITLE}, for a reason this release does not know",
    cause="The mail left SES; its text says why it was refused at its destination.",
    help=Help(
        "Read the refusal, and send it to the recipient's administrator, by another way. "
        "`sendas bounce` shows the whole of it.",
    ),
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a refusal was shown that nobody else explains."""
    symptoms = told(evidence, UNMATCHED)
    if found := verdict(evidence, symptoms, _named(symptoms)):
        return found
    if not evidence.symptoms or any(map(is_downstream, evidence.symptoms)):
        return None
    return Verdict(Status.OK, "What was shown is no refusal by a recipient's system")


def _named(symptoms: tuple[Symptom, ...]) -> Refusal:
    """The refusal with the reasons that the bounce reader found, where it found any."""
    words = {str(reason): words for reason, words in UNRULED.items()}
    reasons = list(dict.fromkeys(words[s.reason] for s in symptoms if s.reason in words))
    if not reasons:
        return _REFUSAL
    return replace(_REFUSAL, title=f"{_TITLE}: {'; '.join(reasons[:_MOST_NAMED])}")


RULE = Rule(
    code=UNMATCHED,
    title="The recipient's system took the mail",
    layer=Layer.DOWNSTREAM,
    owner=Owner.RECIPIENT_ADMIN,
    severity=Severity.MEDIUM,
    judge=judge,
)
