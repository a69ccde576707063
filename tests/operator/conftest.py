"""The command line in the lab."""

from pathlib import Path

import pytest

from typed import Type, typing


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
