"""What the owner showed us, reduced to what rules need."""

import re

from sendas.bounce.explanation import Explanation, RecipientReport
from sendas.bounce.reason import Reason
from sendas.doctor.evidence import Symptom


GMAIL_SEND_AS, SES, _UNKNOWN = "gmail-send-as", "ses", "unknown"

_REPORTERS = {"ses-smtp": SES, "ses-inbound": SES}
"""Providers, as ``sendas.bounce`` names them, that are one system to the rules."""

# FACTS 5.3: the stable key of Gmail's own bounce, and the sentence above it.
_GMAIL_SAYS = re.compile(r"CustomFromDenied|misconfigured or out of date", re.IGNORECASE)
_SOFT_LINE_END = re.compile(rb"=\r?\n")

_TEXT_LIMIT = 4000
"""Longer than any refusal; a whole foreign mail is not kept as evidence."""


def symptoms(explanation: Explanation, raw: bytes) -> tuple[Symptom, ...]:
    """One symptom for each recipient not reached; *raw* is what was explained.

    A bounce that names no recipient still is a symptom, with the whole text.
    """
    # A complaint is no refusal, but it tells whose: SES puts that address on its list.
    told = [
        _symptom(report)
        for report in explanation.recipients
        if report.failed or report.reason is Reason.FEEDBACK
    ]
    from_gmail = bool(_GMAIL_SAYS.search(_text(raw)))
    if not told and (explanation.failed or from_gmail):
        told = [Symptom(GMAIL_SEND_AS if from_gmail else _UNKNOWN, _text(raw)[:_TEXT_LIMIT])]
    return tuple(told)


def _symptom(report: RecipientReport) -> Symptom:
    code = report.reply_code
    return Symptom(
        _REPORTERS.get(report.provider, report.provider) or _UNKNOWN,
        report.text[:_TEXT_LIMIT],
        reply_code=int(code) if code.isascii() and code.isdigit() else None,
        status=report.status or None,
        recipient=report.recipient or None,
        reason=str(report.reason),
    )


def _text(raw: bytes) -> str:
    """*raw* as text, every byte kept, quoted-printable lines joined."""
    return _SOFT_LINE_END.sub(b"", raw).decode("utf-8", "replace")
