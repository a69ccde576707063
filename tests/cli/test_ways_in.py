"""What quotes a refusal is a way in at each of the three verbs that take one."""

import json
import os
import subprocess
import sys

from pathlib import Path

import pytest

from sendas.bounce import explain


WORDS = "smtplib.SMTPAuthenticationError: (535, b'Authentication Credentials Invalid')"
VERBS = (("bounce",), ("smtp", "check", "--explain"))


def sendas(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run ``sendas`` as a user does, with *given* on standard input."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", *words],
        input=given,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        check=False,
    )


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_words_file_and_pipe(verb: tuple[str, ...], tmp_path: Path) -> None:
    """The words, a file of them and standard input give one answer."""
    file = tmp_path / "log.txt"
    file.write_text(WORDS)
    runs = [
        sendas(*verb, WORDS, "--json"),
        sendas(*verb, str(file), "--json"),
        sendas(*verb, "-", "--json", given=WORDS.encode()),
    ]

    assert [1, 1, 1] == [run.returncode for run in runs]
    assert [explain(WORDS.encode()).as_dict()] * 3 == [json.loads(run.stdout) for run in runs]


@pytest.mark.parametrize(
    "verb", [*VERBS, ("doctor", "example.com", "--region", "us-east-1", "--bounce")], ids=" ".join
)
def test_nothing_readable_is_wrong_usage(verb: tuple[str, ...]) -> None:
    """What quotes no refusal ends with 2, one line and what was looked for."""
    run = sendas(*verb, "the weather is nice today")

    assert (2, b"", 1) == (run.returncode, run.stdout, run.stderr.count(b"\n"))
    assert b"log line of Postfix" in run.stderr


def test_a_name_of_no_file_is_no_words() -> None:
    """What has no blank in it is the name of a file, and that it is missing is said."""
    run = sendas("bounce", "bounse.eml")

    assert 2 == run.returncode
    assert b"bounse.eml" in run.stderr


def test_explain_dials_nobody() -> None:
    """Whom to dial beside --explain is wrong usage."""
    run = sendas("smtp", "check", "--region", "us-east-1", "--explain", WORDS)

    assert (2, 1) == (run.returncode, run.stderr.count(b"\n"))
