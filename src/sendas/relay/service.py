"""The relay as one thing: doors, sessions, queue, the way out, and what it says of itself."""

import asyncio
import contextlib
import logging
import secrets
import socket
import ssl

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sendas.aws.submitting import Submitting
from sendas.config.networks import IpNetwork, TrustedNetwork
from sendas.errors import CouldNotLook
from sendas.relay.alarms import Alarms
from sendas.relay.certificates import BadCertificate, Files, load_context, look
from sendas.relay.decide.figures import Taken
from sendas.relay.decide.guessing import Guessing
from sendas.relay.decide.limits import Limits, Load
from sendas.relay.decide.metrics import Status
from sendas.relay.decide.offers import Door
from sendas.relay.decide.passwords import Password
from sendas.relay.decide.queued import Alarm, Item, Mail
from sendas.relay.delivery import Clock, Delivery, Way, utc_now
from sendas.relay.host import Line
from sendas.relay.mail_queue import MailQueue, NotWritten, PasswordBook, Queue
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.recording import queue_trouble
from sendas.relay.session import Session
from sendas.smtp.server.reply import Fault, Reply
from sendas.smtp.submission import RENEWED_BEFORE


log = logging.getLogger(__name__)

_SWEEP_SECONDS, _CERTIFICATE_SECONDS, _LOOK_SECONDS = 1.0, 30.0, 21_600.0
_USED_SECONDS = 300.0
"""How often at most it is written down that a password was used."""
_BACKLOG = 1024
_DRAIN_SECONDS = 20.0
FULL = Reply(421, "4.3.2", "Too many connections; try again later", fault=Fault.SERVER)
FULL_FROM_THERE = Reply(
    421, "4.7.0", "Too many connections from your network; try again later", fault=Fault.CLIENT
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the relay needs to know; *doors* are addresses and ports to listen at."""

    host: str
    doors: tuple[tuple[Door, str, int], ...]
    folder: Path
    way: Way
    certificate: Files | None = None
    networks: tuple[TrustedNetwork, ...] = ()
    limits: Limits = field(default_factory=Limits)
    alarm_topic: str = ""
    proxies: tuple[IpNetwork, ...] = ()
    """Who says with PROXY v2 for whom he stands."""
    shared: Callable[[], Queue] | None = None
    """Makes the queue that machines share, on the relay's loop; else it is in *folder*."""


class Relay:
    """One relay on one event loop: `start`, then `stop`."""

    def __init__(self, settings: Settings, ses: Submitting, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.host, self.limits = settings.host, settings.limits
        self.networks, self.proxies = settings.networks, settings.proxies
        self.loop = asyncio.get_running_loop()
        self.clock = clock
        self.figures = Taken()
        self.guessing = Guessing(secrets.token_bytes(16))
        self.receiving_bytes = 0
        self.stopping = False
        self.tls: ssl.SSLContext | None = None
        self.certificate_ends_at: datetime | None = None
        self.certificate_trouble = ""
        self.sessions: set[Line] = set()
        self.ports: list[tuple[Door, int]] = []
        self._strangers: Counter[str] = Counter()
        self._known: set[Line] = set()
        self._servers: list[asyncio.Server] = []
        self._background: set[asyncio.Task[Any]] = set()
        self._used: dict[str, float] = {}
        self._load = Load(0, 1 << 62, 0)
        self._ses = ses
        self._stop: asyncio.Task[None] | None = None
        topic = settings.alarm_topic
        self.alarms = Alarms(
            settings.host, partial(ses.publish, topic) if topic else None, self.clock
        )
        self.queue: MailQueue
        self.book: PasswordBook
        self.delivery: Delivery

    # Life ------------------------------------------------------------------

    async def start(self, sockets: Iterable[tuple[Door, socket.socket]] = ()) -> None:
        """Open the queue, recover it, and listen; *sockets* are those that somebody opened for us.

        Raises:
            UsageError: The certificate or the folder cannot be used.
            OSError: A port is taken, or not ours to open.
        """
        if self.settings.certificate is not None:
            self.tls = load_context(self.settings.certificate)
        make = self.settings.shared or self._in_folder
        self.queue = self.book = make()
        self.delivery = Delivery(
            self.queue, self._ses, self.settings.way, self.alarms.tell, self.clock
        )
        await self._open_queue()
        lost = await self.delivery.recover()
        await self._measure()
        log.info("%d in the queue, %d of them with an answer lost", self._load.queued_mails, lost)
        given = list(sockets)
        for door, one in given or [(d, _bound(a, p)) for d, a, p in self.settings.doors]:
            server = await self.loop.create_server(
                partial(Session, self, door), sock=one, backlog=_BACKLOG
            )
            self._servers.append(server)
            port = one.getsockname()[1]
            self.ports.append((door, port))
            log.info("listening: %s at port %d", door, port)
        self.keep(self.loop.create_task(self.delivery.run()))
        self.keep(self.loop.create_task(self._sweep()))
        self.keep(self.loop.create_task(self._watch_certificate()))

    def _in_folder(self) -> Queue:
        return FolderQueue(Folder(self.settings.folder, owner=True))

    async def _open_queue(self) -> None:
        """A disk that is full or slow at this moment is no reason not to begin."""
        try:
            await self.queue.open()
        except CouldNotLook as error:
            self.alarms.tell(queue_trouble(error))

    async def stop(self) -> None:
        """Take nothing more, let what is under way end, and close the queue; once."""
        if self._stop is None:
            self._stop = self.loop.create_task(self._stop_once())
        await asyncio.shield(self._stop)

    async def _stop_once(self) -> None:
        self.stopping = True
        for server in self._servers:
            server.close()
        until = self.loop.time() + _DRAIN_SECONDS
        while self.sessions and self.loop.time() < until:
            for session in tuple(self.sessions):
                session.stop()
            await asyncio.sleep(0.05)
        for session in tuple(self.sessions):
            session.abort()
        await self.delivery.stop(_DRAIN_SECONDS)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.alarms.close(_DRAIN_SECONDS)
        await self.queue.close()

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """Hold on to a task until it is done; what it broke on is logged and alarmed."""
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a part of the relay broke", exc_info=task.exception())
            if not self.stopping:
                text = "a part of the relay broke; its log has more, and a restart begins it again"
                self.alarms.tell(Alarm("relay-broke", text))

    # For sessions ----------------------------------------------------------

    def admit(self, session: Line) -> Reply | None:
        """Count a new connection, or say why it is turned away."""
        self.figures.connections += 1
        refusal = None
        if self.stopping or len(self.sessions) >= self.limits.connections:
            refusal = FULL
        elif self._strangers[session.network] >= self.limits.connections_per_network:
            refusal = FULL_FROM_THERE
        if refusal is not None:
            self.figures.turned_away += 1
            return refusal
        self.sessions.add(session)
        self._strangers[session.network] += 1
        return None

    def gone(self, session: Line) -> None:
        """A connection is over."""
        self.sessions.discard(session)
        if session in self._known:
            self._known.discard(session)
        else:
            self._forget_stranger(session.network)

    def _forget_stranger(self, network: str) -> None:
        self._strangers[network] -= 1
        if self._strangers[network] <= 0:
            del self._strangers[network]

    def let_in(self, session: Line, password: Password) -> None:
        """A connection has logged in: it counts no more against its network."""
        self.figures.logins += 1
        if session not in self._known:
            self._known.add(session)
            self._forget_stranger(session.network)
        self.guessing.let_in(session.network, password.mailbox, self.loop.time())
        key = f"{password.name} {session.network}"
        if self.loop.time() - self._used.get(key, -_USED_SECONDS) >= _USED_SECONDS:
            self._used[key] = self.loop.time()
            self.keep(self.loop.create_task(self._note_use(password, session.network)))

    async def _note_use(self, password: Password, network: str) -> None:
        with contextlib.suppress(NotWritten):  # a nicety: no mail hangs on it
            await self.book.password_used(password.mailbox, password.label, self.clock(), network)

    async def passwords(self, user: str) -> list[Password]:
        """Those of the mailbox *user*."""
        return await self.book.passwords(user)

    def load(self) -> Load:
        """How much is in use."""
        return Load(
            self.receiving_bytes, self._load.free_disk_bytes, self._load.queued_mails,
            writable=self.queue.writable,
        )  # fmt: skip

    def took(self, mail: Mail, items: tuple[Item, ...]) -> None:
        """A mail is on disk: it goes out."""
        self.figures.accepted += 1
        self.figures.accepted_bytes += mail.size
        self.delivery.accepted(items)
        if log.isEnabledFor(logging.INFO):  # thousands a second: the token has its price
            log.info("accepted %s of %s, %d bytes", mail.token, mail.label, mail.size)

    def status(self) -> Status:
        """All that can be said of it at this moment."""
        counts, delivery = self.queue.counts(), self.delivery
        return Status(
            self.clock(), self.figures, delivery.figures, len(self.sessions),
            due=counts.due, sending=counts.sending, held=counts.held, oldest_at=counts.oldest_at,
            rate_per_second=delivery.pace.rate_per_second, calls_in_flight=delivery.in_flight,
            receiving_bytes=self.receiving_bytes, free_disk_bytes=self._load.free_disk_bytes,
            certificate_ends_at=self.certificate_ends_at, troubles=self.alarms.lately(),
            held_for_all=str(delivery.held_for_all or ""),
        )  # fmt: skip

    # Every so often --------------------------------------------------------

    async def _measure(self) -> None:
        with contextlib.suppress(CouldNotLook):
            free = self.queue.room_bytes()
            self._load = Load(0, free, await self.queue.waiting())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            await self._measure()
            if not self.queue.writable:
                await self._try_to_write()
            now = self.loop.time()
            for session in tuple(self.sessions):
                session.overdue(now)

    async def _try_to_write(self) -> None:
        """After a failure: the first write that goes well opens the doors again."""
        self.alarms.tell(Alarm("queue-not-written", "the queue cannot be written to"))
        with contextlib.suppress(NotWritten):
            await self.queue.try_to_write()

    async def reload_certificate(self) -> None:
        """Read the files again; what cannot be used leaves the old one in its place."""
        files = self.settings.certificate
        if files is None:
            return
        try:
            self.tls = await asyncio.to_thread(load_context, files)
        except BadCertificate as error:
            self.certificate_trouble = str(error)
            self.alarms.tell(Alarm("certificate-unusable", f"{error}; the old one is used on"))
            return
        log.info("certificate read")
        await self._look_at_certificate()

    async def _look_at_certificate(self) -> None:
        if self.tls is None:
            return
        seen = await look(self.tls, self.host)
        self.certificate_ends_at = seen.ends_at
        self.certificate_trouble = seen.why
        if not seen.trusted:
            text = f"no client takes the certificate for {self.host}: {seen.why}"
            self.alarms.tell(Alarm("certificate-refused", text))
        elif seen.ends_at and seen.ends_at - self.clock() < RENEWED_BEFORE:
            text = f"the certificate ends on {seen.ends_at:%Y-%m-%d}; renewing it has failed"
            self.alarms.tell(Alarm("certificate-ends", text))

    async def _watch_certificate(self) -> None:
        files = self.settings.certificate
        if files is None:
            return
        stamp, looked = _stamp(files), self.loop.time()
        await self._look_at_certificate()
        while True:
            await asyncio.sleep(_CERTIFICATE_SECONDS)
            now = _stamp(files)
            if now and now != stamp:
                stamp = now
                await self.reload_certificate()
            elif self.loop.time() - looked >= _LOOK_SECONDS:
                looked = self.loop.time()
                await self._look_at_certificate()


def _stamp(files: Files) -> tuple[object, ...]:
    try:
        return files.stamp()
    except OSError:
        return ()


def _bound(address: str, port: int) -> socket.socket:
    """A listening address; IPv6's any-address takes IPv4 too."""
    family = socket.AF_INET6 if ":" in address or not address else socket.AF_INET
    try:
        one = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        if address:
            raise
        family, address = socket.AF_INET, "0.0.0.0"  # noqa: S104  a machine without IPv6
        one = socket.socket(family, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if address else 0)
    try:
        one.bind((address or "::", port))
    except OSError:
        one.close()
        raise
    one.setblocking(False)  # noqa: FBT003  the socket's own
    return one
