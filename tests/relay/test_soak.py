"""A sample of bench/soak_relay.py: killed and broken, nothing is lost."""

import json
import subprocess
import sys

from pathlib import Path


SOAK = Path(__file__).parents[2] / "bench/soak_relay.py"


def test_a_sample_of_the_soak(tmp_path: Path) -> None:
    """Every mail that was acknowledged is sent; twice only where an answer was lost."""
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, str(SOAK), str(tmp_path), "--mails", "60", "--broken", "0.2",
         "--kill-every", "1.5", "--seed", "7"],
        check=False, capture_output=True, text=True, timeout=110,
    )  # fmt: skip
    assert 0 == ran.returncode, ran.stdout + ran.stderr[-2000:]
    totals = json.loads((tmp_path / "totals.json").read_text())

    assert 60 == totals["acknowledged"]
    assert totals["kills"] >= 1
    assert totals["unanswered"] >= 1
    assert 0 == totals["lost"] == totals["twice_without_reason"]
