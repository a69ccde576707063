"""One SMTP connection on the event loop: bytes to the machine, its events to decisions.

The machine (`sendas.smtp.server`) knows the protocol; `content`, `senders`, `guessing` and
`limits` decide; this moves bytes, waits, and hangs up.
"""

import asyncio
import logging
import ssl

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, cast

from sendas.config.networks import IpAddress, TrustedNetwork, parse_peer, trusted
from sendas.errors import CouldNotLook
from sendas.journal.task import State as Progress
from sendas.mail.address import Address, MalformedAddress
from sendas.relay import store as rows
from sendas.relay.commits import Commits
from sendas.relay.content import Arrival, Prepared, Submitter, prepare
from sendas.relay.delivery import Clock, Delivery
from sendas.relay.figures import Taken
from sendas.relay.guessing import Guessing, network_of
from sendas.relay.limits import Limits, Load, data_deadline, refused_for_load
from sendas.relay.notices import About
from sendas.relay.offers import Door, offer_for
from sendas.relay.passwords import Password, matching
from sendas.relay.queued import Item, Mail, Step, begun, items_of, token_of
from sendas.relay.senders import refused_envelope, shown
from sendas.relay.verdict import explained
from sendas.smtp.server.events import Closed, Event, Hello, Login, Message, Recipient, StartTls
from sendas.smtp.server.events import Mail as MailFrom
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.reply import Fault, Reply
from sendas.smtp.server.state import State


log = logging.getLogger(__name__)

_ON_THE_LOOP = 262_144
"""Bytes of content that are looked at on the loop; more than that in a thread."""
_MOST_UNREAD = 262_144
"""Bytes that may wait behind a command before reading stops."""
_SLICE = 4096
"""Bytes of commands that are carried out before others have their turn."""
_HANDSHAKE_SECONDS = 20.0
_PATIENCE_SECONDS = 45.0
"""How long a client waits for SES's turn, with `after_ses`, before its mail is queued."""

READY = "{} ESMTP sendas relay"
WRONG = Reply(535, "5.7.8", "Authentication credentials invalid", fault=Fault.CLIENT)
"""The same for a wrong password and an unknown user (RFC 4954, 6)."""
TOO_MANY = Reply(421, "4.7.0", "Too many different wrong passwords; try again later")
WELCOME = Reply(235, "2.7.0", "Authentication successful")
NOT_STORED = Reply(
    452, "4.3.0", "The mail could not be stored; try again later", fault=Fault.SERVER
)
STOPPING = Reply(421, "4.3.2", "The relay is going down; try again later", fault=Fault.SERVER)
BROKEN = Reply(451, "4.3.0", "The relay itself broke on this mail", fault=Fault.SERVER)
TOO_SLOW = Reply(421, "4.4.2", "Timeout", fault=Fault.CLIENT)
NO_MEMORY = Reply(
    421, "4.3.1", "Too much mail is being received at once; try again", fault=Fault.SERVER
)


@dataclass(slots=True)
class _Who:
    """Whom the connection speaks for."""

    name: str
    user: str
    label: str
    senders: tuple[str, ...]
    after_ses: bool
    submitter: Submitter = field(init=False)

    def __post_init__(self) -> None:
        self.submitter = Submitter(self.name, self.senders)


class Host(Protocol):
    """What a session needs of the relay that it belongs to."""

    loop: asyncio.AbstractEventLoop
    host: str
    limits: Limits
    networks: tuple[TrustedNetwork, ...]
    tls: ssl.SSLContext | None
    store: rows.Store
    commits: Commits
    delivery: Delivery
    guessing: Guessing
    figures: Taken
    receiving_bytes: int
    stopping: bool
    clock: Clock

    def admit(self, session: "Session") -> Reply | None:
        """Count a new connection, or say why it is turned away."""

    def gone(self, session: "Session") -> None:
        """A connection is over."""

    def let_in(self, session: "Session", password: Password) -> None:
        """A connection has logged in."""

    def passwords(self, user: str) -> list[Password]:
        """Those of the mailbox *user*."""

    def new_id(self) -> int:
        """An id for a mail."""

    def load(self) -> Load:
        """How much is in use."""

    def took(self, mail: Mail, items: tuple[Item, ...]) -> None:
        """A mail is on disk: it goes out."""

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """Hold on to a task until it is done."""


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, relay: Host, door: Door) -> None:
        self._relay, self._door = relay, door
        self._loop = relay.loop
        self._transport: asyncio.Transport | None = None
        self._machine: ServerMachine | None = None
        self._peer: IpAddress | None = None
        self.network = ""
        self._trusted: TrustedNetwork | None = None
        self.who: _Who | None = None
        self._receiving = 0
        self._busy = False
        self._paused = False
        self._counted = False
        self._in_tls = False
        self._shaking = False
        self._early = bytearray()
        self._hello = bytearray()
        self._unread = bytearray()
        self._choked = False
        self._extended = False
        self.closing = False
        now = self._loop.time()
        self.deadline = now + relay.limits.before_login_seconds
        self._began_data: float | None = None

    # asyncio ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client, or the same after TLS began."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is none
        if self._in_tls or self._machine is not None:
            return
        try:
            self._peer = parse_peer(str(transport.get_extra_info("peername")[0]))
        except (TypeError, ValueError, IndexError):
            self._transport.abort()
            return
        self.network = network_of(self._peer)
        self._trusted = trusted(self._relay.networks, self._peer)
        refusal = self._relay.admit(self)
        self._counted = refusal is None
        if refusal is not None:
            self._transport.write(refusal.encode())
            self.closing = True
            self._transport.close()
            return
        if self._door is Door.IMPLICIT:
            self._transport.pause_reading()
            self._relay.keep(self._loop.create_task(self._tls()))
            return
        self._open(tls=False)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._shaking:
            # Only the TLS layer calls now, and it may before `start_tls` has returned: clients
            # send EHLO in one flight with the end of the handshake.
            self._early += data
            if len(self._early) > _MOST_UNREAD:
                self.abort()
            return
        if self._machine is None:
            self._hello += data  # uvloop reads on behind `connection_made`, paused or not
            if len(self._hello) > _MOST_UNREAD:
                self.abort()
            return
        if self._unread:
            self._unread += data
        else:
            self._feed(data)

    def _feed(self, data: bytes) -> None:
        """Give the machine what has come: content whole, commands by and by.

        A client that sends thousands of commands at once gets its turn as others do.
        """
        machine = self._machine
        if machine is None or self.closing:
            return
        if machine.state is State.DATA:
            self._receiving += len(data)
            self._relay.receiving_bytes += len(data)
            if self._relay.receiving_bytes > self._relay.limits.memory_bytes:
                self._hang_up(NO_MEMORY)
                return
            self._alive()
        elif len(data) > _SLICE:
            self._unread += data[_SLICE:]
            data = data[:_SLICE]
            self._pause()
        machine.receive(data)
        if not self._busy:
            self._pump()
        elif machine.buffered > _MOST_UNREAD:
            self._pause()
        if self._unread and not self._busy:
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """The next slice of what has come."""
        if self._busy or self.closing or self._choked:
            return
        rest, self._unread = bytes(self._unread), bytearray()
        self._resume()
        self._feed(rest)

    def eof_received(self) -> bool:
        """The client will say no more."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """It is over."""
        self.closing = True
        self._release()
        if self._counted:
            self._counted = False
            self._relay.gone(self)

    def pause_writing(self) -> None:
        """The client does not read: nothing more is read of it either."""
        self._choked = True
        self._pause()

    def resume_writing(self) -> None:
        """It reads again."""
        self._choked = False
        self._resume()
        if self._unread:
            self._loop.call_soon(self._go_on)

    # Dialogue --------------------------------------------------------------

    def _open(self, *, tls: bool) -> None:
        relay = self._relay
        offer = offer_for(
            relay.host, relay.limits, self._trusted, certificate=relay.tls is not None, tls=tls
        )
        self._machine = ServerMachine(offer, tls=tls)
        self._machine.open(Reply(220, "", READY.format(relay.host)))
        self._trust()
        self._flush()

    def _trust(self) -> None:
        """A machine of a named network speaks for it until it logs in."""
        one = self._trusted
        self.who = _Who(one.name, "", one.name, one.senders, one.after_ses) if one else None

    async def _tls(self) -> None:
        """The handshake; `_open` or the machine goes on behind it."""
        transport, context = self._transport, self._relay.tls
        if transport is None or context is None:
            self.abort()
            return
        self._in_tls = self._shaking = True
        try:
            shaking = self._loop.create_task(
                self._loop.start_tls(
                    transport, self, context, server_side=True,
                    ssl_handshake_timeout=_HANDSHAKE_SECONDS,
                )
            )  # fmt: skip
            if self._hello:
                await asyncio.sleep(0)  # now TLS has the transport, and is about to begin
                self._loop.call_soon(self._give_hello, transport)
            made = await shaking
        except (OSError, asyncio.CancelledError, ConnectionError):
            self._relay.figures.handshakes_failed += 1
            self.abort()
            return
        finally:
            self._shaking = False
        if made is None or self.closing:
            self.abort()
            return
        self._transport = made
        early, self._early = bytes(self._early), bytearray()
        if self._machine is None:
            self._open(tls=True)
            self.data_received(early)
            return
        self._machine.tls_started()
        self._machine.offer = offer_for(
            self._relay.host, self._relay.limits, self._trusted, certificate=True, tls=True
        )
        self._trust()
        self._busy = False
        self.data_received(early)

    def _give_hello(self, transport: asyncio.Transport) -> None:
        """Hand what came before TLS had the transport to TLS, as the transport would."""
        # Both loops' TLS is one; uvloop's says so only by its methods.
        protocol = cast("asyncio.BufferedProtocol", transport.get_protocol())
        left = memoryview(bytes(self._hello))
        self._hello.clear()
        while left and not transport.is_closing():
            room = memoryview(protocol.get_buffer(len(left)))
            size = min(len(room), len(left))
            room[:size] = left[:size]
            protocol.buffer_updated(size)
            left = left[size:]

    def _pump(self) -> None:
        """Carry out what has come, until something has to be waited for."""
        machine = self._machine
        if machine is None:
            return
        before = machine.state
        while not self._busy and (event := machine.next_event()) is not None:
            if isinstance(event, Closed):
                self._close()
                return
            self._on(event, machine)
        if machine.state is State.DATA and before is not State.DATA:
            self._began_data = self._loop.time()
            self._receiving = machine.buffered
            self._relay.receiving_bytes += self._receiving
            self._alive()
        self._flush()

    def _on(self, event: Event, machine: ServerMachine) -> None:
        match event:
            case Hello():
                self._extended = event.extended
                self._alive()
            case Closed():
                pass  # `_pump` ends there
            case StartTls():
                self._start_tls(machine)
            case Login():
                self._login(event, machine)
            case MailFrom():
                machine.answer(self._mail(event))
            case Recipient():
                machine.answer(self._recipient(event))
            case Message():
                self._message(event)

    def _start_tls(self, machine: ServerMachine) -> None:
        transport = self._transport
        if self._relay.tls is None or transport is None:
            machine.answer(Reply(454, "4.7.0", "TLS not available", fault=Fault.SERVER))
            return
        machine.answer(Reply(220, "2.0.0", "Ready to start TLS"))
        # RFC 3207, 6: nothing that comes in clear behind it is read as a command.
        transport.pause_reading()
        self._busy = True
        self._flush()
        self._relay.keep(self._loop.create_task(self._tls()))

    def _login(self, login: Login, machine: ServerMachine) -> None:
        relay = self._relay
        try:
            known = relay.passwords(login.username)
        except CouldNotLook:
            machine.answer(Reply(454, "4.7.0", "Temporary authentication failure"))
            return
        found = matching(login.password, login.username, known)
        if found is not None:
            self._let_in(found)
            machine.answer(WELCOME)
            return
        relay.figures.logins_failed += 1
        verdict = relay.guessing.failed(
            self.network, login.username, login.password, self._loop.time()
        )
        log.info("login refused, network %s, %s", self.network, login.mechanism)
        reply = TOO_MANY if verdict.hang_up else WRONG
        if not verdict.delay_seconds:
            machine.answer(reply)
            return
        self._busy = True
        self._loop.call_later(verdict.delay_seconds, self._answer, reply)

    def _let_in(self, found: Password) -> None:
        self.who = _Who(found.name, found.mailbox, found.label, found.senders, found.after_ses)
        self._relay.let_in(self, found)
        self._alive()

    def _mail(self, mail: MailFrom) -> Reply:
        relay, who = self._relay, self.who
        if relay.stopping:
            return STOPPING
        if who is None:  # the machine asks for a login before; this is the second lock
            return Reply(530, "5.7.0", "Authentication required", fault=Fault.CLIENT)
        self._alive()
        refusal = refused_envelope(who.name, who.senders, mail.reverse_path)
        if refusal is not None:
            relay.figures.refused += 1
            return refusal
        refusal = refused_for_load(relay.limits, relay.load(), mail.parameters.size or 0)
        if refusal is not None:
            relay.figures.deferred += 1
            return refusal
        return Reply(250, "2.1.0", "Ok")

    def _recipient(self, recipient: Recipient) -> Reply:
        try:
            Address(recipient.forward_path)
        except MalformedAddress:
            # SES takes ASCII before the @ only (FACTS 6), and refuses all for one bad address.
            text = f"{shown(recipient.forward_path)} is no address that SES can send to"
            return Reply(553, "5.1.3", text, fault=Fault.CLIENT)
        return Reply(250, "2.1.5", "Ok")

    # A mail ----------------------------------------------------------------

    def _message(self, message: Message) -> None:
        self._began_data = None
        self._alive()
        self._busy = True
        if len(message.content) <= _ON_THE_LOOP and not (self.who and self.who.after_ses):
            self._small(message)
        else:
            self._relay.keep(self._loop.create_task(self._large(message)))

    def _arrival(self, mail_id: int) -> Arrival:
        machine = self._machine
        tls = "S" if machine is not None and machine.tls else ""
        auth = "A" if machine is not None and machine.authenticated else ""
        # RFC 3848; it has no name for what follows HELO under TLS.
        protocol = f"ESMTP{tls}{auth}" if self._extended or tls else "SMTP"
        return Arrival(self._relay.host, token_of(mail_id), protocol, self._relay.clock())

    def _small(self, message: Message) -> None:
        who = self.who
        if who is None:
            self._answer(BROKEN)
            return
        mail_id = self._relay.new_id()
        try:
            found = prepare(
                message.content, who.submitter, message.mail.reverse_path, self._arrival(mail_id)
            )
        except Exception:
            log.exception("a mail could not be looked at")
            self._answer(BROKEN)
            return
        if isinstance(found, Reply):
            self._relay.figures.refused += 1
            self._answer(found)
            return
        mail, items = self._queued(message, found, who, mail_id)
        content = b"".join((found.head, found.body))
        future = self._relay.commits.later(
            partial(rows.add_mail, mail=mail, items=items, content=content)
        )
        future.add_done_callback(lambda done: self._kept(done, mail, items))

    def _queued(
        self, message: Message, found: Prepared, who: _Who, mail_id: int
    ) -> tuple[Mail, tuple[Item, ...]]:
        given = message.mail.parameters
        mail = Mail(
            mail_id, self._relay.clock(), who.name, who.user, who.label,
            message.mail.reverse_path, found.author, found.size, found.message_id[:998],
            given.envid, given.ret,
        )  # fmt: skip
        about = [
            About(Address(one.forward_path), one.parameters.notify, one.parameters.orcpt)
            for one in message.recipients
        ]
        return mail, items_of(mail, about)

    def _kept(self, done: "asyncio.Future[None]", mail: Mail, items: tuple[Item, ...]) -> None:
        """The mail is on disk, or it is not."""
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or error is not None:
            log.error("a mail was not stored: %s", error)
            self._answer(NOT_STORED)
            return
        self._relay.took(mail, items)
        self._answer(Reply(250, "2.0.0", f"Ok: queued as {mail.token}"))

    async def _large(self, message: Message) -> None:
        """A large mail, or one whose client waits for SES: in threads, step by step."""
        who, relay = self.who, self._relay
        try:
            reply = BROKEN if who is None else await self._by_steps(message, who)
        except rows.NotWritten as error:
            log.error("a mail was not stored: %s", error)  # noqa: TRY400  no trace: it is the disk
            reply = NOT_STORED
        except Exception:
            log.exception("a mail broke the relay")
            reply = BROKEN
        if not reply.positive:
            relay.figures.refused += reply.permanent
        self._answer(reply)

    async def _by_steps(self, message: Message, who: _Who) -> Reply:
        relay = self._relay
        mail_id = relay.new_id()
        found = await asyncio.to_thread(
            prepare, message.content, who.submitter, message.mail.reverse_path,
            self._arrival(mail_id),
        )  # fmt: skip
        if isinstance(found, Reply):
            return found
        mail, items = self._queued(message, found, who, mail_id)
        wait = who.after_ses and len(items) == 1
        if wait:
            items = (begun(items[0], relay.clock()),)
        content: bytes | None = None
        if found.size > rows.SPOOLED_ABOVE:
            pieces = (found.head, found.body)
            await asyncio.to_thread(relay.store.write_spool, mail_id, pieces)
        else:
            content = b"".join((found.head, found.body))
        await relay.commits.later(
            partial(rows.add_mail, mail=mail, items=items, content=content, waited=wait)
        )
        queued = Reply(250, "2.0.0", f"Ok: queued as {mail.token}")
        if not wait:
            relay.took(mail, items)
            return queued
        step = await relay.delivery.at_once(items[0], _PATIENCE_SECONDS)
        return await self._told(mail, items[0], step, queued)

    async def _told(self, mail: Mail, item: Item, step: Step | None, queued: Reply) -> Reply:
        """SES's answer as the reply to a client that waited for it."""
        relay = self._relay
        (now,) = step.items if step and len(step.items) == 1 else (None,)
        if now is not None and now.task.state is Progress.REFUSED:
            await relay.commits.later(partial(rows.drop_mail, mail_id=mail.id))
            relay.store.drop_spool(mail.id)
            report, status = explained(now.task.answer, item.recipients[0])
            text = f"SES refused it: {shown_said(now.task.answer)}. {report.explanation}"
            return Reply(554, status, text[:480], log="refused by SES", fault=Fault.UPSTREAM)
        # From here on it is ours, whatever becomes of the connection.
        await relay.commits.later(partial(rows.keep_waited, mail_id=mail.id))
        if step is None:
            again = item._replace(task=item.task._replace(state=Progress.DUE), attempts=0)
            await relay.delivery.settle(item, Step((again,)))
            relay.took(mail, (again,))
            return queued
        await relay.delivery.settle(item, step)
        relay.took(mail, ())
        if now is not None and now.task.state is Progress.DONE:
            return Reply(250, "2.0.0", f"Ok: SES took it as {shown(now.task.answer)}")
        return queued

    # Saying ----------------------------------------------------------------

    def _answer(self, reply: Reply) -> None:
        """Answer what was waited for, and go on."""
        self._release()
        machine = self._machine
        self._busy = False
        if self.closing or machine is None or not machine.waiting:
            return
        machine.answer(reply)
        if not self._choked:
            self._resume()
        self._pump()
        if self._unread and not self._busy:
            self._loop.call_soon(self._go_on)

    def _flush(self) -> None:
        machine, transport = self._machine, self._transport
        if machine is not None and transport is not None and not transport.is_closing():
            said = machine.output()
            if said:
                transport.write(said)

    def _close(self) -> None:
        self._flush()
        self.closing = True
        self._release()
        if self._transport is not None:
            self._transport.close()

    def _hang_up(self, reply: Reply) -> None:
        if self._machine is not None and not self.closing:
            self._machine.close(reply)
        self._close()

    def abort(self) -> None:
        """Go, whatever is under way."""
        self.closing = True
        if self._transport is not None:
            self._transport.abort()

    def stop(self) -> bool:
        """Go, unless a mail is under way; whether it went."""
        machine = self._machine
        if machine is not None and (self._busy or machine.state is State.DATA):
            return False
        self._hang_up(STOPPING)
        return True

    def overdue(self, now: float) -> None:
        """Called about once a second: hang up on who is too slow."""
        if self.closing:
            if self._transport is not None and now > self.deadline + _HANDSHAKE_SECONDS:
                self._transport.abort()  # it does not even read our last words
            return
        if self._busy:
            return
        if self._began_data is not None:
            limits = self._relay.limits
            late = now > self._began_data + data_deadline(limits, self._receiving)
            if late or now > self.deadline:
                self._hang_up(TOO_SLOW)
        elif now > self.deadline:
            self._hang_up(TOO_SLOW)
            self.deadline = now

    def _alive(self) -> None:
        """Something sensible was said: the clock of idleness begins anew, after the login only."""
        if self.who is not None:
            self.deadline = self._loop.time() + self._relay.limits.idle_seconds

    def _release(self) -> None:
        self._relay.receiving_bytes -= self._receiving
        self._receiving = 0
        self._began_data = None

    def _pause(self) -> None:
        if not self._paused and self._transport is not None and not self.closing:
            self._paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and self._transport is not None and not self.closing:
            self._paused = False
            self._transport.resume_reading()


def shown_said(said: str) -> str:
    """SES's words for a reply line."""
    return shown(said)[:300].rstrip(".")
