"""Address: ``local@domain``, read once; and addresses found in text that others wrote."""

import re

from typing import Self

from sendas.errors import UsageError
from sendas.mail.domain import Domain, MalformedDomain, shown


MAX_LOCAL_PART = 128
"""Octets looked at before the ``@``: RFC 5321, 4.5.3.1.1 allows 64; VERP writes more."""
MAX_DOMAIN = 255
"""RFC 5321, 4.5.3.1.2."""

# RFC 5322, 3.4.1: dot-atom or quoted-string; RFC 6532 lets in anything beyond ASCII.  The classes
# name what may not stand there: that compiles faster than the whole of Unicode.
_LOCAL = re.compile(r"(?:\"[^\"\r\n]{1,126}\"|[^\x00-\x20\"(),:;<>@\[\]\\\x7f]+)\Z")
_LABEL = r"[^\x00-\x2c./:-@\[-^`{-\x7f]{1,63}"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.IPv]{{3,50}}\])")
_ASCII_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})+")
_EAST_ASIAN = "\u2e80"
_EDGES = "'`.|/=\"("


def addresses_in(text: str, limit: int = 1000) -> list[str]:
    """Every address in *text*, in order, as written, at most *limit*.

    Looks around each ``@`` within the lengths SMTP allows, so that no input
    takes more than linear time.
    """
    return [address for address, _, _ in spans_in(text, limit)]


def unaddressed(text: str) -> str:
    """*text* without the local-part of any address in it: for logs, which name no person."""
    shown, end = [], 0
    for address, begin, stop in spans_in(text, len(text)):
        shown += [text[end:begin], "…@", address.rpartition("@")[2]]
        end = stop
    return "".join((*shown, text[end:]))


def spans_in(text: str, limit: int = 1000) -> list[tuple[str, int, int]]:
    """Every address with where it begins and ends."""
    found: list[tuple[str, int, int]] = []
    at = text.find("@")
    while at != -1 and len(found) < limit:
        span = _around(text, at)
        if span is not None:
            found.append(span)
        at = text.find("@", at + 1)
    return found


def _around(text: str, at: int) -> tuple[str, int, int] | None:
    before = text[max(0, at - MAX_LOCAL_PART) : at]
    local = _LOCAL.search(before)
    domain = _DOMAIN.match(text, at + 1, at + 1 + MAX_DOMAIN)
    if local is None or domain is None:
        return None
    if not domain.group().isascii():
        domain = _without_what_follows(text, at, domain)
    name = local.group()
    if not name.startswith('"'):
        name = name.lstrip(_EDGES) if not name.startswith("=?") else name
    host = domain.group().rstrip(".-_")
    if not name or not host:
        return None
    return f"{name}@{host}", at - len(name), at + 1 + len(host)


def _without_what_follows(text: str, at: int, domain: re.Match[str]) -> re.Match[str]:
    """The domain without the words written right behind it, as East Asian scripts do."""
    plain = _ASCII_DOMAIN.match(text, at + 1, at + 1 + MAX_DOMAIN)
    if plain and (text[plain.end()] >= _EAST_ASIAN or not text[plain.end()].isalnum()):
        return plain
    return domain


def first_address(text: str) -> str:
    """The first address in *text*, preferring one in angle brackets; empty without any."""
    opening = text.find("<")
    if opening != -1:
        inside = addresses_in(text[opening : opening + MAX_LOCAL_PART + MAX_DOMAIN + 3], 1)
        if inside:
            return inside[0]
    found = addresses_in(text, 1)
    return found[0] if found else ""


def domain_of(address: str) -> str:
    """The domain, lower case; empty when there is no ``@``."""
    _, at, domain = address.rpartition("@")
    return domain.lower() if at else ""


def same_address(one: str, other: str) -> bool:
    """Equal but for case; local-parts differ by case only in theory (RFC 5321, 2.4)."""
    return one.lower() == other.lower()


# RFC 5321, 4.1.2: dot-string, no quoted one; what SES takes as a recipient (FACTS 6: ASCII only).
_DOT_STRING = re.compile(
    r"(?=.{1,64}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
MAX_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3: a path has 256 octets, with its angle brackets."""


class MalformedAddress(UsageError):
    """The text is not an address that SES can send to; *problem* and *remedy* as of a domain."""

    def __init__(self, text: str, why: MalformedDomain | None = None) -> None:
        self.problem = f"{shown(text)} is not an address that SES can send to"
        self.remedy = why.remedy if why else _remedy(text)
        super().__init__(f"{self.problem}; {self.remedy}")


class Address(str):
    """One bare address: its local-part as it was written, its domain in lower-case A-labels.

    It is a `str`, as `Domain` is.  Two that differ by the case of their local-part only are
    not equal; `same_address` takes them for one, as every mail system does.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Read what a person or a file wrote; blanks around it go.

        Raises:
            MalformedAddress: It is none, or more than one; the message says what to write.
        """
        if isinstance(text, cls):
            return text
        local, at, domain = text.strip().rpartition("@")
        if not at or not _DOT_STRING.fullmatch(local) or domain != domain.strip():
            raise MalformedAddress(text)
        try:
            found = Domain(domain)
        except MalformedDomain as error:
            raise MalformedAddress(text, error) from None
        if len(local) + 1 + len(found) > MAX_ADDRESS:
            raise MalformedAddress(text)
        return super().__new__(cls, f"{local}@{found}")

    @property
    def local_part(self) -> str:
        """What stands before the ``@``."""
        return self.rpartition("@")[0]

    @property
    def domain(self) -> Domain:
        """What stands behind it."""
        return Domain.of_labels(self.rpartition("@")[2])

    @property
    def unicode(self) -> str:
        """As people read it, the domain in U-labels."""
        return f"{self.local_part}@{self.domain.unicode}"


def _remedy(text: str) -> str:
    if "<" in text or "," in text or " " in text.strip():
        return "write one bare address: local@example.com"
    if "@" not in text:
        return "write it whole, such as owner@gmail.com"
    return "write local@example.com, the local-part in ASCII and without quotes"


_STRICT_LOCAL = r"(?!=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]++"
_STRICT_ADDRESS = rf"{_STRICT_LOCAL}@(?:[A-Za-z0-9-]++\.)++[A-Za-z0-9-]++"
_STRICT_WORD = r"""(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++|"(?:[ !#-\[\]-~]|\\[ -~])*+")"""
_STRICT_BOX = (
    rf"(?:(?:{_STRICT_WORD}[ \t]++)*+(?:{_STRICT_WORD})?+[ \t]*+<{_STRICT_ADDRESS}>"
    rf"|{_STRICT_ADDRESS})"
)
_STRICT_LIST = rf"{_STRICT_BOX}(?:[ \t]*+,[ \t]*+{_STRICT_BOX})*+"
_STRICT_GROUP = rf"(?:{_STRICT_WORD}[ \t]*+)++:[ \t]*+(?:{_STRICT_LIST})?+[ \t]*+;"
_STRICT = re.compile(rf"[ \t]*+(?:{_STRICT_LIST}|{_STRICT_GROUP})[ \t]*+")


def is_strict_list(value: str) -> bool:
    """Whether every reader reads the unfolded *value* as the same addresses (RFC 5322, 3.4).

    ASCII, no comments, no words in the address, no name without quotes that needs them.
    """
    return _STRICT.fullmatch(value) is not None


def is_plain_address(text: str) -> bool:
    """Whether *text* is an address as SES takes it: ASCII, no quotes, two labels or more.

    For what strangers wrote; what an owner wrote is read by `Address`.
    """
    local, at, domain = text.rpartition("@")
    if not at or not text.isascii() or not _DOT_STRING.fullmatch(local):
        return False
    try:
        return len(text) <= MAX_ADDRESS and len(Domain.of_labels(domain)) == len(domain)
    except MalformedDomain:
        return False
