"""Addresses as SES takes them: from headers and lists, and what it calls malformed."""

import re

from email.utils import getaddresses, parseaddr


_LOCAL = re.compile(r"[^\s@<>,;:\\\"\[\]()]{1,64}|\"[^\"\r\n]{1,62}\"")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def bare(text: str) -> str:
    """The address in ``Jane <jane@example.com>``; empty if there is none."""
    return parseaddr(text)[1]


def display_name(text: str) -> str:
    """The name in ``Jane <jane@example.com>``; empty if there is none."""
    return parseaddr(text)[0]


def all_bare(text: str) -> tuple[str, ...]:
    """Every address of a header such as To."""
    return tuple(address for _, address in getaddresses([text]) if address)


def domain_of(address: str) -> str:
    """What stands behind the last ``@``, in lower case."""
    return address.rpartition("@")[2].lower()


def complaint_about(address: str) -> str | None:
    """What SES says is wrong with *address*, in its words; None if nothing is."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return "Missing final '@domain'"
    if not address.isascii():
        return f"Local address contains control or whitespace or non-ASCII: '{address}'"
    if not _LOCAL.fullmatch(local) or ".." in local or local[0] == "." or local[-1] == ".":
        return f"Illegal address: '{address}'"
    if not is_domain(domain):
        return f"Invalid domain name: '{domain}'"
    return None


def is_domain(name: str) -> bool:
    """Two or more labels of letters, digits and hyphens; no final dot."""
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= 253 and all(map(_LABEL.fullmatch, labels))  # noqa: PLR2004  RFC 1035, 2.3.4
