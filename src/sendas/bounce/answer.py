"""What a person reads of a judged refusal: whose it is, what it means, what to do."""

from dataclasses import dataclass, replace

from sendas.advice import Help, Owner
from sendas.bounce.explanation import Confidence, RecipientReport
from sendas.bounce.meaning import DELAYED, MEANINGS, NEVER_LEFT, WAIT_FIRST, WHOSE
from sendas.bounce.providers import provider_of
from sendas.bounce.reason import FAILURES, HARD, Reason
from sendas.bounce.refusal import CLIENT, SEND_AS, Refusal
from sendas.bounce.tables.row import Row
from sendas.bounce.tables.ses import EventRow
from sendas.bounce.tables.submission import SubmissionRow
from sendas.mail.address import domain_of


MAX_QUOTED = 1_000
DELAYING = frozenset({"delayed", "delay"})
"""Actions (RFC 3464, 2.3.3) that mean: not yet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why, how surely, and the row that said so, if one did."""

    reason: Reason
    confidence: Confidence
    row: Row | EventRow | SubmissionRow | None = None
    against: frozenset[Reason] = frozenset()
    """What other evidence speaks for, loudly enough to be heard."""


def answer(refusal: Refusal, finding: Finding) -> RecipientReport:
    """The recipient's report, in words where the row has some, in general ones else."""
    report = refusal.report
    meaning = MEANINGS[finding.reason]
    row = finding.row
    delayed = report.action in DELAYING and finding.reason in FAILURES
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
        hard=_is_hard(refusal, finding, delayed=delayed),
        provider=refusal.provider,
        refusing_host=report.refusing_host,
        reporting_host=report.reporting_host,
        text=" ".join(report.text.split())[:MAX_QUOTED],
        explanation=f"{says}{_relay(refusal)} {_whose(refusal, finding, delayed=delayed)}",
        help=tuple(_about(help_one, report.recipient) for help_one in help_),
        confidence=finding.confidence,
        delayed=delayed,
        rules=_send_as_first(rules) if refusal.provider == SEND_AS else rules,
    )


def _relay(refusal: Refusal) -> str:
    """Who takes in the recipient's mail, where the host's name, not only its words, tells so."""
    domain = domain_of(refusal.report.recipient)
    known = provider_of(domain) if domain else ""
    if not known or not refusal.provider or refusal.provider in {known, *_NO_RELAYS}:
        return ""
    if provider_of(refusal.report.refusing_host) != refusal.provider:
        return ""
    return f" {refusal.provider.capitalize()} takes in the mail of {domain}."


_NO_RELAYS = frozenset({SEND_AS, "ses", "ses-smtp", "exchange-online", "outlook.com"})


def _whose(refusal: Refusal, finding: Finding, *, delayed: bool) -> str:
    meaning = MEANINGS[finding.reason]
    owner = finding.row.owner if finding.row else None
    if delayed:
        return DELAYED
    whose = WHOSE[owner] if owner and owner is not meaning.owner else meaning.whose
    return f"{NEVER_LEFT} {whose}" if refusal.provider in {SEND_AS, CLIENT} else whose


def _send_as_first(rules: tuple[str, ...]) -> tuple[str, ...]:
    # RULES GM-01 and GM-03: Gmail's own bounce means that the mail never reached SES.
    return tuple(dict.fromkeys(("GM001", *rules)))


def _while_waiting(
    owner: Owner | None, help_: tuple[Help, ...]
) -> tuple[Owner | None, tuple[Help, ...]]:
    if owner in {Owner.RECIPIENT_ADMIN, Owner.RECIPIENT, None}:
        return Owner.WAIT, (WAIT_FIRST,)
    return owner, (WAIT_FIRST, *help_)


def _is_hard(refusal: Refusal, finding: Finding, *, delayed: bool) -> bool:
    """Whether the address is to be written off: never on weak or contradicted evidence."""
    return (
        finding.reason in HARD
        and not delayed
        and not finding.against
        and finding.confidence in {Confidence.CERTAIN, Confidence.LIKELY}
        and (finding.confidence is Confidence.CERTAIN or not _doubtful(refusal.lowered))
        and not (refusal.status or refusal.reply_code).startswith("4")
        and refusal.status[2:4] != _PROTOCOL
    )


_PROTOCOL = "5."
"""The subject of codes (RFC 3463, 3.6) that speak of the dialogue, and of no address."""

# What servers say of whoever asks too often, or is not wanted, in the words for a missing mailbox.
_DOUBTS = (
    "too many", "may not exist", "blacklist", "blocklist", "blocked", "spam", "try again", "later",
    "from you", "your ip", "sender", "temporar", "policy", "rule", "name server", "no valid mx",
    "helo", "ehlo", "dns",
)  # fmt: skip


def _doubtful(lowered: str) -> bool:
    return any(words in lowered for words in _DOUBTS)


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
