"""Bounces of our own, made up after real ones, and the corpus beside the checkout."""

import csv

from collections.abc import Mapping
from pathlib import Path

import pytest


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def corpus(shared_data: Path) -> Path:
    """The 295 real bounces of Sisimai's public set; skipped where they are not."""
    folder = shared_data / "bounces-dev"
    if not folder.is_dir():
        pytest.skip(f"no bounces at {folder}: set SENDAS_SHARED")
    return folder


@pytest.fixture
def fixture_bytes() -> Mapping[str, bytes]:
    """Every fixture by its file name."""
    return {path.name: path.read_bytes() for path in FIXTURES.iterdir() if path.suffix != ".tsv"}


def expected_rows() -> list[dict[str, str]]:
    """What each fixture must be explained as."""
    with (FIXTURES / "expected.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for ``expected`` runs once for each row of the table."""
    if "expected" in metafunc.fixturenames:
        rows = expected_rows()
        metafunc.parametrize(
            "expected", rows, ids=[f"{row['file']}-{row['recipient']}" for row in rows]
        )
