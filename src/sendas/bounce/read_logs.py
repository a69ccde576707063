"""Log lines of mail servers: Postfix, Exim, Sendmail, OpenSMTPD, msmtp; and their queues."""

import json
import re

from dataclasses import replace

from sendas.bounce.pasted_report import pasted_report
from sendas.bounce.patterns import lazily
from sendas.bounce.report import Command, Report
from sendas.bounce.said import said_in
from sendas.mail.address import first_address


_WENT = (
    ("sent", "delivered"), ("bounced", "failed"), ("deferred", "delayed"), ("expired", "failed"),
    ("undeliverable", "failed"), ("**", "failed"), ("==", "delayed"), ("=>", "delivered"),
    ("->", "delivered"), ("permfail", "failed"), ("tempfail", "delayed"), ("ok", "delivered"),
    ("failure", "failed"), ("deferral", "delayed"), ("success", "delivered"),
)  # fmt: skip
"""What each program's word for the outcome means as an RFC 3464 action."""
_RELAY = r"(?:relay=(?P<host>[\w.-]{1,255})[ \[].{0,300}?)?"

# Groups: to, host, status, went (the program's word for the outcome), reply, said.
# Written by Postfix log(3), Exim main log, Sendmail syslog, OpenSMTPD mta, Postfix smtpd and
# cleanup of what they themselves refuse, msmtp.
_LOGS = (
    (
        rf"\bto=<(?P<to>[^<>]{{1,320}})>,.{{0,300}}?{_RELAY}"
        r"(?:dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}), )?"
        r"status=(?P<went>sent|bounced|deferred|expired|undeliverable) \((?P<said>.*)"
    ),
    (
        r"(?:^| )(?P<went>\*\*|==|=>|->) (?P<to>[^\s<>]{1,320}@[^\s<>:]{1,255}):?"
        r"(?: <[^<>]{1,320}>)?(?: (?:H=(?P<host>[\w.-]{1,255})|[A-Z]{1,4}=(?:\"[^\"]{0,300}\"|"
        r"\S{1,200})|\[[^\[\]]{1,60}\]:?|defer \(-?\d{1,5}\):?)){0,20}:? ?(?P<said>.*)"
    ),
    (
        r"(?:^| )(?P<how>[a-z_0-9-]{1,40}) authenticator failed H=(?P<host>[\w.-]{1,255}) "
        r"\[[^\]]{1,60}\](?::\d{1,5})? (?P<said>[245]\d\d.*)"
    ),
    (
        rf"\bto=<?(?P<to>[^<>,\s]{{1,320}})>?,.{{0,300}}?{_RELAY}"
        r"(?:dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}), )?"
        r"(?:reply=(?P<reply>[245]\d\d.{0,2000}?), )?stat=(?P<said>.*)"
    ),
    (
        r"(?:(?:\bto|\brcpt)=<(?P<to>[^<>]{1,320})>.{0,400}?)?"
        r"(?:relay=\"?[^\"]{0,80}?\((?P<host>[\w.-]{1,255})\)\"?.{0,80}?)?"
        r"\bresult=\"?(?P<went>PermFail|TempFail|Ok)\"? stat=(?P<quoted>\")?"
        r"(?P<said>(?(quoted)[^\"]*|.*))"
    ),
    (
        r"\b(?:milter-)?(?P<went>reject): (?P<stage>[A-Z-]{4,14}) from "
        r"[\w.-]{1,255}\[[^\]]{1,60}\](?::\d{1,5})?: (?P<said>[245][\d.]{2,9} .{1,1000}?)"
        r"(?:; from=<[^<>]{0,320}> to=<(?P<to>[^<>]{0,320})>.*)?$"
    ),
    (
        r"\bhost=(?P<host>[\w.-]{1,255}) .{0,300}?recipients=(?P<to>[^\s,]{1,320})\S{0,2000} "
        r"smtpstatus=\d{3} smtpmsg='(?P<said>[245]\d\d.*?)' errormsg="
    ),
)
# qmail-log(5): blanks as underscores, line ends as slashes; who it was for stands with its number.
_QMAIL = re.compile(
    r"\bdelivery (?P<number>\d{1,18}): (?P<went>failure|deferral|success): (?P<said>\S{1,3000})"
)
_QMAIL_BEGAN = re.compile(
    r"\bstarting delivery (?P<number>\d{1,18}): msg \d{1,18} to (?:remote|local) (?P<to>\S{1,320})"
)
_STAGES = {
    "CONNECT": "initial connection", "EHLO": "EHLO", "HELO": "HELO", "MAIL": "MAIL FROM",
    "RCPT": "RCPT TO", "DATA": "DATA", "END-OF-MESSAGE": "end of DATA",
}  # fmt: skip
_OWN_SUMMARY = ("authentication required but authentication attempt(s) failed",)
"""What a program says of what another of its lines quotes."""


def read_log_line(line: str) -> Report | None:
    """What one line of a mail server's log says became of one recipient's mail."""
    if "delivery " in line and (found := _QMAIL.search(line)) is not None:
        said = found["said"].replace("_", " ").replace("/", "\n").strip()
        return pasted_report(said, action=dict(_WENT)[found["went"]])
    if "=" not in line and "**" not in line:
        return None
    for form in _LOGS:
        found = lazily(form).search(line)
        if found is not None:
            return _logged({key: value or "" for key, value in found.groupdict().items()})
    return None


def _logged(told: dict[str, str]) -> Report:
    went = told.get("went", "").lower()
    said = _unwrapped(told["said"], opened=went.isalpha())
    if "went" not in told and "how" not in told:
        went, said = _sendmail(said)
        said = told.get("reply") or said
    stage = told.get("stage", "").upper()
    login = said_in(said).command is Command.AUTH
    host = told.get("host", "")
    return pasted_report(
        said,
        told.get("to", ""),
        host="" if host.lower() == "none" else host,
        # A failed login is Postfix's reason to put off (4.7.8), not the server's own code.
        status="" if login else told.get("status", ""),
        action=dict(_WENT).get(went, ""),
        context=f"{said} (in reply to {_STAGES[stage]})" if stage in _STAGES else "",
    )


def _unwrapped(said: str, *, opened: bool) -> str:
    """Without the bracket that closes what the form opened."""
    stripped = said.strip().strip('"')
    if opened and stripped.endswith(")") and stripped.count(")") > stripped.count("("):
        return stripped[:-1]
    return stripped


def _sendmail(stat: str) -> tuple[str, str]:
    """Sendmail's ``stat``: Sent (…), Deferred: why, or why it failed."""
    word, _, why = stat.partition(":")
    if word.lower().startswith("sent"):
        return "sent", stat
    if word.lower().startswith("deferred"):
        return "deferred", why.strip() or stat
    return "bounced", stat


def begun_by_qmail(lines: list[str]) -> dict[str, str]:
    """Whom each delivery that qmail's log in *lines* began is for, by the line that ends it."""
    begun: dict[str, str] = {}
    ended: dict[str, str] = {}
    for line in lines:
        if (began := _QMAIL_BEGAN.search(line)) is not None:
            begun[began["number"]] = began["to"]
        elif (end := _QMAIL.search(line)) is not None:
            ended[line] = begun.get(end["number"], "")
    return ended


def without_summaries(reports: list[Report]) -> list[Report]:
    """*reports* without those that only sum up another line, whose recipient goes to it."""
    sums = [one for one in reports if any(words in one.text for words in _OWN_SUMMARY)]
    kept = [one for one in reports if one not in sums]
    if not sums or not kept:
        return reports
    return [
        one if one.recipient else replace(one, recipient=sums[0].recipient, action=sums[0].action)
        for one in kept
    ]


_QUEUED = re.compile(r"\s{0,40}\((?!in reply to )(?P<said>.{8,3000})\)\s*\Z")


def read_queue(lines: list[str]) -> list[Report]:
    """``mailq``: the reason in brackets, then those it keeps waiting; or ``postqueue -j``."""
    reports = [report for line in lines for report in _queue_entry(line)]
    for number, line in enumerate(lines):
        found = _QUEUED.match(line)
        if found is None:
            continue
        waiting = first_address(" ".join(lines[number + 1 : number + 3]))
        reports.append(pasted_report(found["said"], waiting, action="delayed" if waiting else ""))
    return reports


def _queue_entry(line: str) -> list[Report]:
    if not line.startswith("{") or '"delay_reason"' not in line:
        return []
    try:
        entry = json.loads(line)
    except ValueError:
        return []
    waiting = entry.get("recipients") if isinstance(entry, dict) else None
    return [
        pasted_report(str(one["delay_reason"]), str(one.get("address", "")), action="delayed")
        for one in (waiting if isinstance(waiting, list) else [])
        if isinstance(one, dict) and "delay_reason" in one
    ]
