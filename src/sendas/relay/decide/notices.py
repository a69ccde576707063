"""Delivery status notifications about mail that was taken and did not go on (RFC 3461, 3464).

They go to the mail's reverse-path and to nobody if that is null (RFC 5321, 4.5.5).  SES
writes its own reverse-path over every mail, so ours is not null on the wire, as RFC 3464, 2
wants it; Auto-Submitted (RFC 3834) keeps robots from answering, and no notice is made about
a notice.
"""

import email
import email.policy
import email.utils

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from enum import StrEnum

from sendas.mail.headers import read_head
from sendas.relay.decide.verdict import explained
from sendas.ses.hold import HOLDS, Hold


MAX_RETURNED = 102_400
"""Bytes of a mail that goes back whole where the client did not say (RFC 3461, 4.3)."""


class Kind(StrEnum):
    """What is told; the action is RFC 3464's (2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    UNCERTAIN = "uncertain"
    """Told as failed: nobody answered whether it went, twice."""
    EXPIRED = "expired"
    RELAYED = "relayed"
    """SES has it, and tells nobody of success by DSN (RFC 3461, 5.2.2 c)."""


@dataclass(frozen=True, slots=True)
class About:
    """One recipient that is told about; *notify* and *orcpt* as the client gave them."""

    recipient: str
    notify: frozenset[str] = frozenset()
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that is told about."""

    token: str
    reverse_path: str
    accepted_at: datetime
    envid: str = ""
    ret: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who tells: the relay's name, the address in From, SES's host in this Region."""

    host: str
    address: str
    remote: str


def wanted(about: Sequence[About], kind: Kind) -> tuple[About, ...]:
    """Those of *about* whose client wants to hear (RFC 3461, 4.1).

    Without a wish: of failures and delays.
    """
    word = _WORDS.get(kind, "FAILURE")
    return tuple(
        one for one in about if word in one.notify or (not one.notify and word != "SUCCESS")
    )


_WORDS = {Kind.DELAYED: "DELAY", Kind.RELAYED: "SUCCESS"}


def make_notice(  # noqa: PLR0913, PLR0917  one notice has these parts
    kind: Kind,
    original: Original,
    about: Sequence[About],
    said: str,
    reporter: Reporter,
    now: datetime,
    *,
    hold: Hold | None = None,
    until: datetime | None = None,
) -> bytes:
    """The DSN to *original*'s reverse-path; *said* is SES's code and sentence, empty without one.

    *until* is when it is given up, for a delay.
    """
    whole = MIMEMultipart("report", boundary=f"=_{original.token}", policy=email.policy.SMTP)
    whole.set_param("report-type", "delivery-status")
    whole["From"] = f'"Mail relay {reporter.host}" <{reporter.address}>'
    whole["To"] = original.reverse_path
    whole["Subject"] = _SUBJECTS[kind]
    whole["Date"] = email.utils.format_datetime(now)
    whole["Message-ID"] = f"<{original.token}.{kind}.{int(now.timestamp())}@{reporter.host}>"
    whole["Auto-Submitted"] = "auto-replied"
    whole.attach(_text(_words(kind, original, about, said, hold, until)))
    whole.attach(_status(kind, original, about, said, reporter, now, until))
    whole.attach(_returned(original, kind))
    before, mark, behind = whole.as_bytes(policy=email.policy.SMTP).rpartition(
        _place_of(original).encode("ascii")
    )
    return b"".join((before, original.content if mark else b"", behind))


_SUBJECTS = {
    Kind.FAILED: "Not delivered: your mail was refused",
    Kind.DELAYED: "Delayed: your mail has not gone out yet",
    Kind.UNCERTAIN: "Not certain: whether your mail went out is not known",
    Kind.EXPIRED: "Not delivered: your mail could not be sent in time",
    Kind.RELAYED: "Handed on: Amazon SES has taken your mail",
}


def _words(  # noqa: PLR0913, PLR0917  as `make_notice`
    kind: Kind,
    original: Original,
    about: Sequence[About],
    said: str,
    hold: Hold | None,
    until: datetime | None,
) -> str:
    names = "\n".join(f"  {one.recipient}" for one in about)
    lines = [f"Your mail of {original.accepted_at:%Y-%m-%d %H:%M} UTC to", names, ""]
    match kind:
        case Kind.FAILED:
            found, _ = explained(said, about[0].recipient)
            lines += ["was refused by Amazon SES, for good.", "", found.explanation]
            lines += [f"- {one.text}" for one in found.help]
        case Kind.DELAYED:
            lines += ["has not gone out yet; nothing is lost, and it is tried again."]
            if hold:
                lines += ["", f"It waits because {HOLDS[hold]}.", _UNTIL_MENDED]
            elif until:
                lines += [f"It is given up on {until:%Y-%m-%d at %H:%M} UTC."]
        case Kind.UNCERTAIN:
            lines += [
                "may have gone out, or may not: it was handed to Amazon SES twice, and neither",
                "time an answer came back. It is not tried again. Ask the recipient, or look at",
                "`sendas trace`, before you send it again.",
            ]
        case Kind.EXPIRED:
            lines += ["could not be handed to Amazon SES in time, and is not tried again."]
        case Kind.RELAYED:
            lines += [
                "was taken by Amazon SES, which delivers it and tells no success by mail.",
                "`sendas trace` shows what became of it.",
            ]
    if said:
        what = "Amazon SES calls it" if kind is Kind.RELAYED else "Amazon SES said:"
        lines += ["", f"{what} {said}"]
    lines += ["", f"Queue id: {original.token}"]
    return "\n".join(lines) + "\n"


_UNTIL_MENDED = "It goes out by itself once that is mended, and is not given up meanwhile."


def _text(text: str) -> MIMEText:
    if text.isascii():
        return MIMEText(text, "plain", "us-ascii")
    return MIMEText(text, "plain", "utf-8")


def _status(  # noqa: PLR0913, PLR0917  as `make_notice`
    kind: Kind,
    original: Original,
    about: Sequence[About],
    said: str,
    reporter: Reporter,
    now: datetime,
    until: datetime | None,
) -> MIMEBase:
    message = Message()
    if original.envid:
        message["Original-Envelope-Id"] = _one_line(original.envid)
    message["Reporting-MTA"] = f"dns; {reporter.host}"
    message["Arrival-Date"] = email.utils.format_datetime(original.accepted_at)
    part = MIMEBase("message", "delivery-status")
    groups: list[Message | str] = [message]
    for one in about:
        group = Message()
        if one.orcpt:
            group["Original-Recipient"] = _one_line(one.orcpt)
        group["Final-Recipient"] = f"rfc822; {one.recipient}"
        group["Action"] = _ACTIONS.get(kind, "failed")
        group["Status"] = _code(kind, said, one.recipient)
        if said:
            group["Remote-MTA"] = f"dns; {reporter.remote}"
            group["Diagnostic-Code"] = f"smtp; {_diagnostic(kind, said, one.recipient)}"
        group["Last-Attempt-Date"] = email.utils.format_datetime(now)
        if until and kind is Kind.DELAYED:
            group["Will-Retry-Until"] = email.utils.format_datetime(until)
        groups.append(group)
    part.set_payload(groups)
    return part


_ACTIONS = {Kind.DELAYED: "delayed", Kind.RELAYED: "relayed"}


def _code(kind: Kind, said: str, recipient: str) -> str:
    match kind:
        case Kind.FAILED:
            return explained(said, recipient)[1]
        case Kind.DELAYED:
            return "4.4.7"  # RFC 3463: delivery time expired, here not yet for good
        case Kind.UNCERTAIN:
            return "4.4.2"  # RFC 3463: bad connection
        case Kind.EXPIRED:
            return "5.4.7"
        case Kind.RELAYED:
            return "2.0.0"


def _diagnostic(kind: Kind, said: str, recipient: str) -> str:
    """SES's API error as its SMTP door words it: readers of DSNs know that."""
    code = {Kind.FAILED: "554", Kind.RELAYED: "250"}.get(kind, "454")
    return _one_line(f"{code} {_code(kind, said, recipient)} {said}")[:900]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() and c.isascii() else "?" for c in text).split())


def _place_of(original: Original) -> str:
    """What stands for the mail that goes back, byte for byte: email's generator raises on some.

    No client knows the token before.
    """
    return f"=_original_{original.token}"


def _returned(original: Original, kind: Kind) -> MIMEBase:
    content = original.content
    # RFC 3461, 4.3: RET is about failures only.
    whole = kind not in {Kind.DELAYED, Kind.RELAYED} and (
        original.ret == "FULL" or (not original.ret and len(content) <= MAX_RETURNED)
    )
    if whole and len(content) <= 10 * MAX_RETURNED:
        part = MIMEBase("message", "rfc822")
        part.set_payload(_place_of(original))
        return part
    # RFC 6522, 4: text/rfc822-headers.
    part = MIMEBase("text", "rfc822-headers")
    raw = content[: read_head(content).end].replace(b"\r\n", b"\n")
    part.set_payload(raw.decode("ascii", "surrogateescape"))
    return part
