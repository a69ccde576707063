"""Reports with a delivery-status part (RFC 3464), and what their words add to it."""

import re

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sendas.bounce.codes import status_in
from sendas.bounce.reason import Reason
from sendas.bounce.report import Command, Report
from sendas.mail.address import addresses_in, domain_of
from sendas.mail.dsn import DeliveryStatus, RecipientStatus


_DELIVERED = frozenset({"delivered", "relayed", "deliverable", "expanded"})
_LOCAL_TYPES = ("x-unix", "unix")

# RFC 5429 and Dovecot: a person or a Sieve script refused, and the words say why.
_REJECTED_BY_HAND = re.compile(
    r"was automatically rejected:\s*\n?([^\n]{1,400}(?:\n[^\n]{1,400}){0,4})"
)
_TRANSCRIPT_REPLY = re.compile(r"^[> \t]*<<< ([245]\d\d[- ].*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a report says besides the fields of one recipient."""

    status: DeliveryStatus
    notice: str
    writer: str
    alone: bool
    paragraphs: Mapping[str, str]
    first_named: str


def read_dsn(status: DeliveryStatus, notice: str, writer: str) -> list[Report]:
    """One report for each recipient that *status* names; *notice* fills what it leaves out."""
    alone = len(status.recipients) == 1
    nameless = any("@" not in one.final_recipient for one in status.recipients)
    around = _Around(
        status,
        notice,
        writer,
        alone,
        {} if alone else paragraphs(notice),
        _named(notice) if nameless or not alone else "",
    )
    return [_report(one, around) for one in status.recipients]


def _report(one: RecipientStatus, around: _Around) -> Report:
    recipient = one.final_recipient
    if "@" not in recipient or ("." not in domain_of(recipient) and one.original_recipient):
        # Nothing, or a name that only the last server understands: user@server.
        recipient = one.original_recipient or around.first_named
    about = around.notice if around.alone else around.paragraphs.get(recipient.lower(), "")
    text = _by_hand(around) or _fullest(one.diagnostic, about)
    delivered = one.action in _DELIVERED and not _class_says_failure(one)
    return Report(
        recipient=recipient,
        text=text
        or _comment(one.status)
        or _words_without_diagnostic(about, recipient if around.alone else ""),
        notice=about,
        status=one.status,
        action=one.action,
        command=_transcript_stage(about, text),
        original_recipient=one.original_recipient,
        final_recipient=one.final_recipient,
        refusing_host=one.remote_mta,
        reporting_host=around.status.reporting_mta,
        writer=around.writer,
        settled=Reason.DELIVERED if delivered else None,
        local=one.diagnostic_type in _LOCAL_TYPES or _is_pipe(about),
    )


def _by_hand(around: _Around) -> str:
    found = _REJECTED_BY_HAND.search(around.notice) if around.alone else None
    return found.group(1) if found else ""


def _class_says_failure(one: RecipientStatus) -> bool:
    return status_in(one.status)[:1] in {"4", "5"}


def _is_pipe(notice: str) -> bool:
    return "pipe to |" in notice or "\npipe to" in notice or '"|' in notice


def _named(notice: str) -> str:
    found = addresses_in(notice, 1)
    return found[0] if found else ""


def _comment(status: str) -> str:
    # Sun's and Oracle's servers explain the code there: 4.4.7 (unable to deliver after 1 day).
    return status.partition("(")[2].rpartition(")")[0]


def _fullest(diagnostic: str, notice: str) -> str:
    """The diagnostic, or the whole of it where the sending side cut a long reply short.

    Sendmail keeps the first line of a multi-line reply; its transcript has the others.
    """
    replies = [line.strip() for line in _TRANSCRIPT_REPLY.findall(notice)]
    if not replies:
        return diagnostic
    first = diagnostic[:60]
    for number, reply in enumerate(replies):
        if first and reply.startswith(first):
            return " ".join(_one_reply(replies[number:]))
    return diagnostic or " ".join(_one_reply(replies))


def _one_reply(replies: Sequence[str]) -> list[str]:
    code = replies[0][:3]
    kept = []
    for reply in replies:
        if reply[:3] != code:
            break
        kept.append(reply)
        if reply[3:4] == " ":
            break
    return kept


_SENT = (
    ("RCPT", Command.RCPT),
    ("MAIL", Command.MAIL),
    ("DATA", Command.DATA),
    ("EHLO", Command.EHLO),
    ("HELO", Command.EHLO),
    (".", Command.DATA),
)


def _transcript_stage(notice: str, text: str) -> Command:
    """The command that stands before the reply in a Sendmail or Courier transcript."""
    position = notice.find(f"<<< {text[:40]}") if text else -1
    if position == -1:
        position = notice.find("<<< ")
    if position == -1:
        return Command.UNKNOWN
    before = notice.rfind(">>> ", 0, position)
    sent = notice[before + 4 : before + 9].upper().rstrip() if before != -1 else ""
    for word, command in _SENT:
        if sent.startswith(word):
            return command
    return Command.UNKNOWN


_FEW = 80


def _own_words(recipient: str, notice: str) -> str:
    """What stands behind *recipient* in its paragraph, if it is only a few words; else nothing."""
    if not recipient:
        return ""
    own = paragraphs(notice).get(recipient.lower(), "")
    _, _, said = own.partition(recipient)
    words = said.strip(" \t\n>:;,*\"')").partition("\n\n")[0]
    return words if len(words) <= _FEW and not re.search(r"[45]\d\d[ -]", words) else ""


_SAYS_SOMETHING = re.compile(
    r"(?:Deferred:|Reason:|reason:|\.\.\. |because |error:)\s*([^\n]{3,400})"
)


def _words_without_diagnostic(notice: str, recipient: str) -> str:
    """With no diagnostic at all, the report's own words are the only ones."""
    said = _SAYS_SOMETHING.search(notice)
    if said and said.group(1).strip():
        return said.group(1)
    return _own_words(recipient, notice) or notice


MAX_LINES = 40
MAX_LINE = 500


def paragraphs(notice: str) -> dict[str, str]:
    """The paragraphs of *notice* that begin with an address, by that address in lower case."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in notice.split("\n"):
        named = addresses_in(line[:400], 1) if "@" in line else []
        if named and line.lstrip(" \t<>*\"'").lower().startswith(named[0].lower()):
            current = found.setdefault(named[0].lower(), [])
        if current is not None and len(current) < MAX_LINES:
            current.append(line[:MAX_LINE])
    return {address: "\n".join(lines) for address, lines in found.items()}
