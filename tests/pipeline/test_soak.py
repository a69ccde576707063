"""Many mails at once, with faults: `python bench/soak_forward.py`, here with few of them."""

import importlib.util
import subprocess
import sys

from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest


SCRIPT = Path(__file__).parents[2] / "bench" / "soak_forward.py"


@pytest.mark.timeout(600)
def test_every_mail_is_accounted_for(tmp_path: Path) -> None:
    """200 mails of all kinds and sizes, one AWS call in twenty broken: none lost, none changed.

    A second run finds the round done, says the same of it, and plays nothing.
    """
    done = soak("200", "--into", str(tmp_path))

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "lost, changed or in the wrong place: 0" in done.stdout
    assert "200 mails" in done.stdout
    again = soak("200", "--into", str(tmp_path))
    assert (0, done.stdout, "") == (again.returncode, again.stdout, again.stderr)


@pytest.fixture
def script() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("soak_forward", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for themselves
    spec.loader.exec_module(module)
    return module


def test_what_is_kept_of_a_round(script: ModuleType, tmp_path: Path) -> None:
    """As it was counted, word and number."""
    tally = script.Tally(mails=2, ends=Counter(delivered=2), faults=Counter({"no answer": 1}))
    tally.save(tmp_path / "one.json")

    assert tally == script.Tally.load(tmp_path / "one.json")


@pytest.mark.parametrize(
    ("asked", "status", "mails"),
    [
        (["200"], 0, "200 mails"),
        (["201"], 1, "0 mails"),
        (["200", "--faults", "0.5"], 1, "0 mails"),
    ],
)
def test_only_what_was_asked_for_counts(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: list[str],
    status: int,
    mails: str,
) -> None:
    """A round of another size, or with another share of faults, is none of those asked for."""
    script.Tally(mails=200).save(tmp_path / "000000-200-0.05.json")
    # Nothing is played after midnight, when every day begins.
    monkeypatch.setattr(sys, "argv", ["", *asked, "--into", str(tmp_path), "--until", "00:00"])

    assert status == script.main()
    assert capsys.readouterr().out.startswith(mails)


def soak(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the script."""
    return subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
