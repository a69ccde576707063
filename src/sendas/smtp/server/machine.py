"""The server's side of one SMTP dialogue, without I/O (RFC 5321, 3207, 4954, 2920).

::

    machine.open(greeting)
    machine.receive(bytes from the client)
    while (event := machine.next_event()) is not None:
        machine.answer(decide(event))          # none for Hello and Closed
    send(machine.output())

No event is made before the one before it is answered: a reply never overtakes another,
so that PIPELINING is safe.  Whatever bytes come, `receive` and `next_event` raise nothing.
"""

import base64
import binascii

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from sendas.smtp.server import grammar
from sendas.smtp.server.content import ContentReader
from sendas.smtp.server.events import (
    Closed,
    Event,
    Hello,
    Login,
    Mail,
    Message,
    Recipient,
    StartTls,
)
from sendas.smtp.server.offer import Offer
from sendas.smtp.server.reply import Reply
from sendas.smtp.server.state import ALLOWED, State, allowed, greeted


class LocalProtocolError(Exception):
    """The shell used the machine in a way that it does not allow: a mistake of ours."""


_START_TLS, _CLOSING, _LET_IN = 220, 421, 235
_PROMPT = 334
_IDLE = frozenset({"EHLO", "HELO", "NOOP", "RSET", "VRFY"})


class _Line(NamedTuple):
    """One line without its end; what stands in one that is *too_long* counts for nothing."""

    text: bytes
    too_long: bool


class ServerMachine:
    """One connection.  *tls* says whether it began with TLS."""

    def __init__(self, offer: Offer, *, tls: bool = False) -> None:
        self.offer = offer
        self.tls = tls
        self.helo = ""
        self.authenticated = False
        self.state = State.GREETING
        self.errors = 0
        self._idle = 0
        self._buffer = bytearray()
        self._output = bytearray()
        self._pending: Event | None = None
        self._mail: Mail | None = None
        self._recipients: list[Recipient] = []
        self._content: ContentReader | None = None
        self._auth: tuple[str, list[str]] | None = None
        self._skipping = False
        self._told_closed = False

    # What the shell calls --------------------------------------------------

    def open(self, greeting: Reply) -> None:
        """Say the first line; anything but 220 closes the connection."""
        if self.state is not State.GREETING:
            msg = "the greeting has been said"
            raise LocalProtocolError(msg)
        self._output += greeting.encode()
        self.state = State.FRESH if greeting.code == _START_TLS else State.CLOSED

    def receive(self, data: bytes) -> None:
        """Take bytes of the client.  Before TLS stands, and after the end, they are dropped."""
        if self.state not in {State.HANDSHAKE, State.CLOSED}:
            self._buffer += data

    def next_event(self) -> Event | None:
        """What the client did; None until more bytes come, or the last event is answered."""
        while self._pending is None:
            if self.state is State.CLOSED:
                return self._closed()
            if self.state in {State.GREETING, State.HANDSHAKE}:
                return None
            if self.state is State.DATA:
                reader = self._content_behind_its_end()
                if reader is None:
                    return None
                event = self._read_content(reader)
            else:
                line = self._line()
                if line is None:
                    return None
                event = self._read_command(line)
            if event is None:
                continue  # the machine has answered by itself
            if not isinstance(event, Hello):
                self._pending = event
            return event
        return None

    def answer(self, reply: Reply) -> None:
        """The decision about the event that `next_event` gave last."""
        event, self._pending = self._pending, None
        match event:
            case None:
                msg = "no event waits for an answer"
                raise LocalProtocolError(msg)
            case StartTls() if reply.code == _START_TLS:
                # RFC 3207, 4.2: what came before the handshake is not to be trusted.
                self._buffer.clear()
                self.state = State.HANDSHAKE
            case Login():
                self.authenticated = reply.code == _LET_IN
            case Mail() if reply.positive:
                self._mail, self.state = event, State.MAIL
            case Recipient() if reply.positive:
                self._recipients.append(event)
                self.state = State.RCPT
            case _:
                pass
        self._say(reply)

    def tls_started(self) -> None:
        """The handshake is done; what was learnt before it is forgotten (RFC 3207, 4.2)."""
        if self.state is not State.HANDSHAKE:
            msg = "no handshake was agreed on"
            raise LocalProtocolError(msg)
        self._buffer.clear()
        self.tls, self.helo, self.authenticated = True, "", False
        self._forget()
        self.state = State.FRESH

    def close(self, reply: Reply) -> None:
        """End the dialogue from our side, as with 421."""
        self._pending = None
        self._output += reply.encode()
        self.state = State.CLOSED

    def output(self) -> bytes:
        """What is to be sent, once."""
        taken = bytes(self._output)
        self._output.clear()
        return taken

    @property
    def waiting(self) -> bool:
        """Whether an event waits for its answer."""
        return self._pending is not None

    @property
    def buffered(self) -> int:
        """Bytes received and not yet read: where it grows, the shell should stop reading."""
        return len(self._buffer)

    # Reading ---------------------------------------------------------------

    def _closed(self) -> Event | None:
        if self._told_closed:
            return None
        self._told_closed = True
        self._buffer.clear()
        return Closed()

    def _content_behind_its_end(self) -> ContentReader | None:
        """The reader that has seen the end; None until it has."""
        reader = self._content
        assert reader is not None  # noqa: S101  the state says so
        rest = reader.take(self._buffer)
        self._buffer.clear()
        if rest is None:
            return None
        self._buffer += rest
        return reader

    def _read_content(self, reader: ContentReader) -> Event | None:
        content, mail, recipients = reader.finish(), self._mail, tuple(self._recipients)
        self._forget()
        self._idle = 0
        if content is None or mail is None:
            self._say(self.offer.words.too_long)
            return None
        return Message(mail, recipients, content)

    def _read_command(self, raw: _Line) -> Event | None:
        if raw.too_long:
            self._leave_auth()
            return self._refuse(self.offer.words.line_too_long)
        try:
            line = raw.text.decode("utf-8")
        except UnicodeDecodeError:
            line = ""
        # NUL and other controls: RFC 5321, 4.1.2 has them nowhere in a command.
        if not line.isprintable() and "\t" not in line:
            line = ""
        if self.state is State.AUTH:
            return self._continue_auth(line)
        return self._dispatch(line)

    def _line(self) -> _Line | None:
        """The next line; None until there is one.

        A bare LF ends a command too: it hides nothing there, and people type it.
        """
        end = self._buffer.find(b"\n")
        limit = self.offer.max_line_bytes
        if not -1 < end <= limit and (
            self.state is State.AUTH or self._buffer[:5].upper() == b"AUTH "
        ):
            limit = self.offer.max_auth_line_bytes
        if end < 0:
            if len(self._buffer) > limit:
                self._buffer.clear()
                self._skipping = True
            return None
        raw = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        too_long = self._skipping or len(raw) > limit
        self._skipping = False
        return _Line(raw.removesuffix(b"\r"), too_long)

    def _dispatch(self, line: str) -> Event | None:
        verb, _, argument = line.partition(" ")
        verb, words = verb.upper(), self.offer.words
        if verb not in ALLOWED:
            return self._refuse(words.bad_command)
        if verb in _IDLE and self._idles_too_long():
            return None
        return self._COMMANDS[verb](self, argument.strip())

    def _idles_too_long(self) -> bool:
        """Whether the connection is closed on a client that keeps us busy with nothing."""
        self._idle += 1
        most = self.offer.max_idle_commands
        if most is not None and self._idle > most:
            self._count_error()
        return self.state is State.CLOSED

    # Commands --------------------------------------------------------------

    def _hello(self, name: str, *, extended: bool) -> Event | None:
        if not name:
            return self._refuse(self.offer.words.bad_argument)
        self.helo = name
        self._forget()
        self.state = State.READY
        self._say(self.offer.hello(extended=extended, tls=self.tls))
        return Hello(name, extended)

    def _ehlo(self, name: str) -> Event | None:
        return self._hello(name, extended=True)

    def _helo(self, name: str) -> Event | None:
        return self._hello(name, extended=False)

    def _start_tls(self, argument: str) -> Event | None:
        words = self.offer.words
        if argument:
            return self._refuse(words.bad_argument)
        if not self.offer.offers_tls:
            return self._refuse(words.bad_command)
        if self.tls or not allowed("STARTTLS", self.state):
            return self._refuse(words.bad_sequence)
        return StartTls()

    def _start_auth(self, argument: str) -> Event | None:
        mechanism, _, initial = argument.partition(" ")
        mechanism = mechanism.upper()
        if (too_early := self._no_auth_yet(mechanism)) is not None:
            return self._refuse(too_early)
        self._auth = (mechanism, [])
        self.state = State.AUTH
        if initial.strip():
            return self._continue_auth(initial.strip(), initial=True)
        self._prompt()
        return None

    def _no_auth_yet(self, mechanism: str) -> Reply | None:
        offer, words = self.offer, self.offer.words
        reasons = (
            (offer.needs_tls and not self.tls, words.need_tls),
            (not offer.mechanisms, words.bad_command),
            (not greeted(self.state), words.need_hello),
            (self.authenticated or not allowed("AUTH", self.state), words.bad_sequence),
            (mechanism not in offer.mechanisms, words.unknown_mechanism),
        )
        return next((reply for holds, reply in reasons if holds), None)

    def _continue_auth(self, line: str, *, initial: bool = False) -> Event | None:
        words = self.offer.words
        if self._auth is None or line == "*":  # RFC 4954, 4: the client cancels
            self._leave_auth()
            return self._refuse(words.cancelled)
        mechanism, given = self._auth
        try:
            given.append(_decoded(line, initial=initial))
            if mechanism == "PLAIN":
                # RFC 4616, 2: authorization identity, NUL, user name, NUL, password.
                _, username, password = given[0].split("\0")
            elif len(given) == 1:
                self._prompt()
                return None
            else:
                username, password = given
        except ValueError:
            self._leave_auth()
            return self._refuse(words.bad_auth)
        self._leave_auth()
        return Login(username, password, mechanism)

    def _prompt(self) -> None:
        mechanism, given = self._auth or ("", [])
        if mechanism == "PLAIN":
            text = self.offer.words.plain_prompt
        else:  # "Username:" and "Password:" in base64, as every client expects
            text = "UGFzc3dvcmQ6" if given else "VXNlcm5hbWU6"
        self._output += Reply(_PROMPT, "", text).encode()

    def _leave_auth(self) -> None:
        self._auth = None
        if self.state is State.AUTH:
            self.state = State.READY

    def _from(self, argument: str) -> Event | None:
        offer, words = self.offer, self.offer.words
        if (too_early := self._no_mail_yet()) is not None:
            return self._refuse(too_early)
        try:
            path, rest = grammar.read_path(argument, "FROM:")
            given = grammar.read_mail_parameters(rest, tolerant=offer.takes_unknown_parameters)
        except grammar.BadPath:
            return self._refuse(words.bad_reverse_path)
        except grammar.BadParameter:
            return self._refuse(words.bad_parameter)
        mail = Mail(path, given)
        refusal = self._cannot_take(mail)
        return mail if refusal is None else self._refuse(refusal)

    def _no_mail_yet(self) -> Reply | None:
        offer, words = self.offer, self.offer.words
        reasons = (
            (offer.needs_tls and not self.tls, words.need_tls),
            (offer.needs_auth and not self.authenticated, words.need_auth),
            (not greeted(self.state), words.need_hello),
            (not allowed("MAIL", self.state), words.bad_sequence),
        )
        return next((reply for holds, reply in reasons if holds), None)

    def _cannot_take(self, mail: Mail) -> Reply | None:
        offer, words, given = self.offer, self.offer.words, mail.parameters
        if not mail.reverse_path.isascii() and not (offer.utf8 and given.utf8):
            return words.not_ascii if offer.utf8 else words.bad_reverse_path
        if given.size is not None and given.size > offer.max_message_bytes:
            return words.too_long  # RFC 1870, 6.1: before it is sent
        return None

    def _to(self, argument: str) -> Event | None:
        offer, words, mail = self.offer, self.offer.words, self._mail
        if mail is None or not allowed("RCPT", self.state):
            return self._refuse(words.bad_sequence)
        try:
            path, rest = grammar.read_path(argument, "TO:")
            given = grammar.read_recipient_parameters(
                rest, tolerant=offer.takes_unknown_parameters
            )
        except grammar.BadPath:
            path, given = "", None
        except grammar.BadParameter:
            return self._refuse(words.bad_parameter)
        if not path or given is None:
            return self._refuse(words.bad_forward_path)
        if not path.isascii() and not mail.parameters.utf8:
            return self._refuse(words.not_ascii if offer.utf8 else words.bad_forward_path)
        if len(self._recipients) >= offer.max_recipients:
            self._output += words.too_many_recipients.encode()
            return None  # RFC 5321, 4.5.3.1.10: no mistake, so it does not count as one
        return Recipient(mail.reverse_path, path, given)

    def _data(self, argument: str) -> Event | None:
        words = self.offer.words
        if argument:
            return self._refuse(words.bad_argument)
        if not allowed("DATA", self.state):
            return self._refuse(words.bad_sequence)
        self._content = ContentReader(self.offer.max_message_bytes)
        self.state = State.DATA
        self._output += words.start_data.encode()
        return None

    def _rset(self, _argument: str) -> Event | None:
        self._forget()
        self._output += self.offer.words.ok.encode()
        return None

    def _quit(self, _argument: str) -> Event | None:
        self._output += self.offer.words.bye.encode()
        self.state = State.CLOSED
        return None

    def _noop(self, _argument: str) -> Event | None:
        self._output += self.offer.words.ok.encode()
        return None

    def _vrfy(self, _argument: str) -> Event | None:
        self._output += self.offer.words.vrfy.encode()
        return None

    _COMMANDS: ClassVar[Mapping[str, Callable[["ServerMachine", str], Event | None]]] = {
        "EHLO": _ehlo,
        "HELO": _helo,
        "STARTTLS": _start_tls,
        "AUTH": _start_auth,
        "MAIL": _from,
        "RCPT": _to,
        "DATA": _data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "QUIT": _quit,
    }

    # Saying ----------------------------------------------------------------

    def _refuse(self, reply: Reply) -> Event | None:
        self._say(reply)
        return None

    def _say(self, reply: Reply) -> None:
        self._output += reply.encode()
        if reply.code == _CLOSING:  # RFC 5321, 3.8: 421 closes
            self.state = State.CLOSED
        elif not reply.positive:
            self._count_error()

    def _count_error(self) -> None:
        self.errors += 1
        if self.errors >= self.offer.max_errors:
            self._output += self.offer.words.too_many_errors.encode()
            self.state = State.CLOSED

    def _forget(self) -> None:
        self._mail, self._content = None, None
        self._recipients = []
        if self.state in {State.MAIL, State.RCPT, State.DATA}:
            self.state = State.READY


def _decoded(token: str, *, initial: bool) -> str:
    if token == "=" and initial:  # noqa: S105  RFC 4954, 4: an empty initial response
        return ""
    try:
        return base64.b64decode(token.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError(token) from error
