"""What the relay tells machines, its certificate, systemd's side, and what starts it."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import util
from itertools import product
from pathlib import Path

import pytest

from relay_world import HOST, ME, Running, ScriptedSes, add_password
from sendas_lab.certificates import Certificates, Flaw

from sendas.config.load import parse_config
from sendas.iam.rights import Verb
from sendas.operator.policy import operator_policies
from sendas.relay.alarms import Alarms
from sendas.relay.certificates import BadCertificate, Files, load_context, look_now
from sendas.relay.configured import settings_of, status_address
from sendas.relay.decide.figures import Sent, Taken
from sendas.relay.decide.metrics import Status, as_json, as_prometheus
from sendas.relay.decide.notices import About
from sendas.relay.decide.offers import Door
from sendas.relay.decide.queued import Alarm, Mail, items_of
from sendas.relay.delivery import utc_now
from sendas.relay.deploying import DEFINITIONS, SERVICE
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.schema import Connection
from sendas.relay.service import Settings
from sendas.relay.status_page import answer, serve
from sendas.relay.supervisor import BadSocket, given_sockets, notify, watchdog_seconds
from sendas.setup.template.relay_host import relay_template


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
STATUS = Status(
    NOW, Taken(accepted=3), Sent(sent=2, alarms={"held-paused": 1}), connections=4, due=5,
    sending=1, held=2, oldest_at=NOW - timedelta(seconds=90), rate_per_second=14.0,
    calls_in_flight=1, receiving_bytes=10, free_disk_bytes=1 << 33,
    certificate_ends_at=NOW + timedelta(days=30), troubles=(),
)  # fmt: skip


def samples(text: str) -> dict[str, float]:
    """By name and labels, as Prometheus's own client reads them where it is installed."""
    if util.find_spec("prometheus_client"):
        from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415  optional

        return {
            one.name + "".join(f"{k}={v}" for k, v in one.labels.items()): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_prometheus_reads_the_figures() -> None:
    """Each has help, a type and a value; times are seconds, and counters end in _total."""
    text = as_prometheus(STATUS)
    found = samples(text)

    assert (3.0, 2.0, 5.0, 90.0, 1.0) == tuple(
        found[f"sendas_relay_{name}"]
        for name in (
            "accepted_total",
            "ses_sent_total",
            "queue_due",
            "queue_oldest_seconds",
            "well",
        )
    )
    assert any("held-paused" in name for name in found)
    for name in [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]:
        assert f"# HELP {name} " in text


def test_trouble_is_not_well() -> None:
    """A word changes when something behind it breaks: 503, and which."""
    for broken in (
        replace(STATUS, troubles=("certificate-ends",)),
        replace(STATUS, held_for_all="paused"),
    ):
        assert answer(b"GET /healthz HTTP/1.1\r\n", lambda one=broken: one).startswith(
            b"HTTP/1.1 503"
        )
        assert not as_json(broken)["well"]
        assert 0.0 == samples(as_prometheus(broken))["sendas_relay_well"]
    assert answer(b"GET /healthz HTTP/1.1\r\n", lambda: STATUS).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "line", [b"", b"POST /healthz HTTP/1.1", b"GET /else HTTP/1.1", b"\0\xff x"]
)
def test_any_other_request_is_answered(line: bytes) -> None:
    """With 404 or 405."""
    assert answer(line, lambda: STATUS).split()[1] in {b"404", b"405"}


def test_the_page_over_http(relay: Running) -> None:
    """A relay that runs is well; an alarm makes it 503 for an hour, and is told once a day."""
    servers: list[asyncio.Server] = []

    async def begin() -> int:
        servers.append(await serve("127.0.0.1", 0, relay.relay.status))
        return int(servers[0].sockets[0].getsockname()[1])

    async def end() -> None:
        servers[0].close()

    async def trouble() -> None:
        for _ in range(5):
            relay.relay.alarms.tell(Alarm("x", "something"))

    port = relay.call(begin)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as page:
        assert json.loads(page.read())["well"]
    relay.call(trouble)
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
    relay.call(end)
    assert [("sendas relay relay.example.com: x", "something")] == relay.ses.published


def test_a_clock_that_is_set_back_silences_no_alarm() -> None:
    """Told by a clock a week ahead: the same trouble is told again, and it is not well."""
    clock, told = [NOW + timedelta(days=7)], []

    async def work() -> None:
        alarms = Alarms(HOST, lambda *one: told.append(one), lambda: clock[0])
        alarms.tell(Alarm("x", "ahead"))
        clock[0] = NOW
        assert () == alarms.lately()
        alarms.tell(Alarm("x", "set back"))
        alarms.tell(Alarm("x", "again"))
        assert ("x",) == alarms.lately()
        await alarms.close(10.0)

    asyncio.run(work())
    assert ["ahead", "set back"] == [text for _, text in told]


# The certificate -------------------------------------------------------------------------


def pem(certificates: Certificates, host: str = HOST, flaw: Flaw | None = None) -> Path:
    """The file of a certificate, with its key."""
    certificates.flaw(host, flaw)
    certificates.server_context(host)
    certificates.flaw(host, None)
    return certificates.authority_file.with_name(f"{host}.{flaw or 'good'}.pem")


@pytest.mark.parametrize("flaw", [None, *Flaw])
def test_it_is_looked_at_as_gmail_looks(certificates: Certificates, flaw: Flaw | None) -> None:
    """A public chain for that very name, not ended: anything else is refused (FACTS 5.1)."""
    file = pem(certificates, "look.example.com", flaw)
    seen = look_now(load_context(Files(file, file)), "look.example.com")

    assert seen.trusted is (flaw is None)
    assert (seen.ends_at is not None) is (flaw is None)
    assert bool(seen.why) is (flaw is not None)


def test_files_that_are_none(certificates: Certificates, tmp_path: Path) -> None:
    """Which file, and what is wrong with it; a key of another certificate too."""
    good = pem(certificates)
    with pytest.raises(BadCertificate, match="cannot be read"):
        load_context(Files(tmp_path / "none.pem", good))
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(BadCertificate, match="no certificate with its key"):
        load_context(Files(tmp_path / "text.pem", good))
    with pytest.raises(BadCertificate, match="no certificate with its key"):
        load_context(Files(good, pem(certificates, "other.example.com")))


def test_a_renewed_certificate_is_read(
    start: Callable[..., Running], settings: Settings, certificates: Certificates, tmp_path: Path
) -> None:
    """New connections have it; one that cannot be used leaves the old, with an alarm."""
    file = tmp_path / "live.pem"
    shutil.copy(pem(certificates), file)
    relay = start(certificate=Files(file, file))
    relay.wait(lambda: relay.relay.certificate_ends_at)
    before = relay.relay.tls
    with relay.client():
        pass
    file.write_text("broken")
    relay.call(relay.relay.reload_certificate)
    assert before is relay.relay.tls
    assert "certificate-unusable" in relay.relay.alarms.lately()
    with relay.client():
        pass
    shutil.copy(pem(certificates, HOST, Flaw.EXPIRED), file)
    relay.call(relay.relay.reload_certificate)
    assert before is not relay.relay.tls
    assert "certificate-refused" in relay.relay.alarms.lately()
    assert settings.host == HOST


# systemd ---------------------------------------------------------------------------------


def test_systemd_is_told(tmp_path: Path) -> None:
    """sd_notify(3): a datagram of lines; silence where nobody asks or nobody listens."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        notify({"NOTIFY_SOCKET": path}, "READY=1", "STATUS=0 due")
        assert b"READY=1\nSTATUS=0 due" == listener.recv(100)
    notify({"NOTIFY_SOCKET": path}, "READY=1")
    notify({}, "READY=1")
    assert 30.0 == watchdog_seconds({"WATCHDOG_USEC": "60000000"})
    assert watchdog_seconds({}) is None


def test_sockets_from_systemd() -> None:
    """sd_listen_fds(3): names say which door; sockets of another process are not ours."""
    code = (
        "import os, socket, sys\n"
        "from sendas.relay.supervisor import given_sockets\n"
        "one, two = (socket.create_server(('127.0.0.1', 0)) for _ in range(2))\n"
        "a, b = os.dup(one.fileno()), os.dup(two.fileno())\n"
        "os.dup2(a, 3); os.dup2(b, 4)\n"
        "env = {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '2'}\n"
        "env['LISTEN_FDNAMES'] = 'starttls:tls-465'\n"
        "found = given_sockets(env)\n"
        "print([str(door) for door, _ in found], env)\n"
        "os._exit(0 if print(end='', flush=True) is None else 1)\n"
    )
    ran = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "['starttls', 'tls'] {}\n" == ran.stdout
    assert [] == given_sockets({"LISTEN_PID": "1", "LISTEN_FDS": "2"})
    with pytest.raises(BadSocket, match="neither starttls nor tls"):
        given_sockets(
            {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "unknown"}
        )


def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    """By systemd-analyze where it is installed; else its sections and the verb it starts."""
    assert (
        "ExecStart=/opt/sendas/bin/sendas relay run --config /etc/sendas/sendas.toml\n" in SERVICE
    )
    assert {"systemd", "socket", "oci"} == set(DEFINITIONS)
    program = shutil.which("systemd-analyze")
    if program is None:
        sections = [line for line in SERVICE.splitlines() if line.startswith("[")]
        assert ["[Unit]", "[Service]", "[Install]"] == sections
        return
    unit = tmp_path / "sendas-relay.service"
    unit.write_text(SERVICE.replace("/opt/sendas/bin/sendas", "/bin/true"))
    ran = subprocess.run(  # noqa: S603  a peer
        [program, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert "sendas-relay.service" not in ran.stderr, ran.stderr


# The file and the stack --------------------------------------------------------------------

FILE = """
region = "us-east-2"
[alarms]
to = ["owner@gmail.com"]
[relay]
host = "relay.example.com"
certificate = "/c"
key = "/k"
starttls = [587]
max_connections = 7
give_up_hours = 12
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "relay"
[[domain]]
name = "example.net"
[[domain.mailbox]]
name = "me"
keep = true
"""


def test_the_file_becomes_settings() -> None:
    """What it says is what runs; what it leaves out is the documented default."""
    relay = parse_config(FILE).relay
    assert relay is not None
    made = settings_of(relay)

    assert ((Door.STARTTLS, "", 587), (Door.IMPLICIT, "", 465)) == made.doors
    assert (7, 40 * 1024 * 1024) == (made.limits.connections, made.limits.message_bytes)
    assert (timedelta(hours=12), "mailer-daemon@example.com") == (
        made.way.give_up, made.way.reporter.address,
    )  # fmt: skip
    assert "email.us-east-2.amazonaws.com" == made.way.reporter.remote
    assert ("127.0.0.1", 9587) == status_address(relay)


def test_the_stack_is_clean_and_narrow(tmp_path: Path) -> None:
    """cfn-lint finds nothing; the role sends as the file's domains and does nothing else."""
    config = parse_config(FILE)
    assert config.relay is not None
    template = relay_template(config, config.relay)
    file = tmp_path / "relay.yaml"
    file.write_text(template.yaml())
    document = json.loads(template.compact())
    resources = document["Resources"]
    (policy,) = resources["Role"]["Properties"]["Policies"]
    actions = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    script = resources["Instance"]["Properties"]["UserData"]["Fn::Base64"]["Fn::Sub"]

    assert {"ses:SendEmail", "ses:SendRawEmail", "ses:GetAccount", "sns:Publish"} == actions
    assert "identity/example.net" in json.dumps(policy)
    assert not any("AccessKey" in json.dumps(one) for one in resources.values())
    assert 'alarm_topic = "${Alarms}"' in script
    assert len(script) < 16_384  # EC2: user data, before base64
    assert "Retain" == resources["Queue"]["DeletionPolicy"]
    linter = shutil.which("cfn-lint")
    if linter is None:
        pytest.skip("cfn-lint is not installed: what it would find is not looked for")
    ran = subprocess.run([linter, str(file)], capture_output=True, text=True, check=False)  # noqa: S603  a peer
    assert (0, "") == (ran.returncode, ran.stdout)


SHARED = 'bucket = "relay-mail"\nqueue = "relay-reminders"\n'


def test_the_stack_of_relays_that_share(tmp_path: Path) -> None:
    """Bucket and queue instead of a volume, kept when the stack goes; rights on these two only."""
    config = parse_config(FILE.replace("[relay]\n", f"[relay]\n{SHARED}"))
    assert config.relay is not None
    template = relay_template(config, config.relay)
    resources = json.loads(template.compact())["Resources"]
    policy = resources["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    on = [json.dumps(one["Resource"]) for one in policy if "ses:" not in json.dumps(one)]
    script = resources["Instance"]["Properties"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    (printed,) = operator_policies([Verb.RELAY], config, account_id="123456789012")

    assert "Queue" not in resources
    assert {"Retain"} == {resources[name]["DeletionPolicy"] for name in ("Bucket", "Reminders")}
    assert 4 == len(on)
    assert all("relay-" in one or "Alarms" in one for one in on)
    assert 'bucket = "relay-mail"' in script
    assert "mkfs" not in script
    for wanted in ("arn:aws:s3:::relay-mail/*", "us-east-2:123456789012:relay-reminders"):
        assert wanted in json.dumps(printed)
    linter = shutil.which("cfn-lint")
    if linter is None:
        pytest.skip("cfn-lint is not installed: what it would find is not looked for")
    file = tmp_path / "relay.yaml"
    file.write_text(template.yaml())
    ran = subprocess.run([linter, str(file)], capture_output=True, text=True, check=False)  # noqa: S603  a peer
    assert (0, "") == (ran.returncode, ran.stdout)


def test_the_stack_writes_a_file_that_is_read(tmp_path: Path) -> None:
    """What cloud-init puts at /etc/sendas/sendas.toml is a whole configuration."""
    config = parse_config(FILE)
    assert config.relay is not None
    document = json.loads(relay_template(config, config.relay).compact())
    script = document["Resources"]["Instance"]["Properties"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    inside = script.split("cat > /etc/sendas/sendas.toml <<'END-OF-FILE'\n")[1]
    text = inside.split("\nEND-OF-FILE")[0].replace(
        "${Alarms}", "arn:aws:sns:us-east-2:123456789012:x"
    )
    read = parse_config(text)
    shell = shutil.which("bash")
    assert shell is not None
    path = tmp_path / "script"
    path.write_text(script.replace("${!", "${"))

    assert read.relay is not None
    assert "arn:aws:sns:us-east-2:123456789012:x" == read.relay.alarm_topic
    assert config.domains == read.domains
    assert 0 == subprocess.run([shell, "-n", str(path)], check=False).returncode  # noqa: S603  only read


def test_ten_thousand_in_the_queue_start_quickly(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """They are not read into memory at the start, and go out afterwards (issue 17: under 2 s)."""
    settings.folder.mkdir()
    with Folder(settings.folder) as folder:

        def fill(connection: Connection) -> None:
            for n in range(1, 10_001):
                mail = Mail(n, NOW, f"who{n % 3}", ME, "gmail", ME, ME, 100)
                rows.add_mail(connection, mail, items_of(mail, [About("a@example.net")]), b"x")

        folder.write(partial(fill))
    ses.rate = -1.0
    relay = start(way=replace(settings.way, give_up=timedelta(days=4000)))
    relay.wait(lambda: len(ses.sent) >= 500, 60)
    assert relay.folder.waiting() <= 9_600


def queued_by(folder: Path, count: int, *whose: str) -> None:
    """So many mails of each of *whose*, accepted a minute ago."""
    at = utc_now() - timedelta(minutes=1)
    folder.mkdir(exist_ok=True)
    with Folder(folder) as opened:

        def fill(connection: Connection) -> None:
            for number, (who, _) in enumerate(product(whose, range(count)), 1):
                mail = Mail(number, at, who, ME, "x", ME, ME, 100)
                rows.add_mail(connection, mail, items_of(mail, [About("a@example.net")]), b"x")

        opened.write(fill)


def place_of(ses: ScriptedSes, content: bytes) -> int:
    """How many were sent before the mail with *content*."""
    return next((n for n, one in enumerate(list(ses.sent)) if content in one.content), -1)


def test_many_floods_shut_nobody_out(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """41 senders with 500 mails each, all that was held in memory once: the 42nd has its turn."""
    queued_by(settings.folder, 500, *(f"flood{n:02}" for n in range(41)))
    add_password(settings.folder)
    ses.rate = 100.0
    relay = start()
    relay.wait(lambda: len(ses.sent) > 50, 30)
    with relay.client() as client:
        client.sendmail(ME, ["a@example.net"], f"From: {ME}\r\nSubject: mine\r\n\r\nx\r\n")
    before = len(ses.sent)
    relay.wait(lambda: place_of(ses, b"mine") >= 0, 30)

    # In turn it is one of the next 42; 20 may be in flight.
    assert place_of(ses, b"mine") - before < 42 + 60


def test_nobody_overtakes_ones_own_mail(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """More than fits in memory waits: what comes now stands behind that, as it came later."""
    queued_by(settings.folder, 1200, f"{ME}/gmail")
    add_password(settings.folder)
    ses.rate, ses.seconds = -1.0, 0.02
    relay = start()
    relay.wait(lambda: ses.sent)
    with relay.client() as client:
        client.sendmail(ME, ["a@example.net"], f"From: {ME}\r\nSubject: last\r\n\r\nx\r\n")
    relay.wait(lambda: 1201 == len(ses.sent), 60)

    assert place_of(ses, b"last") >= 1200 - 20


def test_mail_that_waits_untried_is_told_late(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """Five hours old and not attempted yet: one notice, once."""
    at = utc_now() - timedelta(hours=5)
    mail = Mail(1, at, "who", ME, "x", ME, ME, 1)
    settings.folder.mkdir()
    with Folder(settings.folder) as folder:
        item = items_of(mail, [About("a@example.net")])[0]
        later = item._replace(due_at=at + timedelta(hours=5, minutes=30))
        folder.write(partial(rows.add_mail, mail=mail, items=[later], content=b"Subject: x\r\n"))
    add_password(settings.folder)
    relay = start()

    assert [1, 0] == [relay.call(relay.relay.delivery.tell_late) for _ in range(2)]
    relay.wait(lambda: ses.sent)
    assert b"Action: delayed" in ses.sent[0].content


def test_one_that_cannot_be_told_late_stops_no_other(
    start: Callable[..., Running], settings: Settings, ses: ScriptedSes
) -> None:
    """The first mail's file is a folder (read(2): EISDIR): the owner hears it, the other goes."""
    at = utc_now() - timedelta(hours=5)
    settings.folder.mkdir()
    with Folder(settings.folder) as folder:
        for number, content in ((1, None), (2, b"Subject: x\r\n")):
            mail = Mail(number, at, "who", ME, "x", ME, ME, 1)
            item = items_of(mail, [About("a@example.net")])[0]
            later = item._replace(due_at=at + timedelta(hours=5, minutes=30))
            folder.write(partial(rows.add_mail, mail=mail, items=[later], content=content))
        folder.spool._path(1).mkdir()  # noqa: SLF001  where the file would be
    add_password(settings.folder)
    relay = start()

    assert 1 == relay.call(relay.relay.delivery.tell_late)
    assert "queue-not-read" in relay.relay.alarms.lately()
    relay.wait(lambda: ses.sent)
    assert b"Action: delayed" in ses.sent[0].content


def test_a_start_does_not_pay_for_what_it_may_not_need() -> None:
    """Neither botocore nor the bounce tables are read before the relay listens: half its time."""
    code = (
        "import sys, sendas.cli.relay, sendas.config.load, sendas.relay.configured\n"
        "import sendas.relay.running, sendas.aws.submitting as s\n"
        "s.key_source({})\n"
        "print(sorted({'botocore', 'sendas.bounce'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  ourselves
    assert "[]\n" == ran.stdout
