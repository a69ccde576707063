"""The relay as one thing: doors, sessions, queue, the way out, and what it says of itself."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import ssl

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sendas.aws.refusals import AwsFailure
from sendas.aws.submitting import Submitting
from sendas.config.networks import TrustedNetwork
from sendas.errors import CouldNotLook
from sendas.relay import store as rows
from sendas.relay.certificates import WARNED_BEFORE, BadCertificate, Files, load_context, look
from sendas.relay.commits import Commits
from sendas.relay.delivery import Clock, Delivery, Way, utc_now
from sendas.relay.figures import Taken
from sendas.relay.guessing import Guessing
from sendas.relay.limits import Limits, Load
from sendas.relay.metrics import Status
from sendas.relay.offers import Door
from sendas.relay.passwords import Password
from sendas.relay.queued import Alarm, Item, Mail
from sendas.relay.session import Session
from sendas.relay.store import Store
from sendas.smtp.server.reply import Fault, Reply


log = logging.getLogger(__name__)

_SWEEP_SECONDS, _CERTIFICATE_SECONDS, _LOOK_SECONDS = 1.0, 30.0, 21_600.0
_USED_SECONDS = 300.0
"""How often at most it is written down that a password was used."""
_ALARM_AGAIN = timedelta(days=1)
_ALARM_QUIET = timedelta(hours=1)
"""An alarm that has not come for so long is over; the next is told at once."""
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


class Relay:
    """One relay on one event loop: `start`, then `stop`."""

    def __init__(self, settings: Settings, ses: Submitting, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.host, self.limits, self.networks = settings.host, settings.limits, settings.networks
        self.loop = asyncio.get_running_loop()
        self.clock = clock
        self.figures = Taken()
        self.guessing = Guessing(secrets.token_bytes(16))
        self.receiving_bytes = 0
        self.stopping = False
        self.tls: ssl.SSLContext | None = None
        self.certificate_ends_at: datetime | None = None
        self.certificate_trouble = ""
        self.sessions: set[Session] = set()
        self.ports: list[tuple[Door, int]] = []
        self._strangers: Counter[str] = Counter()
        self._known: set[Session] = set()
        self._servers: list[asyncio.Server] = []
        self._background: set[asyncio.Task[Any]] = set()
        self._used: dict[str, float] = {}
        self._alarms: dict[str, tuple[datetime, datetime]] = {}
        self._load = Load(0, 1 << 62, 0)
        self._ses = ses
        self._stop: asyncio.Task[None] | None = None
        self.store: Store
        self.commits: Commits
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
        self.store = rows.open_store(self.settings.folder, owner=True)
        self.commits = Commits(self.store)
        self.delivery = Delivery(
            self.commits, self._ses, self.settings.way, self.alarm, self.clock
        )
        lost = await self.delivery.recover()
        self._measure()
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
        await self.commits.close()
        self.store.close()

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
                self.keep(self.loop.create_task(self.alarm(Alarm("relay-broke", text))))

    # For sessions ----------------------------------------------------------

    def admit(self, session: Session) -> Reply | None:
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

    def gone(self, session: Session) -> None:
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

    def let_in(self, session: Session, password: Password) -> None:
        """A connection has logged in: it counts no more against its network."""
        self.figures.logins += 1
        if session not in self._known:
            self._known.add(session)
            self._forget_stranger(session.network)
        self.guessing.let_in(session.network, password.mailbox, self.loop.time())
        key = f"{password.name} {session.network}"
        if self.loop.time() - self._used.get(key, -_USED_SECONDS) >= _USED_SECONDS:
            self._used[key] = self.loop.time()
            now, network = self.clock(), session.network
            written = self.commits.later(
                lambda c: rows.password_used(c, password.mailbox, password.label, now, network)
            )
            written.add_done_callback(
                lambda done: done.exception()
            )  # a nicety: no mail hangs on it

    def passwords(self, user: str) -> list[Password]:
        """Those of the mailbox *user*."""
        return self.store.passwords(user)

    def new_id(self) -> int:
        """An id for a mail."""
        return self.store.new_id(self.clock().timestamp())

    def load(self) -> Load:
        """How much is in use."""
        return Load(
            self.receiving_bytes, self._load.free_disk_bytes, self._load.queued_mails,
            writable=self.store.writable,
        )  # fmt: skip

    def took(self, mail: Mail, items: tuple[Item, ...]) -> None:
        """A mail is on disk: it goes out."""
        self.figures.accepted += 1
        self.figures.accepted_bytes += mail.size
        self.delivery.accepted(items)
        log.info("accepted %s of %s, %d bytes", mail.token, mail.label, mail.size)

    # Alarms ----------------------------------------------------------------

    async def alarm(self, alarm: Alarm) -> None:
        """Tell the owner: at once, and of the same trouble once a day while it lasts."""
        now = self.clock()
        told, seen = self._alarms.get(alarm.kind, (None, None))
        self._alarms[alarm.kind] = (told or now, now)
        again = told is None or now - told >= _ALARM_AGAIN or (seen and now - seen >= _ALARM_QUIET)
        if not again:
            return
        self._alarms[alarm.kind] = (now, now)
        log.error("alarm %s: %s", alarm.kind, alarm.text)
        topic = self.settings.alarm_topic
        if topic:
            subject = f"sendas relay {self.host}: {alarm.kind}"
            try:
                await asyncio.to_thread(self._ses.publish, topic, subject, alarm.text)
            except AwsFailure as error:
                log.error("the alarm could not be told to its topic: %s", error)  # noqa: TRY400  said in one line
            except Exception:  # whoever tells of trouble is not to break on it
                log.exception("the alarm could not be told to its topic")

    def troubles(self) -> tuple[str, ...]:
        """The kinds of trouble of the last hour."""
        now = self.clock()
        return tuple(k for k, (_, seen) in self._alarms.items() if now - seen < _ALARM_QUIET)

    def status(self) -> Status:
        """All that is told of it, at this moment."""
        counts, delivery = self.store.counts(), self.delivery
        return Status(
            self.clock(), self.figures, delivery.figures, len(self.sessions),
            due=counts.due, sending=counts.sending, held=counts.held, oldest_at=counts.oldest_at,
            rate_per_second=delivery.pace.rate_per_second, calls_in_flight=delivery.in_flight,
            receiving_bytes=self.receiving_bytes, free_disk_bytes=self._load.free_disk_bytes,
            certificate_ends_at=self.certificate_ends_at, troubles=self.troubles(),
            held_for_all=str(delivery.held_for_all or ""),
        )  # fmt: skip

    # Every so often --------------------------------------------------------

    def _measure(self) -> None:
        with contextlib.suppress(CouldNotLook, OSError):
            found = os.statvfs(self.settings.folder)
            free = found.f_bavail * found.f_frsize
            self._load = Load(0, free, self.store.waiting())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self._measure()
            if not self.store.writable:
                await self._try_to_write()
            now = self.loop.time()
            for session in tuple(self.sessions):
                session.overdue(now)

    async def _try_to_write(self) -> None:
        """After a failure: the first write that goes well opens the doors again."""
        await self.alarm(Alarm("queue-not-written", "the queue cannot be written to"))
        with contextlib.suppress(rows.NotWritten):
            await self.commits.later(lambda c: c.execute("PRAGMA user_version").fetchone())

    async def reload_certificate(self) -> None:
        """Read the files again; what cannot be used leaves the old one in its place."""
        files = self.settings.certificate
        if files is None:
            return
        try:
            self.tls = await asyncio.to_thread(load_context, files)
        except BadCertificate as error:
            self.certificate_trouble = str(error)
            await self.alarm(Alarm("certificate-unusable", f"{error}; the old one is used on"))
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
            await self.alarm(Alarm("certificate-refused", text))
        elif seen.ends_at and seen.ends_at - self.clock() < WARNED_BEFORE:
            text = f"the certificate ends on {seen.ends_at:%Y-%m-%d}; renewing it has failed"
            await self.alarm(Alarm("certificate-ends", text))

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
