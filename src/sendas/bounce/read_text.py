"""Reports that only people were meant to read: free text of many mail programs.

One reader for all of them: a line that begins with, or announces, an address
opens a paragraph about that recipient; what follows is why.
"""

import re

from sendas.bounce.report import Report
from sendas.mail.address import domain_of, same_address, spans_in


_LEAD = re.compile(
    r"(?:^|\b)(?:"
    r"unable to deliver (?:the |your )?(?:message|mail) to|could not be delivered to|couldn't be delivered to|"
    r"was not delivered to|wasn't delivered to|not be delivered to|problem delivering your message to|"
    r"error delivering your mail to|undeliverable to|failed recipient|failed address|addressed to|"
    r"recipient(?: address)?|rcpt to|final-recipient|original address|delivery to|your message to|"
    r"the following recipients? returned permanent errors|mailbox exceeds allowed size|unknown user|"
    r"exceeds allowed size|failed \d{1,4} attempts|invalid user|user not known|the e-?mail address|to the following address|"
    r"delivery failed|deliver to|message to|addresse?d? to|user mailbox|not delivered to|mail to|email to|sent to|recipients?"
    r")\s{0,4}[:=]?\s{0,4}[<\"'(]{0,2}$",
    re.IGNORECASE,
)
_NOT_ABOUT = re.compile(
    r"(?:contact|mailto:|please (?:send|mail|write)|send mail to|postmaster|report to|questions|unsubscribe|"
    r"envelope-from|mail from|received:|message-id|abuse@|support@|help@|return-path|reply-to|^\s{0,40}from\b|sender)"
    r"[^@]{0,80}$",
    re.IGNORECASE,
)
_REST_OF_LIST = re.compile(r"^\s{0,20}(?:,|and|;)\s{0,5}$")
_STARTS = " \t<>*\"'-|:;.("
MAX_RECIPIENTS = 2_000


def read_text(notice: str, writer: str, own_addresses: tuple[str, ...]) -> list[Report]:
    """A report for each recipient that *notice* names.

    *own_addresses* are the writer's and the reader's: the mail is not about them,
    unless nobody else is named.
    """
    lines = notice.split("\n")
    paragraphs = _paragraphs(lines, own_addresses)
    if not paragraphs:
        return []
    reports: list[Report] = []
    for number, (recipient, first, column) in enumerate(paragraphs):
        last = paragraphs[number + 1][1] if number + 1 < len(paragraphs) else len(lines)
        same_line = number + 1 < len(paragraphs) and paragraphs[number + 1][1] == first
        text = _why(lines, first, column, first + 1 if same_line else last)
        reports.append(Report(recipient, text=text, notice="\n".join(lines[max(0, first - 6) : last]), writer=writer))
    return _merged(reports, notice)


def _paragraphs(lines: list[str], own: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(recipient, line, column after it), leading lines first."""
    leading: list[tuple[str, int, int]] = []
    announced: list[tuple[str, int, int]] = []
    for number, line in enumerate(lines):
        if "@" not in line or len(leading) + len(announced) > MAX_RECIPIENTS:
            continue
        for address, start, end in spans_in(line[:4_000], 20):
            before = line[:start]
            own_address = any(same_address(address, one) for one in own)
            if not before.strip(_STARTS) and not own_address:
                leading.append((address, number, end))
            elif _REST_OF_LIST.match(before):
                continue
            elif _LEAD.search(before[-90:]) and not _NOT_ABOUT.search(before[-120:]):
                announced.append((address, number, end))
    if leading:
        wanted = {address.lower() for address, _, _ in leading}
        extra = [one for one in announced if one[0].lower() not in wanted and not _seems_own(one[0], own)]
        return sorted([*leading, *(extra if not _all_explained(lines, leading) else [])], key=lambda one: one[1:])
    return announced


def _all_explained(lines: list[str], leading: list[tuple[str, int, int]]) -> bool:
    return bool(lines) and bool(leading)


def _seems_own(address: str, own: tuple[str, ...]) -> bool:
    return any(same_address(address, one) or domain_of(address) == domain_of(one) for one in own)


def _why(lines: list[str], first: int, column: int, last: int) -> str:
    rest = lines[first][column:].strip(" \t>:;,*\"')]\u201d")
    kept = [rest] if rest else []
    blank = 0
    for line in lines[first + 1 : last]:
        if not line.strip():
            blank += 1
            if kept and blank > 1:
                break
            continue
        kept.append(line.strip())
        if len(kept) > 25:  # noqa: PLR2004  no server says more about one recipient
            break
    return "\n".join(kept)


def _merged(reports: list[Report], notice: str) -> list[Report]:
    """One report a recipient: programs list the addresses first and explain them below."""
    best: dict[str, Report] = {}
    for report in reports:
        key = report.recipient.lower()
        known = best.get(key)
        if known is None or _weight(report) > _weight(known):
            best[key] = report
    bare = [report for report in best.values() if not report.text.strip()]
    for report in bare:
        best[report.recipient.lower()] = Report(
            report.recipient, text=notice if len(best) == 1 else report.notice, notice=notice, writer=report.writer
        )
    return list(best.values())


_CODE = re.compile(r"(?<![\d.])[45](?:\d\d[ -]|\.\d{1,3}\.\d)")


def _weight(report: Report) -> tuple[bool, bool, int]:
    return bool(_CODE.search(report.text)), bool(report.text.strip()), 0
