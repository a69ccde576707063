"""The questions in SQL say what `traces` says, here and where Athena reads the files.

SQLite stands in for Athena: a table of what lies in the bucket, read as Athena's JSON SerDe reads
it (no field: NULL; every copy of a line is a row).  `tests/peers/test_athena.py` asks DuckDB.
"""

import json
import random
import sqlite3

from contextlib import closing
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.history import questions
from sendas.history.line import Line, write_line
from sendas.history.outcome import Outcome, Trace, traces
from sendas.watch.cache import Cache


COLUMNS = [one.name for one in fields(Line)]
KINDS = (
    "send", "delivery", "bounce", "complaint", "delivery_delay", "reject", "rendering_failure",
    "other",
)  # fmt: skip
SUBTYPES = ("", "General", "OnAccountSuppressionList", "Suppressed", "OnTenantSuppressionList")


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """Some mails of one or two recipients each; events of any kind in any order, some twice."""
    found = []
    count = draw(st.integers(0, 14))
    for number in range(count):
        mail = draw(st.integers(0, 3))
        recipient = draw(
            st.sampled_from(["jane@example.net", "JANE@example.net", "joe@a.example"])
        )
        found.append(
            Line(
                id=f"{draw(st.integers(0, 99)):02}{number:022}",
                at=f"2026-11-29T12:00:{draw(st.integers(0, 59)):02}.000Z",
                kind=draw(st.sampled_from(KINDS)),
                mail=f"m{mail}",
                sent_at=f"2026-11-{20 + mail}T12:00:00.000Z",
                sender=draw(st.sampled_from(["", "me@example.com"])),
                recipient=recipient,
                stream=("own", "forward", "canary")[mail % 3],
                credential=draw(st.sampled_from(["", "sendas-me"])),
                detail=draw(st.sampled_from(["", "Permanent", "Transient", "abuse", "not-spam"])),
                subtype=draw(st.sampled_from(SUBTYPES)),
                answer=draw(st.sampled_from(["", "550 5.1.1 no", "250 OK"])),
            )
        )
    return found


def told(trace: Trace) -> tuple[str, ...]:
    """What the SQL's row is to say of it, by the lines alone."""
    answers = [line.answer for line in trace.lines if line.answer]
    return (
        trace.mail, trace.recipient.lower(), trace.recipient.rpartition("@")[2].lower(),
        trace.sent_at, trace.sender, trace.seen.stream, trace.first("credential"),
        str(trace.outcome), answers[-1] if answers else "",
    )  # fmt: skip


def in_athena(lines: list[Line], text: str, *parameters: str) -> list[tuple[object, ...]]:
    """The rows that a table of the bucket's files gives."""
    with closing(sqlite3.connect(":memory:")) as athena:
        # SQLite has no regexp_extract; the pattern is the one that the texts use.
        athena.create_function("regexp_extract", 2, lambda name, _: name.rpartition("@")[2])
        athena.execute(f"CREATE TABLE line ({', '.join(COLUMNS)})")
        rows = (json.loads(write_line(one)) for one in lines)
        marks = ", ".join("?" * len(COLUMNS))
        athena.executemany(
            f"INSERT INTO line VALUES ({marks})",  # noqa: S608  our own columns
            ([row.get(name) for name in COLUMNS] for row in rows),
        )
        return athena.execute(text, parameters).fetchall()


@settings(max_examples=300)
@given(histories(), st.randoms(use_true_random=False))
def test_each_mail_ends_as_its_trace_says(lines: list[Line], chance: random.Random) -> None:
    """Doubled and in any order, empty or NULL: outcome, sender, stream, credential, answer."""
    expected = sorted(map(told, traces(lines)))
    doubled = [*lines, *lines[: len(lines) // 2]]
    chance.shuffle(doubled)
    rows = in_athena(doubled, questions.deliveries(answers=True))
    assert expected == sorted((*row[:8], row[10]) for row in rows)


@settings(max_examples=100)
@given(histories())
def test_the_same_rates_here_and_there(lines: list[Line]) -> None:
    """The cache, filled object after object, and the table of the whole bucket."""
    text = questions.tallies(questions.deliveries())
    rows = in_athena(lines, text, "2026-11-21")
    with Cache(":memory:") as cache:
        for number, one in enumerate(lines):
            cache.add([one], f"key-{number}", 1)
        found = cache.rates((), since="2026-11-21")
    assert found.whole.sent == sum(int(str(row[6])) for row in rows)
    for outcome in Outcome:
        mails = sum(int(str(row[6])) for row in rows if row[3] == outcome)
        assert found.whole.outcomes[outcome] == mails
    assert found.whole.hard == sum(int(str(row[4])) for row in rows)
    assert found.whole.complained == sum(int(str(row[5])) for row in rows)
    expected = [trace for trace in traces(lines) if trace.sent_at >= "2026-11-21"]
    assert len(expected) == found.whole.sent
    assert all(
        found.whole.outcomes[one] == sum(trace.outcome is one for trace in expected)
        for one in Outcome
    )


def test_a_question_about_one_mail_sees_all_of_its_lines() -> None:
    """By the recipient: the sender's name and the stream stand in lines of their own."""
    lines = [
        Line("1" * 24, "2026-11-29T12:00:00.000Z", "send", "m1", "2026-11-29T12:00:00.000Z",
             "me@example.com", "jane@example.net", credential="sendas-me"),
        Line("2" * 24, "2026-11-29T12:00:09.000Z", "bounce", "m1", "2026-11-29T12:00:00.000Z",
             "", "jane@example.net", detail="Permanent", answer="550 5.1.1 no"),
        Line("3" * 24, "2026-11-29T12:00:09.000Z", "delivery", "m2", "2026-11-29T12:00:00.000Z",
             "", "joe@example.net"),
    ]  # fmt: skip
    (row,) = in_athena(lines, questions.trace("lower(recipient) = lower(?)"), "Jane@example.net")
    assert ("m1", "me@example.com", "sendas-me", "bounced", "550 5.1.1 no") == (
        row[0], row[4], row[6], row[7], row[10],
    )  # fmt: skip
