"""The command line run in this process, as a user types it in a folder of their own."""

import sys

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sendas.cli import main


@dataclass(frozen=True, slots=True)
class Typed:
    """How a command ended."""

    status: int
    out: str
    err: str


Type = Callable[..., Typed]
"""``type_("records", "--format", "json")``."""


def typing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Something that types; what was printed before does not count."""

    def type_(*words: str) -> Typed:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["sendas", *words])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        said = capsys.readouterr()
        return Typed(status or 0, said.out, said.err)

    return type_


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
