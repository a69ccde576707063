"""Texts that people and programs read, compared whole; ``--update-golden`` writes them again."""

from collections.abc import Callable
from pathlib import Path

import pytest


HERE = Path(__file__).parent


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden(name, text)``: *text* is what the file *name* holds."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        file = HERE / name
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text

    return compare


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option more; it is known whenever the folder is on the command line."""
    parser.addoption(
        "--update-golden", action="store_true", default=False, help="write the golden files again"
    )
