"""What AWS's answers say: errors in XML (S3, SES v1) and JSON (SES v2, SQS), lists in XML.

The few elements that are needed are looked up in the text: an XML parser would
be the dearest import of a cold function.  S3 and SES escape what is inside.
"""

import json
import re

from dataclasses import dataclass

from sendas.aws.http_client import Reply


_XML_CODE = re.compile(rb"<Code>([^<]*)</Code>")
_XML_TEXT = re.compile(rb"<Message>([^<]*)</Message>", re.DOTALL)
_CONTENTS = re.compile(rb"<Contents>.*?</Contents>", re.DOTALL)
_KEY, _SIZE, _MODIFIED = (
    re.compile(rb"<%s>([^<]*)</%s>" % (name, name)) for name in (b"Key", b"Size", b"LastModified")
)
_SENT = re.compile(rb"<DeliveryAttempts>([0-9]{1,15})</DeliveryAttempts>")
_BOUNCED = re.compile(rb"<Bounces>([0-9]{1,15})</Bounces>")
_XML_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing."""

    key: str
    size: int
    modified: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Of one quarter of an hour: how many mails were sent, and how many came back."""

    attempts: int
    bounces: int


def said(reply: Reply) -> tuple[str, str]:
    """AWS's code and sentence, from XML (S3, SES v1) or JSON (SES v2, SQS)."""
    body = reply.body
    if body.lstrip()[:1] == b"{":
        return _said_in_json(reply, body)
    code, text = _XML_CODE.search(body), _XML_TEXT.search(body)
    return (xml_text(code[1]) if code else "", xml_text(text[1]) if text else "")


def _said_in_json(reply: Reply, body: bytes) -> tuple[str, str]:
    try:
        said = json.loads(body)
    except ValueError:
        said = {}
    kind = reply.headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or ""
    # With the service's name before # (SQS), or an address after the colon (SES).
    code = str(kind).partition(":")[0].rpartition("#")[2]
    return code, str(said.get("message") or said.get("Message") or "")


def xml_text(raw: bytes) -> str:
    """The text of an element, its entities resolved."""
    text = raw.decode("utf-8", "replace")
    if "&" in text:
        for entity, character in _XML_ENTITIES:
            text = text.replace(entity, character)
    return text


def listed(body: bytes) -> list[Listed]:
    """The objects in S3's answer to ListObjectsV2."""
    return taken_out(body)[0]


def taken_out(body: bytes) -> tuple[list[Listed], bytes]:
    """The same, and the answer without those that could be read."""
    found = []

    def take(entry: re.Match[bytes]) -> bytes:
        key, size, modified = (one.search(entry[0]) for one in (_KEY, _SIZE, _MODIFIED))
        if not (key and size and modified):
            return entry[0]
        found.append(Listed(xml_text(key[1]), int(size[1]), modified[1].decode()))
        return b""

    rest = _CONTENTS.sub(take, body)
    return found, rest


def sent_lately(body: bytes) -> tuple[Sent, ...] | None:
    """The points in SES's answer to GetSendStatistics; None when it is no such answer.

    In no order: one for each quarter of an hour of two weeks in which something was sent
    (SES API v1, GetSendStatistics).
    """
    if b"<GetSendStatisticsResponse" not in body or b"</GetSendStatisticsResponse>" not in body:
        return None
    found = []
    for point in re.findall(rb"<member>(.*?)</member>", body, re.DOTALL):
        attempts, bounces = _SENT.search(point), _BOUNCED.search(point)
        if attempts is None or bounces is None:
            return None
        found.append(Sent(int(attempts[1]), int(bounces[1])))
    return tuple(found)
