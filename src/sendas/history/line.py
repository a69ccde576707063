"""One event as one line of JSON, in the owner's bucket by day.

At least once, out of order, late and doubled is how events come (FACTS 10): a
line's id is made of what it tells, so that the same event is the same line.
"""

import hashlib
import json

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum, auto

from sendas.errors import SendasError
from sendas.mail.canary import CANARY
from sendas.mail.mailboxes import parse_mailboxes
from sendas.ses.events import EventKind, SesEvent


SCHEMA = 1
_ID_CHARACTERS = 24
_HASH_CHARACTERS = 16
USER_TAG, LABEL_TAG = "sendas-user", "sendas-label"
"""The message tags by which our relay names the mailbox and the password that sent a mail."""
MAX_TEXT = 1000
"""Characters of a receiver's answer that are kept."""


class MalformedLine(SendasError):
    """A line that is none of ours."""


class Stream(StrEnum):
    """What the account sends for different reasons, told apart by header fields of ours."""

    OWN = auto()
    """What the owner, or a program, wrote."""
    FORWARD = auto()
    """A received mail on its way to its target."""
    CANARY = auto()
    """A probe of ours."""


class Addresses(StrEnum):
    """How addresses stand in the history."""

    WHOLE = auto()
    HASHED = auto()
    """The local-part as a hash: the same address can be found, and not read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event about one recipient.

    *mail* is SES's message id, *message_id* the client's own; *received* the SES
    id of the received mail of which this is the forward.  *at* and *sent_at* are
    UTC, ISO 8601 to the millisecond.  *credential* is who sent: an IAM user's name.
    """

    id: str
    at: str
    kind: str
    mail: str
    sent_at: str
    sender: str
    recipient: str
    stream: str = Stream.OWN
    message_id: str = ""
    received: str = ""
    credential: str = ""
    operation: str = ""
    source_ip: str = ""
    user_agent: str = ""
    outgoing_ip: str = ""
    detail: str = ""
    subtype: str = ""
    status: str = ""
    answer: str = ""
    """What the receiver's server, or SES, said."""
    remote: str = ""
    feedback_id: str = ""
    submitter: str = ""
    """Whose password sent it through our relay, as ``me@example.com/gmail``; a network's name."""

    @property
    def day(self) -> str:
        """The UTC day that it belongs to: that on which the mail was sent."""
        return self.sent_at[:10]


def lines_of(event: SesEvent, addresses: Addresses = Addresses.WHOLE) -> Iterator[Line]:
    """A line for each recipient that *event* is about."""
    if event.kind in {EventKind.OPEN, EventKind.CLICK, EventKind.SUBSCRIPTION, EventKind.RECEIVED}:
        return
    sent_at = stamp(event.sent_at or event.timestamp)
    at = stamp(event.timestamp) or sent_at
    common = Line(
        id="",
        at=at,
        kind=event.kind.name.lower() if event.kind else "other",
        mail=event.message_id,
        sent_at=sent_at,
        sender=_address(event.reverse_path),
        recipient="",
        stream=_stream(event),
        message_id=event.client_message_id,
        received=event.header("X-Sendas-Id"),
        credential=event.tag("ses:caller-identity"),
        operation=event.tag("ses:operation"),
        source_ip=event.tag("ses:source-ip"),
        user_agent=(event.header("User-Agent") or event.header("X-Mailer"))[:100],
        outgoing_ip=event.tag("ses:outgoing-ip"),
        detail=event.kind_detail,
        subtype=event.subtype,
        remote=event.remote_mta or event.reporting_mta,
        feedback_id=event.feedback_id,
        submitter="/".join(filter(None, (event.tag(USER_TAG), event.tag(LABEL_TAG)))),
    )
    recipients = event.recipients or ()
    told = [(one.address, one.status, one.diagnostic or event.smtp_response) for one in recipients]
    for address, status, answer in told or [(one, "", "") for one in event.forward_paths]:
        line = replace(common, recipient=address, status=status, answer=answer[:MAX_TEXT])
        line = replace(line, id=_id(line))
        yield hashed(line) if addresses is Addresses.HASHED else line


def _address(source: str) -> str:
    """The address alone: SES's word for the sender can have a name before it, as From has."""
    boxes = parse_mailboxes(source)
    return boxes[0].address if len(boxes) == 1 and boxes[0].address else source


def _stream(event: SesEvent) -> Stream:
    if event.header(CANARY):
        return Stream.CANARY
    return Stream.FORWARD if event.header("X-Sendas-Forwarded") else Stream.OWN


def _id(line: Line) -> str:
    """The same for the same event however it came: also by both of SES's channels."""
    text = "\0".join((line.mail, line.kind, line.recipient.lower(), line.at[:19], line.detail))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_CHARACTERS]


def hashed(line: Line) -> Line:
    """The line with addresses that can be found and not read; a receiver's answer without them."""
    answer = line.answer
    for address in filter(None, (line.recipient, line.sender)):
        answer = answer.replace(address, hash_address(address))
    return replace(
        line,
        sender=hash_address(line.sender),
        recipient=hash_address(line.recipient),
        answer=answer,
        submitter=_hashed_submitter(line.submitter),
    )


def _hashed_submitter(submitter: str) -> str:
    mailbox, slash, label = submitter.rpartition("/")
    return f"{hash_address(mailbox)}{slash}{label}"


def hash_address(address: str) -> str:
    """``h-<16 hex>@example.net``: by the address in lower case; empty stays empty."""
    local, at, domain = address.lower().rpartition("@")
    if not at or _is_hash(local):
        return address
    mark = hashlib.sha256(address.lower().encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"h-{mark}@{domain}"


def _is_hash(local: str) -> bool:
    return local.startswith("h-") and len(local) == 2 + _HASH_CHARACTERS


def stamp(text: str) -> str:
    """SES's time as UTC, ISO 8601 to the millisecond; empty where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return stamp_of(at if at.tzinfo else at.replace(tzinfo=UTC))


def stamp_of(at: datetime) -> str:
    """A moment as UTC, ISO 8601 to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_line(line: Line) -> bytes:
    """The line with its line end; what is empty is left out."""
    shown = {name: value for name, value in asdict(line).items() if value}
    return json.dumps({"v": SCHEMA, **shown}, separators=(",", ":")).encode("ascii") + b"\n"


_FIELDS = frozenset(field.name for field in fields(Line))
_NEEDED = ("id", "at", "kind", "mail", "sent_at")


def read_line(raw: bytes) -> Line:
    """Read one line; fields that a later release added are passed over.

    Raises:
        MalformedLine: It is none of ours.
    """
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("v") != SCHEMA:
        msg = "no line of the history"
        raise MalformedLine(msg)
    given = {name: value[name] for name in _FIELDS & value.keys()}
    if not all(isinstance(one, str) for one in given.values()) or not all(map(given.get, _NEEDED)):
        msg = "a line of the history lacks something"
        raise MalformedLine(msg)
    return Line(**{"sender": "", "recipient": "", **given})


def merged(contents: Iterator[bytes]) -> bytes:
    """Several files of one day as one: each line once, by time; what cannot be read stays."""
    known: dict[str, Line] = {}
    strange: dict[bytes, None] = {}
    for content in contents:
        for raw in content.splitlines():
            try:
                line = read_line(raw)
            except MalformedLine:
                strange[raw] = None
                continue
            known[line.id] = line
    ordered = sorted(known.values(), key=lambda line: (line.at, line.id))
    return b"".join([*map(write_line, ordered), *(raw + b"\n" for raw in strange if raw)])
