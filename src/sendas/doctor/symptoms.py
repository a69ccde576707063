"""What the owner showed us, reduced to what rules need."""

import re

from sendas.bounce.explanation import Explanation, RecipientReport
from sendas.doctor.evidence import Symptom


GMAIL_SEND_AS = "gmail-send-as"

# FACTS 5.3: the stable key of Gmail's own bounce, and the sentence above it.
_GMAIL_SAYS = re.compile(r"CustomFromDenied|misconfigured or out of date", re.IGNORECASE)
_SOFT_LINE_END = re.compile(rb"=\r?\n")

_TEXT_LIMIT = 4000
"""Longer than any refusal; a whole foreign mail is not kept as evidence."""


def symptoms(explanation: Explanation, raw: bytes) -> tuple[Symptom, ...]:
    """One symptom for each recipient not reached; *raw* is what was explained.

    A bounce that names no recipient still is a symptom, with the whole text.
    """
    from_gmail = bool(_GMAIL_SAYS.search(_text(raw)))
    told = [report for report in explanation.recipients if report.failed]
    if told:
        return tuple(_symptom(report, from_gmail=from_gmail) for report in told)
    if explanation.failed or from_gmail:
        reporter = GMAIL_SEND_AS if from_gmail else "unknown"
        return (Symptom(reporter, _text(raw)[:_TEXT_LIMIT]),)
    return ()


def _symptom(report: RecipientReport, *, from_gmail: bool) -> Symptom:
    code = report.reply_code
    return Symptom(
        GMAIL_SEND_AS if from_gmail else _reporter(report),
        report.text[:_TEXT_LIMIT],
        reply_code=int(code) if code.isascii() and code.isdigit() else None,
        status=report.status or None,
        recipient=report.recipient or None,
        reason=str(report.reason),
    )


def _reporter(report: RecipientReport) -> str:
    return "ses" if report.provider in {"ses", "ses-smtp"} else report.provider or "unknown"


def _text(raw: bytes) -> str:
    """*raw* as text, every byte kept, quoted-printable lines joined."""
    return _SOFT_LINE_END.sub(b"", raw).decode("utf-8", "replace")
