"""Goldens of this folder."""

import os

from collections.abc import Callable
from pathlib import Path

import pytest


HERE = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """``golden(name, text)``: *text* is what the file holds; SENDAS_UPDATE_GOLDEN=1 writes it."""

    def compare(name: str, text: str) -> None:
        file = HERE / name
        if os.environ.get("SENDAS_UPDATE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text

    return compare
