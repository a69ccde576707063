"""DKIM key records: what stands at ``<selector>._domainkey.<domain>`` (RFC 6376, 3.6.1)."""

import base64
import binascii
import re

from dataclasses import dataclass

from sendas.auth.tags import MalformedTags, parse_tags
from sendas.errors import SendasError


class MalformedDkimKey(SendasError):
    """The text is no DKIM key record; *at* is the place, from 0."""

    def __init__(self, why: str, at: int = 0) -> None:
        super().__init__(why)
        self.why, self.at = why, at


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A public key as receivers read it.

    *public_key* is the decoded ``p=``: DER for RSA, 32 bytes for Ed25519;
    empty means revoked.  *testing* is the flag ``y``.
    """

    key_type: str
    public_key: bytes
    hash_algorithms: tuple[str, ...] = ()
    services: tuple[str, ...] = ("*",)
    testing: bool = False
    strict: bool = False

    @property
    def revoked(self) -> bool:
        """An empty ``p=``: whatever it signed no longer counts."""
        return not self.public_key

    def print(self) -> str:
        """The record's text."""
        parts = ["v=DKIM1", f"k={self.key_type}"]
        if self.hash_algorithms:
            parts.append(f"h={':'.join(self.hash_algorithms)}")
        if self.services != ("*",):
            parts.append(f"s={':'.join(self.services)}")
        flags = ["y"] * self.testing + ["s"] * self.strict
        if flags:
            parts.append(f"t={':'.join(flags)}")
        parts.append(f"p={base64.b64encode(self.public_key).decode('ascii')}")
        return "; ".join(parts)


def dkim_name(selector: str, domain: str) -> str:
    """Where the key of *selector* stands (RFC 6376, 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}".lower()


def parse_dkim_key(text: str) -> DkimKey:
    """Read a key record.

    Raises:
        MalformedDkimKey: Not a tag list, another version, no or undecodable ``p=``.
    """
    try:
        tags = parse_tags(text)
    except MalformedTags as error:
        raise MalformedDkimKey(str(error), error.at) from error
    values = {tag.name: tag.value for tag in tags}
    # RFC 6376, 3.6.1: v= is optional, but must be first and DKIM1 if it is there.
    if "v" in values and (tags[0].name != "v" or values["v"] != "DKIM1"):
        msg = "v= must come first and say DKIM1"
        raise MalformedDkimKey(msg, next(tag.at for tag in tags if tag.name == "v"))
    if "p" not in values:
        msg = "p=, the key itself, is missing"
        raise MalformedDkimKey(msg, len(text))
    flags = _list(values.get("t", ""))
    return DkimKey(
        key_type=values.get("k", "rsa") or "rsa",
        public_key=_decode(values["p"], next(tag.at for tag in tags if tag.name == "p")),
        hash_algorithms=_list(values.get("h", "")),
        services=_list(values.get("s", "*")) or ("*",),
        testing="y" in flags,
        strict="s" in flags,
    )


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(":") if part.strip())


def _decode(value: str, at: int) -> bytes:
    try:
        return base64.b64decode(re.sub(r"[ \t\r\n]+", "", value), validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "p= is not base64"
        raise MalformedDkimKey(msg, at) from error
