"""Records on paper: as a table for a provider's panel, as zone lines, as JSON; pure."""

import json

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sendas.dns.answers import RecordType
from sendas.dns.mx import parse_mx
from sendas.dns.names import quoted
from sendas.setup.records.providers import Provider
from sendas.setup.records.wanted import Mark, Purpose, RecordChange, RecordSet
from sendas.text import visible


SCHEMA = "sendas.records/1"

_WORDS = {
    Mark.ADD: "to add",
    Mark.CHANGE: "to change",
    Mark.REMOVE: "to remove",
    Mark.KEEP: "as it should be",
    Mark.UNKNOWN: "not known",
    Mark.STOP: "in the way",
}
_PURPOSES = {
    Purpose.DKIM: "DKIM: signs your mail as your domain's",
    Purpose.SPF: "SPF of the domain",
    Purpose.DMARC: "DMARC",
    Purpose.MAIL_FROM_MX: "MAIL FROM: where bounces go",
    Purpose.MAIL_FROM_SPF: "MAIL FROM: SPF",
    Purpose.INBOUND_MX: "MX: where your mail is received",
    Purpose.TLS_REPORTS: "Where TLS reports about your domain go",
    Purpose.REPORT_CONSENT: "DMARC reports about another domain",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: the changes of one domain, and the panel they are typed into."""

    domain: str
    zone: str
    provider: Provider
    changes: tuple[RecordChange, ...]
    looked: bool = True
    """Whether the DNS was asked; if not, everything is to be added."""


def unlooked(wanted: Iterable[RecordSet]) -> tuple[RecordChange, ...]:
    """Every wanted record set as one to add, where nobody asked what stands there."""
    return tuple(
        RecordChange(Mark.ADD, one.name, one.type, (), one.values, one.purpose, one.ttl)
        for one in wanted
    )


def as_table(sheet: Sheet) -> str:
    """A table of what to type, one value a row, with the panel's quirks below it."""
    provider = sheet.provider
    parts = [f"Records of {sheet.domain}, as {provider.title} wants them (zone {sheet.zone})"]
    marks = (Mark.ADD, Mark.CHANGE, Mark.REMOVE, Mark.STOP, Mark.UNKNOWN, Mark.KEEP)
    for mark in marks:
        chosen = [change for change in sheet.changes if change.mark is mark]
        if chosen:
            parts.append(f"{_WORDS[mark].capitalize()}:\n" + "\n".join(_rows(chosen, sheet)))
    if any(change.changes for change in sheet.changes) and provider.notes:
        parts.append("\n".join(["Mind:", *(f"- {note}" for note in provider.notes)]))
    parts.append(summary(sheet.changes))
    return "\n\n".join(parts)


def _rows(changes: Sequence[RecordChange], sheet: Sheet) -> Iterator[str]:
    provider = sheet.provider
    heads = ("", "Type", provider.name_label, "Priority", provider.value_label)
    table = [heads]
    told: list[tuple[int, str]] = []
    for change in changes:
        name = provider.name(change.name, sheet.zone)
        values = change.after if change.mark is not Mark.REMOVE else change.before
        for value in values or ("",):
            priority, typed = _typed(change.type, value, provider)
            mark = change.mark
            if mark is Mark.CHANGE and value in change.before:
                mark = Mark.KEEP  # it is shown, for a panel may hold one set in one field
            table.append((mark, change.type, name, priority, visible(typed)))
        told.append((len(table) - 1, _remark(change)))
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    remarks = dict(told)
    for number, row in enumerate(table):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join(["", *cells, row[4]]).rstrip()
        if remarks.get(number):
            yield f"       {visible(remarks[number])}"


def _remark(change: RecordChange) -> str:
    said = [_PURPOSES[change.purpose]] if change.changes else []
    if change.mark is Mark.CHANGE:
        gone = [value for value in change.before if value not in change.after]
        said += [f"instead of {value}" for value in gone]
    return "; ".join(filter(None, [*said, change.why]))


def _typed(type_: RecordType, value: str, provider: Provider) -> tuple[str, str]:
    if not value:
        return "", ""
    if type_ is RecordType.MX:
        mx = parse_mx(value)
        return str(mx.preference), mx.host
    if type_ is RecordType.TXT:
        return "", provider.text(value)
    return "", value


def summary(changes: Sequence[RecordChange]) -> str:
    """One line: how many of each."""
    counts = [(mark, sum(change.mark is mark for change in changes)) for mark in Mark]
    said = [f"{count} {_WORDS[mark]}" for mark, count in counts if count]
    return (", ".join(said) or "no records") + "."


def as_zone_lines(sheet: Sheet) -> str:
    """Lines for a zone file (RFC 1035, 5.1): what to add or change, whole record sets.

    What is replaced, and what is not to be touched, stands in comments.
    """
    lines = [f"; {sheet.domain}: {summary(sheet.changes)}"]
    for change in sheet.changes:
        remark = f": {visible(change.why)}" if change.why else ""
        if not change.changes:
            name = f"{change.name}. {change.type}"
            lines.append(f"; {_WORDS[change.mark]}: {name}{remark}")
            continue
        lines.append(f"; {_WORDS[change.mark]} ({_PURPOSES[change.purpose]}){remark}")
        gone = [value for value in change.before if value not in change.after]
        lines += [f"; remove: {_line(change, value)}" for value in gone]
        lines += [_line(change, value) for value in change.after]
    return "\n".join(lines)


def _line(change: RecordChange, value: str) -> str:
    data = quoted(value) if change.type is RecordType.TXT else f"{value}."
    return f"{change.name}. {change.ttl} IN {change.type} {data}"


def as_json(sheet: Sheet) -> str:
    """One object, schema ``sendas.records/1``."""
    provider = sheet.provider
    value = {
        "schema": SCHEMA,
        "domain": sheet.domain,
        "zone": sheet.zone,
        "provider": provider.key,
        "looked": sheet.looked,
        "records": [_object(change, sheet) for change in sheet.changes],
    }
    return json.dumps(value, indent=2)


def _object(change: RecordChange, sheet: Sheet) -> dict[str, object]:
    return {
        "mark": change.mark,
        "purpose": change.purpose,
        "name": change.name,
        "relative_name": sheet.provider.name(change.name, sheet.zone),
        "type": change.type,
        "ttl": change.ttl,
        "before": list(change.before),
        "after": list(change.after),
        "why": change.why,
    }
