"""The questions to the history in DuckDB: the same rows as `traces` says, over the same files.

Trino, which Athena runs, is no program for a test; DuckDB has the functions of it that the
questions use (`regexp_extract`, `substr`, `||`), reads JSON lines, and gives NULL for no field.
"""

import json
import os
import random
import subprocess

from collections.abc import Callable
from pathlib import Path

import pytest

from sendas.history import questions
from sendas.history.line import Line, write_line
from sendas.history.outcome import traces
from sendas.history.table import COLUMNS, QUESTIONS
from sendas.watch.cache import Cache


pytestmark = pytest.mark.peer

SCRIPT = Path(__file__).parents[1] / "support" / "duckdb_answers.py"
KINDS = ("send", "delivery", "bounce", "complaint", "delivery_delay", "reject")
GIVEN = {
    1: ["jane@example.net"],
    2: ["2026-11-08", "2026-11-08"],
    3: ["2026-11-01", "example.com", 100],
}


def history(chance: random.Random) -> list[Line]:
    """Three thousand events of 700 mails."""
    return [
        Line(
            id=f"{chance.randrange(99):02}{number:022}",
            at=f"2026-11-29T12:{chance.randrange(60):02}:00.000Z",
            kind=chance.choice(KINDS),
            mail=f"m{(mail := chance.randrange(700))}",
            sent_at=f"2026-11-{1 + mail % 28:02}T12:00:00.000Z",
            sender=chance.choice(("", "me@example.com")),
            recipient=chance.choice(("jane@example.net", "JANE@example.net", "a@example.com")),
            stream=("own", "forward", "canary")[mail % 3],
            credential=chance.choice(("", "sendas-me")),
            detail=chance.choice(("", "Permanent", "Transient", "not-spam")),
            subtype=chance.choice(("", "General", "Suppressed", "OnAccountSuppressionList")),
            answer=chance.choice(("", "550 5.1.1 no")),
        )
        for number in range(3000)
    ]


def test_duckdb_says_what_traces_and_the_cache_say(
    peer: Callable[[str], str], tmp_path: Path
) -> None:
    """Outcomes of every mail, rates and the reputation; every named question is understood."""
    program = os.environ.get("SENDAS_DUCKDB") or peer("duckdb-python")
    lines = history(random.Random(5))  # noqa: S311  the same play each time
    file = tmp_path / "day.jsonl"
    file.write_bytes(b"".join(map(write_line, [*lines, *lines[:500]])))
    texts = [questions.deliveries(answers=True), *(one.text for one in QUESTIONS)]
    asked = {
        "file": str(file),
        "columns": COLUMNS,
        "questions": [{"text": one, "given": GIVEN.get(one.count("?"), [])} for one in texts],
    }
    done = subprocess.run(  # noqa: S603  the peer under test
        [program, str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    deliveries, *answers = json.loads(done.stdout)

    expected = sorted([one.mail, one.recipient.lower(), str(one.outcome)] for one in traces(lines))
    assert expected == sorted([row[0], row[1], row[7]] for row in deliveries)
    by_name = dict(zip((one.name for one in QUESTIONS), answers, strict=True))
    of_jane = sum(one[1] == "jane@example.net" for one in expected)
    assert of_jane <= len(by_name["what became of mail to a recipient"]) <= len(expected)
    with Cache(":memory:") as cache:
        cache.add(lines, "key", 1)
        counted = cache.rates({"example.com"}, since="2026-11-08", window=100)
    assert counted.whole.sent == sum(row[6] for row in by_name["rates"])
    assert counted.whole.hard == sum(row[4] for row in by_name["rates"])
    (near,) = by_name["how near a review is"]
    found = counted.reputation
    assert [found.sent, found.hard, found.complained, found.since] == near
