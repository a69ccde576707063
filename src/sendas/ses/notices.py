"""What SES tells about a mail it received: the notice of a receipt rule's action.

Two shapes, one meaning: the *notice* that an S3 action publishes to SNS (read
from an SNS record, or from an SQS record with or without SNS's envelope), and
the *event* that a Lambda action hands over.  SES's words are translated here,
once: ``mail.source`` is the reverse-path, ``receipt.recipients`` are the
forward-paths, and ``mail.destination`` is only what the To and Cc headers say.

Source: SES developer guide, "Contents of notifications for Amazon SES email
receiving" and "Contents of the event of a Lambda function".
"""

import json
import re

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sendas.errors import SendasError


SETUP_KEY = "AMAZON_SES_SETUP_NOTIFICATION"
"""The object SES writes to prove that it may write to a bucket; no mail."""

_SES_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
SET_UP_TEXTS = ("Successfully validated SNS topic", "You have successfully subscribed")
"""How what SES and SNS publish when a topic is set up begins."""
_MAX_SHOWN = 60
_MAIL, _RECEIPT = "mail", "receipt"
_Word = TypeVar("_Word", bound=StrEnum)


class MalformedNotice(SendasError):
    """The record is no notice of a received mail; *place* is the path of what is wrong."""

    def __init__(self, place: str, name: str, problem: str) -> None:
        self.place = f"{place}.{name}" if place and name else place or name
        self.problem = problem
        super().__init__(f"{self.place}: {problem}")


class Verdict(StrEnum):
    """What SES concluded of one question; a word we do not know is UNKNOWN, never FAIL."""

    PASS = "PASS"  # noqa: S105  SES's word
    FAIL = "FAIL"
    GRAY = "GRAY"
    """No signature, no policy, or not sure."""
    PROCESSING_FAILED = "PROCESSING_FAILED"
    DISABLED = "DISABLED"
    """Not asked: scanning is off in the receipt rule."""
    UNKNOWN = "UNKNOWN"


class DmarcPolicy(StrEnum):
    """What the author domain asks for when DMARC fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """SES's five verdicts about one mail."""

    spam: Verdict = Verdict.UNKNOWN
    virus: Verdict = Verdict.UNKNOWN
    spf: Verdict = Verdict.UNKNOWN
    dkim: Verdict = Verdict.UNKNOWN
    dmarc: Verdict = Verdict.UNKNOWN

    def words(self) -> dict[str, str]:
        """SES's words, by what they are about."""
        return {
            "spam": self.spam,
            "virus": self.virus,
            "spf": self.spf,
            "dkim": self.dkim,
            "dmarc": self.dmarc,
        }


@dataclass(frozen=True, slots=True)
class S3Object:
    """Where the mail lies."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One received mail, for the recipients that one receipt rule matched.

    *reverse_path* is empty when it is the null one.  *header_recipients* are
    what To and Cc say: for people only, never for delivery.  *dmarc_policy* is
    told only when DMARC failed.  *location* is None when a Lambda action told
    of the mail: then its S3 action's bucket and prefix must be known, and the
    key ends with the SES message id.
    """

    ses_message_id: str
    reverse_path: str
    forward_paths: tuple[str, ...]
    received_at: datetime
    verdicts: Verdicts = Verdicts()
    dmarc_policy: DmarcPolicy | None = None
    location: S3Object | None = None
    header_recipients: tuple[str, ...] = ()
    message_id: str = ""
    headers_truncated: bool = False

    def words(self) -> dict[str, str]:
        """SES's words for its verdicts, and for the policy that failed."""
        policy = {} if self.dmarc_policy is None else {"dmarc_policy": str(self.dmarc_policy)}
        return self.verdicts.words() | policy


@dataclass(frozen=True, slots=True)
class SetUpNotice:
    """SES or SNS proved that a bucket or a topic works: nothing to deliver."""

    what: str


class Origin(StrEnum):
    """Which service handed the record to the function."""

    SQS = "aws:sqs"
    SNS = "aws:sns"
    SES = "aws:ses"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a Lambda event, not yet read.

    *item_id* is what a partial batch response names when this one failed; it is
    empty unless SQS is the origin.  *place* is its path in the event.
    """

    origin: Origin
    place: str
    item_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def receives(self) -> int:
        """How often its queue has handed it out; 1 where it does not say."""
        attributes = self.content.get("attributes")
        told = attributes if isinstance(attributes, dict) else {}
        count = str(told.get("ApproximateReceiveCount", "1"))
        return int(count) if count.isascii() and count.isdigit() else 1


_ORIGINS = {one.value: one for one in Origin}
_VERDICTS = {one.value: one for one in Verdict}
_POLICIES = {one.value: one for one in DmarcPolicy}
"""Looked up: to call an enumeration costs ten times as much, and each mail has nine words."""
_DECODER = json.JSONDecoder(strict=False)
"""Not strict: a control character within a subject must not cost the mail."""


def records_of(event: Mapping[str, Any]) -> tuple[Record, ...]:
    """The records of a Lambda event, in order; what is inside is read one by one later.

    Raises:
        MalformedNotice: No event of SQS, SNS or SES at all.
    """
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        place = "Records"
        raise MalformedNotice(place, "", "no list of records: no event of SQS, SNS or SES")
    return tuple(_record(f"Records[{n}]", one) for n, one in enumerate(records))


def _record(place: str, content: object) -> Record:
    if not isinstance(content, dict):
        raise MalformedNotice(place, "", "not an object")
    # SNS alone writes EventSource; the others write eventSource.
    source = content.get("eventSource") or content.get("EventSource")
    origin = _word(_ORIGINS, source)
    if origin is None:
        raise MalformedNotice(place, "eventSource", f"unknown: {_shown(source)}")
    item_id = content.get("messageId")
    return Record(origin, place, item_id if isinstance(item_id, str) else "", content)


def read_notice(record: Record) -> Receipt | SetUpNotice:
    """What one record tells.

    Raises:
        MalformedNotice: It tells of no received mail, or not enough to deliver it.
    """
    content, place = record.content, record.place
    match record.origin:
        case Origin.SQS:
            return read_body(_string(content, "body", place), f"{place}.body")
        case Origin.SNS:
            sns = _mapping(content, "Sns", place)
            return _published(_string(sns, "Message", f"{place}.Sns"), f"{place}.Sns.Message")
        case Origin.SES:
            return _receipt(_mapping(content, "ses", place), f"{place}.ses")


def read_body(body: str, place: str = "body") -> Receipt | SetUpNotice:
    """What the body of an SQS message tells: SNS's envelope, or the notice itself.

    Raises:
        MalformedNotice: As `read_notice`.
    """
    value = _json(body, place)
    if value is None:
        return _published(body, place)
    if isinstance(value.get("Message"), str) and "mail" not in value:
        return _published(value["Message"], f"{place}.Message")
    return _notice(value, place)


def _published(text: str, place: str) -> Receipt | SetUpNotice:
    if text.startswith(SET_UP_TEXTS):
        return SetUpNotice(text.splitlines()[0][:_MAX_SHOWN])
    value = _json(text, place)
    if value is None:
        raise MalformedNotice(place, "", "not a JSON object")
    return _notice(value, place)


def _notice(value: Mapping[str, Any], place: str) -> Receipt | SetUpNotice:
    kind = value.get("notificationType")
    if kind == "AmazonSnsSubscriptionSucceeded":
        return SetUpNotice(kind)
    if kind != "Received":
        raise MalformedNotice(place, "notificationType", f"not Received but {_shown(kind)}")
    return _receipt(value, place)


def _receipt(value: Mapping[str, Any], place: str) -> Receipt | SetUpNotice:
    try:
        return _told(_mapping(value, _MAIL, ""), _mapping(value, _RECEIPT, ""))
    except MalformedNotice as error:
        # Only what is wrong needs its whole path.
        raise MalformedNotice(place, error.place, error.problem) from None


def _told(mail: Mapping[str, Any], receipt: Mapping[str, Any]) -> Receipt | SetUpNotice:
    location = _location(_mapping(receipt, "action", _RECEIPT))
    ses_message_id = _string(mail, "messageId", _MAIL)
    if ses_message_id == SETUP_KEY or (location and location.key.endswith(SETUP_KEY)):
        return SetUpNotice(SETUP_KEY)
    if not _SES_ID.fullmatch(ses_message_id):
        # It becomes part of object keys and log lines.
        raise MalformedNotice(_MAIL, "messageId", f"no id: {_shown(ses_message_id)}")
    common = mail.get("commonHeaders")
    message_id = common.get("messageId") if isinstance(common, dict) else None
    return Receipt(
        ses_message_id=ses_message_id,
        reverse_path=_reverse_path(_string(mail, "source", _MAIL)),
        forward_paths=_forward_paths(receipt.get("recipients")),
        received_at=_time(receipt.get("timestamp") or mail.get("timestamp")),
        verdicts=Verdicts(
            spam=_verdict(receipt.get("spamVerdict")),
            virus=_verdict(receipt.get("virusVerdict")),
            spf=_verdict(receipt.get("spfVerdict")),
            dkim=_verdict(receipt.get("dkimVerdict")),
            dmarc=_verdict(receipt.get("dmarcVerdict")),
        ),
        dmarc_policy=_policy(receipt.get("dmarcPolicy")),
        location=location,
        header_recipients=_strings(mail.get("destination")),
        message_id=message_id if isinstance(message_id, str) else "",
        headers_truncated=mail.get("headersTruncated") is True,
    )


def _reverse_path(text: str) -> str:
    # RFC 5321, 4.5.5: the null reverse-path is written <>.
    return text.strip().removeprefix("<").removesuffix(">").strip()


def _forward_paths(found: object) -> tuple[str, ...]:
    if not isinstance(found, list) or not found:
        raise MalformedNotice(_RECEIPT, "recipients", "nobody to deliver to")
    for number, one in enumerate(found):
        if not isinstance(one, str) or "@" not in one:
            raise MalformedNotice(_RECEIPT, f"recipients[{number}]", "no address")
    # The same one twice, from a sender's two RCPT commands, is one.
    return tuple(dict.fromkeys(found))


def _location(action: Mapping[str, Any]) -> S3Object | None:
    if action.get("type") != "S3":
        return None
    inside = "receipt.action"
    return S3Object(
        _string(action, "bucketName", inside),
        _string(action, "objectKey", inside),
    )


def _verdict(found: object) -> Verdict:
    status = found.get("status") if isinstance(found, dict) else None
    return _word(_VERDICTS, status) or Verdict.UNKNOWN


def _policy(text: object) -> DmarcPolicy | None:
    return _word(_POLICIES, text.lower()) if isinstance(text, str) else None


def _word(words: Mapping[str, _Word], text: object) -> _Word | None:
    return words.get(text) if isinstance(text, str) else None


def _time(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise MalformedNotice(_RECEIPT, "timestamp", f"no time with its zone: {_shown(text)}")
    return at


def _mapping(value: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    found = value.get(name)
    if not isinstance(found, dict):
        raise MalformedNotice(place, name, "missing")
    return found


def _string(value: Mapping[str, Any], name: str, place: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise MalformedNotice(place, name, "missing")
    return found


def _strings(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _json(text: str, place: str) -> dict[str, Any] | None:
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise MalformedNotice(place, "", "nested too deeply") from None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _shown(value: object) -> str:
    return repr(value)[:_MAX_SHOWN]
