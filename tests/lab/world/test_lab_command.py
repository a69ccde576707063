"""`sendas lab` in a process of its own."""

import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.request

from collections.abc import Iterator

import boto3
import pytest


SENDAS = [sys.executable, "-m", "sendas"]


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """The command with the arguments of the test's parameter; stopped in any case."""
    with subprocess.Popen(  # noqa: S603  our own program
        [*SENDAS, "lab", *request.param],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("running", [["--region", "eu-west-1", "--healthy"]], indirect=True)
def test_export_lines(running: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What it prints, put into the environment, leads boto3 into the lab; Ctrl-C ends it."""
    assert running.stdout is not None
    lines = [running.stdout.readline() for _ in range(12)]
    for line in lines:
        export, assignment = shlex.split(line)
        name, _, value = assignment.partition("=")
        assert "export" == export
        monkeypatch.setenv(name, value)

    identity = boto3.Session().client("sesv2").get_email_identity(EmailIdentity="example.com")

    assert "SUCCESS" == identity["VerificationStatus"]
    assert "eu-west-1" == os.environ["AWS_DEFAULT_REGION"]
    login = subprocess.run(  # noqa: S603  our own program
        [*SENDAS, "smtp", "check", "--region", "eu-west-1", "--username",
         os.environ["LAB_USERNAME"], "--password-env", "LAB_PASSWORD"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert 0 == login.returncode, login.stdout
    running.send_signal(signal.SIGINT)
    rest, talk = running.communicate(timeout=20)
    assert (0, "") == (running.returncode, rest)
    assert "The lab has stopped." in talk


@pytest.mark.parametrize("running", [["--json"]], indirect=True)
def test_json(running: subprocess.Popen[str]) -> None:
    """One object on stdout; SIGTERM ends it as well."""
    assert running.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += running.stdout.readline()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)

    assert json.loads(text)["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert 0 == running.returncode


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--region", "nowhere"], "'nowhere' is not a Region code"),
        (["--fault", "nonsense"], "no fault is called 'nonsense'"),
    ],
)
def test_bad_input(arguments: list[str], complaint: str) -> None:
    """One clear line and exit status 2."""
    done = subprocess.run(  # noqa: S603  our own program
        [*SENDAS, "lab", *arguments], capture_output=True, text=True, timeout=30, check=False
    )

    assert (2, "") == (done.returncode, done.stdout)
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_lists_the_faults() -> None:
    """As JSON: name, layer and title of each."""
    done = subprocess.run(  # noqa: S603  our own program
        [*SENDAS, "lab", "faults", "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    rows = json.loads(done.stdout)

    assert {"incident-a", "incident-b", "password-no-date"} <= {row["name"] for row in rows}
    assert {"name", "layer", "title"} == set(rows[0])


@pytest.mark.parametrize(
    "running", [["--json", "--healthy", "--domain", "example.org"]], indirect=True
)
def test_names_mail_and_clicks(
    running: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new domain has an empty zone, arrivals are shown, a click verifies; SIGHUP ends it."""
    assert running.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += running.stdout.readline()
    for name, value in json.loads(text).items():
        monkeypatch.setenv(name, value)
    session = boto3.Session()
    ses = session.client("sesv2")

    zones = session.client("route53").list_hosted_zones()["HostedZones"]
    assert {"example.com.", "example.org."} == {zone["Name"] for zone in zones}

    ses.create_email_identity(EmailIdentity="me@example.net")
    assert 0 == _sendas("confirm", "me@example.net").returncode
    assert ses.get_email_identity(EmailIdentity="me@example.net")["VerifiedForSendingStatus"]
    assert 2 == _sendas("confirm", "nobody@example.net").returncode

    ses.send_email(
        FromEmailAddress="hello@example.com",
        # An owner who tries it out forwards to an address of their own: Gmail knows it.
        Destination={"ToAddresses": ["jane@example.net", "My.Own+x@gmail.com"]},
        Content={
            "Simple": {
                "Subject": {"Data": "<b>Hi</b>"},
                "Body": {"Text": {"Data": "x"}},
            }
        },
    )
    for person in ("jane@example.net", "my.own@gmail.com"):
        for _ in range(100):
            mails = json.loads(_sendas("inbox", person, "--json").stdout)
            if mails:
                break
        assert ["<b>Hi</b>"] == [mail["subject"] for mail in mails]
    with urllib.request.urlopen(os.environ["LAB_INBOX"], timeout=10) as page:  # noqa: S310  the lab's own
        assert "&lt;b&gt;Hi&lt;/b&gt;" in page.read().decode()

    running.send_signal(signal.SIGHUP)
    running.communicate(timeout=20)
    assert 0 == running.returncode


def test_the_inbox_of_no_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line and exit status 2."""
    monkeypatch.delenv("LAB_INBOX", raising=False)
    done = _sendas("inbox")

    assert 2 == done.returncode
    assert "LAB_INBOX is not set" in done.stderr


def _sendas(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own program
        [*SENDAS, "lab", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
