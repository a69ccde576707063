"""From what was reported to what it means: provider, then code, then text.

Pure.  A refusal is matched against its provider's rows first, then against the
words everybody uses, then against general codes, and last against the stage at
which it failed.  Nothing matching is ``undefined``, never a guess.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from sendas.advice import Help, Owner
from sendas.bounce.codes import (
    best_status,
    command_in,
    reply_in,
    status_in,
    without_codes,
    without_summary,
)
from sendas.bounce.explanation import Confidence, RecipientReport
from sendas.bounce.meaning import DELAYED, MEANINGS, WAIT_FIRST
from sendas.bounce.providers import provider_by_text, provider_of
from sendas.bounce.reason import FAILURES, HARD, Reason
from sendas.bounce.report import Command, Report
from sendas.bounce.tables.google import GOOGLE
from sendas.bounce.tables.microsoft import MICROSOFT
from sendas.bounce.tables.others import OTHERS
from sendas.bounce.tables.row import Row
from sendas.bounce.tables.ses import BY_EVENT, EventRow
from sendas.bounce.tables.submission import SUBMISSION, SubmissionRow
from sendas.bounce.tables.words import WORDS
from sendas.mail.address import spans_in


SEND_AS = "gmail-send-as"
MAX_TEXT = 4_000
"""Characters of a refusal that are looked at; servers say less than a tenth of that."""
MAX_QUOTED = 1_000

_DELAYING = frozenset({"delayed", "delay"})


def _by_provider() -> dict[str, tuple[Row, ...]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for provider, row in MICROSOFT:
        rows[provider].append(row)
    rows["gmail"].extend(GOOGLE)
    for row in OTHERS:
        rows[row.provider].append(row)
    return {provider: tuple(found) for provider, found in rows.items()}


_ROWS = _by_provider()


def rows_of_providers() -> dict[str, tuple[Row, ...]]:
    """Every provider's rows, in the order in which they are looked at."""
    return dict(_ROWS)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A report with its codes, stage and provider worked out; *lowered* is what is matched."""

    report: Report
    lowered: str
    status: str
    reply_code: str
    stage: Command
    provider: str


@dataclass(frozen=True, slots=True)
class _Finding:
    reason: Reason
    confidence: Confidence
    row: Row | EventRow | SubmissionRow | None = None


def judge(report: Report) -> RecipientReport:
    """What *report* means for its recipient."""
    refusal = _read(report)
    finding = _decide(refusal)
    if finding.reason is Reason.USER_UNKNOWN and not _from_provider(finding):
        finding = replace(finding, reason=_unknown_or_filtered(refusal))
    return _explain(refusal, finding)


def _read(report: Report) -> _Refusal:
    text = without_summary(report.text[:MAX_TEXT])
    quoted = status_in(text) or status_in(report.text[:MAX_TEXT])
    status = best_status(status_in(report.status), quoted)
    reply_code = report.reply_code or reply_in(text)
    stage = report.command
    if stage is Command.UNKNOWN:
        stage = command_in(f"{text} {report.notice[:MAX_TEXT]}".lower())
    lowered = _normal(text)
    provider = report.provider or provider_of(report.refusing_host) or provider_by_text(lowered)
    if not provider and not report.refusing_host:
        provider = provider_of(report.reporting_host)
    return _Refusal(report, lowered, status, reply_code, stage, provider)


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


def _decide(refusal: _Refusal) -> _Finding:
    report = refusal.report
    if report.event:
        return _by_event(refusal)
    if report.settled is not None:
        return _Finding(report.settled, Confidence.CERTAIN)
    if refusal.provider in {SEND_AS, "ses-smtp"}:
        found = _at_submission(refusal)
        if found:
            return found
    return _by_rows(refusal) or _by_stage(refusal)


def _by_event(refusal: _Refusal) -> _Finding:
    row = BY_EVENT.get(refusal.report.event)
    if row is not None and row.reason is not None:
        return _Finding(row.reason, Confidence.CERTAIN, row)
    said = _by_rows(refusal) or _by_stage(refusal)
    if said.reason is not Reason.UNDEFINED:
        return said
    otherwise = row.otherwise if row else Reason.UNDEFINED
    sure = Confidence.NONE if otherwise is Reason.UNDEFINED else Confidence.WEAK
    return _Finding(otherwise, sure, row)


def _at_submission(refusal: _Refusal) -> _Finding | None:
    for row in SUBMISSION:
        if row.text in refusal.lowered:
            return _Finding(row.reason, Confidence.CERTAIN, row)
    return None


def _by_rows(refusal: _Refusal) -> _Finding | None:
    asked = (refusal.lowered, refusal.status, refusal.reply_code, refusal.stage)
    providers = dict.fromkeys((refusal.provider, refusal.report.writer))
    for provider in providers:
        for row in _ROWS.get(provider, ()):
            if row.matches(*asked):
                return _Finding(row.reason, row.confidence, row)
    local = refusal.report.local
    for row in WORDS:
        if local and row.reason not in _OF_PROGRAMS:
            continue
        if refusal.stage is Command.MAIL and row.reason is Reason.USER_UNKNOWN:
            # RFC 5321, 3.3: no recipient has been named at MAIL; the sender is meant.
            continue
        if row.matches(*asked):
            sure = Confidence.WEAK if not row.texts else row.confidence
            return _Finding(row.reason, sure, row)
    return None


_OF_PROGRAMS = frozenset(
    {
        Reason.MAILBOX_FULL,
        Reason.SYSTEM_FULL,
        Reason.MESG_TOO_BIG,
        Reason.EXCEED_LIMIT,
        Reason.SUSPEND,
        Reason.VIRUS_DETECTED,
        Reason.SPAM_DETECTED,
        Reason.MAILER_ERROR,
    }
)
"""What a delivery program can say of the mail.

Its other words ("no such user") speak of its own trouble.
"""


def _by_stage(refusal: _Refusal) -> _Finding:
    """Only the stage, or the reply code, tells something."""
    report = refusal.report
    transient = (refusal.status or refusal.reply_code).startswith("4")
    if report.local:
        return _Finding(Reason.MAILER_ERROR, Confidence.WEAK)
    if report.action in _DELAYING | {"expired"}:
        return _Finding(Reason.EXPIRED, Confidence.WEAK)
    # Without a single word of explanation, the stage is no explanation either.
    if refusal.lowered and refusal.reply_code:
        reason = _STAGE_MEANS.get(refusal.stage)
        if transient and reason not in {Reason.BLOCKED, None}:
            reason = Reason.ON_HOLD
        if reason is not None:
            return _Finding(reason, Confidence.WEAK)
    if transient and refusal.reply_code:
        return _Finding(Reason.ON_HOLD, Confidence.WEAK)
    return _Finding(Reason.UNDEFINED, Confidence.NONE)


_STAGE_MEANS = {
    Command.CONNECT: Reason.BLOCKED,
    Command.EHLO: Reason.BLOCKED,
    Command.STARTTLS: Reason.FAILED_STARTTLS,
    Command.MAIL: Reason.REJECTED,
    Command.DATA: Reason.FILTERED,
}


def _from_provider(finding: _Finding) -> bool:
    return isinstance(finding.row, Row) and bool(
        finding.row.provider or finding.confidence is Confidence.CERTAIN
    )


def _unknown_or_filtered(refusal: _Refusal) -> Reason:
    """Whether "user unknown" is believed.

    An unknown user is refused at RCPT (RFC 5321, 3.3) or with x.1.1.  The same
    words at DATA, or under x.2.0 and x.2.1, are how filters speak.
    """
    if (
        refusal.status[2:] in {"1.1", "1.0", "1.2", "1.3", "1.10", "4.1"}
        or refusal.status[2:4] == "1."
    ):
        return Reason.USER_UNKNOWN
    if refusal.stage is Command.RCPT:
        return Reason.USER_UNKNOWN
    if refusal.stage is Command.DATA:
        return Reason.FILTERED
    if refusal.report.writer in _KNOWS_ITS_USERS:
        return Reason.USER_UNKNOWN
    if (
        refusal.status[2:] in {"2.0", "2.1", "3.0"}
        or refusal.reply_code
        or refusal.report.writer == ""
    ):
        return Reason.FILTERED
    return Reason.USER_UNKNOWN


_KNOWS_ITS_USERS = frozenset(
    {
        "gmail",
        "exchange",
        "exchange-online",
        "domino",
        "mcafee",
        "trendmicro",
        "powermta",
        "yahoo",
        "gmx",
        "messagelabs",
        "verizon",
        "mdaemon",
        "groupwise",
    }
)
"""Writers that say "unknown" only of their own users, or of a refused RCPT."""


def _explain(refusal: _Refusal, finding: _Finding) -> RecipientReport:
    report = refusal.report
    meaning = MEANINGS[finding.reason]
    row = finding.row
    delayed = report.action in _DELAYING and finding.reason in FAILURES
    owner = (row.owner if row else None) or meaning.owner
    says = (row.says if row else "") or meaning.says
    help_ = (row.help if row else ()) or meaning.help
    rules = (row.rules if row else ()) or meaning.rules
    if delayed:
        owner, help_ = _while_waiting(owner, help_)
    return RecipientReport(
        recipient=report.recipient,
        original_recipient=report.original_recipient,
        final_recipient=report.final_recipient,
        status=refusal.status,
        reply_code=refusal.reply_code,
        reason=finding.reason,
        owner=owner,
        hard=_is_hard(refusal, finding.reason, delayed=delayed),
        provider=refusal.provider,
        refusing_host=report.refusing_host,
        reporting_host=report.reporting_host,
        text=" ".join(report.text.split())[:MAX_QUOTED],
        explanation=f"{says} {DELAYED if delayed else meaning.whose}",
        help=tuple(_about(help_one, report.recipient) for help_one in help_),
        confidence=finding.confidence,
        rules=_send_as_first(rules) if refusal.provider == SEND_AS else rules,
    )


def _send_as_first(rules: tuple[str, ...]) -> tuple[str, ...]:
    # RULES GM-01 and GM-03: Gmail's own bounce means that the mail never reached SES.
    return tuple(dict.fromkeys(("GM001", "GM003", *rules)))


def _while_waiting(
    owner: Owner | None, help_: tuple[Help, ...]
) -> tuple[Owner | None, tuple[Help, ...]]:
    if owner in {Owner.RECIPIENT_ADMIN, Owner.RECIPIENT, None}:
        return Owner.WAIT, (WAIT_FIRST,)
    return owner, (WAIT_FIRST, *help_)


def _is_hard(refusal: _Refusal, reason: Reason, *, delayed: bool) -> bool:
    return (
        reason in HARD
        and not delayed
        and not (refusal.status or refusal.reply_code).startswith("4")
    )


def _about(help_: Help, recipient: str) -> Help:
    """The help with the recipient's address filled in, quoted for a shell."""
    if not any("{recipient}" in text for text in (*help_.commands, help_.verify_by)):
        return help_
    shown = _shell_word(recipient) if recipient else "ADDRESS"
    return replace(
        help_,
        commands=tuple(command.replace("{recipient}", shown) for command in help_.commands),
        verify_by=help_.verify_by.replace("{recipient}", shown),
    )


def _shell_word(text: str) -> str:
    if all(char.isalnum() or char in "@.+-_=" for char in text) and text.isascii():
        return text
    # An address in a bounce is a stranger's text: never let it become a command.
    return "'" + text.replace("'", "'\"'\"'") + "'"
