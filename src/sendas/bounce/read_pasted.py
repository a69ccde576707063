"""Refusals as people paste them: replies, log lines, exceptions of mail clients, API errors.

One reader for all of them, since whoever asks has the one his program showed him.  It finds
where the server's words stand, and whom they are about; what they mean is judged elsewhere.
"""

import re

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sendas.bounce.patterns import lazily
from sendas.bounce.reason import Reason
from sendas.bounce.report import Report
from sendas.bounce.said import said_in
from sendas.mail.address import first_address


MAX_CHARACTERS = 65_536
MAX_LINES = 500
MAX_LINE = 4_000
LOOKED_FOR = (
    "a message (.eml), an mbox, an SES event, the reply of an SMTP server (550 5.1.1 …), a log "
    "line of Postfix, Exim, Sendmail or OpenSMTPD, an exception of a mail client, an error of "
    "the SES API, or the words of any of them"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """How one program shows a refusal: named groups ``to``, ``code``, ``said``, ``status``…."""

    pattern: str
    actions: tuple[tuple[str, str], ...] = ()
    """What the program's word in the group ``went`` means as an RFC 3464 action."""


_WENT = (
    ("sent", "delivered"), ("bounced", "failed"), ("deferred", "delayed"), ("expired", "failed"),
    ("undeliverable", "failed"), ("**", "failed"), ("==", "delayed"), ("=>", "delivered"),
    ("->", "delivered"), ("permfail", "failed"), ("tempfail", "delayed"), ("ok", "delivered"),
)  # fmt: skip

# Written by Postfix log(3), Exim main log, Sendmail syslog, OpenSMTPD mta, in this order.
_LOGS = (
    _Form(
        r"\bto=<(?P<to>[^<>]{1,320})>,.{0,600}?(?:dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}), )?"
        r"status=(?P<went>sent|bounced|deferred|expired|undeliverable) \((?P<said>.*)",
        _WENT,
    ),
    _Form(
        r"(?:^| )(?P<went>\*\*|==|=>|->) (?P<to>[^\s<>]{1,320}@[^\s<>:]{1,255}):?"
        r"(?: <[^<>]{1,320}>)?(?: (?:[A-Z]{1,4}=(?:\"[^\"]{0,300}\"|\S{1,200})|"
        r"\[[^\[\]]{1,60}\]:?|defer \(-?\d{1,5}\):?)){0,20}:? ?(?P<said>.*)",
        _WENT,
    ),
    _Form(
        r"\bto=<?(?P<to>[^<>,\s]{1,320})>?,.{0,600}?(?:dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}), )?"
        r"stat=(?P<said>.*)"
    ),
    _Form(
        r"(?:(?:\bto|\brcpt)=<(?P<to>[^<>]{1,320})>.{0,400}?)?"
        r"\bresult=\"?(?P<went>PermFail|TempFail|Ok)\"? stat=\"?(?P<said>[^\"]*)",
        _WENT,
    ),
)
# smtplib and Django; PHPMailer; Symfony, Swift, Laravel; Go; nodemailer; botocore; other SDKs.
_CLIENTS = (
    (r"['\"](?P<to>[^'\"\s]{1,320}@[^'\"\s]{1,255})['\"]: ?\((?P<code>[245]\d\d), ?"
    r"b?(?P<quote>['\"])(?P<said>.{0,2000}?)(?P=quote)\)"),
    (r"\((?P<code>[245]\d\d), ?b?(?P<quote>['\"])(?P<said>.{0,2000}?)(?P=quote)"
    r"(?:, ?['\"][^'\"]{0,320}['\"])?\)"),
    (r"(?:SMTP server error: )?.{0,60}?Detail: (?P<said>.{0,1000}?) SMTP code: (?P<code>[245]\d\d)"
    r"(?:.{0,30}?info: (?P<status>[245]\.\d{1,3}\.\d{1,3}))?"),
    r"following recipients failed: (?P<to>[^\s:,]{1,320}): ?(?P<said>.{1,1000})",
    (r"expected response code .{1,20}? but got (?:code )?\"?(?P<code>[245]\d\d)?\"?, with message "
    r"['\"](?P<said>.{0,2000}?)['\"](?:\.|$|,)"),
    r"Code: ?(?P<code>[245]\d\d), ?Msg: ?['\"](?P<said>.{0,2000}?)['\"]",
    r"(?<![\w])response['\"]?: ?(?P<quote>['\"])(?P<said>[245]\d\d.{0,2000}?)(?P=quote)",
    (r"An error occurred \((?P<name>\w{1,80})\) when calling the \w{1,60} operation"
    r"(?: \([^()]{0,60}\))?: (?P<said>.{1,2000})"),
    r"<Code>(?P<name>\w{1,80})</Code>.{0,200}?<Message>(?P<said>.{1,2000}?)</Message>",
    r"['\"]message['\"] ?: ?\"(?P<said>[^\"]{1,2000})\"",
    (r"\b(?P<name>[A-Z]\w{3,60}Exception|MessageRejected|InvalidParameterValue|Throttling|"
    r"InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied)(?: \(client\))?: "
    r"(?!\(?\d{3})(?P<said>.{1,2000})"),
)  # fmt: skip
# RFC 5321, 4.2.  Neither a port (:587), a line number, nor a part of a date or an address.
_REPLY = (
    r"(?<![\w.:/@#=+-])#?(?P<said>(?P<code>(?!465|587)[45]\d\d)(?:[ -]|: |, |\) |$)"
    r"(?=\D|[245]\.\d|$).{0,3000})"
)
_REPLY_LINE = re.compile(
    r"\s{0,20}(?:(?:<<<|<~\*|<-|<|S:|<\*\*)\s{1,3})?[\"'(]{0,2}(?P<code>[245]\d\d)"
    r"(?:[- .:,]|$)"
)
_QUEUED = re.compile(r"\s{0,40}\((?P<said>.{8,3000})\)\s*\Z")
_STATUS_ONLY = re.compile(r"\s{0,20}#?[45]\.\d{1,3}\.\d{1,3}(?:\s|$)")


def read_pasted(text: str) -> list[Report]:
    """A report for each refusal that *text*, which is no message, shows; none where none is."""
    lines = text[:MAX_CHARACTERS].split("\n", MAX_LINES)[:MAX_LINES]
    lines = [line[:MAX_LINE] for line in lines]
    logged = [report for line in lines if (report := _logged(line))]
    if logged:
        return logged
    if is_reply(text):
        return _failures_first(list(_replies(lines)))
    flat = " ".join(" ".join(lines).split()).replace("\\n", " ").replace("\\r", "")
    return _thrown(flat) or _queued(lines) or _within(lines, flat)


def is_reply(text: str) -> bool:
    """Whether *text* begins as a server's reply does: with its three digits, or with x.y.z."""
    first = text.lstrip()[:80]
    return bool(_REPLY_LINE.match(first) or _STATUS_ONLY.match(first))


def _failures_first(replies: list[Report]) -> list[Report]:
    """Those that refuse; of a dialogue that only agrees, that the mail was taken."""
    refusals = [one for one in replies if one.text[:1] not in {"2", "3"}]
    return refusals or [replace(one, settled=Reason.DELIVERED) for one in replies[-1:]]


def _logged(line: str) -> Report | None:
    if "=" not in line and "**" not in line:
        return None
    for form in _LOGS:
        found = lazily(form.pattern).search(line)
        if found is None:
            continue
        told = found.groupdict()
        went = (told.get("went") or "").lower()
        said = _unwrapped(told.get("said") or "", opened="went" in told and went.isalpha())
        if "went" not in told:
            went, said = _sendmail(said)
        return _report(
            said,
            told.get("to") or "",
            status=told.get("status") or "",
            action=dict(_WENT).get(went, ""),
        )
    return None


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


def _replies(lines: list[str]) -> Iterator[Report]:
    """Each reply of several; a multi-line one repeats its code (RFC 5321, 4.2.1)."""
    kept: list[str] = []
    code = ""
    for line in lines:
        found = _REPLY_LINE.match(line)
        if found and kept and found["code"] != code:
            yield _report("\n".join(kept), code=code)
            kept = []
        if found:
            code = found["code"]
        kept.append(_without_marks(line))
    if kept:
        yield _report("\n".join(kept).strip().strip("'\"()"), code=code)


def _without_marks(line: str) -> str:
    # Sendmail, swaks and curl write <<<, <~*, <- and < in front of what the server said.
    stripped = line.strip()
    return (
        stripped.lstrip("<~*-").strip()
        if stripped.startswith(("<<", "<~", "<-", "< ", "<*"))
        else stripped
    )


def _thrown(flat: str) -> list[Report]:
    """What a client's exception, or an API's error body, quotes."""
    for pattern in _CLIENTS:
        found = list(lazily(pattern).finditer(flat))
        if not found:
            continue
        reports = []
        for one in found[:50]:
            told = one.groupdict()
            said = (told.get("said") or "").strip()
            code = told.get("code") or ""
            if code and not said.startswith(code):
                said = f"{code} {told.get('status') or ''} {said}".replace("  ", " ")
            name = told.get("name") or ""
            reports.append(
                _report(f"{name}: {said}" if name else said, told.get("to") or "", code=code)
            )
        return reports
    return []


def _queued(lines: list[str]) -> list[Report]:
    """``mailq``: the reason in brackets, then those it keeps waiting."""
    reports = []
    for number, line in enumerate(lines):
        found = _QUEUED.match(line)
        if found is None:
            continue
        waiting = first_address(" ".join(lines[number + 1 : number + 3]))
        reports.append(_report(found["said"], waiting, action="delayed" if waiting else ""))
    return reports


def _within(lines: list[str], flat: str) -> list[Report]:
    """A reply somewhere in the words: each line's, or the one that goes over several."""
    said = said_in(flat)
    if said.words != flat and _REPLY_LINE.match(said.words):
        return [_report(flat)]
    reports = [
        _report(one["said"], code=one["code"], context=line)
        for line in lines
        if (one := lazily(_REPLY).search(line))
    ]
    if len(reports) > 1 and len({one.reply_code for one in reports}) == 1:
        one = lazily(_REPLY).search(flat)
        return [_report(one["said"], code=one["code"], context=flat)] if one else reports
    return reports


def _report(  # noqa: PLR0913  one keyword for each thing a form can tell
    said: str,
    to: str = "",
    *,
    code: str = "",
    status: str = "",
    action: str = "",
    context: str = "",
) -> Report:
    quoted = said_in(said)
    return Report(
        recipient=first_address(to) or to or first_address(_about(said)),
        text=said,
        notice=context or said,
        reply_code=code if code[:1] in {"4", "5"} else "",
        status=status,
        action=action,
        command=quoted.command,
        refusing_host=quoted.host,
        settled=Reason.DELIVERED if action == "delivered" else None,
        pasted=True,
    )


_OF_OTHERS = ("sender", "mail from", "postmaster@", "identit")


def _about(text: str) -> str:
    # "<a@example.com>: Recipient address rejected" names the recipient; a sender's address is
    # no recipient.
    return "" if any(words in text.lower() for words in _OF_OTHERS) else text
