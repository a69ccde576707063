"""The library's promises: typed, quick to import, no I/O, documented by examples that run."""

import doctest
import json
import subprocess
import sys

from collections.abc import Mapping
from pathlib import Path

import sendas.bounce

from sendas.bounce import explain


ROOT = Path(__file__).parents[2]
PROMISED = set(
    "recipient status reply_code reason owner hard provider explanation help".split()  # noqa: SIM905  the promised keys
)


def test_import_brings_nothing_heavy() -> None:
    """Neither the email package nor anything that could do I/O over a network."""
    script = "import sys, sendas.bounce; print(' '.join(sys.modules))"
    run = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert not set(run.stdout.split()) & {
        "email",
        "socket",
        "ssl",
        "asyncio",
        "logging",
        "boto3",
        "dns",
    }


def test_json(fixture_bytes: Mapping[str, bytes]) -> None:
    """Every explanation is JSON with the promised keys."""
    for raw in fixture_bytes.values():
        written = json.loads(json.dumps(explain(raw).as_dict()))

        assert "sendas.bounce/1" == written["schema"]
        assert all(PROMISED <= set(one) for one in written["recipients"])


def test_page_examples_run() -> None:
    """docs/bounce.md shows what really comes out."""
    failed, tried = doctest.testfile(
        str(ROOT / "docs" / "bounce.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )

    assert (0, True) == (failed, tried > 0)


def test_package_example_runs() -> None:
    """So does the example in the package's docstring."""
    failed, tried = doctest.testmod(sendas.bounce)

    assert (0, True) == (failed, tried > 0)
