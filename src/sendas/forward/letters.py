"""What the owner is told by mail: of a mail not forwarded, of each day's quarantine, of a stop.

Plain text, from the forwarding address, never in answer to anybody, and marked
as written by a machine so that no machine answers (RFC 3834, 5).  Names and
subjects come from strangers: they are shown on one line each, with ``@`` as a
word and with nothing that a mail reader would make a link of.
"""

import binascii

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sendas.forward.author import phrase, reply_to_field, shown_name
from sendas.forward.decision import Notify, Reason
from sendas.mail.mailboxes import Mailbox


_EOL = b"\r\n"
_NAME = "sendas"
_BASE64_LINE = 57
"""Bytes that give a line of 76 (RFC 2045, 6.8)."""

_WHAT_TO_DO = {
    Reason.NO_ROUTE: "Give the address a route, then: sendas mail redeliver {id}",
    Reason.FORWARDING_ADDRESS: "Answer to the author's own address instead.",
    Reason.TOO_BIG: "Fetch it by the link, or: sendas mail show {id}",
    Reason.REFUSED_CONTENT: "Fetch it by the link, or: sendas mail show {id}",
    Reason.REFUSED_TARGET: "Mend the target, then: sendas mail redeliver {id}",
}


@dataclass(frozen=True, slots=True)
class About:
    """The mail a letter is about.  *subject* is decoded and on one line."""

    ses_message_id: str
    received_at: datetime
    authors: tuple[Mailbox, ...]
    subject: str
    size: int


@dataclass(frozen=True, slots=True)
class Link:
    """A private way to the original, and when it ends."""

    url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail in the quarantine."""

    about: About
    reason: Reason
    why: str
    forward_paths: tuple[str, ...]


def notice(notify: Notify, about: About, now: datetime, link: Link | None = None) -> bytes:
    """The mail that tells of one that was not forwarded."""
    subject = f"Not forwarded: {_line(about.subject) or '(no subject)'}"
    lines = ["A mail for you was not forwarded:", ""]
    lines += _about(about, notify.forward_paths)
    lines += [f"Why:      {notify.why}", ""]
    if notify.targets:
        lines += [f"It should have gone to {', '.join(notify.targets)}.", ""]
    if link is not None:
        lines += [f"The original, until {link.until:%Y-%m-%d %H:%M %Z}:", link.url, ""]
    advice = _WHAT_TO_DO.get(notify.reason, "It is kept: sendas mail show {id}")
    lines.append(advice.format(id=about.ses_message_id))
    reply_to = reply_to_field(about.authors, _EOL)
    return _letter(notify.notice_address, notify.from_address, subject, lines, now, reply_to)


def digest(kept: Sequence[Kept], notice_address: str, from_address: str, now: datetime) -> bytes:
    """The mail that lists what was put into quarantine since the last one."""
    count = f"{len(kept)} mail{'s' if len(kept) != 1 else ''}"
    lines = [f"{count} kept back since the last digest; nothing of it is lost.", ""]
    for one in kept:
        lines += _about(one.about, one.forward_paths)
        lines += [
            f"Why:      {one.why}",
            f"Release:  sendas mail release {one.about.ses_message_id}",
        ]
        lines.append("")
    subject = f"Quarantine: {count}"
    return _letter(notice_address, from_address, subject, lines, now, b"")


def stopped(
    why: str, limit: float, notice_address: str, from_address: str, now: datetime
) -> bytes:
    """The mail that tells that nothing is forwarded any more; *limit* is in percent."""
    lines = [
        "Mail for you is kept, not forwarded:",
        f"{why}.",
        "",
        f"The limit is {limit:g} % over two weeks. AWS reviews accounts at 5 % and stops them at",
        "10 %, all your sending included. What bounced is most often forwarded spam that",
        "the mailbox refused, or a target that does not exist any more.",
        "",
        "Nothing is lost: each mail is in quarantine, and the daily digest lists it.",
        "Forwarding goes on by itself once the rate is below the limit.",
        "",
        "See what is kept:   sendas mail list",
        "Have one all the same:   sendas mail release ID",
        "Move the limit:   stop_at_bounce_percent, among the limits of your routes",
        "",
        "You get this letter once a day as long as mail is kept for this reason.",
    ]
    return _letter(notice_address, from_address, "Forwarding has stopped", lines, now, b"")


def _about(about: About, forward_paths: Sequence[str]) -> Iterator[str]:
    yield f"From:     {shown_name(about.authors)}"
    yield f"Subject:  {_line(about.subject) or '(none)'}"
    yield f"For:      {', '.join(map(_line, forward_paths))}"
    yield f"Received: {about.received_at:%Y-%m-%d %H:%M:%S %Z}, {about.size:,} bytes"


def _line(text: str) -> str:
    """One line of a stranger's text that no reader turns into a link."""
    return " ".join(text.replace("://", ": //").split())


def _letter(  # noqa: PLR0913, PLR0917  the fields of a mail
    to: str, sender: str, subject: str, lines: Sequence[str], now: datetime, reply_to: bytes
) -> bytes:
    head = (
        b"From: " + phrase(_NAME, _EOL) + b" <" + sender.encode("ascii") + b">",
        b"To: " + to.encode("ascii"),
        b"Subject: " + _text(subject),
        b"Date: " + _date(now),
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: base64",
    )
    body = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")
    return _EOL.join(head) + _EOL + reply_to + _EOL + _base64(body)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(now: datetime) -> bytes:
    """RFC 5322, 3.3; strftime would write the day in the machine's language."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    zone = now.strftime("%z") or "-0000"
    return f"{day}, {now.day} {month} {now:%Y %H:%M:%S} {zone}".encode("ascii")


def _text(text: str) -> bytes:
    """Unstructured text: as it is when ASCII, else encoded words."""
    if text.isascii() and text.isprintable():
        return text.encode("ascii")
    return phrase(text, _EOL)


def _base64(body: bytes) -> bytes:
    starts = range(0, len(body), _BASE64_LINE)
    encoded = (binascii.b2a_base64(body[at : at + _BASE64_LINE], newline=False) for at in starts)
    return b"".join(line + _EOL for line in encoded)
