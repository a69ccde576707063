"""GM101: SES takes what Gmail hands over.

Asks: does Gmail's own bounce quote a refusal that came after the login, such as
``554`` or ``454``?

Why it matters: Gmail wraps every refusal in the same words, "misconfigured or
out of date", but here its settings are right: SES refused the message itself.

How to mend: as the finding that explains this one says; if none does, as the
quoted reply says.  Leave Gmail's settings alone.

Source: RULES GM-02 and GM-08; FACTS 3.2 and 5.3.
"""

import re

from dataclasses import replace

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.gmail._bounce import Kind, bounce
from sendas.doctor.rules.smtp._advice import region_to_use, told_elsewhere
from sendas.smtp.verdict import filled


_PLACEHOLDER = re.compile(r"\b(?:REGION|DOMAIN|[A-Z]+_[A-Z_]+)\b")


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES refused the message, and Gmail only passed that on."""
    found = bounce(evidence, Kind.REFUSED)
    if found is None or found.meaning is None or found.reply is None:
        return None
    region = region_to_use(evidence)
    title, cause = f"SES refused what Gmail handed over: {found.reply.code}", found.meaning.words
    helps = tuple(runnable(filled(advice, region)) for advice in found.meaning.help)
    if elsewhere := told_elsewhere(evidence, str(found.reply)):
        there, ask = elsewhere
        title, helps = f"{title}, in {there}", (ask,)
        cause = (
            f"This run looked at {evidence.subject.region}: what is wrong is in {there}. {cause}"
        )
    return Verdict(
        Status.FAIL,
        title,
        cause,
        (found.exhibit,),
        helps,
        owner=found.meaning.owner,
    )


def runnable(advice: Help) -> Help:
    """*advice* without commands that still hold a word to be replaced by hand."""
    commands = tuple(line for line in advice.commands if not _PLACEHOLDER.search(line))
    return replace(advice, commands=commands)


RULE = Rule(
    code="GM101",
    title="SES takes what Gmail hands over",
    layer=Layer.GMAIL,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=(
        "ACC001", "ACC003", "ACC004", "ACC005", "ACC006", "ACC101",
        "IAM001", "IAM002", "IAM003", "IAM009", "IAM010", "IAM101",
        "ID001", "ID002", "ID009", "ID101", "ID103",
        "SMTP102",
    ),
)  # fmt: skip
