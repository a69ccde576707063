"""Refusals as people paste them: replies, log lines, exceptions of mail clients, API errors.

One reader for all of them, since whoever asks has the one his program showed him.  It finds
where the server's words stand, and whom they are about; what they mean is judged elsewhere.
Several in one paste are told apart by how each begins.
"""

import re

from collections.abc import Iterator
from dataclasses import replace

from sendas.bounce.pasted_report import pasted_report
from sendas.bounce.patterns import lazily
from sendas.bounce.read_clients import quotes_client, read_thrown
from sendas.bounce.read_dialog import read_dialog
from sendas.bounce.read_logs import (
    begun_by_qmail,
    read_log_line,
    read_queue,
    without_summaries,
)
from sendas.bounce.read_screen import as_meant, plain
from sendas.bounce.reason import Reason
from sendas.bounce.refusal import CLIENT
from sendas.bounce.report import Report
from sendas.bounce.said import said_in
from sendas.bounce.tables.ses_api import by_ses_alone
from sendas.smtp.client_words import end_told


MAX_CHARACTERS = 65_536
MAX_LINES = 500
MAX_LINE = 4_000
_LINES_OF_ONE = 60
LOOKED_FOR = (
    "a message (.eml), an mbox, an SES event, the reply of an SMTP server (550 5.1.1 …), a log "
    "line of Postfix, Exim, Sendmail or OpenSMTPD, an exception of a mail client, an error of "
    "the SES API, a dialog of Gmail, or the words of any of them"
)
# RFC 5321, 4.2.  Neither a port (:587), a line number, nor a part of a date or an address.
_CODE = r"(?!465|587|429|50\d (?:internal server|bad gateway|service unavail|gateway time))"
_REPLY = (
    r"(?:^|[\[\]\"'(<>;,=|*-]\s{0,3}|[:\d}]\s{1,3}|(?:error|said|saying|repl(?:y|ied)|code|status|"
    r"smtp|response|responded|got|returned|with|was|is|failed|rejected|bounced|failure|message|"
    r"answer(?:ed)?|received|server)\s{1,3}|(?<![\w.:/@#=+-])(?=[45]\d\d[ -]#?[45]\.\d{1,3}\.\d))"
    rf"(?<![\w.:/@#+-])#?(?P<said>(?P<code>{_CODE}(?:4[2-57]|5[0-57])\d)(?:[ -]|: |, |\) )"
    r"(?=\D|[245]\.\d).{0,3000})"
)
# Sendmail, swaks, curl, Swift Mailer and PHPMailer write <<<, <~*, <, << in front of a reply.
_REPLY_LINE = re.compile(
    r"\s{0,20}(?:(?:<<<|<<|<~\*|<-|<|S:|<\*\*)\s{1,3})?[\"'(]{0,2}(?P<code>[2345]\d\d)"
    r"(?P<more>[- .:,]|$)"
)
_DEBUGGED = re.compile(r".{0,60}?SERVER -> CLIENT: ")
# A mail server's own words on its way to the recipient's: Postfix (smtp_connect.c), Exim, qmail.
_OF_A_SERVER = re.compile(
    r"(?:connect to|connection with|conversation with|talking to|Connected to) [\w.-]{1,255}\[|"
    r"[Nn]ame service error|[Dd]elivery|days? (?:of trying|in the queue)|[Rr]etry timeout"
)
_AGREES = re.compile(r"[23]\d\d(?:[ -]|$)")
"""A reply that takes the mail or goes on; a date in front of a line is none."""
_STATUS_ONLY = re.compile(r"\s{0,20}#?[45]\.\d{1,3}\.\d{1,3}(?:\s|$)")


def read_pasted(text: str) -> list[Report]:
    """A report for each refusal that *text*, which is no message, shows; none where none is."""
    text = as_meant(plain(text[:MAX_CHARACTERS]))
    lines = [line[:MAX_LINE] for line in text.split("\n", MAX_LINES)[:MAX_LINES]]
    logged: list[Report] = []
    said: list[Report] = []
    of_qmail = begun_by_qmail(lines) if "starting delivery " in text else {}
    for kept in _pieces(lines):
        line = read_log_line(kept[0]) if len(kept) == 1 else None
        if line is not None:
            logged.append(replace(line, recipient=line.recipient or of_qmail.get(kept[0], "")))
        else:
            said += _of_piece(kept)
    return list(dict.fromkeys([*without_summaries(logged), *_failures_first(said)]))


def is_reply(text: str) -> bool:
    """Whether *text* begins as a server's reply does: with its three digits, or with x.y.z."""
    first = text.lstrip()[:80]
    return bool(_REPLY_LINE.match(first) or _STATUS_ONLY.match(first))


def _pieces(lines: list[str]) -> Iterator[list[str]]:
    """*lines*, parted where another log line, reply or exception begins."""
    kept: list[str] = []
    whole = False
    for line in (_DEBUGGED.sub("", line) for line in lines):
        if read_log_line(line) is not None:
            yield from filter(None, (kept, [line]))
            kept, whole = [], False
            continue
        before = next((one for one in reversed(kept) if one.strip()), "")
        if kept and (_begins(line, before) if line.strip() else whole or _is_whole(kept)):
            yield kept
            kept, whole = [], False
        kept.append(line)
        whole = whole or bool(_REPLY_LINE.match(line) or lazily(_REPLY).search(line))
    if kept:
        yield kept


def _is_whole(kept: list[str]) -> bool:
    """Whether *kept*, over several lines, quotes a refusal already."""
    return len(kept) <= _LINES_OF_ONE and quotes_client(" ".join(kept))


def _begins(line: str, before: str) -> bool:
    """Whether *line* begins something new after *before*."""
    reply, last = _REPLY_LINE.match(line), _REPLY_LINE.match(before)
    if reply is not None:
        # A reply of several lines repeats its code, with a hyphen but for the last (RFC 5321).
        goes_on = last is not None and last["more"] == "-" and last["code"] == reply["code"]
        return not goes_on and not before.rstrip().endswith(":")
    return last is not None and quotes_client(line)


def _of_piece(lines: list[str]) -> list[Report]:
    first = next((line for line in lines if line.strip()), "")
    reply = _REPLY_LINE.match(first)
    if reply is not None and not quotes_client(first):
        return [_reply(lines, reply["code"])]
    text = "\n".join(lines)
    if _STATUS_ONLY.match(text):
        return [pasted_report(text.strip())]
    flat = " ".join(" ".join(lines).split()).replace("\\n", " ").replace("\\r", "")
    quoted = read_queue(lines) or read_dialog(flat) or read_thrown(flat) or _within(lines, flat)
    if end_told(flat) and not any(map(_is_an_answer, quoted)):
        return [pasted_report(flat, provider="" if _OF_A_SERVER.search(flat) else CLIENT)]
    return quoted


def _is_an_answer(report: Report) -> bool:
    """Whether a server, or the API, said this: else the client itself did."""
    return bool(
        report.reply_code or report.provider or report.action or by_ses_alone(report.text.lower())
    )


def _failures_first(replies: list[Report]) -> list[Report]:
    """Those that refuse; of a dialogue that only agrees, that the mail was taken."""
    refusals = [one for one in replies if not _AGREES.match(one.text)]
    return refusals or [replace(one, settled=Reason.DELIVERED) for one in replies[-1:]]


def _reply(lines: list[str], code: str) -> Report:
    said = "\n".join(map(_without_marks, lines))
    return pasted_report(said.strip().strip("'\"()"), code=code)


def _without_marks(line: str) -> str:
    stripped = line.strip()
    return (
        stripped.lstrip("<~*-").strip()
        if stripped.startswith(("<<", "<~", "<-", "< ", "<*"))
        else stripped
    )


def _within(lines: list[str], flat: str) -> list[Report]:
    """A reply somewhere in the words: each line's, or the one that goes over several."""
    said = said_in(flat)
    reply = _REPLY_LINE.match(said.words) if said.words != flat else None
    if reply is not None:
        return [pasted_report(flat, code=reply["code"])]
    reports = [
        pasted_report(one["said"], code=one["code"], context=line)
        for line in lines
        if (one := lazily(_REPLY).search(line))
    ]
    if reports and len({one.reply_code for one in reports}) == 1:
        one = lazily(_REPLY).search(flat)
        return [pasted_report(one["said"], code=one["code"], context=flat)] if one else reports
    return reports
