"""Something behind the way out breaks: mail that was acknowledged goes out all the same.

None of these breaks is SES's: its answers stand in test_session.py and test_queued.py.
"""

import errno
import smtplib
import threading
import time

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from queue_world import new
from relay_world import ME, NOT_VERIFIED, Running, ScriptedSes, add_password

from sendas.errors import CouldNotLook
from sendas.journal.task import State
from sendas.relay import delivery, recording
from sendas.relay.decide.queued import Alarm
from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.service import Relay, Settings


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
    queue = relay.relay.queue
    monkeypatch.setattr(queue, "due", once(queue.due, CouldNotLook("disk I/O")))
    relay.wait(lambda: "queue-not-read" in relay.relay.alarms.lately())
    submit(relay)

    relay.wait(lambda: 1 == len(relay.ses.sent))
    assert not relay.relay.status().well


def test_an_account_that_makes_no_sense_stops_nothing(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch, ses: ScriptedSes
) -> None:
    """GetAccount answered with 200 and no JSON, as a captive portal does."""
    monkeypatch.setattr(ses, "account", once(ses.account, ValueError("Expecting value")))
    relay = start()
    relay.wait(lambda: "delivery-broke" in relay.relay.alarms.lately())
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
    relay.wait(lambda: "queue-not-read" in relay.relay.alarms.lately())
    relay.wait(lambda: 1 == relay.folder.counts().due)

    (item,) = relay.folder.items("1")
    assert (0, 1) == (item.task.unanswered, item.attempts)
    assert [] == relay.ses.asked


def test_a_call_that_breaks_is_an_answer_lost(relay: Running) -> None:
    """Nobody knows whether it went: due again once, never left in sending, and alarmed."""
    relay.ses.answers = [RuntimeError("a mistake of ours")]
    submit(relay)
    relay.wait(lambda: "delivery-broke" in relay.relay.alarms.lately())
    relay.wait(lambda: 1 == relay.folder.counts().due)

    (item,) = relay.folder.items("1")
    assert 1 == item.task.unanswered


def test_a_part_that_ends_by_a_mistake_is_not_well(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep that hangs up on slow clients breaks: /healthz says so, and the topic hears it."""

    def broken(_: object) -> None:
        raise RuntimeError

    relay = start()
    monkeypatch.setattr(Relay, "_measure", broken)
    relay.wait(lambda: "relay-broke" in relay.relay.alarms.lately())
    relay.wait(lambda: relay.ses.published)


def test_one_that_cannot_be_taken_up_stops_no_start(
    start: Callable[..., Running], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found in sending at the start, and its judgement breaks: the relay listens, others go."""
    add_password(settings.folder)
    with Folder(settings.folder) as folder:
        for number in (1, 2):
            one = new(number)
            items = [i._replace(task=i.task._replace(state=State.SENDING)) for i in one.items]
            folder.write(partial(rows.add_mail, mail=one.mail, items=items, content=b"x"))
    really = delivery.lost
    monkeypatch.setattr(delivery, "lost", once(really, ValueError("a mail of a later year")))
    relay = start()

    relay.wait(lambda: "delivery-broke" in relay.relay.alarms.lately())
    with relay.client():
        pass
    assert 1 == sum(in_sending(relay, number) for number in (1, 2))
    relay.call(relay.relay.delivery.recover)
    assert 0 == sum(in_sending(relay, number) for number in (1, 2))


def test_stopped_while_the_rate_has_no_room(
    start: Callable[..., Running], ses: ScriptedSes
) -> None:
    """What waits for its turn is not sent by a relay that goes down; it stays due."""
    ses.rate = 0.5
    relay = start()
    for _ in range(4):
        submit(relay)
    relay.wait(lambda: ses.sent)
    relay.call(relay.relay.stop)
    sent = len(ses.sent)
    time.sleep(3)

    assert sent == len(ses.sent)
    with Folder(relay.folder.path) as folder:
        assert 4 - sent == folder.counts().due
        assert 0 == folder.counts().sending


def in_sending(relay: Running, number: int) -> bool:
    """Whether the only task of the mail *number* is."""
    (item,) = relay.folder.of_mail(number)
    return item.task.state is State.SENDING


@pytest.mark.parametrize("breaks", ["after", "make_notice"])
def test_what_breaks_behind_an_answer_leaves_nothing_in_sending(
    relay: Running, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """SES answered, and a mistake of ours follows: the answer is written all the same."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError(breaks)

    monkeypatch.setattr(delivery if breaks == "after" else recording, breaks, broken)
    relay.ses.answers = [NOT_VERIFIED]
    submit(relay)
    relay.wait(relay.relay.alarms.lately)
    relay.wait(lambda: 0 == relay.folder.counts().sending)

    assert 1 == len(relay.ses.asked)
    counts = relay.folder.counts()
    assert 1 == (counts.due if breaks == "after" else counts.refused)


def test_an_answer_that_sqlite_cannot_hold(relay: Running) -> None:
    """SES's words are foreign: a lone surrogate, which JSON may carry, is written as it can be."""
    relay.ses.answers = [("MessageRejected", "a \ud800 sign", 400)]
    submit(relay)
    relay.wait(lambda: 0 == relay.folder.counts().sending)
    relay.wait(lambda: 1 == relay.folder.counts().refused)
    relay.wait(lambda: relay.ses.sent)

    assert b"Action: failed" in relay.ses.sent[0].content


def test_mail_that_nobody_has_in_hand_is_taken_up(relay: Running) -> None:
    """In sending though this relay does not send it: due again, without a restart."""
    one = new(1)
    items = [i._replace(task=i.task._replace(state=State.SENDING)) for i in one.items]
    relay.folder.write(partial(rows.add_mail, mail=one.mail, items=items, content=b"x"))
    relay.call(relay.relay.delivery.recover)

    (item,) = relay.folder.of_mail(1)
    assert (State.DUE, 1) == (item.task.state, item.task.unanswered)


def test_a_slow_topic_stops_nothing(relay: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """While SNS does not answer, mail goes out and slow clients are hung up on."""
    told, answered = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        told.set()
        assert answered.wait(20)

    monkeypatch.setattr(relay.relay.alarms, "_publish", slow)
    try:
        monkeypatch.setattr(FolderQueue, "writable", False)
        assert told.wait(10)
        with relay.raw() as slow_client:
            assert slow_client.recv(1000).startswith(b"220")
            relay.relay.loop.call_soon_threadsafe(overdue, relay)
            slow_client.settimeout(10)
            while slow_client.recv(1000):
                pass
        monkeypatch.undo()
        submit(relay)
        relay.wait(lambda: 1 == len(relay.ses.sent))
    finally:
        answered.set()


def overdue(relay: Running) -> None:
    """Every connection has been silent too long."""
    for one in relay.relay.sessions:
        one.deadline = 0.0  # type: ignore[attr-defined]  of a session


def test_an_alarm_that_was_not_told_is_told_later(
    relay: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topic failed once: the same trouble is not silent for a day."""
    publish = once(relay.ses.publish, RuntimeError("no route"))
    monkeypatch.setattr(relay.relay.alarms, "_publish", partial(publish, "arn"))

    async def trouble() -> None:
        relay.relay.alarms.tell(Alarm("x", "something"))

    relay.call(trouble)
    relay.wait(lambda: not relay.relay.alarms._telling)  # noqa: SLF001  told in the background
    relay.call(trouble)
    relay.call(trouble)
    relay.wait(lambda: relay.ses.published)

    assert 1 == len(relay.ses.published)


@pytest.mark.parametrize("taken", [True, False])
def test_a_disk_that_fails_behind_ses(
    start: Callable[..., Running],
    settings: Settings,
    ses: ScriptedSes,
    monkeypatch: pytest.MonkeyPatch,
    taken: bool,  # noqa: FBT001  a case
) -> None:
    """The client waits for SES: what SES took is 250, what it did not the client's, by 452."""
    add_password(settings.folder, after_ses=True)
    ses.answers = [] if taken else [("ServiceUnavailable", "", 503)]
    relay = start()
    failing = [NotWritten("disk I/O error")]
    really = relay.relay.queue.settle

    async def settle(*given: Any) -> bool:  # noqa: ANN401  handed on
        if failing:
            raise failing.pop()
        return await really(*given)

    monkeypatch.setattr(relay.relay.queue, "settle", settle)
    if taken:
        submit(relay)
        relay.wait(lambda: 1 == relay.folder.counts().done)
    else:
        with pytest.raises(smtplib.SMTPDataError, match="452"):
            submit(relay)
        relay.wait(lambda: [] == relay.folder.listed(9, ended=True))
    assert 1 == len(ses.asked)
