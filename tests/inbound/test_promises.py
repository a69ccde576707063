"""Promises that were broken once: what a mail's second notice, second target or second try met."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json
import re
import time

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.request import urlopen

import pytest

from sendas_lab.mail import Envelope, Transmission
from sendas_lab.others import ORDINARY_ADDRESS, ORDINARY_HOST
from sendas_lab.ses.message import EICAR, GTUBE

from sendas.aws.refusals import Denied, NoReply, Refused


TARGET, PARTNER, SECOND = "owner@gmail.com", "partner@example.org", "second@gmail.com"
LATER = timedelta(minutes=5)
ANOTHER_OWNER = {
    "forwarding_address": "f@two.example",
    "notice_address": SECOND,
    "routes": {"you": [SECOND]},
}


def ids(house: Any) -> list[str]:
    """The ids of all mails."""
    return [k for k in house.keys("") if "/" not in k and not k.startswith("AMAZON")]


def bring(house: Any, *forward_paths: str, head: str = "", text: str = "Hello.\r\n") -> None:
    """One mail for several recipients, as one transaction."""
    content = (
        "From: Jane <jane@example.net>\r\nTo: x@example.com\r\nSubject: Hi\r\n"
        f"Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n{head}\r\n{text}"
    ).encode()
    envelope = Envelope("jane@example.net", forward_paths)
    house.scene.lab.bring(Transmission(envelope, content, ORDINARY_ADDRESS, ORDINARY_HOST))
    house.scene.lab.settle()


def for_others(event: dict[str, Any], *recipients: str) -> dict[str, Any]:
    """The event, telling of other recipients, as another receipt rule's notice does."""
    body = json.loads(event["Records"][0]["body"])
    notice = json.loads(body["Message"])
    notice["receipt"]["recipients"] = list(recipients)
    record = event["Records"][0] | {"body": json.dumps(body | {"Message": json.dumps(notice)})}
    return {"Records": [record]}


def rounds(
    house: Any, context: Any, event: Any, change: Callable[[Any], None], count: int
) -> None:
    """Let the event come again and again, each time to a new process changed by *change*."""
    for number in range(count):
        function = house.function()
        house.late += LATER
        context.aws_request_id = f"request-{number}"
        change(function)
        function.handle(event, context)


def two_owners(house: Any) -> None:
    """Two domains, each with somebody else to be told."""
    routes = house.routes()
    routes["domains"]["two.example"] = ANOTHER_OWNER
    house.put_routes(routes)


# For everybody the notice named ------------------------------------------


def test_a_mail_that_nobody_could_begin_with_is_redelivered_to_all(
    house: Any, context: Any
) -> None:
    """Its notice alone named them all; the mail names one, and dead letters are purged."""
    house.put_routes(b"{broken")
    bring(house, "me@example.com", "both@example.com")

    first = house.function().handle(house.event(), context)
    house.put_routes()
    house.function().handle({"sendas": {"redeliver": ids(house)}}, context)

    assert 1 == len(first["batchItemFailures"])
    assert [TARGET, PARTNER] == sorted(house.sent())
    assert "Hi" == house.record()["subject"]


def test_a_mail_without_any_record_is_not_called_settled_for_all(house: Any, context: Any) -> None:
    """Where even that is lost, the answer says for whom alone it was done."""
    house.write()

    answer = house.function().handle({"sendas": {"redeliver": ids(house)}}, context)

    assert "me@example.com alone" in answer["results"][0]["why"]


def test_a_second_notice_for_others_is_quarantined_too(house: Any, context: Any) -> None:
    """Two rules tell of one spam mail: it is listed, and released, for both recipients."""
    house.write(text=GTUBE.decode())
    event, function = house.event(), house.function()
    function.handle(event, context)
    function.handle(for_others(event, "both@example.com"), context)
    marks = house.keys("sendas/quarantine/")

    function.handle({"sendas": {"release": ids(house)}}, context)

    assert 2 == len(marks)
    assert [TARGET, PARTNER] == sorted(house.sent())
    assert [] == house.keys("sendas/quarantine/")


def test_each_owner_reads_of_their_own_quarantine(house: Any, context: Any) -> None:
    """One spam mail for two domains is in both digests, each naming its own address only."""
    two_owners(house)
    house.write(text=GTUBE.decode())
    function = house.function()
    function.handle(for_others(house.event(), "me@example.com", "you@two.example"), context)
    told: dict[str, bytes] = {}

    def send(envelope: Any, parts: Any) -> str:
        told[envelope.target] = b"".join(map(bytes, parts))
        return "1"

    function.aws.send = send
    day = f"{house.scene.lab.clock.now():%Y-%m-%d}"
    function.handle({"sendas": {"digest": day}}, context)

    assert {TARGET, SECOND} == set(told)


# One bad task stops no other ---------------------------------------------


def test_a_target_that_is_denied_stops_no_other(house: Any, context: Any) -> None:
    """As in the sandbox, where the role names each target (PEERS 1.1, "several targets")."""
    house.write("both@example.com")

    def deny_first(function: Any) -> None:
        send = function.aws.send

        def sending(envelope: Any, parts: Any) -> Any:
            if envelope.target == TARGET:
                raise Denied("ses:SendEmail", "AccessDeniedException", "no", 403)  # noqa: EM101
            return send(envelope, parts)

        function.aws.send = sending

    rounds(house, context, house.event(), deny_first, 6)

    assert [PARTNER] == house.sent()
    assert "ERROR" in {one["level"] for one in house.said()}, "somebody should look"


def test_a_notice_that_is_refused_stops_no_forward(house: Any, context: Any) -> None:
    """The address for notices may be one that SES does not send to."""
    bring(house, "nobody@example.com", "me@example.com")

    def refuse_notices(function: Any) -> None:
        send = function.aws.send

        def sending(envelope: Any, parts: Any) -> Any:
            if b"Auto-Submitted: auto-generated" in bytes(parts[0]):
                raise Refused("ses:SendEmail", "MessageRejected", "no", 400)  # noqa: EM101
            return send(envelope, parts)

        function.aws.send = sending

    rounds(house, context, house.event(), refuse_notices, 6)

    assert [TARGET] == house.sent()


RUNS_HEAD = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
RUNS_TEXT = (
    "--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n"
    "--b\r\nContent-Type: application/octet-stream; name=Setup.EXE\r\n"
    'Content-Disposition: attachment; filename="Setup.EXE"\r\n\r\nMZ\r\n--b--\r\n'
)


def test_a_file_that_runs_ends_in_the_notice_with_the_link(house: Any, context: Any) -> None:
    """SES refuses to send it, however often: settled at once, it is no dead letter.

    Which files: SES guide, "Unsupported attachment types".
    """
    bring(house, "me@example.com", head=RUNS_HEAD, text=RUNS_TEXT)

    answer = house.function().handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    (letter,) = house.letters()
    assert "Illegal filename" in letter
    assert f"sendas mail show --raw {ids(house)[0]}" in letter
    (link,) = re.findall(r"^http\S+", letter, re.MULTILINE)
    with urlopen(link, timeout=60) as original:  # noqa: S310  the lab's own S3
        assert RUNS_TEXT.encode() in original.read()


def test_a_bounce_that_is_denied_stops_no_forward(house: Any, context: Any) -> None:
    """One recipient's route refuses, the other's forwards."""
    bring(house, "old@example.com", "me@example.com")
    house.scene.lab.aws.faults.deny("ses:SendBounce")

    rounds(house, context, house.event(), lambda _: None, 3)
    house.scene.lab.aws.faults.clear()

    assert [TARGET] == house.sent()


# Once ---------------------------------------------------------------------


def test_an_answer_seen_late_is_written_down(house: Any, context: Any) -> None:
    """The time kept back for that is used for that, and nothing else."""
    house.write()
    event, function = house.event(), house.function()
    send = function.aws.send

    def slowly(envelope: Any, parts: Any) -> Any:
        answer = send(envelope, parts)
        function.aws.until = time.monotonic() - 0.5
        return answer

    function.aws.send = slowly
    function.handle(event, context)
    rounds(house, context, event, lambda _: None, 1)

    assert [TARGET] == house.sent()


def test_a_worker_knows_its_own_claim(house: Any, context: Any) -> None:
    """The answer to the first write is lost: nothing was sent, so nothing counts as begun."""
    house.write()
    function = house.function()
    exchange, lost = function.aws._wire.exchange, []  # noqa: SLF001  between client and wire

    def losing(action: str, *args: Any, **more: Any) -> Any:
        reply = exchange(action, *args, **more)
        if action == "s3:PutObject" and not lost:
            lost.append(action)
            raise NoReply(action, "reset", sent=True)
        return reply

    function.aws._wire.exchange = losing  # noqa: SLF001  the same
    function.handle(house.event(), context)
    (task,) = house.record()["tasks"]

    assert ("done", 0) == (task["state"], task.get("unanswered", 0))


def test_notices_end_too(house: Any, context: Any) -> None:
    """Where every answer is lost the owner is not told at every receive; the alarm is."""
    house.write("nobody@example.com")

    def lose(function: Any) -> None:
        send = function.aws.send

        def sending(envelope: Any, parts: Any) -> None:
            send(envelope, parts)
            raise NoReply("ses:SendEmail", "timeout", sent=True)  # noqa: EM101

        function.aws.send = sending

    event = house.event()
    rounds(house, context, event, lose, 6)
    last = house.function().handle(event, context)

    assert 2 == len(house.sent())
    assert 1 == len(last["batchItemFailures"]), "it ends among the dead letters"


# Released, redelivered ------------------------------------------------------


def test_a_release_overrules_every_doubt(house: Any, context: Any) -> None:
    """It was kept as spam; that it fails DMARC too comes up only once that is overruled."""
    zone = house.scene.lab.dns.world_zone("example.org")
    zone.set("_dmarc.example.org", "TXT", "v=DMARC1; p=reject")
    house.write(text=GTUBE.decode(), sender="ceo@example.org")
    function = house.function()
    function.handle(house.event(), context)

    function.handle({"sendas": {"release": ids(house)}}, context)

    assert [TARGET] == house.sent()
    assert [] == house.keys("sendas/quarantine/")


def test_a_virus_is_not_released(house: Any, context: Any) -> None:
    """SES would take it and throw it away: it stays on the list."""
    house.write(text=f"{GTUBE.decode()}\n{EICAR.decode()}")
    function = house.function()
    function.handle(house.event(), context)

    function.handle({"sendas": {"release": ids(house)}}, context)

    assert [] == house.sent()
    assert 1 == len(house.keys("sendas/quarantine/"))


@pytest.mark.parametrize("to", ["nobody@example.com", "forwarded@example.com"])
def test_a_machines_mail_can_be_released(house: Any, context: Any, to: str) -> None:
    """Without a route it goes to whoever gets the notices."""
    bring(house, to, head="Auto-Submitted: auto-replied\r\n")
    function = house.function()
    function.handle(house.event(), context)
    marks = house.keys("sendas/quarantine/")

    function.handle({"sendas": {"release": ids(house)}}, context)

    assert 1 == len(marks)
    assert [TARGET] == house.sent()
    assert [] == house.keys("sendas/quarantine/")


def test_what_a_route_discarded_can_be_redelivered(house: Any, context: Any) -> None:
    """The route was a mistake; it is mended, and the mail comes."""
    house.write("bin@example.com")
    function = house.function()
    function.handle(house.event(), context)
    routes = house.routes()
    routes["domains"]["example.com"]["routes"]["bin"] = [TARGET]
    house.put_routes(routes)

    for _ in range(2):
        function.handle({"sendas": {"redeliver": ids(house)}}, context)

    assert [TARGET] == house.sent()


def test_a_mark_written_at_midnight_is_taken_off(house: Any, context: Any) -> None:
    """The day of the mark is that of its own key, not of its answer."""
    house.write(text=GTUBE.decode())
    function = house.function()
    now = house.scene.lab.clock.now()
    house.late = now.replace(hour=23, minute=59, second=59, microsecond=0) - now
    write = function.aws.write

    def slowly(bucket: str, name: str, *args: Any, **more: Any) -> Any:
        answer = write(bucket, name, *args, **more)
        if "/quarantine/" in name:
            house.late += timedelta(seconds=2)
        return answer

    function.aws.write = slowly
    function.handle(house.event(), context)
    function.handle({"sendas": {"release": ids(house)}}, context)

    assert [] == house.keys("sendas/quarantine/")


def test_a_mark_that_stays_hides_no_other_result(house: Any, context: Any) -> None:
    """Two are released, and no mark can be removed: both results are told."""
    for _ in range(2):
        house.write(text=GTUBE.decode())
    function = house.function()
    function.handle(house.event(), context)
    house.scene.lab.aws.faults.deny("s3:DeleteObject")

    answer = function.handle({"sendas": {"release": ids(house)}}, context)
    house.scene.lab.aws.faults.clear()

    assert ["failed", "failed"] == [one["outcome"] for one in answer["results"]]
    assert [TARGET] * 2 == house.sent()


# Counted, said, listed -------------------------------------------------------


def test_what_comes_late_was_not_written_at_once(house: Any, context: Any) -> None:
    """Mails of five hours, delivered together after an outage, are no storm."""
    few = house.routes()
    few["limits"] = {"max_per_hour": 3}
    house.put_routes(few)
    for _ in range(5):
        house.write()
        house.scene.lab.clock.move(timedelta(hours=1))

    house.function().handle({"sendas": {"redeliver": ids(house)}}, context)

    assert [TARGET] * 5 == house.sent()


def test_broken_routes_name_nobody_in_the_log(house: Any, context: Any) -> None:
    """A mistake's place holds an address of the owner's."""
    function = house.function()
    house.write()
    function.handle(house.event(), context)
    routes = house.routes()
    routes["domains"]["example.com"]["routes"]["jane.secret@example.com"] = ["bad"]
    house.put_routes(routes)
    house.write()

    function.handle(house.event(), context)

    assert any("malformed" in line for line in house.lines)
    assert not any("jane.secret" in line for line in house.lines)


def test_a_digest_counts_what_it_does_not_list(house: Any, context: Any) -> None:
    """In a flood the letter says how many there are, and where to see them."""
    house.write(text=GTUBE.decode())
    function = house.function()
    function.handle(house.event(), context)
    (name,) = house.keys("sendas/quarantine/")
    got = house.scene.call("s3", "GetObject", Bucket=house.scene.bucket, Key=name)
    mark, day = json.loads(got["Body"].read()), name.split("/")[2]
    for number in range(230):
        body = json.dumps(mark | {"ses_message_id": f"m{number:04}"})
        key = f"sendas/quarantine/{day}/m{number:04}/x.json"
        house.scene.call("s3", "PutObject", Bucket=house.scene.bucket, Key=key, Body=body)
    context.milliseconds = 120_000

    function.handle({"sendas": {"digest": day}}, context)
    (letter,) = house.letters()

    assert letter.startswith("Quarantine: 231 mails")
    assert "sendas mail list --only quarantined" in letter


def test_a_digest_of_today_is_not_the_days_last(house: Any, context: Any) -> None:
    """Asked for by hand, it does not keep the scheduled one from listing what came after."""
    function = house.function()
    now = house.scene.lab.clock.now()
    for subject in ("One", "Two"):
        house.write(text=GTUBE.decode(), subject=subject)
        function.handle(house.event(), context)
        function.handle({"sendas": {"digest": f"{now:%Y-%m-%d}"}}, context)
    tomorrow = f"{now + timedelta(days=1):%Y-%m-%d}T06:00:00Z"
    house.late = timedelta(days=1)

    for _ in range(2):
        function.handle({"source": "aws.events", "time": tomorrow}, context)

    assert [False, True, True] == ["Two" in letter for letter in house.letters()]


def test_a_second_notice_to_the_same_target_is_known_too(house: Any, context: Any) -> None:
    """One copy for two addresses, told of by two notices: the record names both, and is over."""
    routes = house.routes()
    routes["domains"]["example.com"]["routes"]["you"] = [TARGET]
    house.put_routes(routes)
    house.write()
    event, function = house.event(), house.function()
    function.handle(event, context)
    function.handle(for_others(event, "you@example.com"), context)
    record = house.record()

    assert [TARGET] == house.sent()
    assert [["me@example.com", "you@example.com"]] == [d["forward_paths"] for d in record["tasks"]]
    assert "" == record["leased_to"]
