"""What the owner is told by mail: of a mail not forwarded, of each day's quarantine, of a stop.

Plain text, from the forwarding address, never in answer to anybody, and marked
as written by a machine so that no machine answers (RFC 3834, 5).  Names and
subjects come from strangers: they are shown on one line each, with ``@`` as a
word and with nothing that a mail reader would make a link of.
"""

import re

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sendas.forward.author import is_as_read, phrase, reply_to_field, shown_name, without_at
from sendas.forward.decision import ANSWERS, OF_AN_ANSWER, Notify, Reason
from sendas.mail.address import is_plain_address
from sendas.mail.lines import base64_lines
from sendas.mail.mailboxes import Mailbox


_EOL = b"\r\n"
_NAME = "sendas"
MAX_LISTED = 200
"""Mails that one digest describes."""
_LIST_ALL = "sendas mail list --only quarantined"

# Where a blank goes in, so that no reader sees a link: in a scheme, in a name of a Windows server,
# and before each dot of a domain name or an IP address, but not before that of a number.
_LINKED = re.compile(
    r"(?<=:)(?=//)|(?<=[^\W\d]:)(?=\S)|(?<=\\)(?=\\)"
    r"|(?<=\S)(?=\.(?:[^\W\d]|\d+\.))|(?<=[^\s\d])(?=\.\d)"
    r"|(?<=\S)(?=[\u3002\uff0e\uff61][A-Za-z0-9])"
)
# An address that every reader takes for one as a whole; "evil.example/x@…" would be a link.
_PLAIN_LOCAL = re.compile(r"(?!www\.)[a-z0-9._+=-]+@", re.IGNORECASE)

_FETCH = "Fetch it by the link, or: sendas mail show --raw {id} > mail.eml"
_WHAT_TO_DO = {
    Reason.NO_ROUTE: "Give the address a route, then: sendas mail redeliver {id}",
    Reason.FORWARDING_ADDRESS: "Answer to the author's own address instead.",
    Reason.TOO_BIG: _FETCH,
    Reason.REFUSED_CONTENT: _FETCH,
    Reason.NOT_THE_OWNER: "If you did write it, send it: sendas mail release {id}",
    Reason.BAD_ALIAS: "Write to an alias that sendas reply address makes.",
    Reason.LEAK: "To send it to the aliases all the same: sendas mail release {id}",
    Reason.AUTOMATIC_ANSWER: "To send it all the same: sendas mail release {id}",
    Reason.SUPPRESSED: "sendas suppression remove ADDRESS, then: sendas mail redeliver {id}",
    Reason.MAILBOX_PAUSED: "sendas reply resume MAILBOX, then: sendas mail release {id}",
    Reason.ANSWER_REFUSED: "Change what SES does not take, and answer again.",
    Reason.ANSWER_UNCONFIRMED: "Ask whether it came before you answer again.",
    Reason.REFUSED_LATER: "The whole report: sendas bounce, or: sendas mail show {id}",
    Reason.REFUSED_TARGET: "Mend the target, then: sendas mail redeliver {id}",
}


_FIRST = {
    Reason.REFUSED_LATER: "A mail was forwarded, and refused afterwards. This report came back:",
    Reason.UNCONFIRMED: "Whether a mail for you was forwarded, nobody knows:",
    Reason.ANSWER_UNCONFIRMED: "Whether an answer in your name was sent, nobody knows:",
}
_TITLE = {Reason.UNCONFIRMED: "Perhaps forwarded", Reason.ANSWER_UNCONFIRMED: "Perhaps sent"}


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
    yours = notify.reason in OF_AN_ANSWER
    title = _TITLE.get(notify.reason, "Not sent" if yours else "Not forwarded")
    subject = f"{title}: {line_of(about.subject) or '(no subject)'}"
    first = _FIRST.get(notify.reason) or (
        "An answer in your name was not sent:" if yours else "A mail for you was not forwarded:"
    )
    lines = [first, ""]
    lines += _about(about, notify.forward_paths)
    lines += [f"Why:      {line_of(notify.why)}", ""]
    if notify.targets and notify.reason not in ANSWERS:
        lines += [f"It should have gone to {', '.join(notify.targets)}.", ""]
    if link is not None:
        lines += [
            f"The original, until {link.until:%Y-%m-%d %H:%M %Z} at the latest:",
            link.url,
            "",
        ]
    advice = _WHAT_TO_DO.get(notify.reason, "It is kept: sendas mail show {id}")
    lines.append(advice.format(id=about.ses_message_id))
    reply_to = reply_to_field(about.authors, _EOL)
    return letter(notify.notice_address, notify.from_address, subject, lines, now, reply_to)


def told_beside(notify: Notify, about: About, now: datetime) -> bytes:
    """The mail about one that goes out: what the owner should know of it besides."""
    subject = line_of(about.subject) or "(no subject)"
    if notify.reason is Reason.COMPOSED:
        lines = [
            "You wrote by mail to an address that has an alias now:",
            "",
            *notify.targets,
            "",
            "Write to that alias next time, from any program; answering this mail does it, too.",
        ]
        boxes = tuple(Mailbox("", one) for one in notify.targets)
        title, reply_to = f"Aliases: {subject}", reply_to_field(boxes, _EOL)
    else:
        lines = [
            "A signed mail of yours goes out as it is:",
            "",
            *_about(about, notify.forward_paths),
            f"But:      {line_of(notify.why)}",
            "",
            "Signing changes nothing of who you are at the mailbox: its own mail is signed with",
            "DKIM. To keep the address to yourself, send without your signature and your key, or",
            "get a certificate for the mailbox.",
        ]
        title, reply_to = f"Your signature shows your address: {subject}", b""
    return letter(notify.notice_address, notify.from_address, title, lines, now, reply_to)


@dataclass(frozen=True, slots=True)
class Beyond:
    """How many of the day's marks a digest does not tell of by name."""

    uncounted: int = 0
    """Not read, since there were so many: some may be other owners'."""
    unread: int = 0
    """Not understood."""


def digest(
    kept: Sequence[Kept],
    notice_address: str,
    from_address: str,
    now: datetime,
    beyond: Beyond = Beyond(),
) -> bytes:
    """The mail that lists what was put into quarantine on one day, or the first of it."""
    count = f"{len(kept)} mail{'s' if len(kept) != 1 else ''}"
    lines = [f"{count} kept back; nothing of it is lost.", ""]
    if beyond.uncounted:
        lines.append(f"{beyond.uncounted} more were kept back that day and are not counted here.")
    if beyond.unread:
        lines.append(f"What is noted of {beyond.unread} more cannot be read.")
    if len(kept) <= MAX_LISTED and beyond != Beyond():
        lines += ["All of them:", _LIST_ALL, ""]
    if len(kept) > MAX_LISTED:
        lines += [f"The first {MAX_LISTED} follow; all of them:", _LIST_ALL, ""]
    for one in kept[:MAX_LISTED]:
        lines += _about(one.about, one.forward_paths)
        lines += [
            f"Why:      {line_of(one.why)}",
            _way_out(one),
        ]
        lines.append("")
    subject = f"Quarantine: {count}"
    return letter(notice_address, from_address, subject, lines, now, b"")


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
    return letter(notice_address, from_address, "Forwarding has stopped", lines, now, b"")


def flood(why: str, notice_address: str, from_address: str, now: datetime) -> bytes:
    """The mail that tells of more mail in an hour than the limits let on."""
    lines = [
        "Some mail for you is kept, not forwarded:",
        f"{line_of(why)}.",
        "",
        "So much at once is most often an attack: many lists made to write to you, to hide one",
        "mail among them. What is forwarded also uses up what you may send in a day.",
        "",
        "Nothing is lost: each mail is in quarantine, and the daily digest lists it. Forwarding",
        "goes on by itself in the next hour.",
        "",
        "See what is kept:   sendas mail list",
        "Have one all the same:   sendas mail release ID",
        "Move the limits:   max_per_hour_address and max_per_hour_domain, in sendas.toml",
        "",
        "You get this letter once a day as long as mail is kept for this reason.",
    ]
    return letter(notice_address, from_address, "Too much mail: kept", lines, now, b"")


def _about(about: About, forward_paths: Sequence[str]) -> Iterator[str]:
    yield f"From:     {_who(about.authors)}"
    yield f"Subject:  {line_of(about.subject) or '(none)'}"
    yield f"For:      {', '.join(map(_ours, forward_paths))}"
    yield f"Received: {about.received_at:%Y-%m-%d %H:%M:%S %Z}, {about.size:,} bytes"


def _way_out(one: Kept) -> str:
    if one.reason is Reason.VIRUS:
        # SES takes no mail with a virus to send on (SES guide, "Rejected").
        return f"Fetch:    sendas mail show --raw {one.about.ses_message_id} > mail.eml"
    return f"Release:  sendas mail release {one.about.ses_message_id}"


def line_of(text: str) -> str:
    """One line of a stranger's text that no reader turns into a link."""
    return _LINKED.sub(" ", without_at(text))


def _who(authors: Sequence[Mailbox]) -> str:
    """The author as a line; of all dotted names only the domain of the address stays whole."""
    shown = line_of(shown_name(authors))
    domain = authors[0].address.rpartition("@")[2] if authors else ""
    if not is_plain_address(f"x@{domain}") or domain.lower().startswith("www."):
        return shown
    before, found, behind = shown.rpartition(f" at {line_of(domain)}")
    return f"{before} at {domain}{behind}" if found else shown


def _ours(forward_path: str) -> str:
    """An address of ours, to be copied from the letter; a stranger chose what is before the @."""
    usable = is_plain_address(forward_path) and _PLAIN_LOCAL.match(forward_path)
    return forward_path if usable else line_of(forward_path)


def letter(  # noqa: PLR0913, PLR0917  the fields of a mail
    to: str, sender: str, subject: str, lines: Sequence[str], now: datetime, reply_to: bytes = b""
) -> bytes:
    """A mail of ours to the owner, whole."""
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
    return _EOL.join(head) + _EOL + reply_to + _EOL + base64_lines(body, _EOL)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(now: datetime) -> bytes:
    """RFC 5322, 3.3; strftime would write the day in the machine's language."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    zone = now.strftime("%z") or "-0000"
    return f"{day}, {now.day} {month} {now:%Y %H:%M:%S} {zone}".encode("ascii")


def _text(text: str) -> bytes:
    """Unstructured text: as it is when ASCII and nothing to decode, else encoded words."""
    if is_as_read(text):
        return text.encode("ascii")
    return phrase(text, _EOL)
