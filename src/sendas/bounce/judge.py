"""From what was reported to what it means: provider, then code, then text.

Pure.  A refusal is matched against its provider's rows first, then against the
words everybody uses, then against general codes, and last against the stage at
which it failed.  Nothing matching is ``undefined``, never a guess.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sendas.bounce.answer import DELAYING, Finding, answer
from sendas.bounce.explanation import Confidence, RecipientReport
from sendas.bounce.reason import Reason
from sendas.bounce.refusal import SEND_AS, Refusal, read_refusal
from sendas.bounce.report import Command, Report
from sendas.bounce.tables.google import GOOGLE
from sendas.bounce.tables.microsoft import MICROSOFT
from sendas.bounce.tables.others import OTHERS
from sendas.bounce.tables.row import Row
from sendas.bounce.tables.ses import BY_EVENT
from sendas.bounce.tables.ses_api import by_ses_alone
from sendas.bounce.tables.submission import at_login, at_submission
from sendas.bounce.tables.words import WORDS


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


def judge(reports: Sequence[Report]) -> tuple[RecipientReport, ...]:
    """What each of *reports* means for its recipient.

    Recipients of one mail are often refused in the same words: those are
    judged once.
    """
    if len(reports) == 1:
        return (answer(*_judge(reports[0])),)
    known: dict[Report, tuple[Refusal, Finding]] = {}
    answers = []
    for report in reports:
        words = replace(report, recipient="", original_recipient="", final_recipient="")
        if words not in known:
            known[words] = _judge(words)
        refusal, finding = known[words]
        answers.append(answer(replace(refusal, report=report), finding))
    return tuple(answers)


def _judge(report: Report) -> tuple[Refusal, Finding]:
    refusal = read_refusal(report)
    finding = _decide(refusal)
    if finding.reason is Reason.USER_UNKNOWN and not _from_provider(finding):
        finding = replace(finding, reason=_unknown_or_filtered(refusal))
    return refusal, finding


def _decide(refusal: Refusal) -> Finding:
    report = refusal.report
    if report.event:
        return _by_event(refusal)
    if report.settled is not None:
        return Finding(report.settled, Confidence.CERTAIN)
    if refusal.provider in {SEND_AS, "ses-smtp"}:
        send_as = refusal.provider == SEND_AS
        row = at_submission(refusal.lowered, refusal.reply_code, send_as=send_as)
        row = row or (None if send_as else by_ses_alone(refusal.lowered))
        if row is not None:
            return Finding(row.reason, Confidence.CERTAIN, row)
    if report.pasted and not refusal.provider and not refusal.status and not report.refusing_host:
        # SES gives no x.y.z; whoever pastes such a line met it while submitting.
        submitted = at_login(refusal.lowered, refusal.reply_code)
        if submitted is not None:
            return Finding(submitted.reason, Confidence.LIKELY, submitted)
    return _by_rows(refusal) or _by_stage(refusal)


def _by_event(refusal: Refusal) -> Finding:
    row = BY_EVENT.get(refusal.report.event)
    if row is not None and row.reason is not None:
        return Finding(row.reason, Confidence.CERTAIN, row)
    said = _by_rows(refusal) or _by_stage(refusal)
    # SES's own subtype says more than a general code does.
    vague = said.confidence is Confidence.WEAK and row is not None and row.owner is not None
    if said.reason is not Reason.UNDEFINED and not vague:
        return said
    otherwise = row.otherwise if row else Reason.UNDEFINED
    sure = Confidence.NONE if otherwise is Reason.UNDEFINED else Confidence.WEAK
    return Finding(otherwise, sure, row)


def _by_rows(refusal: Refusal) -> Finding | None:
    asked = (refusal.lowered, refusal.status, refusal.reply_code, refusal.stage)
    providers = dict.fromkeys((refusal.provider, refusal.report.writer))
    for provider in providers:
        for row in _ROWS.get(provider, ()):
            if row.matches(*asked):
                return Finding(row.reason, row.confidence, row)
    local = refusal.report.local
    for row in WORDS:
        if local and row.reason not in _OF_PROGRAMS:
            continue
        if refusal.stage is Command.MAIL and row.reason is Reason.USER_UNKNOWN:
            # RFC 5321, 3.3: no recipient has been named at MAIL; the sender is meant.
            continue
        if row.matches(*asked):
            sure = Confidence.WEAK if not row.texts else row.confidence
            return Finding(row.reason, sure, row)
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


def _by_stage(refusal: Refusal) -> Finding:
    """Only the stage, or the reply code, tells something."""
    report = refusal.report
    transient = (refusal.status or refusal.reply_code).startswith("4")
    if report.local:
        return Finding(Reason.MAILER_ERROR, Confidence.WEAK)
    if report.action in DELAYING | {"expired"}:
        return Finding(Reason.EXPIRED, Confidence.WEAK)
    # Without a single word of explanation, the stage is no explanation either.
    if refusal.lowered and refusal.reply_code:
        reason = _STAGE_MEANS.get(refusal.stage)
        if transient and reason not in {Reason.BLOCKED, None}:
            reason = Reason.ON_HOLD
        if reason is not None:
            return Finding(reason, Confidence.WEAK)
    if transient and refusal.reply_code:
        return Finding(Reason.ON_HOLD, Confidence.WEAK)
    return Finding(Reason.UNDEFINED, Confidence.NONE)


_STAGE_MEANS = {
    Command.CONNECT: Reason.BLOCKED,
    Command.EHLO: Reason.BLOCKED,
    Command.STARTTLS: Reason.FAILED_STARTTLS,
    Command.MAIL: Reason.REJECTED,
    Command.DATA: Reason.FILTERED,
}


def _from_provider(finding: Finding) -> bool:
    return isinstance(finding.row, Row) and bool(
        finding.row.provider or finding.confidence is Confidence.CERTAIN
    )


def _unknown_or_filtered(refusal: Refusal) -> Reason:
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
