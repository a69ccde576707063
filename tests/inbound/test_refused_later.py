"""A bounce that comes back after SES took the copy is joined to the mail it was made of.

The report is as SES mails one: RFC 3464, with the header of the copy that was refused; the
refusal's words are Gmail's (support.google.com/a/answer/3726730).
"""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sendas_lab.mail import Envelope, Transmission
from sendas_lab.others import ORDINARY_ADDRESS, ORDINARY_HOST

from sendas.inbound.refused_later import read_refusal
from sendas.inbound.work import Worker
from sendas.journal.record import with_task
from sendas.journal.task import Task, answer_lost, begun, done, merged, refused


TARGET, FORWARDING = "owner@gmail.com", "forwarded@example.com"
REFUSED = (
    "smtp; 550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail "
    "requires all senders to authenticate with either SPF or DKIM. - gsmtp"
)


def report(
    copy: bytes, target: str = TARGET, said: str = REFUSED, action: str = "failed"
) -> bytes:
    """The report that *target* refused *copy*."""
    head = copy.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return (
        b"From: MAILER-DAEMON@amazonses.com\nTo: forwarded@example.com\n"
        b"Subject: Delivery Status Notification (Failure)\nMIME-Version: 1.0\n"
        b"Date: Thu, 01 Jan 2026 00:00:00 +0000\nAuto-Submitted: auto-replied\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nAn error occurred while trying to deliver the mail.\n"
        b"--b\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; a8-1.smtp-out.amazonses.com\n\n"
        + f"Final-Recipient: rfc822; {target}\nAction: {action}\nStatus: 5.7.26\n"
        f"Remote-MTA: dns; gmail-smtp-in.l.google.com\nDiagnostic-Code: {said}\n\n".encode()
        + b"--b\nContent-Type: text/rfc822-headers\n\n"
        + head
        + b"\n\n--b--\n"
    ).replace(b"\n", b"\r\n")


def come_back(house: Any, content: bytes) -> None:
    """A report is delivered to the forwarding address, with the null reverse-path."""
    envelope = Envelope("", (FORWARDING,))
    house.scene.lab.bring(Transmission(envelope, content, ORDINARY_ADDRESS, ORDINARY_HOST))
    house.scene.lab.settle()


def forwarded(house: Any, context: Any) -> tuple[str, bytes]:
    """A mail comes in and is forwarded: its id, and the copy."""
    house.write(subject="Lunch")
    house.function().handle(house.event(), context)
    (key,) = house.keys("sendas/state/")
    (copy,) = house.inbox()
    return key.rpartition("/")[2].removesuffix(".json"), copy


def record(house: Any, mail_id: str) -> Any:
    """The record of one mail."""
    key = f"sendas/state/{mail_id}.json"
    got = house.scene.call("s3", "GetObject", Bucket=house.scene.bucket, Key=key)
    return json.loads(got["Body"].read())


def forward_of(known: Any) -> Any:
    """The task that forwarded it."""
    return next(task for task in known["tasks"] if task["kind"] == "forward")


def test_the_mail_knows_that_its_target_refused_it(house: Any, context: Any) -> None:
    """Its record says so and why; the owner is told, with the way to deliver it again."""
    mail_id, copy = forwarded(house, context)

    come_back(house, report(copy))
    house.function().handle(house.event(), context)

    task = forward_of(record(house, mail_id))
    assert "refused" == task["state"]
    assert task["answer"].startswith(
        "forwarded, then refused by Gmail: auth-failure (550 5.7.26), because: "
    )
    (letter,) = house.letters()
    assert "Lunch" in letter
    assert "then refused by Gmail" in letter.replace("\n", " ")
    assert f"sendas mail redeliver {mail_id}" in letter.replace("\n", " ")
    assert [] == house.keys("sendas/quarantine/")


def test_the_owner_is_told_once(house: Any, context: Any) -> None:
    """A second report of the same refusal is kept, and a repeated notice changes nothing."""
    mail_id, copy = forwarded(house, context)
    come_back(house, report(copy))
    for _ in range(3):
        house.function().handle(house.event(), context)
    before = record(house, mail_id)
    come_back(house, report(copy))
    house.function().handle(house.event(), context)

    assert 1 == len(house.letters())
    assert before == record(house, mail_id)
    assert 1 == len(house.keys("sendas/quarantine/"))


def test_a_crash_before_it_is_written_down_is_made_good(
    house: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice comes again; the owner is not told twice, and the record learns of it."""
    mail_id, copy = forwarded(house, context)
    come_back(house, report(copy))
    event = house.event()
    function = house.function()
    monkeypatch.setattr(Worker, "_write_down", lambda *_: 1 / 0)
    function.handle(event, context)
    lost = forward_of(record(house, mail_id))["state"]
    monkeypatch.undo()

    house.function().handle(event, context)

    assert ("done", "refused") == (lost, forward_of(record(house, mail_id))["state"])
    assert 1 == len(house.letters())


def test_nobody_is_believed_of_what_was_not_sent_there(house: Any, context: Any) -> None:
    """A report of another target, or a made-up id, is kept as any machine's answer is."""
    mail_id, copy = forwarded(house, context)
    come_back(house, report(copy, target="stranger@example.org"))
    come_back(house, report(copy.replace(mail_id.encode(), b"0123456789abcdef")))
    come_back(house, report(b"Subject: no id of ours\r\n\r\n"))

    house.function().handle(house.event(), context)

    assert "done" == forward_of(record(house, mail_id))["state"]
    assert [] == house.letters()
    assert 3 == len(house.keys("sendas/quarantine/"))


def test_it_can_be_delivered_again(house: Any, context: Any) -> None:
    """Once the cause is mended, redelivering sends the copy that was refused."""
    mail_id, copy = forwarded(house, context)
    come_back(house, report(copy))
    function = house.function()
    function.handle(house.event(), context)

    function.handle({"sendas": {"redeliver": [mail_id]}}, context)

    assert "done" == forward_of(record(house, mail_id))["state"]
    assert 2 == sum(b"X-Sendas-Id" in one for one in house.inbox())


def test_what_is_still_tried_is_no_refusal() -> None:
    """SES's report of a delay joins nothing."""
    copy = b"X-Sendas-Id: 0123456789abcdef\r\n\r\n"

    assert read_refusal(report(copy, action="delayed")) is None
    assert read_refusal(report(copy)) is not None


def test_a_refusal_heard_while_another_copy_is_sent_is_kept(house: Any, context: Any) -> None:
    """Whoever works on the mail writes its own tasks, and leaves what it did not know of."""
    mail_id, _ = forwarded(house, context)
    now = house.scene.lab.clock.now()
    store = house.function().worker.store
    known = store.find(mail_id).record
    (copy,) = known.tasks
    other = begun(copy._replace(name="forward:other", target="other@example.org"), now)
    lease = store.claim(
        known, "worker", now, now + timedelta(seconds=60), lambda one: with_task(one, other)
    )
    told = done(copy._replace(name="notice:told", because_of=copy.name), "id", now)
    later = now + timedelta(seconds=1)
    house.function().worker.store.amend(
        mail_id, lambda one: with_task(with_task(one, refused(copy, "550", later)), told)
    )

    store.save(lease, with_task(lease.record, answer_lost(other, later)))
    store.save(lease, with_task(lease.record, done(other, "id", later)))

    states = {task.name: task.state for task in store.find(mail_id).record.tasks}
    assert {copy.name: "refused", "forward:other": "done", "notice:told": "done"} == states


def test_a_refusal_outlives_an_older_account() -> None:
    """Of two accounts of one copy the refusal that came after its delivery is right."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    sent = done(Task("forward:1", "forward", "routed"), "id", now)
    back = refused(sent, "550", now + timedelta(seconds=1))

    assert back == merged(sent, back) == merged(back, sent)
    assert (
        sent == merged(sent, refused(sent, "550", now)) == merged(refused(sent, "550", now), sent)
    )


def test_the_targets_own_refusal_is_told_and_counts(house: Any, context: Any) -> None:
    """Gmail refuses what SES took: the owner hears of it once, and SES counts a bounce.

    That refusals of content count is known from a public letter (FACTS 11); the reputation stop
    asks for exactly this count.  Where the account suppresses bounces too, as it does at first,
    the target stands on SES's list from now on, and the letter to it is withheld.
    """
    house.scene.call("sesv2", "PutAccountSuppressionAttributes", SuppressedReasons=["COMPLAINT"])
    account = house.scene.lab.gmail.exchanger.account(TARGET)
    account.refuses_spam = True
    house.write(subject="Lunch")
    function = house.function()
    function.handle(house.event(), context)
    (key,) = house.keys("sendas/state/")
    house.scene.lab.settle()
    account.refuses_spam = False

    function.handle(house.event(), context)
    house.scene.lab.settle()

    known = record(house, key.rpartition("/")[2].removesuffix(".json"))
    assert "refused" == forward_of(known)["state"]
    assert forward_of(known)["answer"].startswith(
        "forwarded, then refused by Gmail: spam-detected"
    )
    assert 1 == len(house.letters())
    points = house.scene.call("ses", "GetSendStatistics")["SendDataPoints"]
    assert 1 == sum(point["Bounces"] for point in points)
