"""The import contracts refuse what they are there for: each is broken once, in a copy."""

import shutil
import subprocess
import sys

from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources and the contracts, to be broken."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "lab", folder / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("src/sendas/forward/plan.py", "import sendas.aws.lean", "Deciding folders are pure"),
        ("src/sendas/forward/plan.py", "import urllib.request", "Deciding folders are pure"),
        ("src/sendas/mail/address.py", "import os", "Deciding folders are pure"),
        ("src/sendas/bounce/judge.py", "def late(): import time", "Deciding folders are pure"),
        (
            "src/sendas/journal/record.py",
            "import sendas.inbound.record_store",
            "Deciding folders are pure",
        ),
        ("lab/src/sendas_lab/clock.py", "import sendas.doctor.model", "The lab knows vocabulary"),
        ("src/sendas/doctor/run.py", "import sendas_lab.clock", "Only the play room"),
        (
            "src/sendas/credentials/decide/dialog.py",
            "import botocore",
            "botocore are imported only",
        ),
        ("src/sendas/doctor/run.py", "import dns.name", "dnspython is imported only"),
        ("src/sendas/relay/checking.py", "import smtplib", "One SMTP client"),
        ("src/sendas/aws/reading.py", "import sendas.doctor.model", "import downwards only"),
        ("src/sendas/inbound/tasks.py", "import sendas.inbound.work", "have no circles"),
    ],
)
def test_each_contract_bites(copied: Path, module: str, line: str, contract: str) -> None:
    """One forbidden line, also a late one or one behind another module, and it is broken."""
    path = copied / module
    before = path.read_text()
    try:
        path.write_text(f"{before}\n\n{line}\n")
        ran = subprocess.run(  # noqa: S603  the linter of this very environment
            [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
            cwd=copied,
            env={"PYTHONPATH": f"{copied / 'src'}:{copied / 'lab/src'}"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        path.write_text(before)

    assert 1 == ran.returncode
    _, _, broken = " ".join(ran.stdout.split()).partition("Broken contracts")
    assert contract in broken
