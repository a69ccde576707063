"""Something behind the way out breaks: mail that was acknowledged goes out all the same.

None of these breaks is SES's: its answers stand in test_session.py and test_queued.py.
"""

import errno

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relay_world import ME, Running, ScriptedSes

from sendas.errors import CouldNotLook
from sendas.relay.service import Relay


TO = "you@example.net"


def submit(relay: Running, size: int = 10) -> None:
    """One mail of *size* bytes, acknowledged."""
    with relay.client() as client:
        lines = f"{'x' * 70}\r\n" * (size // 70 + 1)
        client.sendmail(ME, [TO], f"From: {ME}\r\nSubject: x\r\n\r\n{lines}")


def once(really: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    """*really*, but for the first call, which raises *error*."""
    left = [error]

    def broken(*given: object) -> object:
        if left:
            raise left.pop()
        return really(*given)

    return broken


def test_a_queue_that_could_not_be_read_is_read_again(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that fails once (sqlite's "disk I/O error") stops nothing, and the owner hears it."""
    store = relay.relay.store
    monkeypatch.setattr(store, "senders_due", once(store.senders_due, CouldNotLook("disk I/O")))
    relay.wait(lambda: "queue-not-read" in relay.relay.troubles())
    submit(relay)

    relay.wait(lambda: 1 == len(relay.ses.sent))
    assert not relay.relay.status().well


def test_an_account_that_makes_no_sense_stops_nothing(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch, ses: ScriptedSes
) -> None:
    """GetAccount answered with 200 and no JSON, as a captive portal does."""
    monkeypatch.setattr(ses, "account", once(ses.account, ValueError("Expecting value")))
    relay = start()
    relay.wait(lambda: "delivery-broke" in relay.relay.troubles())
    submit(relay)

    relay.wait(lambda: 1 == len(relay.ses.sent))


def test_content_that_cannot_be_read_is_tried_again(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EIO or EMFILE at the spool's file: certainly not sent, so it is due again, and alarmed."""
    really = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path.suffix == ".eml":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return really(path)

    monkeypatch.setattr(Path, "read_bytes", failing)
    submit(relay, 400_000)
    relay.wait(lambda: "queue-not-read" in relay.relay.troubles())
    relay.wait(lambda: 1 == relay.relay.store.counts().due)

    (item,) = relay.relay.store.items("1")
    assert (0, 1) == (item.task.unanswered, item.attempts)
    assert [] == relay.ses.asked


def test_a_call_that_breaks_is_an_answer_lost(relay: Running) -> None:
    """Nobody knows whether it went: due again once, never left in sending, and alarmed."""
    relay.ses.answers = [RuntimeError("a mistake of ours")]
    submit(relay)
    relay.wait(lambda: "delivery-broke" in relay.relay.troubles())
    relay.wait(lambda: 1 == relay.relay.store.counts().due)

    (item,) = relay.relay.store.items("1")
    assert 1 == item.task.unanswered


def test_a_part_that_ends_by_a_mistake_is_not_well(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep that hangs up on slow clients breaks: /healthz says so, and the topic hears it."""

    def broken(_: object) -> None:
        raise RuntimeError

    relay = start()
    monkeypatch.setattr(Relay, "_measure", broken)
    relay.wait(lambda: "relay-broke" in relay.relay.troubles())
    relay.wait(lambda: relay.ses.published)
