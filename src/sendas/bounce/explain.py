"""Anything that says "not delivered", explained.

Pure: bytes in, a value out.  Never raises on input, however broken; what it
cannot read it calls what it is.
"""

import re

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sendas.bounce.explanation import Confidence, Explanation, Kind, RecipientReport
from sendas.bounce.feedback import read_feedback
from sendas.bounce.judge import judge
from sendas.bounce.not_a_bounce import (
    automatic_reply,
    kind_of_other,
    looks_like_failure,
    quotes_refusal,
    says_failed,
    still_trying,
)
from sendas.bounce.notice import cut_original, notice_of, returned_headers
from sendas.bounce.pasted_report import pasted_report
from sendas.bounce.read_clients import is_http_answer
from sendas.bounce.read_dsn import read_dsn
from sendas.bounce.read_events import KINDS, is_whole, read_event
from sendas.bounce.read_pasted import LOOKED_FOR, is_reply, read_pasted
from sendas.bounce.read_screen import as_meant, plain
from sendas.bounce.read_send_as import read_send_as
from sendas.bounce.read_text import read_text
from sendas.bounce.reason import FAILURES, Reason
from sendas.bounce.refusal import SEND_AS
from sendas.bounce.report import Report
from sendas.bounce.writers import writer_of
from sendas.mail.address import addresses_in, first_address
from sendas.mail.dsn import DeliveryStatus, read_delivery_status
from sendas.mail.lines import decode_text, unify_line_ends
from sendas.mail.mbox import split_mbox
from sendas.mail.message import Message, read_headers, read_message, split_head
from sendas.ses.events import NotAnEvent, SesEvent, read_events


MAX_JSON = 4_194_304
_MAX_SCAN = 262_144
_SNS_MAIL = b"notificationType"
_FIRST_LINE = 200
_MAX_WORDS = 2_000
_OF_MESSAGES = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|"
    rb"reporting-mta|final-recipient|x-failed-recipients|delivered-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""Fields of which a message, however cut, has at least one; a log line or exception has none."""
_STATUS_FIELD = re.compile(
    rb"^(?:final-recipient|diagnostic-code)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
"""Of RFC 3464: where it stands in the head, the report was left behind with its own."""


def explain(raw: bytes) -> Explanation:
    """What *raw* says of each recipient, whose it is to mend, and what to do.

    *raw* is a message (``.eml``, any line ends), an mbox of several, a JSON
    document of SES, or the reply of an SMTP server as one or several lines.
    """
    text = unify_line_ends(raw)
    events = _events_in(text)
    if events:
        return _of_events(events)
    if is_reply(text[:_FIRST_LINE].decode("latin-1")):
        return _of_pasted(text)
    messages = split_mbox(text)
    if len(messages) == 1:
        return _of_pasted(messages[0]) if _is_pasted(messages[0]) else explain_message(messages[0])
    return _together([explain_message(one) for one in messages])


def explain_message(raw: bytes) -> Explanation:
    """``explain`` for exactly one message with LF line ends."""
    message = read_message(raw)
    if not raw.strip():
        return Explanation(Kind.NOT_A_BOUNCE, "There is nothing in it.")
    notice = notice_of(message)
    told = _told(message, notice)
    if told is not None:
        return _explanation(*told)
    kind = kind_of_other(message, notice)
    return Explanation(kind, TITLES[kind])


def _told(message: Message, notice: str) -> tuple[list[Report], Kind] | None:
    """What *message* reports, and what kind of report it is; None where it reports nothing."""
    complaints = read_feedback(message)
    if complaints is not None:
        return complaints, Kind.COMPLAINT
    writer = writer_of(message.headers, notice)
    reports = _reports(message, notice, writer)
    if reports is not None:
        return reports, Kind.BOUNCE
    failure = looks_like_failure(message, notice)
    if automatic_reply(message) and not (failure and quotes_refusal(notice)):
        sender = first_address(message.headers.get("from"))
        return [Report(sender, settled=Reason.VACATION, text=notice[:500])], Kind.AUTO_REPLY
    if not failure:
        return None
    found = _from_words(message, notice, writer)
    if still_trying(notice):
        found = [replace(one, action="delayed") for one in found]
    return found, Kind.BOUNCE


def _is_pasted(raw: bytes) -> bool:
    """Whether *raw* is no message, however cut: it has none of the fields that messages have."""
    if not raw.strip():
        return False
    if is_http_answer(raw[:_FIRST_LINE].decode("latin-1")):
        return True
    head = split_head(raw)[0]
    if _OF_MESSAGES.search(head) is None:
        return True
    lowered = head.lower()
    left_behind = b"final-recipient" in lowered or b"diagnostic-code" in lowered
    return left_behind and _STATUS_FIELD.search(head) is not None


def _of_pasted(raw: bytes) -> Explanation:
    """Of what is no message: log lines, exceptions, replies, or a report's words alone."""
    text = decode_text(raw[:_MAX_SCAN]).strip()
    reports = _of_bare_notice(raw, text) or read_pasted(text)
    if not reports:
        words = pasted_report(as_meant(plain(text)))
        sure = judge([words])[0].confidence
        known = sure in {Confidence.CERTAIN, Confidence.LIKELY} or (
            sure is Confidence.WEAK and says_failed(text)
        )
        reports = [words] if known and len(text) <= _MAX_WORDS else []
    if not reports:
        return Explanation(Kind.UNREADABLE, f"Nothing readable in it. Looked for: {LOOKED_FOR}.")
    return _explanation(reports, Kind.BOUNCE)


def _of_bare_notice(raw: bytes, text: str) -> list[Report]:
    """Of a report whose header was left behind; none where it does not begin as one."""
    message = read_message(b"Content-Type: text/plain\n\n" + raw)
    notice = cut_original(text)
    writer = writer_of(message.headers, notice)
    if not (writer or "final-recipient:" in text.lower() or still_trying(notice)):
        return []
    reports = _reports(message, notice, writer)
    if reports is None:
        reports = [one for one in _from_words(message, notice, writer) if one.recipient]
        if still_trying(notice):
            reports = [replace(one, action="delayed") for one in reports]
    return reports


def _reports(message: Message, notice: str, writer: str) -> list[Report] | None:
    """From the parts made for machines; None where there are none."""
    events = _events_of_mail(message, notice)
    if events:
        # An event that says nothing of delivery leaves the mail to be what else it is.
        return [report for event in events for report in read_event(event)] or None
    if writer == SEND_AS:
        return read_send_as(message, notice)
    status = _delivery_status(message, notice)
    if status is None:
        return None
    reports = list(dict.fromkeys(read_dsn(status, notice, writer)))
    return [report for report in reports if report.recipient or len(reports) == 1] or reports[:1]


def _delivery_status(message: Message, notice: str) -> DeliveryStatus | None:
    parts = message.parts_of("message/delivery-status", "message/global-delivery-status")
    for part in parts:
        status = read_delivery_status(part.text)
        if status.recipients:
            return status
    if "final-recipient" in notice.lower():
        status = read_delivery_status(notice[:_MAX_SCAN])
        if status.recipients:
            return status
    # Broken MIME, a report within a forwarded or encapsulated one: the fields stand somewhere.
    scanned = message.body[:_MAX_SCAN]
    at = _fields_at(scanned)
    if at != -1:
        status = read_delivery_status(decode_text(scanned[at:]).partition("\n--")[0])
        if status.recipients:
            return status
    return None


def _fields_at(body: bytes) -> int:
    """Where a delivery status begins in *body*, -1 without."""
    lowered = body.lower()
    found = lowered.find(b"final-recipient:")
    if found == -1:
        return -1
    reporting = lowered.rfind(b"reporting-mta:", 0, found)
    return lowered.rfind(b"\n", 0, reporting if reporting != -1 else max(0, found - 200)) + 1


def _from_words(message: Message, notice: str, writer: str) -> list[Report]:
    """From the words, then from the headers, then from the returned message."""
    headers = message.headers
    own = tuple(
        address
        for name in ("from", "to", "reply-to", "return-path", "delivered-to", "x-original-to")
        for address in addresses_in(headers.get(name), 5)
    )
    failed = addresses_in(" ".join(headers.all("x-failed-recipients")), 1000)
    reports = read_text(notice, writer, own)
    if failed:
        wanted = {address.lower() for address in failed}
        kept = [report for report in reports if report.recipient.lower() in wanted]
        known = {report.recipient.lower() for report in kept}
        missing = [one for one in dict.fromkeys(failed) if one.lower() not in known]
        return [
            *kept,
            *(Report(one, text=notice, notice=notice, writer=writer) for one in missing),
        ]
    if reports:
        return reports
    returned = read_headers(returned_headers(message))
    recipient = first_address(returned.get("to")) or first_address(returned.get("delivered-to"))
    return [Report(recipient, text=notice.strip(), notice=notice, writer=writer)]


def _events_in(text: bytes) -> tuple[SesEvent, ...]:
    if text[:1024].lstrip()[:1] not in {b"{", b"["}:
        return ()
    try:
        return read_events(decode_text(text[:MAX_JSON]))
    except NotAnEvent:
        return ()


def _events_of_mail(message: Message, notice: str) -> tuple[SesEvent, ...]:
    """SES's JSON in a mail that SNS sent; mail programs wrap its one long line."""
    if _SNS_MAIL not in message.body and b"eventType" not in message.body:
        return ()
    start = notice.find("{")
    end = notice.find("\n--\n", start)
    if start == -1:
        return ()
    document = notice[start : end if end != -1 else len(notice)].strip()
    for candidate in (document, document.replace("!\n ", "").replace("\n", "")):
        try:
            return read_events(candidate)
        except NotAnEvent:
            continue
    return ()


TITLES = {
    Kind.BOUNCE: "Not delivered.",
    Kind.DELAY: "Not delivered yet.",
    Kind.DELIVERY: "Delivered.",
    Kind.COMPLAINT: "A complaint.",
    Kind.AUTO_REPLY: "Not a bounce: an automatic reply. The mail did arrive.",
    Kind.CHALLENGE: "Not a bounce: the recipient's system asks the sender to confirm.",
    Kind.LIST_MAIL: "Not a bounce: a mailing list's own mail.",
    Kind.NOT_A_BOUNCE: "Not a bounce: nothing in it says that a mail was not delivered.",
    Kind.UNREADABLE: "Nothing readable in it.",
}


_NOT_WHOLE = "The event is not whole: it names no recipient."


def _of_events(events: Iterable[SesEvent]) -> Explanation:
    listed = list(events)
    reports = [report for event in listed for report in read_event(event)]
    if not reports:
        names = ", ".join(dict.fromkeys(event.name for event in listed))
        return Explanation(
            Kind.NOT_A_BOUNCE, f"Not a bounce: SES event {names[:200]}.", (), len(listed)
        )
    found = _explanation(
        reports, next(KINDS[event.kind] for event in listed if event.kind in KINDS)
    )
    title = found.title if all(map(is_whole, listed)) else f"{found.title} {_NOT_WHOLE}"
    return Explanation(found.kind, title, found.recipients, len(listed))


def _explanation(reports: list[Report], kind: Kind) -> Explanation:
    recipients = judge(reports)
    if reports and reports[0].pasted:
        # Of several lines, what SES itself said comes first: it is the owner's to mend.
        recipients = tuple(
            sorted(_each_once(recipients), key=lambda one: one.provider not in _SES)
        )
    kind = _kind(recipients, kind)
    return Explanation(kind, TITLES[kind], recipients)


def _each_once(recipients: Iterable[RecipientReport]) -> Iterable[RecipientReport]:
    """*recipients* without what says of nobody, or of the same one, what another says too.

    An exception quotes its reply twice, and a log repeats it with each attempt.
    """
    kept: dict[tuple[object, ...], list[RecipientReport]] = {}
    for one in recipients:
        alike = kept.setdefault((one.reason, one.owner, one.provider, one.delayed), [])
        same = next((at for at, other in enumerate(alike) if _of_one(one, other)), None)
        if same is None:
            alike.append(one)
        elif (not alike[same].recipient and one.recipient) or not alike[same].reply_code:
            alike[same] = one
    return [one for alike in kept.values() for one in alike]


def _of_one(one: RecipientReport, other: RecipientReport) -> bool:
    named = {one.recipient.lower(), other.recipient.lower()} - {""}
    return len(named) <= 1 and (one.status or other.status) == (other.status or one.status)


_SES = frozenset({"ses", "ses-smtp"})
_NO_FAILURE = (
    (Reason.FEEDBACK, Kind.COMPLAINT),
    (Reason.VACATION, Kind.AUTO_REPLY),
    (Reason.DELIVERED, Kind.DELIVERY),
)


def _kind(recipients: tuple[RecipientReport, ...], kind: Kind) -> Kind:
    reasons = {one.reason for one in recipients}
    if not reasons & FAILURES:
        return next((meant for reason, meant in _NO_FAILURE if reason in reasons), kind)
    if all(one.delayed for one in recipients if one.reason in FAILURES):
        return Kind.DELAY
    return (
        Kind.BOUNCE
        if kind is not Kind.COMPLAINT or Reason.FEEDBACK not in reasons
        else Kind.COMPLAINT
    )


def _together(explanations: list[Explanation]) -> Explanation:
    recipients = tuple(one for explanation in explanations for one in explanation.recipients)
    kinds = Counter(explanation.kind for explanation in explanations)
    kind = next((kind for kind in Kind if kinds[kind]), Kind.NOT_A_BOUNCE)
    title = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return Explanation(
        kind, f"{len(explanations)} messages: {title}.", recipients, len(explanations)
    )
