"""The shell around one SMTP dialogue: bytes from and to a socket, decisions by a conversation."""

import contextlib
import ssl

from collections.abc import Callable

from sendas.smtp.server.events import (
    Closed,
    Hello,
    Login,
    Mail,
    Message,
    Recipient,
    StartTls,
)
from sendas.smtp.server.machine import ServerMachine
from sendas.smtp.server.reply import Reply
from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.smtp.channel import Channel, Gone
from sendas_lab.smtp.conversation import Conversation


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
        self._machine = ServerMachine(conversation.profile.offer, tls=conversation.visit.tls)

    def run(self) -> None:
        """Talk to the end; the caller closes the channel."""
        machine, channel = self._machine, self._channel
        with contextlib.suppress(Gone, OSError):
            try:
                machine.open(_reply(self._talk.greeting()))
                while self._events():
                    channel.send(machine.output())
                    machine.receive(channel.receive())
            except TimeoutError:
                machine.close(self._talk.profile.idle)
            channel.send(machine.output())

    def _events(self) -> bool:
        """Decide all that the client did so far; False once the dialogue is over."""
        while (event := self._machine.next_event()) is not None:
            match event:
                case Closed():
                    return False
                case Hello(name=name):
                    self._talk.visit.helo = name
                case StartTls():
                    self._start_tls()
                case Login() | Mail() | Recipient() | Message():
                    self._machine.answer(_reply(self._decide(event)))
        return True

    def _decide(self, event: Login | Mail | Recipient | Message) -> SmtpReply:
        talk = self._talk
        match event:
            case Login(username=username, password=password):
                return talk.login(username, password)
            case Mail(reverse_path=reverse_path):
                return talk.mail(reverse_path)
            case Recipient(reverse_path=reverse_path, forward_path=forward_path):
                return talk.recipient(reverse_path, forward_path)
            case Message(mail=mail, recipients=recipients, content=content):
                paths = tuple(recipient.forward_path for recipient in recipients)
                return talk.message(Envelope(mail.reverse_path, paths), content)

    def _start_tls(self) -> None:
        machine = self._machine
        machine.answer(machine.offer.words.start_tls)
        self._channel.send(machine.output())
        try:
            self._channel.start_tls(self._tls_context())
        except ssl.SSLError as error:  # the client dislikes the certificate, or talks no TLS
            raise Gone from error
        machine.tls_started()
        self._talk.visit.tls = True
        self._talk.visit.helo = ""


def _reply(answer: SmtpReply) -> Reply:
    return Reply(answer.code, "", answer.text)
