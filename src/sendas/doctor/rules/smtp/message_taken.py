"""SMTP108: SES takes the message that a client hands over.

Asks: does a bounce or a log line quote a refusal of SES itself, after the
login, that came by another way than Gmail?

Why it matters: the mail never left SES.  No recipient refused it, and the
recipient's administrator cannot help.

How to mend: as the finding that explains this one says; if none does, as the
quoted reply says.

Source: FACTS 3.2; SES guide, "Amazon SES SMTP issues".
"""

from collections.abc import Iterator

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail.handed_over import runnable
from sendas.doctor.rules.smtp._advice import region_to_use, told_elsewhere
from sendas.doctor.rules.smtp._login import quoted
from sendas.smtp.meaning import Cause, Meaning
from sendas.smtp.probe import Reply, Stage
from sendas.smtp.replies import classify
from sendas.smtp.verdict import filled


_SES = "ses"
_SUPPRESSED = "suppressed"
"""The suppression list is another layer's question."""
_PERMANENT = 500


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES refused a message for good, in words that are known."""
    found = next(_refusals(evidence), None)
    if found is None:
        return None
    reply, meaning = found
    region = region_to_use(evidence)
    title, cause = f"SES refused the message: {reply.code}", meaning.words
    helps = tuple(runnable(filled(advice, region)) for advice in meaning.help)
    if elsewhere := told_elsewhere(evidence, str(reply)):
        there, ask = elsewhere
        title, helps = f"{title}, in {there}", (ask,)
        cause = (
            f"This run looked at {evidence.subject.region}: what is wrong is in {there}. {cause}"
        )
    return Verdict(
        Status.FAIL,
        title,
        cause,
        (Exhibit("SES's refusal, in what was shown", str(reply)[:300]),),
        helps,
        owner=meaning.owner,
    )


def _refusals(evidence: Evidence) -> Iterator[tuple[Reply, Meaning]]:
    for symptom in evidence.symptoms:
        reply = quoted(symptom) if symptom.reporter == _SES else None
        if reply is None or reply.code < _PERMANENT or symptom.reason == _SUPPRESSED:
            continue
        meaning = classify(reply, Stage.SEND)
        if meaning.cause is not Cause.UNKNOWN:
            yield reply, meaning


RULE = Rule(
    code="SMTP108",
    title="SES takes the message that a client hands over",
    layer=Layer.SMTP,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=(
        "ACC001", "ACC003", "ACC004", "ACC005", "ACC006", "ACC101",
        "IAM001", "IAM002", "IAM003", "IAM009", "IAM010", "IAM101",
        "ID001", "ID002", "ID009", "ID101", "ID103",
        "SMTP101", "SMTP102",
    ),
)  # fmt: skip
