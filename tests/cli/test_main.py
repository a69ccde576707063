"""The top of the command line, run as a user runs it: in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from sendas import __version__
from sendas.cli import VERBS


def sendas(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing in the environment but PATH and *environment*.

    And where the sources under test lie, if they are not the installed ones.
    """
    sources = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", *words],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **sources, **environment},
        check=False,
    )


def test_version() -> None:
    """The version goes to stdout, alone."""
    run = sendas("--version")

    assert (0, f"sendas {__version__}\n", "") == (run.returncode, run.stdout, run.stderr)


def test_help_names_every_verb() -> None:
    """Whatever can be typed is listed, without its file being loaded."""
    run = sendas("--help")

    assert 0 == run.returncode
    assert all(f"  {verb}" in run.stdout for verb in VERBS)


def test_an_unknown_verb_is_wrong_usage() -> None:
    """Exit status 2, and no traceback."""
    run = sendas("docter")

    assert 2 == run.returncode
    assert "No such command 'docter'" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_starting_loads_nothing_heavy(words: list[str]) -> None:
    """Neither AWS, DNS, lab nor rendering code is imported to answer help or version."""
    script = (
        "import sys, json, sendas.cli as c\n"
        f"sys.argv = ['sendas', *{words!r}]\n"
        "try: c.main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    loaded = {name.split(".")[0] for name in json.loads(run.stderr)}
    assert not loaded & {"boto3", "botocore", "dns", "moto", "rich", "pydantic", "jinja2", "ssl"}


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_has_help(verb: str) -> None:
    """Each verb loads and explains itself."""
    run = sendas(verb, "--help")

    assert 0 == run.returncode, run.stderr
    assert "Usage:" in run.stdout
