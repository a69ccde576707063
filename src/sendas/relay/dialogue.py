"""What a client says, and what is decided on it: who it is, what it may send, to whom.

`senders`, `guessing`, `limits` and `content` decide; this asks them, and answers.
"""

import logging

from typing import Protocol

from sendas.config.networks import TrustedNetwork
from sendas.errors import CouldNotLook
from sendas.mail.address import Address, MalformedAddress
from sendas.relay.decide.limits import refused_for_load
from sendas.relay.decide.passwords import Password, matching
from sendas.relay.decide.senders import refused_envelope, shown
from sendas.relay.host import Host, Line
from sendas.relay.taking import BROKEN, Who, take
from sendas.smtp.server.events import Event, Hello, Login, Message, Recipient
from sendas.smtp.server.events import Mail as MailFrom
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.reply import Fault, Reply


log = logging.getLogger(__name__)

WRONG = Reply(535, "5.7.8", "Authentication credentials invalid", fault=Fault.CLIENT)
"""The same for a wrong password and an unknown user (RFC 4954, 6)."""
TOO_MANY = Reply(421, "4.7.0", "Too many different wrong passwords; try again later")
BROKEN_LOGIN = Reply(454, "4.7.0", "Temporary authentication failure", fault=Fault.SERVER)
WELCOME = Reply(235, "2.7.0", "Authentication successful")
STOPPING = Reply(421, "4.3.2", "The relay is going down; try again later", fault=Fault.SERVER)


class Client(Line, Protocol):
    """The connection that the dialogue is with."""

    closing: bool
    """Whether it is over."""

    def wait(self) -> None:
        """Do nothing more until `answer`."""

    def answer(self, reply: Reply) -> None:
        """Answer what was waited for, and go on."""

    def alive(self) -> None:
        """Something sensible was said: the clock of idleness starts again."""


class Dialogue:
    """One connection's, from its first greeting to its end, through STARTTLS."""

    def __init__(
        self, relay: Host, client: Client, machine: ServerMachine, network: TrustedNetwork | None
    ) -> None:
        self._relay, self._client, self._machine = relay, client, machine
        self._network = network
        self._extended = False
        self.who: Who | None = None
        self.begin()

    def begin(self) -> None:
        """A machine of a named network speaks for it until it logs in; TLS forgets a login."""
        one = self._network
        self.who = Who(one.name, "", one.name, one.senders, one.after_ses) if one else None

    def on(self, event: Event) -> None:
        """Answer, or ask the client to wait and answer later."""
        match event:
            case MailFrom():
                self._machine.answer(self._mail(event))
            case Recipient():
                self._machine.answer(_recipient(event))
            case Message():
                self._client.alive()
                self._client.wait()
                self._message(event)
            case Hello():
                self._extended = event.extended
                self._client.alive()
            case Login():
                self._client.wait()
                self._relay.keep(self._relay.loop.create_task(self._login(event)))
            case _:
                pass  # STARTTLS and the end are the connection's own

    async def _login(self, login: Login) -> None:
        """Answer when the passwords were read, which may be far away."""
        relay, client = self._relay, self._client
        try:
            known = await relay.passwords(login.username)
        except CouldNotLook:
            client.answer(BROKEN_LOGIN)
            return
        except BaseException:
            client.answer(BROKEN_LOGIN)
            raise
        if client.closing:
            return
        found = matching(login.password, login.username, known)
        if found is not None:
            self._let_in(found)
            client.answer(WELCOME)
            return
        relay.figures.logins_failed += 1
        network = self._client.network
        verdict = relay.guessing.failed(network, login.username, login.password, relay.loop.time())
        log.info("login refused, network %s, %s", network, login.mechanism)
        reply = TOO_MANY if verdict.hang_up else WRONG
        if not verdict.delay_seconds:
            client.answer(reply)
            return
        relay.loop.call_later(verdict.delay_seconds, self._client.answer, reply)

    def _let_in(self, found: Password) -> None:
        self.who = Who(found.name, found.mailbox, found.label, found.senders, found.after_ses)
        self._relay.let_in(self._client, found)
        self._client.alive()

    def _mail(self, mail: MailFrom) -> Reply:
        relay, who = self._relay, self.who
        if relay.stopping:
            return STOPPING
        if who is None:  # the machine asks for a login before; this is the second lock
            return Reply(530, "5.7.0", "Authentication required", fault=Fault.CLIENT)
        self._client.alive()
        refusal = refused_envelope(who.name, who.senders, mail.reverse_path)
        if refusal is not None:
            relay.figures.refused += 1
            return refusal
        refusal = refused_for_load(relay.limits, relay.load(), mail.parameters.size or 0)
        if refusal is not None:
            relay.figures.deferred += 1
            return refusal
        return Reply(250, "2.1.0", "Ok")

    def _message(self, message: Message) -> None:
        who = self.who
        if who is None:
            self._client.answer(BROKEN)
            return
        tls = "S" if self._machine.tls else ""
        auth = "A" if self._machine.authenticated else ""
        # RFC 3848; it has no name for what follows HELO under TLS.
        protocol = f"ESMTP{tls}{auth}" if self._extended or tls else "SMTP"
        take(self._relay, message, who, protocol, self._client.answer)


def _recipient(recipient: Recipient) -> Reply:
    try:
        Address(recipient.forward_path)
    except MalformedAddress:
        # SES takes ASCII before the @ only (FACTS 6), and refuses all for one bad address.
        text = f"{shown(recipient.forward_path)} is no address that SES can send to"
        return Reply(553, "5.1.3", text, fault=Fault.CLIENT)
    return Reply(250, "2.1.5", "Ok")
