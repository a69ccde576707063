"""An export of the suppression lists, as CSV or newline JSON; pure.

The same lists give the same bytes.  The last line of a whole export says how many entries it
holds: a copy that ends too early, be it at a line end, is told from a whole one.
"""

import csv
import io
import json

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from sendas.errors import CouldNotLook, SendasError, UsageError
from sendas.history.line import stamp_of
from sendas.ses.regions import Region, parse_region
from sendas.ses.suppression import Suppressed


_FIELDS = ("region", "address", "reason", "since")
_CHANGE = "change"
_TOTAL = "total"
_REASONS = frozenset({"BOUNCE", "COMPLAINT"})

Key: TypeAlias = tuple[Region, str]
"""An entry's Region, and its address in lower case, as SES compares them."""


class BadExport(UsageError):
    """A file that is no whole export of ours; nothing was done."""


class NotCompared(CouldNotLook):
    """A Region of the old export was not looked at, so nobody knows what went from it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What came, went, or has another reason or date; *changed* as it is now."""

    added: tuple[Suppressed, ...]
    removed: tuple[Suppressed, ...]
    changed: tuple[Suppressed, ...]

    def rows(self) -> list[dict[str, str]]:
        """A row for each, with what happened first."""
        kinds = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return [{_CHANGE: kind} | row for kind, entries in kinds.items() for row in rows(entries)]


def rows(entries: Iterable[Suppressed]) -> list[dict[str, str]]:
    """A row for each entry, by Region and address."""
    return [
        {
            "region": one.region,
            "address": one.address,
            "reason": one.reason,
            "since": stamp_of(one.since),
        }
        for one in sorted(entries, key=key_of)
    ]


def key_of(entry: Suppressed) -> Key:
    """What makes it that entry and no other."""
    return entry.region, entry.address.lower()


def changes(
    before: Iterable[Suppressed], now: Iterable[Suppressed], looked_at: Collection[Region]
) -> Changes:
    """What is different between an export and the lists now, of the Regions *looked_at*.

    Raises:
        NotCompared: The export holds entries of another Region: they did not go, nobody looked.
    """
    old = {key_of(one): one for one in before}
    new = {key_of(one): one for one in now}
    unseen = sorted({region for region, _ in old} - set(looked_at))
    if unseen:
        msg = f"the old export has entries of {', '.join(unseen)}, which was not looked at"
        raise NotCompared(msg)
    return Changes(
        tuple(one for key, one in new.items() if key not in old),
        tuple(one for key, one in old.items() if key not in new),
        tuple(one for key, one in new.items() if key in old and _state(one) != _state(old[key])),
    )


def _state(entry: Suppressed) -> tuple[str, str]:
    return entry.reason, stamp_of(entry.since)


def as_csv(table: Iterable[Mapping[str, str]], *, of_changes: bool = False) -> str:
    """The rows under a header, lines ended by a line feed; then ``total,3,,`` if it is whole."""
    out = io.StringIO()
    names = (_CHANGE, *_FIELDS) if of_changes else _FIELDS
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, row in enumerate(table, 1):  # noqa: B007  how many, after the last
        writer.writerow(row)
    if not of_changes:
        writer.writerow({"region": _TOTAL, "address": str(count)})
    return out.getvalue()


def as_json_lines(table: Iterable[Mapping[str, str]], *, of_changes: bool = False) -> str:
    """One JSON object a line; the last is ``{"total": 3}`` if it is whole."""
    lines = [json.dumps(row, ensure_ascii=False) for row in table]
    if not of_changes:
        lines.append(json.dumps({_TOTAL: len(lines)}))
    return "".join(f"{line}\n" for line in lines)


def read_export(raw: bytes, name: str) -> tuple[Suppressed, ...]:
    """The entries of a whole export in either format; *name* is for messages.

    Raises:
        BadExport: It is none, or a line of it cannot be used; the message names the line.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{name} is not UTF-8, so it is no export of sendas"
        raise BadExport(msg) from error
    if text and not text.endswith(("\n", "\r")):
        msg = f"{name} ends within a line: it was cut; give a whole export"
        raise BadExport(msg)
    as_json = text.lstrip().startswith("{")
    table = _json_rows(text, name) if as_json else _csv_rows(text, name)
    found: dict[Key, Suppressed] = {}
    total: str | None = None
    for number, row in table:
        if total is not None:
            msg = f"{name}, line {number}: something stands below the total: give a whole export"
            raise BadExport(msg)
        total = _total(row)
        if total is not None:
            continue
        one = _entry(row, name, number)
        if key_of(one) in found:
            msg = f"{name}, line {number}: {one.address} stands twice for {one.region}"
            raise BadExport(msg)
        found[key_of(one)] = one
    if total is None:
        msg = f"{name} does not end with the total of its entries: it was cut; give a whole export"
        raise BadExport(msg)
    if total != str(len(found)):
        msg = (
            f"{name} holds {len(found)} entries, and {total} by its last line: give a whole "
            "export, or correct that line if you changed the file"
        )
        raise BadExport(msg)
    return tuple(found.values())


def _total(row: object) -> str | None:
    """How many entries stand before *row*, by its own words; None if it is an entry."""
    match row:
        case {"region": "total", "address": str(count), "reason": "", "since": ""}:
            return count
        case {"total": int(number)}:
            return str(number)
        case _:
            return None


def _json_rows(text: str, name: str) -> Iterable[tuple[int, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            msg = f"{name}, line {number}: no JSON"
            raise BadExport(msg) from error


def _csv_rows(text: str, name: str) -> Iterable[tuple[int, object]]:
    # As far as text goes: a file may have gone through a spreadsheet, which ends lines by CR LF.
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != _FIELDS:
            msg = f"{name} does not begin with the line {','.join(_FIELDS)}: give a whole export"
            raise BadExport(msg)
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num}: no CSV ({error})"
        raise BadExport(msg) from error


def _entry(row: object, name: str, number: int) -> Suppressed:
    """One row.

    Raises:
        BadExport: A field is missing, too many, or cannot be used.
    """
    where = f"{name}, line {number}"
    if not isinstance(row, dict) or set(row) != set(_FIELDS):
        msg = f"{where}: not the fields {', '.join(_FIELDS)}; give a whole export"
        raise BadExport(msg)
    if not all(isinstance(value, str) for value in row.values()):
        msg = f"{where}: a field is missing, or is no text"
        raise BadExport(msg)
    if row["reason"] not in _REASONS or "@" not in row["address"].strip("@"):
        msg = f"{where}: no address, or a reason that is neither BOUNCE nor COMPLAINT"
        raise BadExport(msg)
    try:
        since = datetime.fromisoformat(row["since"])
        region = parse_region(row["region"])
    except (ValueError, SendasError) as error:
        msg = f"{where}: no moment, or no Region"
        raise BadExport(msg) from error
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return Suppressed(row["address"], region, row["reason"], since)
