"""`sendas doctor --relay HOST`: a relay broken on purpose, and what the doctor says of it."""

import asyncio
import re
import socket

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ports import free_port
from relay_world import HOST, ME, SECRET, Running, ScriptedSes
from sendas_lab.certificates import Certificates, Flaw

from sendas.cli.doctor_relay import BadRelayOptions, RelayOptions, with_relay
from sendas.config.load import parse_config
from sendas.dialmap import DialMap
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Layer, Status
from sendas.doctor.observe import Request
from sendas.doctor.registry import all_rules
from sendas.doctor.relay import RelaySeen, RelayToLookAt
from sendas.doctor.relay_look import look_at_relay
from sendas.doctor.run import examine
from sendas.outcome import NoAnswer
from sendas.relay.certificates import Files
from sendas.relay.decide.offers import Door
from sendas.relay.status_page import serve
from sendas.ses.regions import Region
from sendas.smtp.session import Credential


RULES = [rule for rule in all_rules() if rule.layer is Layer.RELAY]
NOW = datetime.now(UTC)  # noqa: TID251  TLS checks dates by the machine's clock
FILE = """
region = "us-east-2"
[relay]
host = "relay.example.com"
starttls = [2587]
tls = [465]
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "relay"
[[domain]]
name = "example.org"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
"""


def seen(
    relay: Running | None,
    credential: Credential | None = None,
    sender: str | None = None,
    status: tuple[str, int] | None = None,
) -> RelaySeen:
    """What is seen of a relay; None: of ports where nobody listens."""
    starttls = relay.port() if relay else free_port()
    implicit = relay.port(Door.IMPLICIT) if relay else free_port()
    dialled = {f"{HOST}:587": ("127.0.0.1", starttls), f"{HOST}:465": ("127.0.0.1", implicit)}
    return look_at_relay(
        RelayToLookAt(HOST, status=status, status_asked=status is not None),
        credential, sender, DialMap(dialled),
    )  # fmt: skip


def ends(found: RelaySeen) -> Mapping[str, Status]:
    """How each rule about a relay ends."""
    evidence = Evidence(Subject("example.com", Region("us-east-2"), relay=HOST), NOW, relay=found)
    return {one.code: one.status for one in examine(evidence, rules=RULES).findings}


def test_a_relay_that_works_is_well_from_outside(relay: Running) -> None:
    """Login and sender, too; of its health nobody was asked."""
    found = ends(seen(relay, Credential(ME, SECRET), ME))

    assert {Status.OK} == set(found.values())
    assert {rule.code for rule in RULES} - {"RLY010", "RLY011"} == set(found)


def test_a_relay_that_does_not_run_cannot_be_reached() -> None:
    """A port that is refused is closed for Gmail, too."""
    assert Status.FAIL is ends(seen(None))["RLY001"]


@pytest.mark.parametrize("flaw", list(Flaw))
def test_a_certificate_that_gmail_refuses_is_found(
    start: Callable[..., Running], certificates: Certificates, flaw: Flaw
) -> None:
    """Of another name, expired, self-signed; and nothing is said of what could not be seen."""
    certificates.flaw(HOST, flaw)
    certificates.server_context(HOST)
    certificates.reset()
    pem = certificates.authority_file.with_name(f"{HOST}.{flaw}.pem")
    found = ends(seen(start(certificate=Files(pem, pem))))

    assert Status.FAIL is found["RLY003"]
    assert Status.SKIPPED is found["RLY005"]


def test_a_relay_without_a_certificate_offers_no_starttls(start: Callable[..., Running]) -> None:
    """Nobody can log in there."""
    found = look_at_relay(
        RelayToLookAt(HOST, {587: False}), None, None,
        DialMap({f"{HOST}:587": ("127.0.0.1", start(certificate=None).port())}),
    )  # fmt: skip

    assert Status.FAIL is ends(found)["RLY002"]


@pytest.mark.parametrize(
    ("secret", "sender", "code"),
    [("wrong" + SECRET[5:], ME, "RLY008"), (SECRET, "boss@example.com", "RLY009")],
)
def test_a_login_and_a_sender_that_are_refused_are_told_apart(
    relay: Running, secret: str, sender: str, code: str
) -> None:
    """One asks for another password, the other for another right of it; neither sends a mail."""
    found = ends(seen(relay, Credential(ME, secret), sender))

    assert {code} == {one for one, status in found.items() if status is Status.FAIL}
    assert [] == relay.ses.asked


def test_the_queue_behind_it_is_seen_where_its_status_is(
    start: Callable[..., Running], ses: ScriptedSes
) -> None:
    """SES paused the account: clients hear 250, and the doctor says that nothing goes out."""
    paused = ("SendingPausedException", "Email sending is paused", 400)
    ses.answers = [paused] * 50
    relay = start()
    port = free_port()
    server = relay.call(lambda: serve("127.0.0.1", port, relay.relay.status))
    with relay.client() as client:
        client.sendmail(ME, ["jane@example.net"], f"From: {ME}\r\nSubject: x\r\n\r\nx\r\n")
    relay.wait(lambda: relay.relay.status().held_for_all)
    found = seen(relay, status=("127.0.0.1", port))
    relay.relay.loop.call_soon_threadsafe(server.close)

    assert not isinstance(found.health, NoAnswer)
    assert "paused" == found.health.held_for
    assert Status.FAIL is ends(found)["RLY010"]


def test_a_status_that_nobody_asked_for_is_another_machines() -> None:
    """The file's 127.0.0.1:9587 is the relay's own machine: here nobody is there, and that is all.

    Who names the place himself hears that nobody answered.
    """
    port = free_port()
    unasked = RelayToLookAt(HOST, {}, ("127.0.0.1", port))
    asked = RelayToLookAt(HOST, {}, ("127.0.0.1", port), status_asked=True)
    nowhere = DialMap()

    assert "RLY010" not in ends(look_at_relay(unasked, None, None, nowhere))
    assert Status.UNKNOWN is ends(look_at_relay(asked, None, None, nowhere))["RLY010"]


def test_what_answers_there_may_be_anything() -> None:
    """A server that is no relay's tells nothing, and breaks nothing."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        async def talk() -> RelaySeen:
            place = ("127.0.0.1", other.getsockname()[1])
            look = RelayToLookAt(HOST, {}, place, status_asked=True)
            asking = asyncio.to_thread(look_at_relay, look, None, None, DialMap())
            task = asyncio.create_task(asking)
            client, _ = await asyncio.to_thread(other.accept)
            client.sendall(b"220 not http\r\n")
            client.close()
            return await task

        assert Status.UNKNOWN is ends(asyncio.run(talk()))["RLY010"]


def request(domain: str, *, log_in: bool = True, **subject: str) -> Request:
    """A request about *domain*."""
    return Request(Subject(domain, Region("us-east-2"), **subject), log_in=log_in)  # type: ignore[arg-type]  by name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a relay that one of its two domains uses."""
    path = tmp_path / "sendas.toml"
    path.write_text(FILE)
    return path


@pytest.mark.parametrize(("domain", "looks"), [("example.com", True), ("example.org", False)])
def test_the_files_relay_is_looked_at_where_the_domain_uses_it(
    file: Path,
    domain: str,
    looks: bool,  # noqa: FBT001  a column of the table
) -> None:
    """An all-clear of a domain whose relay is down would be none; its own ports are dialled."""
    known = parse_config(FILE, "sendas.toml").domain(domain)
    asked = with_relay(request(domain), known, file, RelayOptions(None, None, None, None))

    assert looks is (asked.relay is not None)
    assert not looks or {2587: False, 465: True} == asked.relay.ports  # type: ignore[union-attr]  it looks


def test_without_a_login_the_files_relay_is_only_named(file: Path) -> None:
    """Nothing is dialled, and the last line says that the relay was not looked at."""
    known = parse_config(FILE, "sendas.toml").domain("example.com")
    options = RelayOptions(None, None, None, None)
    asked = with_relay(request("example.com", log_in=False), known, file, options)

    assert (None, HOST) == (asked.relay, asked.subject.relay)


@pytest.mark.parametrize(
    ("host", "options", "words"),
    [
        (None, RelayOptions(None, None, SECRET, None), "which relay"),
        (HOST, RelayOptions(HOST, None, SECRET, None), "--relay-username"),
        (HOST, RelayOptions(HOST, ME, None, None), "--relay-password-env"),
        (HOST, RelayOptions(HOST, None, None, "9587"), "no address and port"),
        (HOST, RelayOptions(HOST, None, None, "here:0"), "no address and port"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str | None,
    options: RelayOptions, words: str,
) -> None:  # fmt: skip
    """In one line that says what is missing, and never repeats the password."""
    monkeypatch.chdir(tmp_path)
    given = {"relay": host} if host else {}
    with pytest.raises(BadRelayOptions, match=re.escape(words)) as refusal:
        with_relay(request("example.com", **given), None, None, options)

    assert SECRET not in str(refusal.value)
    assert SECRET not in repr(options)
