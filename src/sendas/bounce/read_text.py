"""Reports that only people were meant to read: free text of many mail programs.

One reader for all of them: a line that begins with an address, or announces one,
opens a paragraph about that recipient; what follows is why.
"""

import re

from dataclasses import dataclass, replace

from sendas.bounce.patterns import lazily
from sendas.bounce.report import Report
from sendas.mail.address import domain_of, same_address, spans_in


_LEAD = (
    r"(?:"
    r"unable to deliver (?:the |your )?(?:message|mail) to|(?:could not|couldn't|was not|"
    r"wasn't|not) (?:be )?delivered to|"
    r"problem delivering your message to|error delivering your mail to|undeliverable {1,4}to|"
    r"undeliverable address|dda:|"
    r"failed recipients?|failed address|"
    r"addressed to|recipient(?: address)?|rcpt to|original address|delivery to|your message to|"
    r"returned permanent errors|exceeds allowed size|invalid final delivery userid|"
    r"were affected|failed \d{1,4} attempts|unknown user|invalid user|user not known|"
    r"e-?mail address|the following address(?:es)?|delivery failed|deliver(?:ed)? to|"
    r"message to|mail to|email to|sent to|this address|"
    r"mailbox(?: is full)?|"
    r"recipients?|message-id in"
    r")\s{0,4}[:=]?\s{0,4}[<\"'(]{0,2}$"
)
_NOT_ABOUT = (
    r"(?:contact|mailto:|please (?:send|mail|write)|postmaster|report to|questions|unsubscribe|"
    r"envelope-from|mail from|received:|abuse@|support@|help@|return-path|reply-to|"
    r"^\s{0,40}from\b|sender)[^@]{0,80}$"
)
# Sendmail's transcript: "550 <user@example.com>... User unknown".
_TRANSCRIBED = re.compile(r"[245]\d\d[ -]<?\Z")
_BEFORE_ADDRESS = " \t<>*\"'-|:;.("
_AFTER_ADDRESS = " \t>:;,*\"')]\u201d"
_DECORATION = re.compile(r"[-=*_#|~+\s]{3,}\Z")
# What a report says in front of the refusing server's own words.
_QUOTES = (
    r"(?:other server returned was|response (?:from the remote server )?was|"
    r"error message(?: below| was| is|)|because of|could not be delivered because of|"
    r"received >>>|following reasons?|the reason for the problem|technical details?|because|"
    r"diagnostic(?: code)?|"
    r"the problem appears to be|error was|server said|server replied|responded with failure|"
    r"message generated response|"
    r"ERROR_CODE|permanent failure|temporary failure|server message|"
    r"non-delivered information)(?:\s{0,3}:|[ \t-]{0,40}\n)\s*"
)
# An announcement of the recipient that says why already: "User's mailbox is full: <…>".
_SAYS_WHY = r"\b(?:full|unknown|invalid|disabled|exceed\w{0,3}|not known|no such)\b"
_CODE = re.compile(r"(?<![\d.])[45](?:\d\d[ -]|\.\d{1,3}\.\d)")
_WHOLE_REPLY = re.compile(r"(?<![\d.])[45]\d\d[- ]#?[45]\.\d{1,3}\.\d")
MAX_RECIPIENTS = 2_000
MAX_LINES = 30
"""Of one recipient's paragraph: no server says more about one."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """An address that a paragraph is about, and where its words begin."""

    address: str
    line: int
    column: int
    leading: bool
    transcribed: bool = False


def read_text(notice: str, writer: str, own_addresses: tuple[str, ...]) -> list[Report]:
    """A report for each recipient that *notice* names.

    *own_addresses* are the writer's and the reader's: the mail is not about them,
    unless nobody else is named.
    """
    lines = notice.split("\n")
    mentions = _about(_mentions(lines), own_addresses)
    reports: list[Report] = []
    for number, mention in enumerate(mentions):
        following = mentions[number + 1].line if number + 1 < len(mentions) else len(lines)
        text = _why(lines, mention, max(following, mention.line + 1))
        if mention.transcribed:
            text = (
                _transcript(lines, mentions[number - 1].line + 1 if number else 0, mention.line)
                or text
            )
        # What stands above the first address is about it too; above others, the one before.
        begins = max(0, mention.line - 6) if number == 0 else mention.line
        above = "\n".join(lines[begins:following])
        reports.append(Report(mention.address, text=text, notice=above, writer=writer))
    return _merged(reports, notice)


def _mentions(lines: list[str]) -> list[_Mention]:
    found: list[_Mention] = []
    for number, line in enumerate(lines):
        if "@" not in line or len(found) > MAX_RECIPIENTS:
            continue
        for written, start, end in spans_in(line[:4_000], 20):
            before = line[:start]
            # X.400 names an Internet address so: "dda:SMTP=user@example.net;".
            address = written[5:] if written[:5].lower() == "smtp=" else written
            last = found[-1] if found else None
            goes_on = last is not None and _goes_on(lines, last, number)
            transcribed = bool(_TRANSCRIBED.match(before))
            if transcribed or not before.strip(_BEFORE_ADDRESS):
                again = last is not None and (
                    (same_address(last.address, address) and line[:1] in {" ", "\t"})
                    or (goes_on and _indent(line) > _indent(lines[last.line]) and not transcribed)
                )
                if not again:
                    found.append(
                        _Mention(address, number, end, leading=True, transcribed=transcribed)
                    )
            elif last is not None and goes_on and same_address(last.address, address):
                # The refusal names the recipient again; its words go on behind the name.
                continue
            elif lazily(_LEAD).search(before[-90:]) and not lazily(_NOT_ABOUT).search(
                before[-120:]
            ):
                found.append(_Mention(address, number, end, leading=False))
    return found


def _goes_on(lines: list[str], last: _Mention, number: int) -> bool:
    """Whether line *number* belongs to the paragraph that *last* opened."""
    return number - last.line <= MAX_LINES and all(
        line.strip() for line in lines[last.line : number]
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _about(mentions: list[_Mention], own: tuple[str, ...]) -> list[_Mention]:
    """Those mentions that are the report's subject: leading ones before announced ones."""
    others = [one for one in mentions if not any(same_address(one.address, mine) for mine in own)]
    domains = {domain_of(mine) for mine in own}
    chosen = others or mentions
    leading = [one for one in chosen if one.leading]
    if not leading:
        return chosen
    named = {one.address.lower() for one in leading}
    return [one for one in chosen if one.leading or (
        one.address.lower() in named or domain_of(one.address) not in domains
    )]  # fmt: skip


def _why(lines: list[str], mention: _Mention, last: int) -> str:
    rest = lines[mention.line][mention.column :].lstrip(_AFTER_ADDRESS).rstrip()
    kept = (
        [lines[mention.line].strip()]
        if mention.transcribed
        else [rest]
        if rest.strip(".,)")
        else []
    )
    for line in lines[mention.line + 1 : last]:
        stripped = line.strip()
        if not stripped or _DECORATION.match(stripped):
            continue
        kept.append(stripped)
        if len(kept) >= MAX_LINES:
            break
    announced = "" if mention.leading else lines[mention.line].partition(mention.address)[0]
    if lazily(_SAYS_WHY).search(announced):
        kept.insert(0, announced.strip(_AFTER_ADDRESS + "<"))
    return _quoted("\n".join(kept))


def _quoted(text: str) -> str:
    """What the refusing server said, where the report sets it apart."""
    for quote in lazily(_QUOTES).finditer(text):
        said = text[quote.end() :].strip()
        if said and (_CODE.search(said) or not _CODE.search(text)):
            return said
    return text


def _transcript(lines: list[str], first: int, last: int) -> str:
    """The reply that the transcript shows above its summing-up line, and that line."""
    replies = [line.strip() for line in lines[first:last] if line.lstrip().startswith("<<<")]
    if not replies:
        return ""
    return f"{replies[0].removeprefix('<<<').strip()}\n{lines[last].strip()[4:]}"


def _merged(reports: list[Report], notice: str) -> list[Report]:
    """One report a recipient: programs list the addresses first and explain them below."""
    best: dict[str, Report] = {}
    for report in reports:
        known = best.get(report.recipient.lower())
        if known is None or _weight(report) > _weight(known):
            best[report.recipient.lower()] = report
    alone = len(best) == 1
    return [
        _with_words(report, notice if alone else report.notice, alone=alone)
        for report in best.values()
    ]


def _with_words(report: Report, around: str, *, alone: bool) -> Report:
    """The report with the words around it, where its own paragraph says nothing."""
    if not report.text.strip() or (
        alone and not _CODE.search(report.text) and _CODE.search(around)
    ):
        # Some say why above the address: "550 no such user. These recipients were affected:".
        return replace(report, text=_quoted(around.strip()))
    return report


def _weight(report: Report) -> tuple[bool, bool, bool]:
    # Advice names codes ("see DSN 5.7.129"); a server gives its reply in front of one.
    text = report.text
    return bool(_WHOLE_REPLY.search(text)), bool(_CODE.search(text)), bool(text.strip())
