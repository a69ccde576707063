"""A relay on loopback with an SES that says what a test wants, and certificates of the lab."""

import asyncio
import smtplib
import socket
import ssl
import threading
import time

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.certificates import Certificates

from sendas.aws.refusals import failure
from sendas.aws.submitting import Submission
from sendas.config.networks import TrustedNetwork, parse_network
from sendas.mail.address import Address
from sendas.relay.certificates import Files
from sendas.relay.decide.limits import Limits
from sendas.relay.decide.notices import Reporter
from sendas.relay.decide.offers import Door
from sendas.relay.decide.passwords import make_password
from sendas.relay.delivery import Way
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.on_disk.schema import FILE
from sendas.relay.running import new_runner
from sendas.relay.service import Relay, Settings
from sendas.ses.account_state import Account
from sendas.ses.regions import Region


HOST = "relay.example.com"
SECRET = "abcdefghijklmnopqrstuvwxyz234567"
ME = "me@example.com"
NOT_VERIFIED = (
    "MessageRejected",
    (
        "Email address is not verified. The following identities failed the check in region"
        " US-EAST-2: me@example.com"
    ),
    400,
)
REPORTER = Reporter(HOST, "mailer-daemon@example.com", "email.us-east-2.amazonaws.com")


@dataclass(frozen=True)
class Sent:
    """What SES was handed."""

    submission: Submission
    content: bytes


@dataclass
class ScriptedSes:
    """SES as a list of answers: a code and text to refuse with, an exception, or None to take."""

    answers: list[Any] = field(default_factory=list)
    rate: float = 1000.0
    sent_today: float = 0.0
    seconds: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    asked: list[Sent] = field(default_factory=list)
    published: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, submission: Submission, parts: tuple[bytes, ...]) -> str:
        """Take it, or do as the script says."""
        one = Sent(submission, b"".join(map(bytes, parts)))
        time.sleep(self.seconds)
        with self.lock:
            self.asked.append(one)
            answer = self.answers.pop(0) if self.answers else None
            if isinstance(answer, BaseException):
                raise answer
            if answer is not None:
                code, text, status = answer
                action = "ses:SendEmail"
                raise failure(action, status, code, text)
            self.sent.append(one)
            return f"0100-{len(self.sent)}"

    def account(self) -> Account:
        """A healthy account."""
        return Account(
            Region("us-east-2"), production_access=True, sending_enabled=True,
            enforcement="HEALTHY", max_24_hour_send=50_000.0, max_send_rate_per_second=self.rate,
            sent_last_24_hours=self.sent_today, suppressed_reasons=(),
        )  # fmt: skip

    def publish(self, topic_arn: str, subject: str, text: str) -> None:
        """Remember it."""
        assert topic_arn
        self.published.append((subject, text))


@dataclass
class Running:
    """A relay in a thread of its own."""

    relay: Relay
    ses: ScriptedSes
    client_tls: ssl.SSLContext

    @property
    def folder(self) -> Folder:
        """Its queue, as it lies on disk."""
        assert isinstance(self.relay.queue, FolderQueue)
        return self.relay.queue.folder

    def port(self, door: Door = Door.STARTTLS) -> int:
        """Where it listens."""
        return next(port for one, port in self.relay.ports if one is door)

    def call(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever it gives
        """Run a coroutine function on the relay's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self.relay.loop).result(30)

    def raw(self, door: Door = Door.STARTTLS) -> socket.socket:
        """A connection, as it is; its greeting is still to be read."""
        return socket.create_connection(("127.0.0.1", self.port(door)), timeout=10)

    def client(self, *, login: bool = True, implicit: bool = False) -> smtplib.SMTP:
        """smtplib's, under TLS."""
        if implicit:
            client: smtplib.SMTP = smtplib.SMTP_SSL(timeout=10, context=self.client_tls)
            client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the name to check for
        else:
            client = smtplib.SMTP(timeout=10)
        client.connect("127.0.0.1", self.port(Door.IMPLICIT if implicit else Door.STARTTLS))
        if not implicit:
            client._host = HOST  # type: ignore[attr-defined]  # noqa: SLF001  the same
            client.starttls(context=self.client_tls)
        if login:
            client.login(ME, SECRET)
        return client

    def wait(self, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """Until *holds*, or the test fails."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, "it did not come about in time"
            time.sleep(0.01)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority of our own, and what it signs."""
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    made.server_context(HOST)
    return made


@pytest.fixture(autouse=True)
def trusting(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the system's authorities gets ours."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority_file))


@pytest.fixture
def settings(certificates: Certificates, tmp_path: Path) -> Settings:
    """Both doors, on free ports."""
    pem = certificates.authority_file.with_name(f"{HOST}.good.pem")
    return Settings(
        HOST,
        ((Door.STARTTLS, "127.0.0.1", 0), (Door.IMPLICIT, "127.0.0.1", 0)),
        tmp_path / "queue",
        Way(REPORTER, configuration_set="main"),
        certificate=Files(pem, pem),
        limits=Limits(free_disk_bytes=0),
        alarm_topic="arn:aws:sns:us-east-2:123456789012:alarms",
    )


@contextmanager
def running(settings: Settings, ses: ScriptedSes, certificates: Certificates) -> Iterator[Running]:
    """A relay, started and stopped as in life."""
    ready: threading.Event = threading.Event()
    made: dict[str, Any] = {}

    async def main() -> None:
        relay = Relay(settings, ses)
        made["stop"] = asyncio.Event()
        try:
            await relay.start()
            made["relay"] = relay
        finally:
            ready.set()
        await made["stop"].wait()
        await relay.stop()

    def run() -> None:
        try:
            with new_runner() as runner:  # uvloop's where it is installed
                runner.run(main())
        except BaseException as error:
            made["error"] = error
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    assert "relay" in made, made.get("error")
    try:
        yield Running(made["relay"], ses, certificates.client_context())
    finally:
        made["relay"].loop.call_soon_threadsafe(made["stop"].set)
        thread.join(60)
        assert not thread.is_alive()


def add_password(folder: Path, mailbox: str = ME, label: str = "gmail", **more: Any) -> None:  # noqa: ANN401  of a password
    """A password with the secret that tests know."""
    given: dict[str, Any] = {"senders": [mailbox], "after_ses": False} | more
    one = make_password(
        given.pop("secret", SECRET), b"s" * 16, mailbox=Address(mailbox), label=label,
        now=datetime(2026, 11, 29, tzinfo=UTC), **given,
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    with Folder(folder) as admin:
        assert admin.add_password(one)


@pytest.fixture
def ses() -> ScriptedSes:
    """One that takes everything."""
    return ScriptedSes()


@pytest.fixture
def start(
    settings: Settings, ses: ScriptedSes, certificates: Certificates
) -> Iterator[Callable[..., Running]]:
    """Start a relay, with changes to its settings; stopped at the end of the test."""
    with ExitStack() as stack:

        def begin(**changes: Any) -> Running:  # noqa: ANN401  of the settings
            given = replace(settings, **changes)
            if not (given.folder / FILE).exists():
                add_password(given.folder)
            return stack.enter_context(running(given, ses, certificates))

        yield begin


@pytest.fixture
def relay(start: Callable[..., Running]) -> Running:
    """One that runs, as it is."""
    return start()


def network(text: str, *senders: str, **more: Mapping[str, Any]) -> TrustedNetwork:
    """A network that sends without a password."""
    return TrustedNetwork("printer", parse_network(text), senders or (ME,), **more)  # type: ignore[arg-type]  any
