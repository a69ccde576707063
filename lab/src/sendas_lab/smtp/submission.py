"""SES's SMTP endpoint, one per Region, in SES's own words.

Sources: SES guide, "Using the SMTP interface" and "SMTP response codes";
transcripts in the wild for the answers to EHLO, AUTH and STARTTLS (FACTS 3).
"""

import secrets
import threading

from collections.abc import Callable
from typing import Protocol

from sendas.ses.regions import Region
from sendas.smtp.server.offer import Offer, Words
from sendas.smtp.server.reply import Reply
from sendas_lab.mail import Envelope, SmtpReply
from sendas_lab.ses.ports import Principal
from sendas_lab.ses.replies import AUTHENTICATED, accepted_reply, smtp_reply
from sendas_lab.ses.submission import Accepted, Api, LoginRefused, Refused, Submission
from sendas_lab.smtp.conversation import Conversation, Visit
from sendas_lab.smtp.profile import Profile, said


STARTTLS_PORTS = (587, 25, 2587)
IMPLICIT_TLS_PORTS = (465, 2465)
"""SES guide, "Connecting to an SMTP endpoint"."""

_CALLS_ITSELF = "email-smtp.amazonaws.com"
"""The same in every Region, whatever name was dialled."""

_WORDS = Words(
    ok=Reply(250, "", "Ok"),
    bye=Reply(221, "", "Bye"),
    start_tls=Reply(220, "", "Ready to start TLS"),
    need_tls=Reply(530, "", "Must issue a STARTTLS command first"),
    need_auth=Reply(530, "", "Authentication required"),
    need_hello=Reply(503, "", "Error: send EHLO first"),
    bad_sequence=Reply(503, "", "Bad sequence of commands"),
    bad_command=Reply(500, "", "Error: command not implemented"),
    bad_argument=Reply(501, "", "Syntax error in parameters or arguments"),
    bad_reverse_path=Reply(501, "", "Invalid MAIL FROM address provided"),
    bad_forward_path=Reply(501, "", "Invalid RCPT TO address provided"),
    bad_auth=Reply(501, "", "Invalid authentication data"),
    unknown_mechanism=Reply(504, "", "Unrecognized authentication type"),
    too_long=Reply(552, "", "Message is too long."),
    plain_prompt="Ok",
)

SES_PROFILE = Profile(
    Offer(
        host=_CALLS_ITSELF,
        keywords=("8BITMIME",),
        last_line="Ok",
        mechanisms=("PLAIN", "LOGIN"),
        needs_tls=True,
        needs_auth=True,
        hides_auth=False,
        announces_size=False,
        takes_unknown_parameters=True,
        words=_WORDS,
    ),
    idle_seconds=10.0,
    idle=Reply(451, "4.4.2", "Timeout waiting for data from client."),
)


class Sending(Protocol):
    """SES, as its SMTP endpoint uses it."""

    def login(self, region: str, username: str, password: str) -> Principal | LoginRefused:
        """Check AUTH: an access key's id, and the password derived from its secret."""

    def submit(self, submission: Submission) -> Accepted | Refused:
        """Take one message, or say why not."""


class Load:
    """How many connections one Region's endpoint takes at once; None is no limit."""

    def __init__(self) -> None:
        self.limit: int | None = None
        self._lock = threading.Lock()
        self._open = 0

    def enter(self) -> bool:
        """Take a place; False when there is none."""
        with self._lock:
            if self.limit is not None and self._open >= self.limit:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._open -= 1


class SubmissionConversation(Conversation):
    """One client of SES SMTP."""

    profile = SES_PROFILE

    def __init__(self, visit: Visit, region: Region, ses: Sending, load: Load) -> None:
        super().__init__(visit)
        self._region = region
        self._ses = ses
        self._load = load
        self._inside = False
        self._principal: Principal | None = None

    def greeting(self) -> SmtpReply:
        """SES's banner, or its refusal of one connection too many."""
        self._inside = self._load.enter()
        if not self._inside:
            return SmtpReply(421, "Too many concurrent SMTP connections")
        letters = secrets.token_urlsafe(15)
        host_id = secrets.token_hex(5).upper()[:9]
        return SmtpReply(220, f"{_CALLS_ITSELF} ESMTP SimpleEmailService-d-{host_id} {letters}")

    def close(self) -> None:
        """Give back the connection's place."""
        if self._inside:
            self._inside = False
            self._load.leave()

    def login(self, username: str, password: str) -> SmtpReply:
        """235, or 535 in the words that fit the reason."""
        answer = self._ses.login(self._region, username, password)
        if isinstance(answer, LoginRefused):
            return SmtpReply(answer.code, answer.reply_text)
        self._principal = answer
        return AUTHENTICATED

    def mail(self, reverse_path: str) -> SmtpReply:
        """SES takes no null reverse-path (docker-mailserver#2403, a transcript)."""
        return said(_WORDS.ok if _is_address(reverse_path) else _WORDS.bad_reverse_path)

    def recipient(self, reverse_path: str, forward_path: str) -> SmtpReply:  # noqa: ARG002  a hook
        """Only the form is looked at; everything else is decided after DATA."""
        return said(_WORDS.ok if _is_address(forward_path) else _WORDS.bad_forward_path)

    def message(self, envelope: Envelope, content: bytes) -> SmtpReply:
        """Hand it to SES."""
        if self._principal is None:
            return said(_WORDS.need_auth)
        answer = self._ses.submit(
            Submission(
                region=self._region,
                principal=self._principal,
                api=Api.SMTP,
                reverse_path=envelope.reverse_path,
                destinations=envelope.forward_paths,
                content=content,
                source_ip=self.visit.source_ip,
                secure=self.visit.tls,
            )
        )
        return (
            smtp_reply(answer)
            if isinstance(answer, Refused)
            else accepted_reply(answer.message_id)
        )


def submission_opening(
    region: Region, ses: Sending, load: Load
) -> Callable[[Visit], SubmissionConversation]:
    """What a listener of *region*'s endpoint needs."""
    return lambda visit: SubmissionConversation(visit, region, ses, load)


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and text.isascii() and " " not in text
