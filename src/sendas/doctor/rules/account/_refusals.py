"""What SES itself said when it refused, word for word."""

from collections.abc import Iterator

from sendas.doctor.evidence import Evidence
from sendas.smtp.probe import Probe


def refusals(evidence: Evidence) -> Iterator[str]:
    """The texts shown to us, Gmail's quotations among them, and the login's last reply."""
    for symptom in evidence.symptoms:
        yield " ".join(symptom.text.split())
    if isinstance(evidence.login, Probe) and evidence.login.reply:
        yield evidence.login.reply.text


def refusal_with(evidence: Evidence, *phrases: str) -> str | None:
    """The first text that holds one of *phrases*, letter case aside."""
    wanted = [phrase.casefold() for phrase in phrases]
    return next(
        (
            text
            for text in refusals(evidence)
            if any(phrase in text.casefold() for phrase in wanted)
        ),
        None,
    )
