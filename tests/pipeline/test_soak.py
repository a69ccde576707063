"""Many mails at once, with faults: `python bench/soak_forward.py`, here with few of them."""

import subprocess
import sys

from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_every_mail_is_accounted_for(tmp_path: Path) -> None:
    """200 mails of all kinds and sizes, one AWS call in twenty broken: none lost, none changed."""
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(ROOT / "bench/soak_forward.py"), "200", "--into", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "lost, changed or in the wrong place: 0" in done.stdout
    assert "200 mails" in done.stdout
