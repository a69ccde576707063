"""Where the relay stops taking mail, and the truthful reply it gives there."""

from dataclasses import dataclass

from sendas.smtp.server.offer import MEGABYTE
from sendas.smtp.server.reply import Fault, Reply


@dataclass(frozen=True, slots=True)
class Limits:
    """All in bytes, connections and seconds.

    *message_bytes*: SES takes 40 MB after base64 (SES guide, "Service quotas"); what goes
    to the API as raw mail is that size already.  *free_disk_bytes* must stay free.
    """

    message_bytes: int = 40 * MEGABYTE
    recipients: int = 1000
    connections: int = 2000
    connections_per_network: int = 200
    """Of one /24 or /48, not logged in; a network that is named or logged in has *connections*."""
    memory_bytes: int = 256 * MEGABYTE
    """Of all mails that are being received at one moment."""
    free_disk_bytes: int = 512 * MEGABYTE
    queue_mails: int = 1_000_000
    before_login_seconds: float = 60.0
    idle_seconds: float = 300.0
    """RFC 5321, 4.5.3.2.7: at least five minutes."""
    data_seconds: float = 600.0
    """For the whole of one mail's content, and so much more as its size needs."""
    slowest_bytes_per_second: int = 10_000


@dataclass(frozen=True, slots=True)
class Load:
    """How much is in use."""

    receiving_bytes: int
    free_disk_bytes: int
    queued_mails: int
    writable: bool = True
    """Whether the last write to the queue went well."""


def refused_for_load(limits: Limits, load: Load, announced_bytes: int) -> Reply | None:
    """The answer to MAIL FROM where there is no room for another mail of that size.

    RFC 3463: X.3.1, mail system full, X.3.0 for a system that cannot write.
    """
    if not load.writable:
        return _later("4.3.0", "The queue cannot be written to at the moment; try again later")
    if load.free_disk_bytes - announced_bytes < limits.free_disk_bytes:
        return _later("4.3.1", "Insufficient disk space for another mail; try again later")
    if load.queued_mails >= limits.queue_mails:
        return _later("4.3.1", "The queue is full; try again later")
    if load.receiving_bytes + announced_bytes > limits.memory_bytes:
        return _later("4.3.1", "Too much mail is being received at once; try again later")
    return None


def _later(status: str, text: str) -> Reply:
    return Reply(452, status, text, log=text, fault=Fault.SERVER)


def data_deadline(limits: Limits, taken_bytes: int) -> float:
    """Seconds that a client may take for content of which *taken_bytes* have come."""
    return limits.data_seconds / 10 + taken_bytes / limits.slowest_bytes_per_second
