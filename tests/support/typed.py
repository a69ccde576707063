"""The command line run in this process, as a user types it in a folder of their own."""

import sys

from collections.abc import Callable
from dataclasses import dataclass

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
