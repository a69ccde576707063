"""`sendas reply` at the command line, against the stack in the lab."""

import json
import os
import subprocess
import sys

from pathlib import Path

import pytest

from owner_setup import Owner
from sendas_lab.world import Lab

from sendas.config.load import parse_config


FILE = """\
region = "us-east-1"
[alarms]
to = ["owner@gmail.com"]
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "reply-alias"
"""
Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(sendas_lab: Lab, tmp_path: Path) -> Path:
    """A folder with the file, whose stack stands."""
    (tmp_path / "sendas.toml").write_text(FILE)
    config = parse_config(FILE)
    owner = Owner(sendas_lab, config)
    owner.delegate(domain="example.com")
    sendas_lab.ses.grant_production_access("us-east-1")
    owner.apply(config.domains[0])
    return tmp_path


def run(lab: Lab, folder: Path, *words: str) -> Ran:
    """One command."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "sendas", "reply", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": os.defpath, "HOME": str(folder), **lab.environment()},
        check=False,
    )


def test_an_owner_at_the_command_line(sendas_lab: Lab, folder: Path) -> None:
    """Make an address, look at it, close and open it, pause, rotate and revoke the key."""
    made = run(sendas_lab, folder, "address", "them@example.net", "--vcard", "them.vcf")
    alias = made.stdout.strip()
    assert alias.startswith("to.them_at_example.net."), made.stderr
    assert f"EMAIL:{alias}\n" in (folder / "them.vcf").read_text()
    assert 0o600 == (folder / "them.vcf").stat().st_mode & 0o777

    shown = json.loads(run(sendas_lab, folder, "show", alias, "--json").stdout)
    assert ("good", "them@example.net", "me@example.com") == (
        shown["standing"],
        shown["stands_for"],
        shown["mailbox"],
    )
    capitals = run(sendas_lab, folder, "address", "Jane.Doe@example.net").stdout.strip()
    assert "good: Jane.Doe@example.net" in run(sendas_lab, folder, "show", capitals).stdout
    forged = alias.replace("them", "eve")
    assert 1 == run(sendas_lab, folder, "show", forged).returncode
    assert 2 == run(sendas_lab, folder, "show", "me@example.com").returncode
    assert 2 == run(sendas_lab, folder, "close", forged).returncode

    assert 0 == run(sendas_lab, folder, "close", alias).returncode
    assert 0 == run(sendas_lab, folder, "pause", "me@example.com").returncode
    listed = run(sendas_lab, folder, "list").stdout
    assert "me@example.com  answered by owner@gmail.com  paused" in listed
    assert f"{alias}  closed to others" in listed
    assert 0 == run(sendas_lab, folder, "open", alias).returncode
    assert 0 == run(sendas_lab, folder, "resume", "me").returncode
    assert "paused" not in run(sendas_lab, folder, "list").stdout

    rotated = run(sendas_lab, folder, "key", "--rotate")
    assert "a  believed\nb  signs\n" == rotated.stdout
    assert 0 == run(sendas_lab, folder, "show", alias).returncode
    assert "a  revoked\nb  signs\n" == run(sendas_lab, folder, "key", "--revoke", "a").stdout
    assert "revoked" in run(sendas_lab, folder, "show", alias).stdout
    assert "no answers" in run(sendas_lab, folder, "stats").stdout


def test_a_suppressed_correspondent_is_told_before(sendas_lab: Lab, folder: Path) -> None:
    """SES would take the mail and send nothing; exit status 2, no address."""
    sendas_lab.session().call(
        "sesv2",
        "PutSuppressedDestination",
        region="us-east-1",
        EmailAddress="them@example.net",
        Reason="COMPLAINT",
    )
    ran = run(sendas_lab, folder, "address", "them@example.net")

    assert (2, "") == (ran.returncode, ran.stdout)
    assert "suppression list (COMPLAINT)" in ran.stderr


def test_without_a_mailbox_that_answers(sendas_lab: Lab, tmp_path: Path) -> None:
    """One line says what to write into the file."""
    (tmp_path / "sendas.toml").write_text(FILE.replace('send = "reply-alias"\n', ""))
    ran = run(sendas_lab, tmp_path, "list")

    assert 2 == ran.returncode
    assert 'send = "reply-alias"' in ran.stderr
