"""SMTP TLS reports (RFC 8460): JSON, as found.

JSON is read whole, so its size is bounded; the keys that RFC 8460 names are
looked for, and what is missing or of another kind is named in a remark.
"""

import json

from collections.abc import Iterable, Mapping
from typing import Any

from sendas.reports.model import (
    MAX_VALUE,
    MalformedReport,
    TlsFailure,
    TlsPolicy,
    TlsReport,
    seconds,
)


MAX_BYTES = 16 * 1_048_576
"""Of one report; a large receiver's has some thousand."""
MAX_POLICIES = 10_000
MAX_FAILURES = 100_000
MAX_COUNT = 10**15
_TYPES = ("sts", "tlsa", "no-policy-found")
_MARKS = ("policies", "organization-name", "report-id", "date-range")
"""One of them at least is in every report."""


def read_tls(chunks: Iterable[bytes]) -> TlsReport:
    """Read one report.

    Raises:
        MalformedReport: It is none, or too long.
    """
    raw = bytearray()
    for chunk in chunks:
        raw += chunk
        if len(raw) > MAX_BYTES:
            msg = f"it is JSON of more than {MAX_BYTES // 1_048_576} MB, which no TLS report needs"
            raise MalformedReport(msg)
    try:
        value = json.loads(raw.decode(json.detect_encoding(raw), "replace").lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        msg = f"it is no JSON: {why[:200]}"
        raise MalformedReport(msg) from error
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict) or not any(mark in value for mark in _MARKS):
        msg = "it is JSON, and no TLS report: it has none of its keys"
        raise MalformedReport(msg)
    return _Reader().report(value)


class _Reader:
    """Reads on whatever is missing."""

    def __init__(self) -> None:
        self._remarks: dict[str, None] = {}
        self._failures = 0

    def report(self, value: Mapping[str, Any]) -> TlsReport:
        times = _mapping(value.get("date-range"))
        begin, end = (seconds(_text(times.get(name))) for name in _TIMES)
        if begin is None or end is None:
            self._remark("it does not say which time it is about")
        found = value.get("policies")
        policies = found if isinstance(found, list) else [found] if found else []
        if len(policies) > MAX_POLICIES:
            self._remark(f"it has {len(policies)} policies; {MAX_POLICIES} were read")
        read = tuple(self._policy(_mapping(one)) for one in policies[:MAX_POLICIES])
        if not read:
            self._remark("it has no policies, and so no figures")
        return TlsReport(
            _text(value.get("organization-name")),
            _text(value.get("contact-info")),
            _text(value.get("report-id")),
            begin,
            end,
            read,
            tuple(self._remarks),
        )

    def _policy(self, value: Mapping[str, Any]) -> TlsPolicy:
        policy, summary = _mapping(value.get("policy")), _mapping(value.get("summary"))
        kind = _text(policy.get("policy-type")).lower()
        if kind not in _TYPES:
            self._remark(f"{kind[:40]!r} is no policy type of RFC 8460")
        details = value.get("failure-details")
        details = details if isinstance(details, list) else [details] if details else []
        room = MAX_FAILURES - self._failures
        if len(details) > room:
            self._remark(f"it has more than {MAX_FAILURES} failures; the rest is left out")
        failures = tuple(self._failure(_mapping(one)) for one in details[:room])
        self._failures += len(failures)
        return TlsPolicy(
            _text(policy.get("policy-domain")),
            kind,
            _texts(policy.get("policy-string")),
            # RFC 8460, 4.4 says mx-host, and its schema mx-host-pattern: both are in use.
            _texts(policy.get("mx-host") or policy.get("mx-host-pattern")),
            self._count(summary.get("total-successful-session-count")),
            self._count(summary.get("total-failure-session-count")),
            failures,
        )

    def _failure(self, value: Mapping[str, Any]) -> TlsFailure:
        info = value.get("additional-information") or value.get("additional-info-uri")
        return TlsFailure(
            _text(value.get("result-type")).lower(),
            self._count(value.get("failed-session-count")),
            _text(value.get("sending-mta-ip")),
            _text(value.get("receiving-mx-hostname")).lower().rstrip("."),
            _text(value.get("receiving-ip")),
            _text(value.get("receiving-mx-helo")),
            _text(value.get("failure-reason-code")),
            _text(info),
        )

    def _count(self, value: object) -> int:
        try:
            found = int(value) if isinstance(value, (int, str)) else -1
        except ValueError:
            found = -1
        if 0 <= found <= MAX_COUNT:
            return found
        self._remark("one of its counts is missing or no number: taken for 0")
        return 0

    def _remark(self, text: str) -> None:
        if len(self._remarks) < _MAX_REMARKS:
            self._remarks[text] = None


_TIMES = ("start-datetime", "end-datetime")
_MAX_REMARKS = 20


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    try:
        return str(value).strip()[:MAX_VALUE]
    except ValueError:  # more digits than int() gives out
        return ""


def _texts(value: object) -> tuple[str, ...]:
    many = value if isinstance(value, list) else [value] if value else []
    return tuple(_text(one) for one in many[:100])
