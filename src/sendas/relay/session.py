"""One SMTP connection on the event loop: bytes to the machine, its events to the dialogue.

The machine (`sendas.smtp.server`) knows the protocol, and `dialogue` decides; this moves
bytes, waits, and hangs up.
"""

import asyncio
import logging

from typing import cast

from sendas.config.networks import IpAddress, TrustedNetwork, parse_peer, trusted
from sendas.relay.decide.guessing import network_of
from sendas.relay.decide.limits import data_deadline
from sendas.relay.decide.offers import Door, offer_for
from sendas.relay.decide.proxy_header import BadHeader, read_header
from sendas.relay.dialogue import STOPPING, Dialogue
from sendas.relay.handshake import upgraded
from sendas.relay.host import Host
from sendas.smtp.server.events import Closed, StartTls
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Fault, Reply
from sendas.smtp.server.state import State


log = logging.getLogger(__name__)

_MOST_UNREAD = 262_144
"""Bytes that may wait behind a command before reading stops."""
_SLICE = 1024
"""Bytes of commands that are carried out before others have their turn."""
_LAST_WORDS_SECONDS = 20.0
"""How long a client may take to read that it is hung up on."""
_HEADER_SECONDS = 10.0
"""How long a load balancer may take for its PROXY header, its first bytes (spec: "at least 3
seconds")."""

READY = "{} ESMTP sendas relay"
TOO_SLOW = Reply(421, "4.4.2", "Timeout", fault=Fault.CLIENT)
NO_MEMORY = Reply(
    421, "4.3.1", "Too much mail is being received at once; try again", fault=Fault.SERVER
)


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
        self._dialogue: Dialogue | None = None
        self._receiving = 0
        self._busy = False
        self._paused = False
        self._counted = False
        self._header: bytearray | None = None
        """What has come of a PROXY header, while one is waited for."""
        self._in_tls = False
        self._shaking = False
        self._early = bytearray()
        self._hello = bytearray()
        self._unread = bytearray()
        self._choked = False
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
        if any(self._peer in one for one in self._relay.proxies):
            self._header = bytearray()
            self._loop.call_later(_HEADER_SECONDS, self._no_header)
            return
        self._begin(trusted(self._relay.networks, self._peer))

    def _no_header(self) -> None:
        if self._header is not None:
            self.abort()

    def _introduced(self, data: bytes) -> None:
        """A balancer says for whom it stands; who says nothing is nobody."""
        peer, transport = self._peer, self._transport
        if self._header is None or peer is None or transport is None:
            return
        self._header += data
        try:
            header = read_header(bytes(self._header))
        except BadHeader as error:
            log.warning("a proxy was hung up on: %s", error)
            self.abort()
            return
        if header is None:
            return
        rest, self._header = bytes(self._header[header.size :]), None
        self._peer = header.source or peer
        # The balancer itself, which only looks whether we are there, is trusted with nothing.
        known = trusted(self._relay.networks, self._peer) if header.source else None
        self._begin(known)
        if rest and not self.closing:
            self.data_received(rest)

    def _begin(self, known: TrustedNetwork | None) -> None:
        """Who the client is, is known: *known* if its network sends without a password."""
        if self._peer is None or self._transport is None:
            return
        self.network = network_of(self._peer)
        self._trusted = known
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
        """Bytes from the client, or from who stands before it."""
        if self._header is not None:
            self._introduced(data)
            return
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
            self.alive()
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
        self.closing, self._header = True, None
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
        self._machine = ServerMachine(self._offer(tls=tls), tls=tls)
        self._machine.open(Reply(220, "", READY.format(relay.host)))
        self._dialogue = Dialogue(relay, self, self._machine, self._trusted)
        self._flush()

    def _offer(self, *, tls: bool) -> Offer:
        relay = self._relay
        return offer_for(
            relay.host, relay.limits, self._trusted, certificate=relay.tls is not None, tls=tls
        )

    async def _tls(self) -> None:
        """The handshake; `_open` or the machine goes on behind it."""
        transport, context = self._transport, self._relay.tls
        if transport is None or context is None:
            self.abort()
            return
        self._in_tls = self._shaking = True
        try:
            made = await upgraded(transport, self, context, self._hello)
        finally:
            self._shaking = False
        if made is None:
            self._relay.figures.handshakes_failed += 1
        if made is None or self.closing:
            self.abort()
            return
        self._transport = made
        early, self._early = bytes(self._early), bytearray()
        if self._machine is None or self._dialogue is None:
            self._open(tls=True)
        else:
            self._machine.tls_started()
            self._machine.offer = self._offer(tls=True)
            self._dialogue.begin()
            self._busy = False
        self.data_received(early)

    def _pump(self) -> None:
        """Carry out what has come, until something has to be waited for."""
        machine, dialogue = self._machine, self._dialogue
        if machine is None or dialogue is None:
            return
        before = machine.state
        while not self._busy and (event := machine.next_event()) is not None:
            if isinstance(event, Closed):
                self._close()
                return
            if isinstance(event, StartTls):
                self._start_tls(machine)
            else:
                dialogue.on(event)
        if machine.state is State.DATA and before is not State.DATA:
            self._began_data = self._loop.time()
            self._receiving = machine.buffered
            self._relay.receiving_bytes += self._receiving
            self.alive()
        self._flush()

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

    # Saying ----------------------------------------------------------------

    def wait(self) -> None:
        """Do nothing more until `answer`; what is being received ends here."""
        self._busy = True
        self._began_data = None

    def answer(self, reply: Reply) -> None:
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
            if self._transport is not None and now > self.deadline + _LAST_WORDS_SECONDS:
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

    def alive(self) -> None:
        """Something sensible was said: after the login the idle clock starts again."""
        if self._dialogue is not None and self._dialogue.who is not None:
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
