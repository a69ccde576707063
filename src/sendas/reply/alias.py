"""Aliases: addresses of ours that stand for one correspondent of one mailbox.

``jane_at_example.net.<token>@example.com``: nothing is kept about it.  The
readable part holds the correspondent's address; the token holds a key's id, the
day on which it ends, and 80 bits of HMAC-SHA256 over both, the domain and the
mailbox.  An address that does not fit into a local-part of 64 octets (RFC 5321,
4.5.3.1.1), or that needs capitals, which SES and clients fold, is kept in the
bucket under its hash, and the readable part ends with that hash.

Lower-case letters, digits, ``_``, ``-`` and ``.`` only: it survives quoting,
folding of case and the stripping of what stands behind a ``+``.
"""

import base64
import hashlib
import hmac
import re

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, auto

from sendas.mail.address import is_plain_address
from sendas.reply.keys import SigningKeys


MAX_LOCAL_PART = 64
MAC_BYTES = 10
_DAY_ONE = date(2025, 1, 1)
_DAY_CHARACTERS, _MAC_CHARACTERS = 3, 16
_TOKEN = 1 + _DAY_CHARACTERS + _MAC_CHARACTERS
_MOST_DAYS = 32**_DAY_CHARACTERS - 1
_HASH_CHARACTERS = 16
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_LOCAL = re.compile(rf"(?P<shown>[a-z0-9_.-]+)\.(?P<token>[a-z2-7]{{{_TOKEN}}})")
_KEPT = re.compile(rf"(?P<shown>[a-z0-9_.-]*)_h(?P<hash>[a-z2-7]{{{_HASH_CHARACTERS}}})")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_ESCAPE = re.compile(r"_(?:at_|u|x([0-9a-f]{2}))")


class Kind(StrEnum):
    """What an alias is for; two kinds never have one token."""

    REPLY = auto()
    """To answer somebody who wrote."""
    COMPOSE = auto()
    """To write first."""


class Standing(StrEnum):
    """What an address with the shape of an alias is worth."""

    GOOD = auto()
    EXPIRED = auto()
    REVOKED = auto()
    """Signed by a key that is believed no more, or by one that we have not."""
    FORGED = auto()
    """The token is not that of the rest, for any of our mailboxes."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One alias as it was read.  *address* is empty where only its *kept_hash* is known."""

    kind: Kind
    local_part: str
    address: str
    mailbox: str
    expires: date
    key_id: str
    kept_hash: str = ""


Read = tuple[Standing, Alias | None] | None
"""What an address is worth as an alias; None where it has not the shape of one.

Without an alias beside the standing, nothing is known of whose it would be.
"""


@dataclass(frozen=True, slots=True)
class Made:
    """An alias to write down; *to_keep* is what the bucket must hold for it: hash, address."""

    address: str
    to_keep: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Aliases:
    """Makes and reads the aliases of one domain.

    *prefix* stands before the readable part of compose aliases.  What was read once is
    remembered: one for each mail, not for a process.
    """

    domain: str
    keys: SigningKeys
    prefix: str = "to"
    _seen: dict[tuple[str, tuple[str, ...]], Read] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def make(self, kind: Kind, mailbox: str, correspondent: str, expires: date) -> Made:
        """The alias by which *mailbox* (an address) writes to *correspondent*.

        The same for the same four and the same key, so that a client's address
        book does not fill up; *expires* is best the last day of some month.

        Raises:
            ValueError: *correspondent* is no address that SES sends to.
        """
        if not is_plain_address(correspondent):
            msg = "not an address that mail can be sent to"
            raise ValueError(msg)
        begin = f"{self.prefix}." if kind is Kind.COMPOSE else ""
        room = MAX_LOCAL_PART - _TOKEN - 1 - len(begin)
        shown, to_keep = _shown(correspondent, room)
        shown = begin + shown
        days = max(0, min((expires - _DAY_ONE).days, _MOST_DAYS))
        token = self._token(kind, self.keys.current, days, shown, mailbox)
        return Made(f"{shown}.{token}@{self.domain}", to_keep)

    def read(self, local_part: str, mailboxes: Iterable[str], now: datetime) -> Read:
        """What *local_part* is worth as an alias of one of *mailboxes*."""
        key = local_part.lower(), tuple(mailboxes)
        if key not in self._seen:
            self._seen[key] = self._matching(*key)
        read = self._seen[key]
        if read is None or read[1] is None or read[0] is not Standing.GOOD:
            return read
        over = read[1].expires < now.astimezone(UTC).date()
        return (Standing.EXPIRED if over else Standing.GOOD), read[1]

    def _matching(self, local_part: str, mailboxes: Iterable[str]) -> Read:
        """As `read`, whatever the day."""
        found = _LOCAL.fullmatch(local_part)
        if found is None:
            return None
        shown, token = found["shown"], found["token"]
        key_id, days = token[0], _number(token[1 : 1 + _DAY_CHARACTERS])
        readings = list(self._readings(shown))
        if not readings:
            return None
        if key_id not in self.keys.secrets:
            return Standing.REVOKED, None
        match: Alias | None = None
        for mailbox in mailboxes:
            for kind, address, kept in readings:
                wanted = self._token(kind, key_id, days, shown, mailbox)
                # Each is compared: the time says nothing of which, or how far, it fitted.
                if hmac.compare_digest(wanted, token):
                    ends = _DAY_ONE + timedelta(days=days)
                    match = Alias(kind, local_part, address, mailbox, ends, key_id, kept)
        if match is None:
            return Standing.FORGED, None
        return (Standing.GOOD if self.keys.believed(key_id) else Standing.REVOKED), match

    def _readings(self, shown: str) -> Iterable[tuple[Kind, str, str]]:
        """What the readable part may say: kind, address, hash of a kept one."""
        for kind, text in (
            (Kind.REPLY, shown),
            (Kind.COMPOSE, shown.removeprefix(f"{self.prefix}.")),
        ):
            if kind is Kind.COMPOSE and text == shown:
                continue
            kept = _KEPT.fullmatch(text)
            if kept is not None:
                yield kind, "", kept["hash"]
            address = _address(text)
            if address:
                yield kind, address, ""

    def _token(self, kind: Kind, key_id: str, days: int, shown: str, mailbox: str) -> str:
        day = _letters(days, _DAY_CHARACTERS)
        fields = (key_id, day, self.domain, mailbox.lower(), shown)
        message = b"".join(len(one).to_bytes(2) + one for one in (f.encode() for f in fields))
        mac = self.keys.mac(key_id, b"alias-" + kind.encode(), message, MAC_BYTES)
        return key_id + day + base32(mac)


def has_shape(local_part: str) -> bool:
    """Whether it may be an alias: what has not the shape of one needs no key to be told so."""
    return _LOCAL.fullmatch(local_part.lower()) is not None


def readable(local_part: str) -> str:
    """What stands before the token: whom it is for, as far as it says so."""
    return local_part.lower().rpartition(".")[0]


def base32(raw: bytes) -> str:
    """Lower case, without padding (RFC 4648, 6)."""
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


def address_hash(address: str) -> str:
    """By what the bucket keeps an address that fits into no alias."""
    return base32(hashlib.sha256(address.encode("utf-8")).digest())[:_HASH_CHARACTERS]


def month_end(now: datetime, days: int) -> date:
    """The last day of the month that lies *days* ahead: one alias serves for a month."""
    ahead = now.astimezone(UTC).date() + timedelta(days=days)
    return (ahead.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _shown(address: str, room: int) -> tuple[str, tuple[str, str] | None]:
    escaped = _escaped(address)
    if address == address.lower() and len(escaped) <= room and not _KEPT.fullmatch(escaped):
        return escaped, None
    mark = address_hash(address)
    short = _escaped(address.lower())[: room - len(mark) - 2]
    # Cut between escapes and dots, so that what is left is a local-part still.
    short = re.sub(r"(?:_(?:a?t?|x[0-9a-f]?))?\Z", "", short).strip(".")
    return f"{short}_h{mark}", (mark, address)


def _escaped(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{_escaped_local(local)}_at_{domain}"


def _escaped_local(local: str) -> str:
    pieces = []
    for char in local:
        if char == "_":
            pieces.append("_u")
        elif char in _PLAIN or char == ".":
            pieces.append(char)
        else:
            pieces.append(f"_x{ord(char):02x}")
    return "".join(pieces)


def _address(shown: str) -> str:
    """The address that a readable part holds; empty if it holds none, or not in our spelling."""
    local, found, domain = shown.rpartition("_at_")
    if not found or "_" in domain:
        return ""
    plain = _ESCAPE.sub(_unescaped, local)
    address = f"{plain}@{domain}"
    is_ours = is_plain_address(address) and _escaped(address) == shown
    return address if is_ours else ""


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return "_" if found[0] == "_u" else "@"


def _letters(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 32)
        text = _ALPHABET[digit] + text
    return text


def _number(text: str) -> int:
    number = 0
    for char in text:
        number = number * 32 + _ALPHABET.index(char)
    return number
