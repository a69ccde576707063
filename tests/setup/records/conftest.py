"""Goldens of this folder, and the command line in the lab."""

import os

from collections.abc import Callable
from pathlib import Path

import pytest

from typed import Type, typing


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


@pytest.fixture
def type_(
    sendas_environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Type:
    """Type a command in an empty folder, in the lab's environment."""
    assert sendas_environment["AWS_ENDPOINT_URL"]
    monkeypatch.chdir(tmp_path)
    return typing(capsys, monkeypatch)
