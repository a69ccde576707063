"""`sendas doctor` and `sendas rule` as a user types them."""

import json
import os
import subprocess
import sys

from pathlib import Path

import pytest

from sendas.cli import main
from sendas.cli.doctor import _request
from sendas.doctor.bundle import dump, load
from sendas.doctor.evidence import Evidence, Symptom
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine, exit_status
from sendas.doctor.subject import Words


def sendas(
    *words: str | Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command, with nothing in the environment but PATH and *environment*."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", *map(str, words)],
        capture_output=True,
        text=True,
        input=given,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
        check=False,
    )


@pytest.fixture
def bundle(tmp_path: Path, faulty: Evidence) -> Path:
    """A saved bundle with a fault."""
    file = tmp_path / "evidence.json"
    file.write_text(dump(faulty))
    return file


def test_saved_evidence_is_judged_again(bundle: Path, faulty: Evidence, tmp_path: Path) -> None:
    """Offline; report, page, bundle and exit status all tell of the same diagnosis."""
    page, copy = tmp_path / "report.html", tmp_path / "copy.json"
    run = sendas("doctor", "--evidence", bundle, "--json", "--html", page, "--save-evidence", copy)
    diagnosis = examine(faulty)

    assert (exit_status(diagnosis), "") == (run.returncode, run.stderr)
    assert list(diagnosis.roots) == json.loads(run.stdout)["roots"]
    assert all(code in page.read_text() for code in diagnosis.roots)
    assert bundle.read_text() == copy.read_text()


def test_redacted_says_nothing_of_the_owner(bundle: Path, tmp_path: Path) -> None:
    """Neither on the screen nor in a file, and the verdict is the same."""
    page, copy = tmp_path / "report.html", tmp_path / "copy.json"
    files = ("--html", page, "--save-evidence", copy)
    whole = sendas("doctor", "--evidence", bundle)
    run = sendas("doctor", "--evidence", bundle, "--redact", *files)

    assert whole.returncode == run.returncode
    assert "tulpenhof" in whole.stdout
    for text in (run.stdout, page.read_text(), copy.read_text()):
        assert "tulpenhof" not in text.lower()
        assert "anneke" not in text.lower()


def test_the_bundle_may_come_by_pipe(bundle: Path) -> None:
    """`-` is standard input."""
    piped = sendas("doctor", "--evidence", "-", given=bundle.read_text())

    assert sendas("doctor", "--evidence", bundle).stdout == piped.stdout


def test_without_a_terminal_nothing_is_coloured(bundle: Path) -> None:
    """A pipe gets plain text; an old locale gets ASCII."""
    utf8 = sendas("doctor", "--evidence", bundle)
    old = sendas("doctor", "--evidence", bundle, PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert "\x1b" not in utf8.stdout
    assert old.stdout.isascii()
    assert utf8.returncode == old.returncode


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "which domain?"),
        (["not a domain"], "'not a domain' is not a domain name"),
        (["example.com"], "which Region"),
        (["example.com", "--region", "Ohio"], "'Ohio' is not a Region code"),
        (["example.com", "--from", "me"], "--from 'me' is not an address"),
        (["example.com", "--only", "DSN"], "'DSN' is neither a rule's code nor a layer"),
        (["--evidence", "missing.json"], "cannot read missing.json"),
        (["--evidence", "/"], "cannot read /"),
        (["--evidence", "/etc/hostname"], "/etc/hostname is no"),
        (["example.com", "--bounce", "missing.eml"], "cannot read missing.eml"),
        (["example.com", "--html", "missing/report.html"], "cannot write missing/report.html"),
        (["example.com", "--save-evidence", "/"], "cannot write /: it is a folder"),
        (["example.com", "--region", "us-east-2", "--password-env", "NOPE"], "no variable NOPE"),
        (["example.com", "--region", "us-east-2", "--resolver", "x"], "no address and port"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 2, what is wrong, no traceback, nothing on stdout, nothing written."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["sendas", "doctor", *words])
    with pytest.raises(SystemExit) as end:
        main()

    printed = capsys.readouterr()
    assert (2, "") == (end.value.code, printed.out)
    assert told in printed.err
    assert 1 == len(printed.err.splitlines())
    assert [] == list(tmp_path.iterdir())


def test_a_recipient_is_taken_from_a_bounce_only_if_it_is_an_address() -> None:
    """Evidence with anything else as its subject could not be loaded again."""
    words = Words("example.com", "us-east-2")
    shown = tuple(
        Symptom("remote", "550", recipient=one)
        for one in (None, "u@\x1b[2J.example", "one@Example.org", "two@example.org")
    )

    assert "one@example.org" == _request(words, shown, {}, None).subject.to_address
    assert _request(words, shown[:2], {}, None).subject.to_address is None


def test_saved_evidence_cannot_be_asked_anew(bundle: Path) -> None:
    """What was not observed cannot be had from a file."""
    run = sendas("doctor", "example.com", "--evidence", bundle)

    assert 2 == run.returncode
    assert "leave out the domain" in run.stderr


def test_only_narrows_what_is_shown(bundle: Path) -> None:
    """A layer in any case; its causes elsewhere stay visible."""
    run = sendas("doctor", "--evidence", bundle, "--json", "--only", "ACCOUNT")

    layers = {f["layer"] for f in json.loads(run.stdout)["findings"] if f["status"] != "fail"}
    assert layers <= {"account"}


@pytest.mark.parametrize("spelling", ["{}", "{} ", "lower"])
def test_rule_shows_the_page(spelling: str) -> None:
    """However the code is spelled."""
    rule = all_rules()[0]
    run = sendas("rule", rule.code.lower() if spelling == "lower" else spelling.format(rule.code))

    assert 0 == run.returncode
    assert run.stdout.startswith(rule.page)


def test_rule_lists_all() -> None:
    """Every code stands in the list, under its layer."""
    run = sendas("rule")

    assert 0 == run.returncode
    assert all(rule.code in run.stdout for rule in all_rules())


def test_an_unknown_rule_is_wrong_usage() -> None:
    """One line with the nearest codes."""
    run = sendas("rule", f"{all_rules()[0].code}99")

    assert (2, "") == (run.returncode, run.stdout)
    assert all_rules()[0].code in run.stderr
    assert 1 == len(run.stderr.splitlines())


def test_the_copy_is_evidence_again(bundle: Path, faulty: Evidence) -> None:
    """What is on disk loads to what was saved."""
    assert faulty == load(bundle.read_bytes(), "a file")
