"""Reports as lines of JSON: as they are kept in the bucket, and as ``--json`` prints them.

Each line stands for itself: a row of an aggregate report, a policy of a TLS
report, a failure, a whole report, or something that could not be read.  The
same document gives the same lines, so what comes twice is written over itself.
"""

import hashlib
import json

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum, auto
from typing import Any, TypeAlias

from sendas.errors import SendasError
from sendas.reports.aggregate import read_aggregate
from sendas.reports.failure import read_failure
from sendas.reports.model import (
    DkimResult,
    FailureReport,
    Head,
    Kind,
    MalformedReport,
    Override,
    Published,
    Row,
    SpfResult,
    TlsFailure,
    TlsPolicy,
    TlsReport,
)
from sendas.reports.tls import read_tls
from sendas.reports.unpack import Document, Found, Unreadable


SCHEMA = 1
_KEY_CHARACTERS = 24


class MalformedLine(SendasError):
    """A line that is none of ours."""


class Carried(StrEnum):
    """How far the mail that brought a report proves who reports."""

    FILE = auto()
    """The owner gave it as a file."""
    PROVEN = auto()
    """By mail that passed DMARC for the domain it names as its author's."""
    UNPROVEN = auto()
    """By mail that anybody may have written."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report came from: *mail* is SES's id of the mail, *by* its author domain."""

    carried: Carried = Carried.FILE
    by: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a line says of its report.  *key* is the same for every line of the same report."""

    key: str
    kind: Kind
    org: str
    email: str
    report_id: str
    domain: str
    begin: int | None
    end: int | None
    origin: Origin

    @property
    def reporter(self) -> str:
        """Who reports, as far as it is known: what is proven before what is claimed."""
        return self.origin.by or self.org or self.email.rpartition("@")[2].strip("<> ")


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of an aggregate report, and the policy that the receiver found."""

    about: About
    policy: Published
    row: Row


@dataclass(frozen=True, slots=True)
class TlsLine:
    """A policy of a TLS report."""

    about: About
    policy: TlsPolicy


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A failure report."""

    about: About
    failure: FailureReport


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A whole report was read: *lines* of it, *mails* (or sessions) in all, and what was odd."""

    about: About
    lines: int
    mails: int
    remarks: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class LostLine:
    """Something that ought to be a report, and why it could not be read."""

    place: str
    why: str
    origin: Origin


Line: TypeAlias = RowLine | TlsLine | FailureLine | ReportLine | LostLine


def lines_of(found: Found, origin: Origin | None = None) -> Iterator[Line]:
    """The lines of one document, its `ReportLine` last; never raises for what is in it."""
    origin = origin or Origin()
    if isinstance(found, Unreadable):
        yield LostLine(found.place, found.why, origin)
        return
    try:
        match found.kind:
            case Kind.DMARC:
                yield from _rows(found, origin)
            case Kind.TLS:
                yield from _tls(read_tls(found.open()), found, origin)
            case Kind.FAILURE:
                if found.message is not None:
                    yield from _failure(read_failure(found.message), found.place, origin)
    except MalformedReport as error:
        yield LostLine(found.place, str(error), origin)
    except OSError as error:
        yield LostLine(found.place, f"cannot be read: {error.strerror or error}", origin)


def _rows(document: Document, origin: Origin) -> Iterator[Line]:
    lines = mails = number = 0
    content = ""
    for batch in read_aggregate(document.open):
        if not batch.head.report_id:  # two without an id are not one because of that
            content = content or _digest(document)
        named = "" if batch.head.report_id else f"{content}/{number}"
        about = _about_head(batch.head, origin, named)
        policy = batch.head.policies[0] if batch.head.policies else Published("")
        for row in batch.rows:
            lines += 1
            mails += row.mails
            yield RowLine(about, policy, row)
        if batch.last:
            yield ReportLine(about, lines, mails, batch.head.remarks, document.place)
            lines = mails = 0
            number += 1


def _digest(document: Document) -> str:
    """What a report that names itself by nothing is told apart by: what is in it."""
    found = hashlib.sha256()
    for piece in document.open():
        found.update(piece)
    return found.hexdigest()[:_KEY_CHARACTERS]


def _tls(report: TlsReport, document: Document, origin: Origin) -> Iterator[Line]:
    about = _about(
        Kind.TLS,
        report.org_name,
        report.contact,
        report.report_id,
        report.domain,
        report.begin,
        report.end,
        origin,
        "" if report.report_id else _digest(document),
    )
    for policy in report.policies:
        yield TlsLine(about, policy)
    sessions = sum(one.successful + one.failed for one in report.policies)
    yield ReportLine(about, len(report.policies), sessions, report.remarks, document.place)


def _failure(report: FailureReport, place: str, origin: Origin) -> Iterator[Line]:
    about = _about(
        Kind.FAILURE,
        "",
        report.reporter,
        report.message_id or report.authentication_results,
        report.reported_domain,
        report.arrived,
        report.arrived,
        origin,
    )
    yield FailureLine(about, report)
    yield ReportLine(about, 1, 1, report.remarks, place)


def _about_head(head: Head, origin: Origin, named: str) -> About:
    return _about(
        Kind.DMARC,
        head.org_name,
        head.email,
        head.report_id,
        head.domain,
        head.begin,
        head.end,
        origin,
        named,
    )


def _about(  # noqa: PLR0913, PLR0917  what every report says of itself
    kind: Kind,
    org: str,
    email: str,
    report_id: str,
    domain: str,
    begin: int | None,
    end: int | None,
    origin: Origin,
    named: str = "",
) -> About:
    """*named* tells a report apart that has no *report_id*."""
    # Who is proven is part of the key: nobody else's report can take its place.
    who = f"{origin.carried}:{origin.by}" if origin.by else email.rpartition("@")[2].lower() or org
    text = "\0".join((kind, who, report_id or named, domain, str(begin), str(end)))
    key = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_KEY_CHARACTERS]
    return About(key, kind, org, email, report_id, domain, begin, end, origin)


_TYPES: Mapping[str, type[Line]] = {
    "dmarc": RowLine,
    "tls": TlsLine,
    "failure": FailureLine,
    "report": ReportLine,
    "lost": LostLine,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}


def write_line(line: Line) -> bytes:
    """The line, with its line end."""
    value: dict[str, Any] = {"schema": SCHEMA, "line": _NAMES[type(line)]}
    match line:
        case RowLine(about, policy, row):
            value |= _about_value(about) | {"policy": policy._asdict()} | _row_value(row)
        case TlsLine(about, policy):
            failures = [one._asdict() for one in policy.failures]
            value |= _about_value(about) | policy._asdict() | {"failures": failures}
            value |= {"policy_domain": policy.domain, "domain": about.domain}
        case FailureLine(about, failure):
            value |= _about_value(about) | asdict(failure)
        case ReportLine(about, lines, mails, remarks, place):
            value |= _about_value(about) | {
                "lines": lines,
                "mails": mails,
                "remarks": remarks,
                "place": place,
            }
        case LostLine(place, why, origin):
            value |= {"place": place, "why": why} | _origin_value(origin)
    return json.dumps(value).encode("ascii") + b"\n"


def _about_value(about: About) -> dict[str, Any]:
    return {
        "report": about.key,
        "kind": about.kind,
        "org": about.org,
        "email": about.email,
        "report_id": about.report_id,
        "domain": about.domain,
        "begin": about.begin,
        "end": about.end,
    } | _origin_value(about.origin)


def _origin_value(origin: Origin) -> dict[str, Any]:
    return {"carried": origin.carried, "by": origin.by, "mail": origin.mail}


def _row_value(row: Row) -> dict[str, Any]:
    value = row._asdict()
    for name in ("reasons", "dkim_results", "spf_results"):
        value[name] = [one._asdict() for one in value[name]]
    return value


def read_line(raw: bytes) -> Line:
    """What `write_line` wrote.

    Raises:
        MalformedLine: It is something else.
    """
    try:
        value = json.loads(raw)
        if value["schema"] != SCHEMA:
            msg = f"a line of schema {value['schema']!r}; this release reads {SCHEMA}"
            raise MalformedLine(msg)
        return _line(value, _TYPES[value["line"]])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"no line of a report: {type(error).__name__}"
        raise MalformedLine(msg) from error


def _line(value: dict[str, Any], kind: type[Line]) -> Line:
    origin = Origin(Carried(value["carried"]), value["by"], value["mail"])
    if kind is LostLine:
        return LostLine(value["place"], value["why"], origin)
    about = About(
        value["report"],
        Kind(value["kind"]),
        value["org"],
        value["email"],
        value["report_id"],
        value["domain"],
        value["begin"],
        value["end"],
        origin,
    )
    if kind is RowLine:
        return RowLine(about, Published(**value["policy"]), _row(value))
    if kind is TlsLine:
        failures = tuple(TlsFailure(**one) for one in value["failures"])
        texts = (tuple(value["strings"]), tuple(value["mx_hosts"]))
        counts = (value["successful"], value["failed"])
        policy = TlsPolicy(value["policy_domain"], value["policy_type"], *texts, *counts, failures)
        return TlsLine(about, policy)
    if kind is FailureLine:
        found = {one.name: value[one.name] for one in fields(FailureReport)}
        found |= {"auth_failure": tuple(found["auth_failure"]), "remarks": tuple(found["remarks"])}
        return FailureLine(about, FailureReport(**found))
    remarks = tuple(value["remarks"])
    return ReportLine(about, value["lines"], value["mails"], remarks, value["place"])


def _row(value: dict[str, Any]) -> Row:
    found = {name: value[name] for name in Row._fields}
    found["reasons"] = tuple(Override(**one) for one in value["reasons"])
    found["dkim_results"] = tuple(DkimResult(**one) for one in value["dkim_results"])
    found["spf_results"] = tuple(SpfResult(**one) for one in value["spf_results"])
    return Row(**found)
