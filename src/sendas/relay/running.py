"""``sendas relay run``: one process in the foreground, until a signal ends it."""

import asyncio
import contextlib
import logging
import resource
import signal

from collections.abc import MutableMapping

from sendas.aws.submitting import Submitting
from sendas.relay.decide.metrics import Status
from sendas.relay.service import Relay, Settings
from sendas.relay.status_page import serve
from sendas.relay.supervisor import given_sockets, notify, watchdog_seconds


log = logging.getLogger(__name__)

_LEAST_FILES = 8192


def run(
    settings: Settings,
    ses: Submitting,
    environment: MutableMapping[str, str],
    status_at: tuple[str, int] | None,
) -> None:
    """Work until SIGTERM or SIGINT; SIGHUP reads the certificate again.

    Raises:
        UsageError: The settings cannot be used.
        OSError: A port cannot be opened.
    """
    _allow_files(settings)
    with new_runner() as runner:
        runner.run(_main(settings, ses, environment, status_at))


def new_runner() -> asyncio.Runner:
    """Make a runner with uvloop's loop where that is installed: the same, quicker."""
    try:
        import uvloop  # noqa: PLC0415  optional
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def _allow_files(settings: Settings) -> None:
    """A connection is a file; the soft limit is often 1,024."""
    wanted = max(_LEAST_FILES, settings.limits.connections * 2 + 256)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def _main(
    settings: Settings,
    ses: Submitting,
    environment: MutableMapping[str, str],
    status_at: tuple[str, int] | None,
) -> None:
    loop = asyncio.get_running_loop()
    relay = Relay(settings, ses)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await relay.start(given_sockets(environment))
    loop.add_signal_handler(
        signal.SIGHUP, lambda: relay.keep(loop.create_task(_reload(relay, environment)))
    )
    page = await serve(*status_at, relay.status) if status_at else None
    beat = loop.create_task(_heartbeat(environment))
    notify(environment, "READY=1", f"STATUS={_words(relay.status())}")
    try:
        await ended.wait()
    finally:
        notify(environment, "STOPPING=1")
        log.info("stopping")
        beat.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beat
        if page is not None:
            page.close()
        await relay.stop()
    log.info("stopped")


async def _reload(relay: Relay, environment: MutableMapping[str, str]) -> None:
    clock = int(asyncio.get_running_loop().time() * 1_000_000)
    notify(environment, "RELOADING=1", f"MONOTONIC_USEC={clock}")
    await relay.reload_certificate()
    notify(environment, "READY=1")


async def _heartbeat(environment: MutableMapping[str, str]) -> None:
    """A loop that hangs tells nothing, and systemd starts it again."""
    pause = watchdog_seconds(environment)
    while pause is not None:
        notify(environment, "WATCHDOG=1")
        await asyncio.sleep(pause)


def _words(status: Status) -> str:
    return f"{status.due} due, {status.held} held"
