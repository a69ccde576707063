"""The certificate: read from files, read again when they change, its end watched."""

import asyncio
import ssl

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sendas.errors import UsageError


class BadCertificate(UsageError):
    """The files hold no certificate and key that belong together."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where they lie: the whole chain, and the key; certbot's fullchain.pem and privkey.pem."""

    chain: Path
    key: Path

    def stamp(self) -> tuple[object, ...]:
        """Changes whenever one of them does."""
        return tuple(
            (found.st_mtime_ns, found.st_size, found.st_ino)
            for found in (self.chain.stat(), self.key.stat())
        )


def load_context(files: Files) -> ssl.SSLContext:
    """A server's context: TLS 1.2 and 1.3, Python's ciphers.

    Raises:
        BadCertificate: With which file, and what is wrong with it.
    """
    for path in (files.chain, files.key):
        try:
            path.read_bytes()
        except OSError as error:
            msg = f"the certificate's file {path} cannot be read: {error.strerror}"
            raise BadCertificate(msg) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.chain, files.key, password=_no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        msg = f"{files.chain} and {files.key} are no certificate with its key: {reason}"
        raise BadCertificate(msg) from error
    return context


def _no_password() -> str:
    msg = "the key has a passphrase; a service cannot type it"
    raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a client that trusts public authorities sees of a certificate."""

    trusted: bool
    why: str
    ends_at: datetime | None


async def look(context: ssl.SSLContext, host: str) -> Seen:
    """Shake hands with ourselves in memory, as Gmail will: name, chain and end are checked."""
    return await asyncio.to_thread(look_now, context, host)


def look_now(context: ssl.SSLContext, host: str) -> Seen:
    """`look`, in the present thread."""
    strict = ssl.create_default_context()
    why, certificate = _shake(context, strict, host)
    if certificate:
        return Seen(trusted=True, why="", ends_at=_end_of(certificate))
    return Seen(trusted=False, why=why, ends_at=None)


def _shake(
    server: ssl.SSLContext, client: ssl.SSLContext, host: str
) -> tuple[str, dict[str, object]]:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(10):
        done = 0
        for side in (theirs, ours):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message, {}
            except ssl.SSLError as error:
                return str(error.reason), {}
        if done == 2:  # noqa: PLR2004  both
            return "", dict(theirs.getpeercert() or {})
    return "the handshake did not end", {}


def _end_of(certificate: dict[str, object]) -> datetime | None:
    end = certificate.get("notAfter")
    return (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)
        if isinstance(end, str)
        else None
    )
