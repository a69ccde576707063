"""What a proof reaches the world through, and how the doors open by default."""

import ssl
import time

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sendas.credentials.doors import Dial, Timing, real_dial, real_timing
from sendas.dialmap import load_dial_map
from sendas.outcome import Seen
from sendas.ses.regions import Region
from sendas.ses.road import Queue
from sendas.smtp.dialogue import hand_over
from sendas.smtp.probe import Probe
from sendas.smtp.session import TestMessage


if TYPE_CHECKING:
    from sendas.aws.mail_objects import MailObject


class Aws(Protocol):
    """What is asked and done at AWS, in one Region; changes raise NotDone."""

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> "Seen[tuple[MailObject, ...]]":
        """What was stored since, newest first."""

    def read_mail(self, mail: "MailObject", max_bytes: int) -> Seen[bytes | None]:
        """Its first bytes."""

    def read(self, bucket: str, key: str) -> Seen[bytes | None]:
        """An object; None if there is none."""

    def keys(self, bucket: str, prefix: str) -> Seen[tuple[str, ...]]:
        """The keys that begin so."""

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object."""

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; one that is gone is as good."""

    def queue(self, arn: str) -> Seen[Queue]:
        """A queue, and what waits in it."""

    def send(self, sender: str, to: str, content: bytes) -> str:
        """Send by SES's API; its message id."""


class HandOver(Protocol):
    """Hands a mail to a mail exchanger, as any sender's server does."""

    def __call__(self, host: str, message: TestMessage) -> Probe:
        """What happened."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The world."""

    aws: Callable[[Region], Aws]
    hand_over: HandOver
    dial: Dial
    timing: Timing


def real_doors(environment: Mapping[str, str], profile: str | None, domain: str) -> Doors:
    """The world, or the lab that *environment* leads to; *domain* is what we say we are.

    Raises:
        UsageError: No such AWS profile, or SENDAS_DIALMAP names no dial map.
    """
    from sendas.aws.proof_gateways import ProofGateways  # noqa: PLC0415  botocore: only who asks
    from sendas.aws.session import open_session  # noqa: PLC0415  the same

    session = open_session(profile, environment)
    dial_map = load_dial_map(environment)

    def call(host: str, message: TestMessage) -> Probe:
        return hand_over(
            host,
            message,
            tls=opportunistic(),
            clock=time.monotonic,
            dial_map=dial_map,
            ehlo=domain,
        )

    return Doors(
        lambda region: ProofGateways(session, region), call, real_dial(environment), real_timing()
    )


def opportunistic() -> ssl.SSLContext:
    """TLS as one server gives it another: whatever the certificate says (RFC 7435, 3)."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
