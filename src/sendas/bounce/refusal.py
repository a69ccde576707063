"""A report made ready for matching: codes, stage, provider, plain text."""

from dataclasses import dataclass

from sendas.bounce.codes import (
    best_status,
    command_in,
    reply_in,
    status_in,
    without_codes,
    without_summary,
)
from sendas.bounce.providers import provider_by_status, provider_by_text, provider_of
from sendas.bounce.report import Command, Report
from sendas.mail.address import spans_in


SEND_AS = "gmail-send-as"
"""The provider of a refusal that Gmail met while submitting: the mail never reached SES."""
MAX_TEXT = 4_000
"""Characters of a refusal that are looked at; servers say less than a tenth of that."""
MAX_STAGE = 2_000
"""Characters in which the stage is looked for."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A report with its codes, stage and provider worked out; *lowered* is what is matched."""

    report: Report
    lowered: str
    status: str
    reply_code: str
    stage: Command
    provider: str


def read_refusal(report: Report) -> Refusal:
    """Work out what *report* leaves to be worked out."""
    text = without_summary(report.text[:MAX_TEXT])
    quoted = status_in(text) or status_in(report.text[:MAX_TEXT])
    status = best_status(status_in(report.status), quoted)
    reply_code = report.reply_code or reply_in(text)
    stage = report.command
    if stage is Command.UNKNOWN:
        stage = command_in(f"{text[:MAX_STAGE]} {report.notice[:MAX_STAGE]}".lower())
    lowered = _normal(text)
    provider = report.provider or provider_of(report.refusing_host) or provider_by_text(lowered)
    provider = provider or provider_by_status(status)
    if not provider and not report.refusing_host:
        provider = provider_of(report.reporting_host)
        # SES reports what others refused; where it refuses itself, the event says so.
        provider = "" if provider == "ses" else provider
    return Refusal(report, lowered, status, reply_code, stage, provider)


def _normal(text: str) -> str:
    """One line, lower case, plain quotes, without codes and addresses (their words mislead)."""
    plain = " ".join(without_codes(text).split()).lower()
    plain = plain.replace("\u2019", "'").replace("`", "'")
    pieces: list[str] = []
    position = 0
    for _, start, end in spans_in(plain, 50):
        pieces.append(plain[position:start])
        position = max(end, position)
    return "<>".join([*pieces, plain[position:]])
