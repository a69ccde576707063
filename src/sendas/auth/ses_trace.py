"""What SES wrote on top of a received mail: the only lines of it that nobody can forge.

SES puts its lines on top, from Return-Path down to the first X-SES-RECEIPT
(FACTS 8.2): an Authentication-Results below that one came with the mail, and
says whatever its sender liked.

Source of the grammar: RFC 8601, 2.2.
"""

import re

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sendas.mail.headers import Head
from sendas.mail.lines import decode_text
from sendas.mail.message import Headers, read_headers, split_head


JUDGE = "amazonses.com"
"""What SES calls itself in Authentication-Results (FACTS 8.2)."""
_MOST_LINES = 40
_RECEIVED = re.compile(
    r"from (?P<helo>\S{1,255}) \((?P<name>\S{0,255}) ?\[(?:IPv6:)?(?P<ip>[0-9A-Fa-f.:]{2,45})\]\)"
    r" by (?P<by>\S{1,255})(?: with \S+)?(?: id (?P<id>\S{1,100}))?"
    r"(?:(?: .{0,200}?)? for <?(?P<for>[^\s;<>]{1,320})>?)?",
)
_INBOUND = re.compile(r"inbound-smtp\.[a-z0-9-]+\.amazon(?:aws|ses)\.com")
_RESULT = re.compile(
    r"(?P<method>[a-z0-9-]{1,20}) ?= ?(?P<result>[a-z]{1,20})(?P<rest>.*)", re.DOTALL
)
_PROPERTY = re.compile(r"(?<![^\s;])(?P<name>[a-z]+\.[a-z]+|[a-z-]+)=(?P<value>[^\s;]{1,400})")
# SES tells it in a comment: dmarc=fail (p=REJECT dis=NONE) header.from=…
_POLICY = re.compile(r";\s*dmarc=[a-z]+\s*\(p=(none|quarantine|reject)\b", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_PLAIN_PATH = re.compile(r"<[^\s<>;\"\\()]{0,320}>")


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: ``dkim=pass header.i=@google.com``."""

    method: str
    result: str
    domain: str = ""
    """Of ``header.i``, ``header.d``, ``header.from`` or ``smtp.mailfrom``, lower case."""
    policy: str = ""
    """Of a DMARC result: what the author domain asks for, lower case, from SES's comment."""


@dataclass(frozen=True, slots=True)
class Trace:
    """SES's word on one mail.

    *results* are those of Authentication-Results; *doubt* says why they cannot
    be believed, empty if they can.
    """

    reverse_path: str
    helo: str
    source_name: str
    source_ip: str
    receiver: str
    forward_path: str
    results: tuple[Result, ...]
    spam: str = ""
    virus: str = ""
    doubt: str = ""
    received_at: datetime | None = None
    """When SES took it, to the second; None where its line does not say."""

    def of(self, method: str) -> tuple[Result, ...]:
        """The results of one method."""
        return tuple(result for result in self.results if result.method == method)

    @property
    def signed_by(self) -> tuple[str, ...]:
        """The domains whose signatures are good."""
        return tuple(r.domain for r in self.of("dkim") if r.result == "pass" and r.domain)


def trace_of(head: Head) -> Trace | None:
    """The same from a header whose fields were found as bytes; reads the topmost ones only."""
    shown = enumerate(head.spans[: _MOST_LINES + 1])
    fields = ((span[0].decode("latin-1"), decode_text(head.value(n))) for n, span in shown)
    return read_trace(Headers(tuple(fields)))


def read_trace(headers: Headers) -> Trace | None:
    """SES's lines of a stored mail; None if it did not come in through SES."""
    own = _own_lines(headers)
    if own is None:
        return None
    received = _RECEIVED.match(_value(own, "received"))
    if received is None or not _INBOUND.fullmatch(received["by"].lower()):
        return None
    reverse_path = _value(own, "return-path").strip()
    stated = [value for name, value in own if name == "authentication-results"]
    results, doubt = _judged(stated, reverse_path, received["helo"])
    return Trace(
        reverse_path=reverse_path.strip("<>"),
        helo=received["helo"].lower(),
        source_name=received["name"].lower().rstrip("."),
        source_ip=received["ip"],
        receiver=received["by"].lower(),
        forward_path=received["for"] or "",
        results=results,
        spam=_value(own, "x-ses-spam-verdict"),
        virus=_value(own, "x-ses-virus-verdict"),
        doubt=doubt,
        received_at=_time(_value(own, "received").rpartition(";")[2]),
    )


def received_at(raw: bytes) -> datetime:
    """When SES took a stored mail; the beginning of time where that cannot be read."""
    trace = read_trace(read_headers(split_head(raw)[0]))
    return (trace and trace.received_at) or datetime.min.replace(tzinfo=UTC)


def _time(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo else None


def _own_lines(headers: Headers) -> tuple[tuple[str, str], ...] | None:
    """From the top to the first X-SES-RECEIPT; None if there is none near the top."""
    for number, (name, _) in enumerate(headers.fields[:_MOST_LINES]):
        if name == "x-ses-receipt":
            return headers.fields[:number]
    return None


def _value(lines: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in lines if key == name), "")


def _judged(stated: list[str], reverse_path: str, helo: str) -> tuple[tuple[Result, ...], str]:
    doubt = _doubt(stated, reverse_path, helo)
    if doubt:
        return (), doubt
    policy = _POLICY.search(stated[0])
    bare = without_comments(stated[0]) or ""
    found = _results([part.strip() for part in bare.split(";")][1:])
    asked = policy[1].lower() if policy else ""
    return tuple(replace(r, policy=asked) if r.method == "dmarc" else r for r in found), ""


def _doubt(stated: list[str], reverse_path: str, helo: str) -> str:  # noqa: PLR0911  a reason each
    """Why SES's results cannot be believed; empty if they can."""
    if len(stated) != 1:
        return f"SES wrote {len(stated)} Authentication-Results, where one is expected"
    text = stated[0]
    # Reverse-path and HELO stand in the field as their sender wrote them: with quotes or
    # semicolons they could write results of their own.
    if reverse_path and not _PLAIN_PATH.fullmatch(reverse_path):
        return "the reverse-path holds signs that could forge a result"
    if not _PLAIN_NAME.fullmatch(helo):
        return "the sending host's name holds signs that could forge a result"
    if '"' in text or "\\" in text:
        return "Authentication-Results holds quotes, behind which anything can hide"
    bare = without_comments(text)
    if bare is None:
        return "Authentication-Results holds a comment that does not end"
    if bare.partition(";")[0].split()[:1] != [JUDGE]:
        return f"the results are not by {JUDGE}"
    return ""


def without_comments(text: str) -> str | None:
    """The text without comments, which may be nested (RFC 5322, 3.2.2); None if one is open."""
    kept: list[str] = []
    depth = 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0:
            kept.append(char)
    return "".join(kept) if depth == 0 else None


def _results(statements: list[str]) -> Iterator[Result]:
    for statement in statements:
        found = _RESULT.match(statement)
        # envelope-from=… and its like, which SES also sets between semicolons, are no results.
        if found is None or found["method"] in {"envelope-from", "helo", "client-ip"}:
            continue
        properties = {p["name"]: p["value"] for p in _PROPERTY.finditer(found["rest"])}
        named = next(
            (
                properties[name]
                for name in ("header.d", "header.i", "header.from", "smtp.mailfrom")
                if name in properties
            ),
            "",
        )
        yield Result(found["method"], found["result"], named.rpartition("@")[2].lower())


def proven_domains(trace: Trace) -> frozenset[str]:
    """The domains for which DKIM or SPF passed, by SES's own word: names to compare whole."""
    found = set(trace.signed_by)
    if any(result.result == "pass" for result in trace.of("spf")):
        found.add(trace.reverse_path.rpartition("@")[2].lower())
    return frozenset(filter(None, found))


def aligned(signer: str, author_domain: str) -> bool:
    """Whether one of the two domains is the other, or a subdomain of it.

    A stricter question than relaxed alignment (RFC 9989, 4.10.1), which asks for
    a common organizational domain: that takes DNS, which this does not.
    """
    one, other = signer.lower().rstrip("."), author_domain.lower().rstrip(".")
    if not one or not other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
