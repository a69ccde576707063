"""What the Gmail journey needs of the world, so that a test or the lab can stand for it."""

import ssl
import time

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from sendas.aws.secret import Secret, StagedSecret
from sendas.dialmap import load_dial_map
from sendas.iam.keys import AccessKey
from sendas.iam.lacking import Needs
from sendas.iam.policy import PolicyDocument
from sendas.outcome import Seen
from sendas.ses.events import SesEvent
from sendas.ses.identity import Identity
from sendas.ses.receiving import RuleSet
from sendas.smtp.dialogue import dial
from sendas.smtp.probe import Probe
from sendas.smtp.session import Credential, TestMessage
from sendas.smtp.verdict import IMPLICIT_TLS_PORTS
from sendas.stages import Stage


if TYPE_CHECKING:
    from sendas.aws.key_writes import NewKey
    from sendas.aws.mail_objects import MailObject


class Account(Protocol):
    """One AWS account.  Questions give Seen; what changes something raises NotDone."""

    def account_id(self) -> Seen[str]:
        """Its number."""

    def lacking(self, needs: Needs) -> Seen[tuple[str, ...]]:
        """Which of the needed actions the caller is known to lack."""

    def identity(self, name: str) -> Seen[Identity | None]:
        """A domain in SES."""

    def user_exists(self, user: str) -> Seen[bool]:
        """Whether IAM has the user."""

    def create_user(self, user: str, tags: Mapping[str, str], boundary: str = "") -> None:
        """Make the user, bounded by the policy *boundary* if one is named."""

    def policies_of(self, user: str) -> Seen[tuple[PolicyDocument, ...]]:
        """Every document that binds the user."""

    def put_policy(self, user: str, name: str, document: str) -> None:
        """Give the user an inline policy."""

    def keys_of(self, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys."""

    def create_key(self, user: str) -> "NewKey":
        """Make a key; not repeatable."""

    def owner_of(self, key_id: str) -> Seen[str | None]:
        """The user whose key it is."""

    def set_key_active(self, user: str, key_id: str, *, active: bool) -> None:
        """Make a key active or inactive."""

    def delete_key(self, user: str, key_id: str) -> None:
        """Delete a key."""

    def secret(self, name: str) -> Seen[Secret | None]:
        """A secret with its value."""

    def create_secret(self, name: str, description: str, tags: Mapping[str, str]) -> None:
        """Make it, empty."""

    def restore_secret(self, name: str) -> None:
        """Take its deletion back."""

    def put_secret(self, name: str, text: str, token: str) -> None:
        """Give it a value."""

    def staged_secret(self, name: str) -> Seen[StagedSecret | None]:
        """A secret with the version of each stage."""

    def stage_secret(self, name: str, text: str, token: str, stage: Stage) -> bool:
        """Add a version; False if the token was taken by another text."""

    def move_stage(self, name: str, stage: Stage, from_id: str, to_id: str) -> None:
        """Move a label between versions."""

    def tag_secret(self, name: str, key: str, value: str) -> None:
        """Put a tag on it."""

    def untag_secret(self, name: str, key: str) -> None:
        """Take a tag off it."""


class Mails(Protocol):
    """Received mail."""

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> "Seen[tuple[MailObject, ...]]":
        """What was stored since, newest first."""

    def read_mail(self, mail: "MailObject", max_bytes: int) -> Seen[bytes | None]:
        """Its first bytes."""


class Post(Mails, Protocol):
    """Received mail, and what SES remembers of sent mail."""

    def active_rule_set(self) -> Seen[RuleSet | None]:
        """The receipt rules in force."""

    def keys_of(self, user: str) -> Seen[tuple[AccessKey, ...]]:
        """The user's keys, with their last use."""

    def sent_message(self, message_id: str) -> Seen[SesEvent | None]:
        """What SES remembers of a mail it sent."""


class OwnPost(Post, Protocol):
    """The same, of which our own mails can be deleted."""

    def delete_mail(self, mail: "MailObject") -> None:
        """Delete a stored mail."""


class Dial(Protocol):
    """Logs in to an SMTP server on a new connection; sends *send*, and nothing without it."""

    def __call__(
        self, host: str, port: int, credential: Credential, send: TestMessage | None = None
    ) -> Probe:
        """What happened."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The clock, and how to wait."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def real_timing() -> Timing:
    """The machine's."""
    return Timing(lambda: datetime.now(UTC), time.sleep)  # noqa: TID251  where time comes in


def real_dial(environment: Mapping[str, str]) -> Dial:
    """The world's servers, or the lab's where *environment* leads there.

    Raises:
        BadDialMap: SENDAS_DIALMAP names what is no dial map.
    """
    dial_map = load_dial_map(environment)

    def call(
        host: str, port: int, credential: Credential, send: TestMessage | None = None
    ) -> Probe:
        return dial(
            host,
            port,
            implicit_tls=port in IMPLICIT_TLS_PORTS,
            tls=ssl.create_default_context(),
            clock=time.monotonic,
            credential=credential,
            dial_map=dial_map,
            send=send,
        )

    return call
