"""Message-IDs that keep a thread at both ends, and tell neither end of the other.

The owner's client names its mails by its own host (``…@mail.gmail.com``), which
is nobody's business, and SES gives what goes out an id of its own.  So the
client's id goes out in References as one of ours, which every correspondent's
client repeats; when it comes back, the forwarder puts the original in its place.

The hidden id is the original, encrypted under a key of ours: a tag of HMAC-SHA256
over it is both its check and the start of the key stream (SIV, RFC 5297, with
HMAC in place of AES), so that one id always hides as the same one, and nothing
is kept.
"""

import base64
import hmac
import re

from sendas.reply.alias import base32
from sendas.reply.keys import SigningKeys


_TAG = 8
_MOST = 250
"""Octets of an id that is hidden; a longer one is dropped."""
_HOST = "id"
MESSAGE_ID = re.compile(rb"<[!-;=?-~]{1,900}>")


def hide(keys: SigningKeys, domain: str, message_id: bytes) -> bytes:
    """One of our ids for *message_id* (with its angle brackets); empty for one too long."""
    inner = message_id[1:-1]
    if not 0 < len(inner) <= _MOST:
        return b""
    tag = keys.mac(keys.current, b"thread-tag", inner, _TAG)
    sealed = _stream(keys, keys.current, tag, inner)
    local = f"{keys.current}{base32(tag + sealed)}"
    return f"<{local}@{_HOST}.{domain}>".encode("ascii")


def reveal(keys: SigningKeys, domain: str, message_id: bytes) -> bytes:
    """The id that one of ours stands for; *message_id* itself when it is none of ours."""
    end = f"@{_HOST}.{domain}>".encode("ascii")
    if not message_id.lower().endswith(end):
        return message_id
    text = message_id[1 : -len(end)].decode("ascii").lower()
    key_id, sealed = text[:1], text[1:].upper()
    if key_id not in keys.secrets:
        return message_id
    try:
        raw = base64.b32decode(sealed + "=" * (-len(sealed) % 8))
    except ValueError:
        return message_id
    tag, hidden = raw[:_TAG], raw[_TAG:]
    inner = _stream(keys, key_id, tag, hidden)
    wanted = keys.mac(key_id, b"thread-tag", inner, _TAG)
    known = hmac.compare_digest(wanted, tag) and MESSAGE_ID.fullmatch(b"<" + inner + b">")
    return b"<" + inner + b">" if known else message_id


def _stream(keys: SigningKeys, key_id: str, tag: bytes, text: bytes) -> bytes:
    """*text* under the key stream of *tag*; the same again gives the text."""
    blocks = (
        keys.mac(key_id, b"thread-stream", tag + number.to_bytes(2), 32)
        for number in range(-(-len(text) // 32))
    )
    return bytes(a ^ b for a, b in zip(text, b"".join(blocks), strict=False))
