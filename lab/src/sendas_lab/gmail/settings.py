"""Gmail as a client of the server that a "Send mail as" address names.

Texts: those of bounces and dialogs seen in the wild (FACTS 5.1, 5.3) where
there are any; docs/lab-world.md says which are inferred.
"""

import ssl

from collections.abc import Callable
from dataclasses import dataclass

from sendas.errors import SendasError
from sendas.smtp.connection import capabilities
from sendas_lab.gmail.gmail_account import SendAs, TlsMode
from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.network import Network
from sendas_lab.smtp.client import Client, CouldNotTalk, TlsRefused


MISMATCH = "TLS Negotiation failed, the certificate doesn't match the host."
TLS_FAILED = "TLS Negotiation failed."
NO_AUTH = "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability"
UNREACHABLE = "Couldn't reach server"
HELO = "mail-sor-f41.google.com"


class DialogError(SendasError):
    """The dialog stays open with this text under its fields; nothing was created.

    *response* is what the server said, or what Gmail calls the failure.
    """

    def __init__(self, text: str, response: str) -> None:
        super().__init__(text)
        self.response = response


@dataclass(frozen=True, slots=True)
class Failed:
    """How far Gmail came, and what it shows after "The response was:"."""

    response: str
    at_login: bool = False
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Submitter:
    """Dials the servers of "Send mail as" settings, from one of Google's addresses."""

    network: Network
    source: str
    tls_context: Callable[[], ssl.SSLContext]

    def try_login(self, settings: SendAs) -> Failed | None:
        """Connect, shake hands, log in, hang up: what the dialog does before it creates."""
        return self._with(settings, lambda _client: None)

    def submit(self, settings: SendAs, envelope: Envelope, content: bytes) -> Failed | None:
        """Send one mail with the stored settings."""
        return self._with(settings, lambda client: _transfer(client, envelope, content))

    def _with(self, settings: SendAs, then: Callable[[Client], Failed | None]) -> Failed | None:
        try:
            client = Client(self.network, settings.host, settings.port, self.source)
        except CouldNotTalk:
            return Failed(UNREACHABLE, reached=False)
        try:
            return self._log_in(client, settings) or then(client)
        except TlsRefused as refused:
            return Failed(MISMATCH if refused.mismatch else TLS_FAILED)
        except CouldNotTalk as error:
            return Failed(str(error), reached=False)
        finally:
            client.quit()

    def _log_in(self, client: Client, settings: SendAs) -> Failed | None:
        context = self.tls_context()
        if settings.tls is TlsMode.SSL:
            client.start_tls(context)
        greeting = client.reply()
        hello = client.say(f"EHLO {HELO}") if greeting.accepted else greeting
        if not hello.accepted:
            return _said(hello)
        if settings.tls is TlsMode.TLS:
            answer = client.say("STARTTLS")
            if not answer.accepted:
                return Failed(TLS_FAILED)
            client.start_tls(context)
            hello = client.say(f"EHLO {HELO}")
        if "AUTH" not in capabilities(hello.text.split("\n")):
            return Failed(NO_AUTH)
        answer = client.plain(settings.username, settings.password)
        return None if answer.accepted else _said(answer, at_login=True)


def _transfer(client: Client, envelope: Envelope, content: bytes) -> Failed | None:
    answer = client.say(f"MAIL FROM:<{envelope.reverse_path}>")
    for forward_path in envelope.forward_paths:
        if not answer.accepted:
            return _said(answer)
        answer = client.say(f"RCPT TO:<{forward_path}>")
    if answer.accepted:
        answer = client.data(content)
    return None if answer.accepted else _said(answer)


def _said(answer: SmtpReply, *, at_login: bool = False) -> Failed:
    return Failed(str(answer).replace("\n", " "), at_login=at_login)


def dialog_text(failed: Failed) -> str:
    """What the dialog shows; the wording is loose, its parts are what people report."""
    if failed.at_login:
        return (
            "Authentication failed. Please check your username/password.  "
            f'Server returned error: "{failed.response}, code: {failed.response[:3]}"'
        )
    if not failed.reached:
        return "Couldn't reach server. Please double-check your server name and port number."
    return f"{failed.response}, code: 0"
