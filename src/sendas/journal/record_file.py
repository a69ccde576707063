"""The record of a mail as one JSON object in S3."""

import json

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sendas.errors import SendasError
from sendas.journal.record import Deed, Kind, Record, State, Summary, stamp


SCHEMA = "sendas.mail/1"
_encoded = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Made once: two records are written for each mail."""


class MalformedRecord(SendasError):
    """The stored record is none of ours, or of a later release."""


def write_record(record: Record) -> bytes:
    """As it is stored."""
    value = {
        "schema": SCHEMA,
        "ses_message_id": record.ses_message_id,
        "bucket": record.bucket,
        "key": record.key,
        "received_at": stamp(record.received_at),
        "reverse_path": record.reverse_path,
        "forward_paths": list(record.forward_paths),
        "author": record.summary.author,
        "subject": record.summary.subject,
        "size": record.summary.size,
        "verdicts": dict(record.summary.verdicts),
        "holder": record.holder,
        "held_until": stamp(record.held_until) if record.held_until else None,
        "rounds": record.rounds,
        "deeds": [_deed_to_json(deed) for deed in record.deeds],
    }
    return _encoded(value).encode("ascii")


def read_record(content: bytes) -> Record:
    """Read what `write_record` wrote.

    Raises:
        MalformedRecord: It did not.
    """
    try:
        value = json.loads(content)
        if value["schema"] != SCHEMA:
            msg = f"a record of schema {value['schema']!r}; this release reads {SCHEMA!r}"
            raise MalformedRecord(msg)
        until = value["held_until"]
        return Record(
            ses_message_id=value["ses_message_id"],
            bucket=value["bucket"],
            key=value["key"],
            received_at=datetime.fromisoformat(value["received_at"]),
            reverse_path=value["reverse_path"],
            forward_paths=tuple(value["forward_paths"]),
            summary=Summary(
                value["author"], value["subject"], value["size"], dict(value["verdicts"])
            ),
            deeds=tuple(_deed_from_json(deed) for deed in value["deeds"]),
            holder=value["holder"],
            held_until=datetime.fromisoformat(until) if until else None,
            rounds=value["rounds"],
        )
    except (KeyError, TypeError, ValueError) as error:
        msg = f"not a record of a mail: {type(error).__name__}"
        raise MalformedRecord(msg) from error


def _deed_to_json(deed: Deed) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": deed.name,
        "kind": deed.kind,
        "reason": deed.reason,
        "state": deed.state,
        "forward_paths": list(deed.forward_paths),
    }
    for name in ("why", "target", "blind", "answer", "at", "because_of", "meant_for"):
        if found := getattr(deed, name):
            value[name] = found
    return value


def _deed_from_json(value: Mapping[str, Any]) -> Deed:
    return Deed(
        name=value["name"],
        kind=Kind(value["kind"]),
        reason=value["reason"],
        why=value.get("why", ""),
        target=value.get("target", ""),
        forward_paths=tuple(value["forward_paths"]),
        state=State(value["state"]),
        blind=value.get("blind", 0),
        answer=value.get("answer", ""),
        at=value.get("at", ""),
        because_of=value.get("because_of", ""),
        meant_for=tuple(value.get("meant_for", ())),
    )
