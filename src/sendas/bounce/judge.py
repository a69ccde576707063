"""From what was reported to what it means: provider, then code, then text.

Pure.  A provider's own row decides; without one, whatever weighs most of the words
everybody uses and the codes; last the stage at which it failed.  What speaks against it makes
the answer less sure.  Nothing matching is ``undefined``, never a guess.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sendas.bounce.answer import DELAYING, Finding, answer
from sendas.bounce.concepts import concepts_in
from sendas.bounce.evidence import (
    Evidence,
    Phrases,
    agreement,
    by_code,
    by_stage,
    is_of_stage,
    outermost,
    owned_by_stage,
    summed,
)
from sendas.bounce.explanation import Confidence, RecipientReport
from sendas.bounce.reason import KIN, Reason
from sendas.bounce.refusal import CLIENT, SEND_AS, Refusal, read_refusal
from sendas.bounce.report import Command, Report
from sendas.bounce.tables.common_phrases import WORDS
from sendas.bounce.tables.google import GOOGLE
from sendas.bounce.tables.listed import LISTED
from sendas.bounce.tables.microsoft import MICROSOFT
from sendas.bounce.tables.others import OTHERS
from sendas.bounce.tables.own_codes import CODE_LISTS, CodeList
from sendas.bounce.tables.registry import meaning_of
from sendas.bounce.tables.row import Row, Weight
from sendas.bounce.tables.ses import BY_EVENT
from sendas.bounce.tables.ses_api import by_ses_alone
from sendas.bounce.tables.submission import SubmissionRow, at_login, at_submission, unanswered


def _by_provider() -> dict[str, tuple[Row, ...]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in LISTED:
        rows[row.provider].append(row)
    for provider, row in MICROSOFT:
        rows[provider].append(row)
    rows["gmail"].extend(GOOGLE)
    for row in OTHERS:
        rows[row.provider].append(row)
    return {provider: tuple(found) for provider, found in rows.items()}


class Tables:
    """Every row a refusal is compared with; a measurement leaves some out."""

    def __init__(
        self,
        words: Iterable[Row],
        providers: Mapping[str, tuple[Row, ...]],
        code_lists: Mapping[str, CodeList],
    ) -> None:
        """File the *words* of everybody, each provider's rows in their order, and its codes."""
        self.rows = tuple(words)
        self.words = Phrases(self.rows)
        self.providers = dict(providers)
        self.code_lists = dict(code_lists)


TABLES = Tables(WORDS, _by_provider(), CODE_LISTS)


def rows_of_providers() -> dict[str, tuple[Row, ...]]:
    """Every provider's rows, in the order in which they are looked at: its own codes first."""
    coded = {name: codes.rows for name, codes in TABLES.code_lists.items()}
    return {
        name: (*coded.get(name, ()), *TABLES.providers.get(name, ()))
        for name in dict.fromkeys((*TABLES.providers, *coded))
    }


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
    if report.pasted and not refusal.provider and isinstance(finding.row, SubmissionRow):
        # Said to whoever submits: by the endpoint that the mail was handed to, which is SES.
        refusal = replace(refusal, provider="ses-smtp")
    if finding.reason is Reason.USER_UNKNOWN and not _from_provider(finding):
        finding = _unknown(refusal, finding)
    return refusal, finding


def _decide(refusal: Refusal) -> Finding:
    report = refusal.report
    if report.event:
        return _by_event(refusal)
    if report.settled is not None:
        return Finding(report.settled, Confidence.CERTAIN)
    return _at_submission(refusal) or _by_evidence(refusal) or _by_stage(refusal)


def _at_submission(refusal: Refusal) -> Finding | None:
    """What SES, or a relay, refused while the mail was handed in."""
    lowered, code = refusal.lowered, refusal.reply_code
    if refusal.provider == CLIENT:
        row = unanswered(refusal.report.text)
        return Finding(row.reason, Confidence.LIKELY, row) if row else None
    if refusal.provider in {SEND_AS, "ses-smtp"}:
        send_as = refusal.provider == SEND_AS
        row = at_submission(lowered, code, send_as=send_as)
        row = row or (None if send_as else by_ses_alone(lowered))
        if row is not None:
            return Finding(row.reason, Confidence.CERTAIN, row)
    report = refusal.report
    if report.pasted and not (refusal.provider or refusal.status or report.refusing_host):
        # SES gives no x.y.z; whoever pastes such a line met it while submitting.
        row = at_login(lowered, code)
        if row is not None:
            return Finding(row.reason, Confidence.LIKELY, row)
    return None


def _by_event(refusal: Refusal) -> Finding:
    row = BY_EVENT.get(refusal.report.event)
    if row is not None and row.reason is not None:
        return Finding(row.reason, Confidence.CERTAIN, row)
    said = _by_evidence(refusal) or _by_stage(refusal)
    # SES's own subtype says more than a general code does.
    vague = said.confidence is Confidence.WEAK and row is not None and row.owner is not None
    if said.reason is not Reason.UNDEFINED and not vague:
        return said
    otherwise = row.otherwise if row else Reason.UNDEFINED
    sure = Confidence.NONE if otherwise is Reason.UNDEFINED else Confidence.WEAK
    return Finding(otherwise, sure, row)


def _by_evidence(refusal: Refusal) -> Finding | None:
    """The provider's own row if there is one, else whatever weighs most."""
    found = outermost(list(TABLES.words.found_in(refusal)))
    found += [
        Evidence(row, worth + agreement(row, refusal))
        for row, worth in concepts_in(refusal.lowered, refusal.report.text)
        if is_of_stage(row, refusal)
    ]
    if refusal.report.local:
        found = [one for one in found if one.row.reason in _OF_PROGRAMS]
    totals = summed([*found, *by_code(refusal), *by_stage(refusal)])
    own = _own_row(refusal, totals)
    if own is not None:
        against = _against(own.reason, totals, _LOUD)
        return Finding(own.reason, _own_sureness(own, totals), own, against)
    if not totals:
        return None
    worth, best = totals[0]
    against = _against(best.row.reason, totals, max(worth - _CLOSE, _HEARD))
    reason = best.row.reason
    if reason is Reason.MESG_TOO_BIG and refusal.status[2:] == "2.3":
        # RFC 3463, 3.3 (X.2.3): too long for this mailbox, not for the server (X.3.4).
        reason = Reason.EXCEED_LIMIT
    return Finding(reason, _sureness(best, against), owned_by_stage(best.row, refusal), against)


_LOUD, _SPOKEN, _HEARD, _CLOSE = 42, 30, 25, 8
"""What evidence must be worth to keep an address from being written off though a provider's row
gives it up; to make that row less than certain; to be heard at all; and how near it must come to
put the heaviest in doubt."""


def _settled_otherwise(reason: Reason, totals: Sequence[tuple[float, Evidence]]) -> bool:
    """Whether words that settle it alone speak for something else than a provider's code."""
    kin = KIN.get(reason, frozenset())
    return any(
        one.row.weight >= Weight.DECISIVE
        and one.row.reason is not reason
        and one.row.reason not in kin
        for _, one in totals[:1]
    )


def _own_row(refusal: Refusal, totals: Sequence[tuple[float, Evidence]]) -> Row | None:
    asked = (refusal.lowered, refusal.status, refusal.reply_code, refusal.stage)
    for provider in dict.fromkeys((refusal.provider, refusal.report.writer)):
        codes = TABLES.code_lists.get(provider)
        coded = codes.row_of(refusal.lowered) if codes else None
        if coded is not None and not _settled_otherwise(coded.reason, totals):
            return coded
        for row in TABLES.providers.get(provider, ()):
            if row.matches(*asked):
                return row
    return None


def _against(
    reason: Reason, totals: Sequence[tuple[float, Evidence]], at_least: float
) -> frozenset[Reason]:
    """The reasons that other evidence, worth *at_least* so much, speaks for."""
    kin = KIN.get(reason, frozenset())
    return frozenset(
        one.row.reason
        for worth, one in totals
        if one.row.reason is not reason and worth >= at_least and one.row.reason not in kin
    )


def _own_sureness(own: Row, totals: Sequence[tuple[float, Evidence]]) -> Confidence:
    """The row's own; less where everybody's words, or the code, would say something else."""
    if own.confidence is Confidence.CERTAIN and totals:
        worth, best = totals[0]
        # Beside a code of the provider's own even vague words should agree.
        enough = Weight.VAGUE if _is_code(own) else _SPOKEN
        if worth >= enough and best.row.reason is not own.reason:
            return Confidence.LIKELY
    return own.confidence


def _is_code(own: Row) -> bool:
    codes = TABLES.code_lists.get(own.provider)
    return codes is not None and own in codes.rows


def _sureness(best: Evidence, against: frozenset[Reason]) -> Confidence:
    if best.row.weight <= Weight.CODE or (best.start == -1 and not against):
        return Confidence.WEAK
    if best.row.weight <= Weight.VAGUE and against:
        return Confidence.WEAK
    return Confidence.WEAK if against else best.row.confidence


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
    if transient and refusal.status[2:4] == _SYSTEM:
        return Finding(Reason.SYSTEM_ERROR, Confidence.WEAK)
    if transient and refusal.reply_code:
        return Finding(Reason.ON_HOLD, Confidence.WEAK)
    return _by_hollow_code(refusal)


def _by_hollow_code(refusal: Refusal) -> Finding:
    """What a code is worth that says next to nothing, where nothing else says more."""
    if refusal.reply_code and "error" in refusal.lowered:
        return Finding(Reason.SYSTEM_ERROR, Confidence.WEAK)
    meant = meaning_of(refusal.status)
    if meant is not None:
        return Finding(meant.row.reason, Confidence.WEAK, meant.row)
    return Finding(Reason.UNDEFINED, Confidence.NONE)


_SYSTEM = "3."
"""The subject of codes (RFC 3463, 3.4) that speak of the receiving system's own trouble."""
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


def _unknown(refusal: Refusal, finding: Finding) -> Finding:
    """*finding*, "user unknown", with the reason that it is believed to stand for."""
    meant = meaning_of(refusal.status)
    if meant is not None and meant.row.reason is Reason.REJECTED:
        # Sendmail's own words are its exit code's; x.1.7 and x.1.8 speak of the sender.
        return Finding(Reason.REJECTED, Confidence.WEAK, meant.row)
    return replace(finding, reason=_unknown_or_filtered(refusal))


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
    if refusal.report.pasted or refusal.report.writer in _KNOWS_ITS_USERS:
        # A line by itself says what it says; whoever pasted it knows no more either.
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
