"""From what was submitted to what leaves: header changes and signatures.

Source: FACTS 7.1 (SES guide, "Header fields"; API reference, SendRawEmail):
Message-ID and Date are replaced, Return-Path and Bcc go, SES's control headers
are obeyed and removed, Feedback-ID is added, and two signatures go on top: the
identity's and one by amazonses.com.
"""

import base64
import hashlib
import uuid

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import dkim

from sendas.ses.regions import Region
from sendas_lab.ses import hosts
from sendas_lab.ses.addresses import domain_of
from sendas_lab.ses.dkim_keys import OWN, private_key, record
from sendas_lab.ses.identities import candidates, identity_for
from sendas_lab.ses.message import Message
from sendas_lab.ses.region_state import Dkim, Identity, RegionState, Status


OWN_SELECTOR = "ug7nbtf4gccmlpwj322ax3p6ow6yfsug"
"""The selector of ``d=amazonses.com`` in the lab."""
_OWN_DOMAIN = "amazonses.com"

CONTROL = frozenset(
    {
        "x-ses-configuration-set", "x-ses-message-tags", "x-ses-source-arn", "x-ses-from-arn",
        "x-ses-return-path-arn",
    }
)  # fmt: skip
_REPLACED = CONTROL | {"message-id", "date", "return-path", "bcc", "feedback-id"}
_SIGNED = (
    b"reply-to", b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"mime-version",
    b"content-type", b"content-transfer-encoding", b"in-reply-to", b"references",
)  # fmt: skip


def own_key_records() -> hosts.Published:
    """Where the key behind ``d=amazonses.com`` is published."""
    name = f"{OWN_SELECTOR}._domainkey.{_OWN_DOMAIN}"
    return {(name, "TXT"): (record(private_key(OWN)),)}


def new_message_id(region: Region) -> str:
    """SES's id: a prefix for the Region, then what looks like a UUID, then zeros (W)."""
    prefix = {"us-east-1": "0100", "us-west-2": "0101", "eu-west-1": "0102"}.get(region, "010f")
    digits = uuid.uuid4().hex
    return f"{prefix}{digits[:12]}-{uuid.uuid4()}-000000"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message as it leaves, but for the recipient."""

    content: bytes
    mail_from_domain: str
    message: Message
    """What recipients see, without signatures."""


def prepare(
    state: RegionState, message: Message, author: str, message_id: str, now: datetime
) -> Leaving:
    """Change the header as SES does, and sign."""
    identity = identity_for(state, author)
    changed = message.without(lambda f: f.key in _REPLACED).with_below(
        (
            ("Message-ID", f"<{message_id}@{hosts.message_id_domain(state.region)}>"),
            ("Date", format_datetime(now)),
        )
    )
    signed = _signed(bytes(changed), *_signer(state, identity))
    feedback_id = _feedback_id(state.region, author)
    outgoing = f"{now:%Y.%m.%d}-{hosts.outbound_address(state.region)}"
    extra = b"".join(
        f"{name}: {value}\r\n".encode()
        for name, value in (("Feedback-ID", feedback_id), ("X-SES-Outgoing", outgoing))
    )
    head, _, body = signed.partition(b"\r\n\r\n")
    signed = head + b"\r\n" + extra + b"\r\n" + body
    return Leaving(signed_by_amazon(signed), mail_from_domain(state, identity), changed)


def signed_by_amazon(content: bytes) -> bytes:
    """With the signature of ``d=amazonses.com`` on top."""
    key = private_key(OWN)
    return _signature(content, OWN_SELECTOR, _OWN_DOMAIN, key, b"feedback-id") + content


def mail_from_domain(state: RegionState, identity: Identity | None) -> str:
    """The domain of the reverse-path: the custom one while its MX is right."""
    custom = identity.mail_from if identity else None
    if custom is not None and custom.checked.status is Status.SUCCESS:
        return custom.domain
    return hosts.default_mail_from(state.region)


def _feedback_id(region: Region, author: str) -> str:
    digest = base64.b64encode(hashlib.sha256(domain_of(author).encode()).digest()).decode()
    return f"::1.{region}.{digest}:AmazonSES"


def signing(state: RegionState, identity: Identity | None) -> tuple[Identity, Dkim] | None:
    """Whose DKIM a mail from *identity* gets; None: none of the owner's.

    An address identity whose own DKIM is switched on signs as its domain does;
    switched off, which it is from the start, it shadows the domain (FACTS 9).
    """
    if identity is None or not identity.dkim.signing_enabled:
        return None
    if identity.is_address:
        names = candidates(identity.name)[1:]
        domains = [state.identities[n] for n in names if n in state.identities]
        found = next((d for d in domains if d.dkim.checked.status is Status.SUCCESS), None)
        return (found, found.dkim) if found else None
    if identity.dkim.checked.status in {Status.SUCCESS, Status.TEMPORARY_FAILURE}:
        return identity, identity.dkim
    return None


def _signer(state: RegionState, identity: Identity | None) -> tuple[str, str, bytes]:
    found = signing(state, identity)
    if found is None:
        return "", "", b""
    owner, its = found
    if its.private_key is not None:
        return its.tokens[0], owner.name, its.private_key
    return its.tokens[0], owner.name, private_key(its.keys[0])


def _signed(content: bytes, selector: str, domain: str, key: bytes) -> bytes:
    if not key:
        return content
    return _signature(content, selector, domain, key) + content


def _signature(content: bytes, selector: str, domain: str, key: bytes, *more: bytes) -> bytes:
    """The field to put on top; a mail without From cannot be signed (RFC 6376, 5.4)."""
    present = {line.partition(b":")[0].strip().lower() for line in _header_lines(content)}
    if b"from" not in present:
        return b""
    names = [name for name in (*_SIGNED, *more) if name in present]
    made: bytes = dkim.sign(
        content,
        selector.encode("ascii"),
        domain.encode("ascii"),
        key,
        canonicalize=(b"relaxed", b"simple"),
        include_headers=names,
    )
    return made


def _header_lines(content: bytes) -> list[bytes]:
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def message_tags(message: Message, tags: Mapping[str, str]) -> dict[str, list[str]]:
    """The tags of a send: from the call, and from X-SES-MESSAGE-TAGS."""
    found = {name: [value] for name, value in tags.items()}
    for line in message.all("X-SES-MESSAGE-TAGS"):
        for part in line.split(","):
            name, equals, value = part.strip().partition("=")
            if equals:
                found[name] = [value]
    return found
