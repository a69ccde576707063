"""What the tests of the DNS room share: a world of records as data."""

import os

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sendas.dns.answers import Absent, Answer, Question, Records, RecordType


SHARED = Path(os.environ.get("SENDAS_SHARED", Path(__file__).parents[3] / "shared"))
World = Mapping[str, Mapping[str, tuple[str, ...]]]


def answer_from(world: World) -> Callable[[Question], Answer]:
    """An ask() that knows *world*, name to type to records, and nothing else."""

    def ask(question: Question) -> Answer:
        node = world.get(question.name)
        if node is None:
            return Absent(name_exists=False, negative_ttl=300)
        values = node.get(question.type)
        if not values:
            return Absent(name_exists=True, negative_ttl=300)
        return Records(values, 300)

    return ask


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of shared corpora; skips visibly where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there; set SENDAS_SHARED")
    return SHARED


__all__ = ["RecordType", "answer_from"]
