"""A full disk, a closed pipe, Ctrl-C at any moment: one line or none, and the right status."""

import os
import signal
import subprocess
import sys

from pathlib import Path

import pytest


PROGRAM = [sys.executable, "-m", "sendas"]
VERBS = [["--version"], ["--help"], ["rule", "DNS018"], ["policy", "apply"], ["options"]]
FULL = Path("/dev/full")


def run(
    *words: str, stdout: int = subprocess.DEVNULL, stderr: int, buffered: bool = True
) -> "subprocess.CompletedProcess[str]":
    """`sendas` in a process of its own; *stdout* and *stderr* are descriptors."""
    environment = {**os.environ, **({} if buffered else {"PYTHONUNBUFFERED": "1"})}
    return subprocess.run(  # noqa: S603  our own program
        [*PROGRAM, *words],
        env=environment,
        stdout=stdout,
        stderr=stderr,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_a_full_disk_is_named_and_no_fault_of_ours(words: list[str], buffered: bool) -> None:  # noqa: FBT001  a parameter
    """What was asked for was not written: that is no 0, and no bug to report."""
    with FULL.open("w") as full:
        ran = run(*words, buffered=buffered, stdout=full.fileno(), stderr=subprocess.PIPE)

    said = "sendas: cannot write to standard output: No space left on device\n"
    assert (3, said) == (ran.returncode, ran.stderr.rpartition("attached\n")[2])


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
def test_a_status_is_kept_where_nobody_can_be_told(tmp_path: Path) -> None:
    """Wrong usage is 2 even if the line about it cannot be written; 1 would be about mail."""
    with FULL.open("w") as full:
        ran = run("bounce", str(tmp_path / "missing"), stderr=full.fileno())

    assert 2 == ran.returncode


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_a_closed_pipe_is_quiet(words: list[str], buffered: bool) -> None:  # noqa: FBT001  a parameter
    """`sendas rule | head -0`: nobody reads, so nothing is said; 141, as of any program."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = run(*words, buffered=buffered, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)

    said = [line for line in ran.stderr.splitlines() if not line.startswith("note: part")]
    assert (141, []) == (ran.returncode, said)


HEARS_CTRL_C = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""As at a terminal: whoever runs these tests in the background has it ignored (POSIX, 2.11)."""


def test_ctrl_c_while_the_program_loads_is_quiet(tmp_path: Path) -> None:
    """It comes while typer is imported: in the first tenth of a second of every command."""
    (tmp_path / "typer.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    )
    script = (
        f"{HEARS_CTRL_C}import sys\n"
        "sys.argv = ['sendas', '--version']\n"
        "import sendas.__main__ as program\n"
        "program.main()\n"
    )
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (-signal.SIGINT, "", "") == (ran.returncode, ran.stdout, ran.stderr)


def test_ctrl_c_while_the_program_ends_is_quiet() -> None:
    """Python waits for threads at its end, and would print where it was interrupted."""
    script = (
        f"{HEARS_CTRL_C}import os, signal, sys, threading, time\n"
        "import sendas.__main__ as program\n"
        "def late():\n"
        "    ended.wait()\n"
        "    os.kill(os.getpid(), signal.SIGINT); time.sleep(30)\n"
        "ended = threading.Event()\n"
        "threading.Thread(target=late).start()\n"
        "sys.argv = ['sendas', '--version']\n"
        "try: program.main()\n"
        "finally: ended.set()\n"
    )
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )

    assert (-signal.SIGINT, "") == (ran.returncode, ran.stderr)


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    """As under nohup, or in the background of a script: the parent's wish stands."""
    script = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "import sendas.__main__ as program\n"
        "sys.argv = ['sendas', '--version']\n"
        "try: program.main()\n"
        "finally: os.kill(os.getpid(), signal.SIGINT)\n"
    )
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )

    assert (0, "") == (ran.returncode, ran.stderr)
