"""DMARC failure reports: RFC 6591 (ARF), and the plain text that some send instead.

What the failed mail was about is not read: it is somebody's letter.
"""

import re

from email.utils import parsedate_to_datetime

from sendas.mail.address import first_address
from sendas.mail.message import Headers, Message, Part, read_headers
from sendas.reports.model import MAX_VALUE, FailureReport, MalformedReport


REPORT_TYPE = "message/feedback-report"
_AUTH_FAILURE = "auth-failure"
_PLAIN_MARK = re.compile(r"failed the published DMARC policy", re.IGNORECASE)
_PLAIN_FIELD = re.compile(
    r"^[ \t]{0,8}([A-Za-z][A-Za-z ]{2,30}):[ \t]*(\S[^\n]{0,300})$", re.MULTILINE
)
_PLAIN_NEAR = 20_000
_COPY = re.compile(
    r"^-{2,}[^\n]{0,30}copy of the (?:headers|message)[^\n]*\n", re.IGNORECASE | re.MULTILINE
)


def is_failure(message: Message) -> bool:
    """Whether it looks like a failure report, of either form."""
    if message.parts_of(REPORT_TYPE):
        return True
    return any(_PLAIN_MARK.search(part.text[:_PLAIN_NEAR]) for part in _plain(message))


def read_failure(message: Message) -> FailureReport:
    """Read the report in *message*.

    Raises:
        MalformedReport: It is none, or a complaint (which `sendas.bounce` reads).
    """
    parts = message.parts_of(REPORT_TYPE)
    if not parts:
        return _from_text(message)
    fields = read_headers(parts[0].content.strip(b"\n"))
    kind = fields.get("feedback-type").strip().lower()
    if kind and kind != _AUTH_FAILURE:
        msg = f"it is a report of {kind[:40]!r}, not of failed authentication"
        raise MalformedReport(msg)
    original = _original(message)
    return _report(fields, original, message, [])


def _from_text(message: Message) -> FailureReport:
    for part in _plain(message):
        text = part.text[:_PLAIN_NEAR]
        if _PLAIN_MARK.search(text):
            break
    else:
        msg = "it is no failure report"
        raise MalformedReport(msg)
    copy = _COPY.search(text)
    said = text[: copy.start()] if copy else text
    told = {name.strip().lower(): value.strip() for name, value in _PLAIN_FIELD.findall(said)}
    names = {
        "reported-domain": "sender domain",
        "source-ip": "sender ip address",
        "arrival-date": "received date",
        "delivery-result": "dmarc results",
    }
    fields = Headers(
        tuple((ours, told[theirs]) for ours, theirs in names.items() if theirs in told)
    )
    original = read_headers(text[copy.end() :].lstrip("\n").encode()) if copy else Headers(())
    return _report(fields, original, message, ["it is plain text, without the ARF part"])


def _report(
    fields: Headers, original: Headers, message: Message, remarks: list[str]
) -> FailureReport:
    header_from = first_address(original.get("from"))
    domain = fields.get("reported-domain").strip() or header_from.rpartition("@")[2]
    if not domain:
        msg = "it does not say which domain it is about"
        raise MalformedReport(msg)
    source = fields.get("source-ip").split()
    if not source:
        remarks.append("it does not say from which address the mail came")
    written = fields.get("arrival-date") or message.headers.get("date")
    arrived = _date(written)
    if arrived is None:
        remarks.append("it does not say when the mail arrived")
    failures = fields.get("auth-failure") or "dmarc"
    return FailureReport(
        reported_domain=_cut(domain).lower().rstrip("."),
        source_ip=_cut(source[0]) if source else "",
        arrived=arrived,
        feedback_type=_cut(fields.get("feedback-type")).lower() or _AUTH_FAILURE,
        auth_failure=tuple(_cut(one).strip().lower() for one in failures.split(",")[:10]),
        delivery_result=_cut(fields.get("delivery-result")),
        authentication_results=_cut(fields.get("authentication-results")),
        identity_alignment=_cut(fields.get("identity-alignment")),
        mail_from=_cut(fields.get("original-mail-from")).strip("<>"),
        rcpt_to=_cut(fields.get("original-rcpt-to")).strip("<>"),
        dkim_domain=_cut(fields.get("dkim-domain")),
        dkim_selector=_cut(fields.get("dkim-selector")),
        user_agent=_cut(fields.get("user-agent")),
        header_from=_cut(header_from),
        message_id=_cut(fields.get("message-id") or original.get("message-id")),
        reporter=_cut(first_address(message.headers.get("from"))),
        remarks=tuple(remarks),
    )


def _original(message: Message) -> Headers:
    """The header of the mail that failed, whole or alone."""
    for part in message.parts_of(
        "message/rfc822", "text/rfc822-headers", "message/rfc822-headers"
    ):
        return read_headers(part.content.lstrip(b"\n").partition(b"\n\n")[0])
    return Headers(())


def _plain(message: Message) -> list[Part]:
    return message.parts_of("text/plain")[:5]


def _cut(text: str) -> str:
    return text.strip()[:MAX_VALUE]


def _date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text.strip()[:100]).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
