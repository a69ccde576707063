"""The record of a message as one JSON object, as stores keep it.

Schema 1 (releases up to 0.1) called a task a deed, and knew from its kind whether it
could be repeated.  It is read as well; what is written is schema 2.
"""

import json

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sendas.errors import SendasError
from sendas.journal.record import Record, Summary
from sendas.journal.task import State, Task, timestamp


SCHEMA = "sendas.mail/2"
_SCHEMA_1 = "sendas.mail/1"
_encoded = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Made once: two records are written for each mail."""
_OPTIONAL = ("why", "target", "unanswered", "answer", "at", "because_of", "concerns", "repeatable")
_RENAMED = {"deeds": "tasks", "holder": "leased_to", "held_until": "leased_until"} | {
    "rounds": "attempts",
    "blind": "unanswered",
    "meant_for": "concerns",
}
_SCHEMA_1_KINDS = {
    "forward": False,
    "notice": False,
    "reject": False,
    "quarantine": True,
    "discard": True,
}
"""The kinds that schema 1 knew, and whether they could be repeated."""


class MalformedRecord(SendasError):
    """The stored record is none of ours, or of a later release."""


def write_record(record: Record) -> bytes:
    """As it is stored."""
    value = {
        "schema": SCHEMA,
        "ses_message_id": record.ses_message_id,
        "bucket": record.bucket,
        "key": record.key,
        "received_at": timestamp(record.received_at),
        "reverse_path": record.reverse_path,
        "forward_paths": list(record.forward_paths),
        "author": record.summary.author,
        "subject": record.summary.subject,
        "size": record.summary.size,
        "verdicts": dict(record.summary.verdicts),
        "leased_to": record.leased_to,
        "leased_until": timestamp(record.leased_until) if record.leased_until else None,
        "attempts": record.attempts,
        "tasks": [_task_to_json(task) for task in record.tasks],
    }
    return _encoded(value).encode("ascii")


def read_record(content: bytes) -> Record:
    """Read what `write_record` of this release or of an earlier one wrote.

    Raises:
        MalformedRecord: It did not.
    """
    try:
        value = json.loads(content)
        if value["schema"] == _SCHEMA_1:
            value = _from_schema_1(value)
        if value["schema"] != SCHEMA:
            msg = f"a record of schema {value['schema']!r}; this release reads {SCHEMA!r}"
            raise MalformedRecord(msg)
        until = value["leased_until"]
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
            tasks=tuple(_task_from_json(task) for task in value["tasks"]),
            leased_to=value["leased_to"],
            leased_until=datetime.fromisoformat(until) if until else None,
            attempts=value["attempts"],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"not a record of a mail: {type(error).__name__}"
        raise MalformedRecord(msg) from error


def _from_schema_1(value: Mapping[str, Any]) -> dict[str, Any]:
    found = _renamed(value) | {"schema": SCHEMA}
    found["tasks"] = [
        _renamed(task) | {"repeatable": _SCHEMA_1_KINDS[task["kind"]]} for task in found["tasks"]
    ]
    return found


def _renamed(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): found for name, found in value.items()}


def _task_to_json(task: Task) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": task.name,
        "kind": task.kind,
        "reason": task.reason,
        "state": task.state,
        "forward_paths": list(task.forward_paths),
    }
    for name in _OPTIONAL:
        if found := getattr(task, name):
            value[name] = found
    return value


def _task_from_json(value: Mapping[str, Any]) -> Task:
    return Task(
        name=value["name"],
        kind=value["kind"],
        reason=value["reason"],
        why=value.get("why", ""),
        target=value.get("target", ""),
        forward_paths=tuple(value["forward_paths"]),
        state=State(value["state"]),
        unanswered=value.get("unanswered", 0),
        answer=value.get("answer", ""),
        at=value.get("at", ""),
        because_of=value.get("because_of", ""),
        concerns=tuple(value.get("concerns", ())),
        repeatable=value.get("repeatable", False),
    )
