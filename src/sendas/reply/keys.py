"""The keys that sign aliases: several at a time, so that old aliases outlive a new key.

One JSON object, as a secret store keeps it; each key has a letter for its id::

    {"current": "a", "a": "<32 random characters>", "revoked": "b"}

CloudFormation can make the first one (`GenerateSecretString`).
"""

import hashlib
import hmac
import json

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sendas.errors import SendasError


KEY_IDS = "abcdefghijklmnopqrstuvwxyz"
LEAST_CHARACTERS = 24
"""Of a key: 24 random characters of an alphabet of 62 hold 142 bits."""


class MalformedKeys(SendasError):
    """What the secret store keeps is no set of signing keys.  Never repeats any of it."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys by id; *current* signs, every one that is not revoked is believed."""

    current: str
    secrets: Mapping[str, str] = field(repr=False)
    revoked: frozenset[str] = frozenset()

    def believed(self, key_id: str) -> bool:
        """Whether an alias signed by it is still answerable."""
        return key_id in self.secrets and key_id not in self.revoked

    def mac(self, key_id: str, purpose: bytes, message: bytes, size: int) -> bytes:
        """*size* bytes of HMAC-SHA256 for one purpose: no two purposes share a value."""
        secret = self.secrets[key_id].encode("utf-8")
        key = hmac.digest(secret, b"sendas-reply:" + purpose, hashlib.sha256)
        return hmac.digest(key, message, hashlib.sha256)[:size]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key that is believed, the current one first."""
        others = sorted(one for one in self.secrets if one != self.current)
        return tuple(one for one in (self.current, *others) if self.believed(one))


def parse_keys(text: str) -> SigningKeys:
    """Read the JSON object.

    Raises:
        MalformedKeys: It is none, or the current key is missing, short or revoked.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        msg = "the signing keys are no JSON object"
        raise MalformedKeys(msg)
    secrets = {
        name: secret
        for name, secret in value.items()
        if len(name) == 1 and name in KEY_IDS and isinstance(secret, str)
    }
    revoked = value.get("revoked", "")
    keys = SigningKeys(
        str(value.get("current", "")),
        secrets,
        frozenset(revoked if isinstance(revoked, str) else ""),
    )
    if not keys.believed(keys.current):
        msg = "the signing keys name no current key that is there and not revoked"
        raise MalformedKeys(msg)
    if any(len(secret) < LEAST_CHARACTERS for secret in secrets.values()):
        msg = f"a signing key is shorter than {LEAST_CHARACTERS} characters"
        raise MalformedKeys(msg)
    return keys


def format_keys(keys: SigningKeys) -> str:
    """The JSON object, as `parse_keys` reads it."""
    value: dict[str, Any] = {"current": keys.current, **keys.secrets}
    if keys.revoked:
        value["revoked"] = "".join(sorted(keys.revoked))
    return json.dumps(value)


def rotated(keys: SigningKeys, secret: str) -> SigningKeys:
    """The keys with *secret* as the current one; the others stay believed.

    The id is the first letter that no key has; when all are taken, that of a
    revoked one, whose aliases die with it either way.

    Raises:
        MalformedKeys: *secret* is short, or 26 keys are believed at once.
    """
    free = [one for one in KEY_IDS if one not in keys.secrets] or sorted(keys.revoked)
    if not free:
        msg = f"{len(KEY_IDS)} keys are believed at once; revoke one first"
        raise MalformedKeys(msg)
    made = SigningKeys(free[0], {**keys.secrets, free[0]: secret}, keys.revoked - {free[0]})
    return parse_keys(format_keys(made))


def revoked(keys: SigningKeys, key_id: str) -> SigningKeys:
    """The keys without faith in *key_id*: what it signed is answerable no more.

    Raises:
        MalformedKeys: There is no such key, or it is the current one: make another first.
    """
    if key_id not in keys.secrets:
        msg = f"there is no signing key {key_id!r}; there are {', '.join(sorted(keys.secrets))}"
        raise MalformedKeys(msg)
    if key_id == keys.current:
        msg = f"{key_id!r} signs new aliases; make another key first"
        raise MalformedKeys(msg)
    return SigningKeys(keys.current, keys.secrets, keys.revoked | {key_id})
