"""MTA-STS: whom senders may hand a domain's mail to (RFC 8461); pure.

Reads the DNS record and the policy, and says which exchangers a policy allows.
Does not fetch: that is a door's work.
"""

import re

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sendas.auth.tags import MalformedTags, parse_tags
from sendas.dns.names import canonical
from sendas.errors import SendasError


MAX_BYTES = 64 * 1024
"""Of a policy; senders may stop reading there (RFC 8461, 3.2)."""
POLICY_PATH = "/.well-known/mta-sts.txt"
_MAX_AGE = 31_557_600
_SECONDS = re.compile(r"[0-9]{1,10}")
_SHOWN = 80
"""Characters of what a stranger wrote."""
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_CLAIMS = re.compile(r"v=STSv1[ \t]*;")


class MalformedPolicy(SendasError):
    """The text is no policy; senders act as if there were none."""


class Mode(StrEnum):
    """What senders do where the policy does not match (RFC 8461, 5)."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Served:
    """What the policy's host gave; *fault* is why senders do not take it, empty if they do."""

    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Senders may keep it for *max_age_seconds*."""

    mode: Mode
    patterns: tuple[str, ...]
    max_age_seconds: int

    def allows(self, host: str) -> bool:
        """Whether *host* is named; a wildcard stands for one label (RFC 8461, 4.1)."""
        name = canonical(host)
        above = name.partition(".")[2]
        return any(
            one == name or (one.startswith("*.") and above and one[2:] == above)
            for one in map(canonical, self.patterns)
        )


def sts_name(domain: str) -> str:
    """Where the record stands."""
    return f"_mta-sts.{canonical(domain)}"


def sts_host(domain: str) -> str:
    """Who serves the policy, at ``POLICY_PATH`` (RFC 8461, 3.3)."""
    return f"mta-sts.{canonical(domain)}"


def sts_claims(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of *texts* that begin as a record of MTA-STS must; others are passed over."""
    return tuple(text for text in texts if _CLAIMS.match(text))


def fault_of_record(text: str) -> str:
    """What is wrong with a record; empty where senders read it (RFC 8461, 3.1)."""
    try:
        tags = {tag.name: tag.value for tag in parse_tags(text)}
    except MalformedTags as error:
        return str(error)
    if "id" not in tags:
        return "id= is missing"
    return (
        "" if _ID.fullmatch(tags["id"]) else f"id={tags['id']} is not 1 to 32 letters and digits"
    )


def parse_policy(text: str) -> Policy:
    """Read a policy file.

    Raises:
        MalformedPolicy: Version, mode, age or hosts are missing or none.
    """
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            msg = f"not of the form name: value: {line.strip()[:_SHOWN]!r}"
            raise MalformedPolicy(msg)
        if colon:
            found.setdefault(name.strip(), []).append(value.strip())
    # RFC 8461, 3.2: of any field but mx that stands twice, the first counts.
    first = {name: values[0] for name, values in found.items()}
    if first.get("version") != "STSv1":
        msg = "version: STSv1 is missing"
        raise MalformedPolicy(msg)
    age = first.get("max_age", "")
    if not (_SECONDS.fullmatch(age) and int(age) <= _MAX_AGE):
        msg = f"max_age: {age[:_SHOWN] or 'missing'} is not 0 to {_MAX_AGE} seconds"
        raise MalformedPolicy(msg)
    try:
        mode = Mode(first.get("mode", ""))
    except ValueError:
        said = first.get("mode", "missing")[:_SHOWN]
        msg = f"mode: {said} is none of enforce, testing, none"
        raise MalformedPolicy(msg) from None
    patterns = tuple(filter(None, found.get("mx", ())))
    if not patterns and mode is not Mode.NONE:
        msg = "no mx: line names a host"
        raise MalformedPolicy(msg)
    return Policy(mode, patterns, int(age))
