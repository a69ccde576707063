"""The server's side of one SMTP dialogue (RFC 5321, with RFC 3207 and RFC 4954)."""

import base64
import binascii
import contextlib
import re
import ssl

from collections.abc import Callable

from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.smtp.channel import Channel, Gone, LineTooLong
from sendas_lab.smtp.conversation import Conversation, Visit


_PATH = re.compile(r"\s*(?:<(?P<angle>[^<>]*)>|(?P<bare>[^\s<>]+))(?:\s+.*)?", re.DOTALL)
_ROUTE = re.compile(r"@[^:]*:")
"""RFC 5321, 4.1.1.3: a source route is accepted and ignored."""
_ERRORS_ALLOWED = 20
_CANCEL = SmtpReply(501, "5.7.0 Authentication cancelled")
_TLS_FAILED = SmtpReply(454, "4.7.0 TLS not available")


class Session:
    """Runs the dialogue until the client quits, vanishes or bores us."""

    def __init__(
        self,
        channel: Channel,
        conversation: Conversation,
        tls_context: Callable[[], ssl.SSLContext],
    ) -> None:
        self._channel = channel
        self._talk = conversation
        self._tls_context = tls_context
        self._words = conversation.manner.words
        self._authenticated = False
        self._reverse_path: str | None = None
        self._forward_paths: list[str] = []
        self._errors = 0

    @property
    def _visit(self) -> Visit:
        return self._talk.visit

    def run(self) -> None:
        """Talk to the end; the caller closes the channel."""
        with contextlib.suppress(Gone, OSError):
            try:
                greeting = self._talk.greeting()
                self._channel.reply(greeting)
                while greeting.accepted and self._errors < _ERRORS_ALLOWED and self._step():
                    pass
            except TimeoutError:
                self._channel.reply(self._words.idle)

    def _step(self) -> bool:
        """One command; False ends the session."""
        try:
            line = self._channel.line()
        except LineTooLong:
            self._say(SmtpReply(500, "5.5.2 Line too long"))
            return True
        verb, _, argument = line.partition(" ")
        command = self._commands().get(verb.upper())
        if verb.upper() == "QUIT":
            self._say(self._words.bye)
            return False
        if command is None:
            self._say(self._words.bad_command)
            return True
        answer = command(argument.strip())
        if answer is not None:
            self._say(answer)
        return answer is None or answer.code != 421  # noqa: PLR2004  RFC 5321, 3.8: 421 closes

    def _commands(self) -> dict[str, Callable[[str], SmtpReply | None]]:
        return {
            "EHLO": lambda name: self._hello(name, extended=True),
            "HELO": lambda name: self._hello(name, extended=False),
            "STARTTLS": self._start_tls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _: self._words.ok,
            "VRFY": lambda _: SmtpReply(252, "2.1.5 Send some mail, I'll try my best"),
        }

    def _say(self, answer: SmtpReply) -> None:
        self._errors += not (answer.accepted or answer.code == self._words.start_data.code)
        self._channel.reply(answer)

    def _hello(self, name: str, *, extended: bool) -> SmtpReply:
        if not name:
            return self._words.bad_argument
        self._visit.helo = name
        self._forget()
        lines = self._talk.manner.hello(extended=extended, tls=self._visit.tls)
        return SmtpReply(250, "\n".join(lines))

    def _start_tls(self, argument: str) -> SmtpReply | None:
        if argument or not self._talk.manner.offers_tls:
            return self._words.bad_argument if argument else self._words.bad_command
        if self._visit.tls:
            return self._words.bad_sequence
        self._say(self._words.start_tls)
        try:
            self._channel.start_tls(self._tls_context())
        except ssl.SSLError as error:  # the client dislikes the certificate, or talks no TLS
            raise Gone from error
        # RFC 3207, 4.2: the server forgets what it learnt before.
        self._visit.tls = True
        self._visit.helo = ""
        self._authenticated = False
        self._forget()
        return None

    def _auth(self, argument: str) -> SmtpReply:
        mechanism, _, initial = argument.partition(" ")
        if too_early := self._no_auth_yet(mechanism.upper()):
            return too_early
        exchange = self._plain if mechanism.upper() == "PLAIN" else self._login
        try:
            username, password = exchange(initial.strip())
        except _Cancelled:
            return _CANCEL
        except ValueError:
            return self._words.bad_auth
        answer = self._talk.login(username, password)
        self._authenticated = answer.accepted
        return answer

    def _no_auth_yet(self, mechanism: str) -> SmtpReply | None:
        manner = self._talk.manner
        if manner.needs_tls and not self._visit.tls:
            return self._words.need_tls
        if not manner.mechanisms:
            return self._words.bad_command
        if not self._visit.helo:
            return self._words.need_hello
        if self._authenticated:
            return self._words.bad_sequence
        return None if mechanism in manner.mechanisms else self._words.unknown_mechanism

    def _plain(self, initial: str) -> tuple[str, str]:
        token = initial or self._ask(self._words.plain_prompt)
        # RFC 4616, 2: authorization identity, NUL, user name, NUL, password.
        _, username, password = _decoded(token).split("\0")
        return username, password

    def _login(self, initial: str) -> tuple[str, str]:
        username = _decoded(initial or self._ask("VXNlcm5hbWU6"))
        return username, _decoded(self._ask("UGFzc3dvcmQ6"))

    def _ask(self, prompt: str) -> str:
        self._channel.reply(SmtpReply(334, prompt))
        answer = self._channel.line()
        if answer == "*":  # RFC 4954, 4: the client cancels
            raise _Cancelled
        return answer

    def _mail(self, argument: str) -> SmtpReply:
        manner = self._talk.manner
        if manner.needs_tls and not self._visit.tls:
            return self._words.need_tls
        if manner.needs_auth and not self._authenticated:
            return self._words.need_auth
        if not self._visit.helo:
            return self._words.need_hello
        if self._reverse_path is not None:
            return self._words.bad_sequence
        path = _path(argument, "FROM:")
        if path is None:
            return self._words.bad_reverse_path
        answer = self._talk.mail(path)
        if answer.accepted:
            self._reverse_path = path
        return answer

    def _rcpt(self, argument: str) -> SmtpReply:
        if self._reverse_path is None:
            return self._words.bad_sequence
        path = _path(argument, "TO:")
        if not path:
            return self._words.bad_forward_path
        answer = self._talk.recipient(self._reverse_path, path)
        if answer.accepted:
            self._forward_paths.append(path)
        return answer

    def _data(self, argument: str) -> SmtpReply:
        if argument:
            return self._words.bad_argument
        if self._reverse_path is None or not self._forward_paths:
            return self._words.bad_sequence
        self._say(self._words.start_data)
        content = self._channel.content(self._talk.manner.max_bytes)
        envelope = Envelope(self._reverse_path, tuple(self._forward_paths))
        self._forget()
        if content is None:
            return self._words.too_long
        return self._talk.message(envelope, content)

    def _rset(self, _argument: str) -> SmtpReply:
        self._forget()
        return self._words.ok

    def _forget(self) -> None:
        self._reverse_path = None
        self._forward_paths = []


class _Cancelled(Exception):
    pass


def _decoded(token: str) -> str:
    if token == "=":  # noqa: S105  RFC 4954, 4: an empty initial response
        return ""
    try:
        return base64.b64decode(token.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError) as error:
        raise ValueError(token) from error


def _path(argument: str, keyword: str) -> str | None:
    """The address in ``FROM:<a@b> SIZE=1``; empty for ``<>``, None when there is none."""
    if not argument.upper().startswith(keyword):
        return None
    found = _PATH.fullmatch(argument[len(keyword) :])
    if found is None:
        return None
    return _ROUTE.sub("", found["angle"] if found["angle"] is not None else found["bare"]).strip()
