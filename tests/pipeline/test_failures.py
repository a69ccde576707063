"""Faults at every call of forwarding: nothing is lost, and the table in docs/ says how."""

import io
import re
import zipfile

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sendas_lab.aws.bad_line import BadLine, Break, always, nothing
from sendas_lab.world import Lab

from sendas.inbound.bundle import bundle
from sendas.play.forwarding_failures import (
    STORIES,
    HowOften,
    Outcome,
    Theatre,
    cases,
    on_stage,
)
from sendas.play.receiving_stack import FUNCTION


PAGE = Path(__file__).parents[2] / "docs/forwarding-failures.md"
ROW = re.compile(r"^\| `(?P<call>[^`]+)` \| (?P<cells>.*) \| (?P<lost>\d+) \|$", re.MULTILINE)


def tables() -> dict[tuple[str, HowOften], dict[str, list[str]]]:
    """The page's cells by story and how often, then by call."""
    found: dict[tuple[str, HowOften], dict[str, list[str]]] = {}
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    for story, section in zip(STORIES, sections, strict=True):
        assert section[1:].startswith(story.title[1:])
        parts = re.split(r"^### .*$", section, flags=re.MULTILINE)[1:]
        for how_often, part in zip(HowOften, parts, strict=True):
            rows = {row["call"]: row["cells"].split(" | ") for row in ROW.finditer(part)}
            found[story.name, how_often] = rows
    return found


@pytest.fixture
def stage(lab: Lab) -> Iterator[Theatre]:
    """Receiving whose function reaches AWS by a bad line."""
    with BadLine(lab.aws) as line:
        yield on_stage(lab, line)
        lab.reset()  # ends the function's processes before their line ends


def test_nothing_is_lost() -> None:
    """The column "lost" is zero in every row, and every story has its rows."""
    lost = [int(row["lost"]) for row in ROW.finditer(PAGE.read_text("utf-8"))]

    assert 30 < len(lost)
    assert {0} == set(lost)
    assert "LOST" not in PAGE.read_text("utf-8")


def test_the_table_has_every_call(stage: Theatre) -> None:
    """A call that forwarding makes, and the table does not know, makes the table stale."""
    expected = tables()
    for story in STORIES:
        calls = stage.calls(story)
        numbered = [f"{number}. {call}" for number, call in enumerate(calls, 1)]

        assert list(expected[story.name, HowOften.ONCE]) == numbered
        assert list(expected[story.name, HowOften.ALWAYS]) == list(dict.fromkeys(calls))


def test_the_table_is_current(stage: Theatre) -> None:
    """The first story, played again with every fault, ends as the table says."""
    [story, *_] = STORIES
    played: dict[str, list[str]] = {}
    for case in cases(stage, story, HowOften.ONCE):
        played.setdefault(case.call, []).append(case.outcome.words())

    assert tables()[story.name, HowOften.ONCE] == played


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"copies": 1}, False),
        ({"copies": 2}, False),
        ({"copies": 1, "missing": 1}, True),
        ({"copies": 1, "missing": 1, "notices": 1}, False),
        ({"quarantined": True}, False),
        ({"refusals": 1}, False),
        ({"dead_letter": True}, False),
        ({"copies": 1, "stored": False}, True),
        ({}, True),
    ],
)
def test_what_counts_as_lost(changes: dict[str, int], lost: bool) -> None:  # noqa: FBT001  a table's column
    """A mail that nobody has and nobody is notified of, or that S3 lacks."""
    outcome = replace(Outcome(stored=True), **changes)  # type: ignore[arg-type]  bools and numbers

    assert lost is outcome.lost
    assert ("LOST" == outcome.words()) is (outcome == Outcome(stored=True))


CARELESS = """
from sendas.inbound import handler as real

def handle(event, context):
    real.handle(event, context)
    return {"batchItemFailures": []}
"""


def test_a_careless_function_is_caught(stage: Theatre) -> None:
    """The harness sees a loss: a function that swallows what fails, as AWS's sample does."""
    packed = io.BytesIO(bundle())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("careless.py", CARELESS)
    call = stage.receiver.scene.call
    call("lambda", "UpdateFunctionCode", FunctionName=FUNCTION, ZipFile=packed.getvalue())
    call(
        "lambda",
        "UpdateFunctionConfiguration",
        FunctionName=FUNCTION,
        Handler="careless.handle",
    )

    well = stage.play(STORIES[0], nothing)
    ill = stage.play(STORIES[0], always("GetObject mail/…", Break.DENIED))

    assert [False, True] == [well.lost, ill.lost]
