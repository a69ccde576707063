"""The fuzzers run: one that no longer imports what it fuzzes finds nothing for ever."""

import subprocess
import sys

from pathlib import Path

import pytest


FUZZERS = sorted((Path(__file__).parents[2] / "fuzz").glob("fuzz_*.py"))


def test_there_are_fuzzers() -> None:
    """Else the next test is about nothing."""
    assert {"fuzz_bounce.py", "fuzz_forward.py", "fuzz_smtp_server.py"} <= {
        f.name for f in FUZZERS
    }


@pytest.mark.parametrize("fuzzer", FUZZERS, ids=lambda path: path.stem)
def test_a_fuzzer_finds_no_breach_in_a_moment(fuzzer: Path) -> None:
    """With a seed of its own, so that it says the same tomorrow."""
    ran = subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(fuzzer), "0.5", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )

    assert 0 == ran.returncode, f"{ran.stdout}{ran.stderr}"
