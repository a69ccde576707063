"""A report made ready for matching: codes, stage, provider, plain text."""

import re

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
from sendas.bounce.said import MAX_TEXT, said_in
from sendas.bounce.tables.own_codes import provider_by_own_code
from sendas.mail.address import spans_in


SEND_AS = "gmail-send-as"
"""The provider of a refusal that Gmail met while submitting: the mail never reached SES."""
CLIENT = "mail-client"
"""The provider of a client's own words: it came as far as no reply of any server."""
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
    said = said_in(report.text)
    text = without_summary(said.words)
    quoted = status_in(text) or status_in(report.text[:MAX_TEXT])
    status = best_status(status_in(report.status), quoted)
    reply_code = report.reply_code or reply_in(text)
    lowered = _normal(text)
    refusing = report.refusing_host or said.host
    provider = report.provider or provider_of(refusing) or provider_by_text(lowered)
    provider = provider or provider_by_own_code(lowered) or provider_by_status(status)
    if not provider and not refusing:
        provider = provider_of(report.reporting_host)
        # SES reports what others refused; where it refuses itself, the event says so.
        provider = "" if provider == "ses" else provider
    return Refusal(report, lowered, status, reply_code, _stage(report, said.command), provider)


def _stage(report: Report, told: Command) -> Command:
    """The stage, as the report's format, the words around the reply or the notice tell it."""
    if report.command is not Command.UNKNOWN:
        return report.command
    if told is not Command.UNKNOWN:
        return told
    # Programs fold their lines inside "(in reply to RCPT TO command)" as well.
    around = f"{report.text[:MAX_STAGE]} {report.notice[:MAX_STAGE]}"
    return command_in(" ".join(around.lower().split()))


# Why there is a rule is not which rule was broken; nor is the gateway's name on its notice.
_ASIDE = re.compile(
    r"to (?:best )?protect our users(?: from spam)?,?|to reduce the amount of spam(?: sent to "
    r"[a-z]{2,20})?,?|been scanned (?:for|by)[^.]{0,200}|\*{3,} ?message from [^*]{1,80}\*{3,}"
)


_ASIDE_SIGNS = ("protect our", "to reduce the", "message from", "been scanned")


def _normal(text: str) -> str:
    """One line, lower case, plain quotes, without codes and addresses (their words mislead)."""
    plain = " ".join(without_codes(text).split()).lower()
    if any(sign in plain for sign in _ASIDE_SIGNS):
        plain = _ASIDE.sub("", plain)
    plain = plain.replace("\u2019", "'").replace("`", "'").replace("**", "")
    pieces: list[str] = []
    position = 0
    for _, start, end in spans_in(plain, 50):
        pieces.append(plain[position:start])
        position = max(end, position)
    return "<>".join([*pieces, plain[position:]])
