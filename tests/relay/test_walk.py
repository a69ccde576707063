"""docs/relay.md, walked word for word in the lab: from nothing to a mail by Gmail."""

import json
import os
import re
import smtplib
import ssl
import subprocess
import sys
import time
import urllib.request

from collections.abc import Iterator
from pathlib import Path

import pytest

from click.testing import Result
from ports import free_port
from sendas_lab.world import Lab
from typer.testing import CliRunner

from sendas.cli import app
from sendas.errors import SendasError
from sendas.play.scene import Scene, SetUp, build
from sendas.ses.regions import Region


DOC = Path(__file__).parents[2] / "docs/relay.md"
HOST, ME, OWNER, JANE = (
    "relay.example.com",
    "me@example.com",
    "owner@gmail.com",
    "jane@example.net",
)


def sendas(*words: str, status: int = 0) -> Result:
    """Type a command; it must end with *status*."""
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, SendasError):
        raise done.exception
    assert status == done.exit_code, f"{done.output}\n{done.exception!r}"
    return done


@pytest.fixture
def scene(
    sendas_lab: Lab, sendas_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Scene:
    """example.com in us-east-2, and commands that find the lab."""
    assert sendas_environment
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-2")
    return build(sendas_lab, SetUp(region=Region("us-east-2")))


@pytest.fixture
def folder(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's sendas.toml, on ports that are free and with the lab's certificate."""
    (toml,) = [block for block in re.findall(r"```toml\n(.*?)```", DOC.read_text(), re.DOTALL)
               if "[[domain]]" in block]  # fmt: skip
    scene.lab.certificates.server_context(HOST)
    pem = scene.lab.directory / f"{HOST}.good.pem"
    starttls, implicit, status = free_port(), free_port(), free_port()
    toml = re.sub(r"/etc/sendas/\w+\.pem", str(pem), toml).replace(
        "[relay]",
        f'[relay]\ndirectory = "{tmp_path / "queue"}"\nstarttls = [{starttls}]\n'
        f'tls = [{implicit}]\nstatus = "127.0.0.1:{status}"\nmin_free_disk_bytes = 0',
    )
    (tmp_path / "sendas.toml").write_text(toml)
    own = ((starttls, starttls), (implicit, implicit))
    for port, really in ((587, starttls), (465, implicit), *own):
        scene.lab.network.listen(HOST, port, ("127.0.0.1", really))
    scene.lab.write_dial_map()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def running(scene: Scene, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """``sendas relay run``, in a process of its own, until it is well."""
    environment = {**os.environ, **scene.lab.environment(), "AWS_REGION": "us-east-2"}
    status = re.search(r'status = "(.*)"', (folder / "sendas.toml").read_text())
    assert status
    with subprocess.Popen(
        [sys.executable, "-m", "sendas", "relay", "run", "-v"],
        env=environment, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://{status[1]}/healthz", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, process.stderr and process.stderr.read()
                time.sleep(0.1)
        yield process
        process.terminate()
        assert 0 == process.wait(60), process.stderr and process.stderr.read()


def test_the_page_is_walked(scene: Scene, running: "subprocess.Popen[str]") -> None:
    """Password, check, dialog, confirmation, a mail: DMARC passes where it arrives."""
    assert running.poll() is None
    told = DOC.read_text()
    for line in (
        "sendas relay password add me@example.com --label gmail",
        "sendas relay check relay.example.com",
        "sendas gmail add me@example.com",
        "sendas gmail confirm me@example.com",
    ):
        assert f"\n{line}\n" in told
    secret = sendas("relay", "password", "add", ME, "--label", "gmail").stdout.strip()
    checked = sendas("relay", "check", HOST).stdout
    added = sendas("gmail", "add", ME).stdout
    fields = dict(re.findall(r"^  (\w[\w ]*?)  +(\S+)", added, re.MULTILINE))
    scene.lab.gmail.add_send_as(
        OWNER, address=fields["Email address"], name="The Owner", host=fields["SMTP Server"],
        port=int(fields["Port"]), username=fields["Username"], password=secret,
    )  # fmt: skip
    scene.lab.settle()
    code = re.search(r"Confirmation code +(\d+)", sendas("gmail", "confirm", ME).stdout)
    assert code
    assert scene.lab.gmail.confirm(OWNER, ME, code[1])
    scene.lab.gmail.send(OWNER, to=JANE, subject="By the relay", text="Hello.", sender=ME)
    for _ in range(100):
        scene.lab.settle()
        if mails := scene.lab.recipients.mailboxes.of(JANE):
            break
        time.sleep(0.1)
    (mail,) = mails

    assert ["port 587: well", "port 465: well"] == re.findall(r"port \d+: \w+", checked)
    assert "By the relay" == mail.subject
    assert mail.authentication.dmarc_passes
    assert "used" in sendas("relay", "password", "list").stdout
    assert "" == sendas("relay", "queue", "list").stdout


def test_the_doctor_looks_at_the_files_relay(
    scene: Scene, running: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the relay's machine all twelve rules have an answer, and the password stays unsaid."""
    assert running.poll() is None
    secret = sendas("relay", "password", "add", ME, "--label", "gmail").stdout.strip()
    monkeypatch.setenv("RELAY_PASSWORD", secret)
    look = ["doctor", "--from", ME, "--relay-password-env", "RELAY_PASSWORD", "--only", "relay"]
    done = CliRunner().invoke(app, [*look, "--json"])
    found = {one["code"]: one["status"] for one in json.loads(done.stdout)["findings"]}
    blind = CliRunner().invoke(app, ["doctor", "example.com", "--no-login"]).stdout

    assert {f"RLY{number:03}": "ok" for number in range(1, 13)} == found
    assert "relay        not part of this run" in blind
    assert secret not in done.output
    assert not scene.lab.recipients.mailboxes.of(JANE)


def test_the_audit_covers_the_relays_passwords(
    scene: Scene, running: "subprocess.Popen[str]"
) -> None:
    """Never used: not proven, status 1; once it has logged in, proven, and since when."""
    assert running.poll() is None
    secret = sendas("relay", "password", "add", ME, "--label", "gmail").stdout.strip()
    before = sendas("credentials", "audit", status=1).stdout
    context = ssl.create_default_context(cafile=str(scene.lab.certificates.authority_file))
    with smtplib.SMTP(*scene.lab.network.dial_map().dial(HOST, 587)) as client:
        client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check for
        client.starttls(context=context)
        client.login(ME, secret)
    after = sendas("credentials", "audit").stdout

    assert f"{ME}/gmail at {HOST}\n  not-proven  password: it never logged in (since" in before
    assert f"{ME}/gmail at {HOST}\n  proven      password: it logged in from 127.0.0." in after


def test_a_revoked_password_is_none(scene: Scene, running: "subprocess.Popen[str]") -> None:
    """At once, without a restart; the mailbox's other password goes on."""
    assert running.poll() is None
    first = sendas("relay", "password", "add", ME, "--label", "gmail").stdout.strip()
    second = sendas("relay", "password", "add", ME, "--label", "shop").stdout.strip()
    sendas("relay", "password", "revoke", f"{ME}/gmail", "--yes")
    context = ssl.create_default_context(cafile=str(scene.lab.certificates.authority_file))
    where = scene.lab.network.dial_map().dial(HOST, 587)
    with smtplib.SMTP(*where) as client:
        client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check for
        client.starttls(context=context)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(ME, first)
        assert 235 == client.login(ME, second)[0]


def test_the_queue_by_hand(scene: Scene, running: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """Paused: held and listed, status 1, /healthz 503; mended and retried, it goes out."""
    assert running.poll() is None
    secret = sendas("relay", "password", "add", ME, "--label", "gmail").stdout.strip()
    scene.lab.ses.set_sending_enabled("us-east-2", enabled=False)
    context = ssl.create_default_context(cafile=str(scene.lab.certificates.authority_file))
    with smtplib.SMTP(*scene.lab.network.dial_map().dial(HOST, 587)) as client:
        client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the same
        client.starttls(context=context)
        client.login(ME, secret)
        for subject in ("one", "two"):
            client.sendmail(ME, [JANE], f"From: {ME}\r\nSubject: {subject}\r\n\r\nx\r\n")
    for _ in range(100):
        listed = CliRunner().invoke(app, ["relay", "queue", "list"])
        if "held" in listed.stdout:
            break
        time.sleep(0.1)
    assert 1 == listed.exit_code
    ids = [line.split()[0] for line in listed.stdout.splitlines()]
    assert "SES has paused" in "".join(sendas("relay", "queue", "show", i).stdout for i in ids)
    sendas("relay", "queue", "drop", ids[1], "--yes")
    scene.lab.ses.set_sending_enabled("us-east-2", enabled=True)
    sendas("relay", "queue", "retry", "--all")
    for _ in range(200):
        scene.lab.settle()
        if scene.lab.recipients.mailboxes.of(JANE):
            break
        time.sleep(0.1)

    assert ["one"] == [mail.subject for mail in scene.lab.recipients.mailboxes.of(JANE)]
    assert (tmp_path / "queue").is_dir()
