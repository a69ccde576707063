"""Records that the last release with schema 1 wrote in the lab, and what it said of them.

``schema_1/*.json`` are the bytes it put into S3; ``said_of_them.json`` is what its
``sendas mail list`` and ``show`` made of each, but for two words that were mended since:
what a mailbox keeps reads "kept", what its route turns away "refused".
"""

import json

from pathlib import Path
from typing import Any

import pytest

from sendas.cli.mail import _state_lines
from sendas.inbound.listing import kept_for, state_of
from sendas.inbound.stored_mail import receipt_of_record
from sendas.journal.record_file import MalformedRecord, read_record, write_record


STORED = Path(__file__).with_name("schema_1")
SAID: dict[str, dict[str, Any]] = json.loads((STORED / "said_of_them.json").read_text())


def content(name: str) -> bytes:
    """A record as schema 1 has it."""
    return (STORED / f"{name}.json").read_bytes()


def test_each_stored_record_is_tried() -> None:
    """None was added without what was said of it; every kind and every state is there."""
    names = {file.stem for file in STORED.glob("*.json")} - {"said_of_them"}
    tasks = [deed for name in names for deed in json.loads(content(name))["deeds"]]

    assert set(SAID) == names
    assert {"forward", "notice", "reject", "quarantine", "discard"} == {t["kind"] for t in tasks}
    assert {"due", "sending", "done", "refused", "uncertain"} == {t["state"] for t in tasks}


@pytest.mark.parametrize("name", SAID)
def test_means_what_it_meant(name: str) -> None:
    """Listed, shown and kept for the same reasons as before."""
    record = read_record(content(name))

    assert SAID[name] == {
        "was": state_of(record),
        "reasons": list(kept_for(record)),
        "shown": list(_state_lines(record)),
    }


@pytest.mark.parametrize("name", SAID)
def test_is_written_as_schema_2(name: str) -> None:
    """Nothing of it is lost by the next writing."""
    record = read_record(content(name))
    written = write_record(record)

    assert "sendas.mail/2" == json.loads(written)["schema"]
    assert record == read_record(written)
    old = json.loads(content(name))
    assert (old["holder"], old["rounds"]) == (record.leased_to, record.attempts)
    counts = [(deed["name"], deed.get("blind", 0)) for deed in old["deeds"]]
    assert counts == [(task.name, task.unanswered) for task in record.tasks]


@pytest.mark.parametrize("name", SAID)
def test_only_marks_may_be_repeated(name: str) -> None:
    """Schema 1 knew it from the kind; people get at most one duplicate of all else."""
    for task in read_record(content(name)).tasks:
        assert (task.kind in {"quarantine", "discard"}) is task.repeatable


@pytest.mark.parametrize("name", SAID)
def test_can_be_redelivered(name: str) -> None:
    """Whom it is for, and where it lies."""
    old, receipt = json.loads(content(name)), receipt_of_record(read_record(content(name)))

    assert tuple(old["forward_paths"]) == receipt.forward_paths
    assert receipt.location is not None
    assert (old["bucket"], old["key"]) == (receipt.location.bucket, receipt.location.key)


def test_a_kind_that_schema_1_never_had_is_malformed() -> None:
    """Nobody can say whether it could be repeated."""
    value = json.loads(content("forwarded"))
    value["deeds"][0]["kind"] = "fax"

    with pytest.raises(MalformedRecord):
        read_record(json.dumps(value).encode())
