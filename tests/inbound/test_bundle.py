"""The zip: small, always the same, and nothing in it that does not belong."""

import io
import json
import subprocess
import sys
import zipfile

from pathlib import Path

import botocore
import pytest

from sendas.inbound.bundle import RUNTIME, bundle, modules
from sendas.inbound.settings import HANDLER


ROOT = Path(__file__).parents[2] / "src"
CHILD = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
module, _, name = sys.argv[3].rpartition(".")
handle = getattr(importlib.import_module(module), name)
from sendas.aws.signer import load_signer
load_signer()
at_start = sorted(sys.modules)
import sendas.inbound.requests, sendas.inbound.digest
import sendas.inbound.stored_mail, sendas.forward.notices, sendas.inbound.report_taking
import sendas.inbound.refused_later, sendas.inbound.reputation_stop, sendas.inbound.events
import sendas.reply.attribution, sendas.reply.calendar, sendas.reply.signed
ours = {n: m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "sendas"}
print(json.dumps([sorted(sys.modules), ours, at_start]))
"""


@pytest.fixture(scope="module")
def zipped() -> bytes:
    """The zip."""
    return bundle()


def test_is_small(zipped: bytes) -> None:
    """Under 1 MB (issue 3)."""
    assert len(zipped) < 1_000_000


def test_is_the_same_every_time(zipped: bytes) -> None:
    """No time, no order of a file system, no hash seed: another process makes the same bytes."""
    code = (
        "import sys; from sendas.inbound.bundle import bundle; sys.stdout.buffer.write(bundle())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603  the same

    assert zipped == bundle() == other.stdout


def test_is_compiled_for_its_runtime(zipped: bytes, tmp_path: Path) -> None:
    """Unpacked where nothing can be written, no source is read for its code."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(tmp_path)
    for source in tmp_path.rglob("*.py"):
        source.write_text("raise SystemExit('compiled again')")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import sendas.forward.plan"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False)  # noqa: S603  the same

    assert 0 == done.returncode
    assert f"python3.{sys.version_info.minor}" == RUNTIME


def test_runs_on_its_own(zipped: bytes, tmp_path: Path) -> None:
    """With only the standard library and botocore beside it, all of sendas is from the zip."""
    place = tmp_path / "function.zip"
    place.write_bytes(zipped)
    packages = str(Path(botocore.__file__).parents[1])

    done = subprocess.run(  # noqa: S603  this very Python, isolated
        [sys.executable, "-I", "-S", "-c", CHILD, str(place), packages, HANDLER],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded, ours, at_start = json.loads(done.stdout)
    foreign = {name.partition(".")[0] for name in loaded} - {*sys.stdlib_module_names, "sendas"}
    assert {"__main__"} >= foreign, "neither boto3 nor any of botocore stays, and nobody else's"
    assert all(file.startswith(str(place)) for file in ours.values())
    few_need = {f"sendas.reply.{name}" for name in ("attribution", "body", "calendar", "signed")}
    assert set() == {name for name in at_start if name.startswith("sendas.reports")} | (
        few_need & set(at_start)
    )


def test_holds_no_other_room(zipped: bytes) -> None:
    """Only what received mail needs: no session, no command line, no lab."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        names = archive.namelist()

    rooms = {
        name.split("/")[1] for name in names if name.count("/") > 1 and "__pycache__/" not in name
    }
    # What reads a report that came back, and knows SES's replies, is loaded only for one.
    assert {
        *(
            "auth",
            "aws",
            "bounce",
            "forward",
            "history",
            "inbound",
            "journal",
            "mail",
            "reply",
            "reports",
            "ses",
            "smtp",
        )
    } == rooms
    assert "sendas/aws/session.py" not in names
    assert 2 * len(modules(ROOT)) == len(names)
