"""Whether a signed mail tells, in its signature, the address it was written from; pure.

Such a mail goes out untouched, since any change breaks the signature.  Its signer's
certificate (RFC 8550, 3: an rfc822Name) or key (RFC 9580, 5.2.3.30: the signer's user id)
may name the owner's private address all the same.
"""

import base64
import binascii
import re

from collections.abc import Sequence

from sendas.mail.headers import Head
from sendas.reply.body import decoded, leaves


_SIGNATURES = frozenset(
    (
        "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pkcs7-mime",
        "application/x-pkcs7-mime", "application/pgp-signature", "application/pgp-keys",
    )
)  # fmt: skip
_SIGNED = re.compile(rb"pkcs7|pgp|multipart/(?:signed|mixed)", re.IGNORECASE)
_NAMED = re.compile(rb"[pP][kK][cC][sS]7|[pP][gG][pP]")
"""In the content type of one of these, and in nearly no other mail."""
_ARMOUR = re.compile(
    rb"-----BEGIN PGP [A-Z ]{3,40}-----\r?\n(?:[!-9;-~]+: [^\r\n]*\r?\n)*\r?\n"
    rb"(?P<data>[A-Za-z0-9+/=\r\n]+?)(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END PGP"
)


def names_owner(head: Head, owners: Sequence[str]) -> str:
    """The first of *owners* that a signature or a key in the mail names; empty if none is."""
    kind = head.get(b"content-type") or b""
    content = head.content
    if not _SIGNED.search(kind) or not _NAMED.search(content):
        return ""
    for leaf in leaves(content, sealed=True):
        if leaf.content_type in _SIGNATURES:
            raw = _without_armour(decoded(content, leaf) or b"").lower()
            for owner in owners:
                if owner.lower().encode("utf-8") in raw:
                    return owner
    return ""


def _without_armour(raw: bytes) -> bytes:
    found = _ARMOUR.search(raw)
    if found is None:
        return raw
    try:
        return base64.b64decode(found["data"])
    except binascii.Error:
        return raw
