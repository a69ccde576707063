"""Death at every external call, before and after its effect: none is lost, none comes thrice."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json
import os
import signal
import subprocess
import sys

from typing import Any

import pytest

from struck import LATER, Died, finish, strike

from sendas.aws.refusals import NoReply


TARGET, PARTNER = "owner@gmail.com", "partner@example.org"
CALLS = 8
"""Routes, mail, rate, claim, send, record, send, record: what a mail with two targets takes."""


def test_takes_so_many_calls(house: Any, context: Any) -> None:
    """Else the tests below would miss some."""
    house.write("both@example.com")
    function = house.function()
    actions = strike(function, 99, after=False, error=Died)

    function.handle(house.event(), context)

    sends = ["ses:SendEmail", "s3:PutObject"]
    looks = ["s3:GetObject", "s3:GetObject", "ses:GetSendStatistics"]
    assert [*looks, "s3:PutObject", *sends, *sends] == actions


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(CALLS))
def test_death(house: Any, context: Any, number: int, after: bool) -> None:  # noqa: FBT001  a table
    """Whenever a worker dies, everybody has the mail in the end; one twice at most."""
    house.write("both@example.com")
    event = house.event()
    function = house.function()
    actions = strike(function, number, after=after, error=Died)

    with pytest.raises(Died):
        function.handle(event, context)
    finish(house, event, context)

    sent = house.sent()
    # The answer was lost only where the send had its effect and was not written down.
    lost = (actions[-1], after) in {("ses:SendEmail", True), ("s3:PutObject", False)}
    unwritten = lost and "ses:SendEmail" in actions
    assert {TARGET, PARTNER} == set(sent)
    assert (3 if unwritten else 2) == len(sent)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(CALLS))
def test_silence(house: Any, context: Any, number: int, after: bool) -> None:  # noqa: FBT001  a table
    """A lost connection, before and after the effect: only a send's lost answer costs a copy."""
    house.write("both@example.com")
    event = house.event()
    function = house.function()

    def silent(action: str) -> NoReply:
        return NoReply(action, "ConnectionResetError", sent=after)

    actions = strike(function, number, after=after, error=silent)
    if function.handle(event, context)["batchItemFailures"]:
        finish(house, event, context)

    sent = house.sent()
    assert {TARGET, PARTNER} == set(sent)
    lost_a_send = after and actions[number] == "ses:SendEmail"
    assert (3 if lost_a_send else 2) == len(sent)


def test_a_mail_that_kills_its_worker_takes_no_other_along(house: Any, context: Any) -> None:
    """Four others are in its batch, at every receive: each of them arrives, and once.

    Lambda hands the same batch out again when a worker died (Lambda guide, "Using Lambda with
    Amazon SQS").  A fresh mail does not wait behind it either.
    """
    for n in range(5):
        house.write(subject=f"Number {n}")
    event = house.event()
    deadly = sorted(record["messageId"] for record in event["Records"])[2]
    for receives in range(1, 7):
        context.aws_request_id = f"request-{receives}"
        function = house.function()
        house.late += LATER
        deliver = function._one  # noqa: SLF001  one record

        def dies(record: Any, *more: Any, deliver: Any = deliver) -> bool:
            if record.item_id == deadly:
                raise Died
            return bool(deliver(record, *more))

        function._one = dies  # noqa: SLF001  the same
        for record in event["Records"]:
            record["attributes"]["ApproximateReceiveCount"] = str(receives)
        with pytest.raises(Died):
            function.handle(event, context)

    assert [TARGET] * 4 == house.sent()


def test_two_lost_answers(house: Any, context: Any) -> None:
    """Nothing is sent a third time; the owner is told that nobody knows."""
    house.write()
    event = house.event()
    for n in range(2):
        context.aws_request_id = f"lost-{n}"
        function = house.function()
        house.late += LATER

        strike(function, 4 if n == 0 else 6, after=True, error=Died)
        with pytest.raises(Died):
            function.handle(event, context)
    finish(house, event, context)

    assert [TARGET] * 3 == house.sent(), "two copies and the notice"
    (letter,) = house.letters()
    assert "nobody answered" in letter
    tasks = {task["kind"]: task["state"] for task in house.record()["tasks"]}
    assert {"forward": "uncertain", "notice": "done"} == tasks


def test_two_at_once(house: Any, context: Any) -> None:
    """Who finds the mail in other hands goes away, and finds it done later."""
    house.write()
    event = house.event()
    first, second = house.function(), house.function()
    answers = []
    send = first.aws.send

    def meanwhile(envelope: Any, parts: Any) -> Any:
        answers.append(second.handle(event, type(context)("request-2")))
        return send(envelope, parts)

    first.aws.send = meanwhile
    answers.append(first.handle(event, context))
    answers.append(second.handle(event, type(context)("request-3")))

    assert [1, 0, 0] == [len(answer["batchItemFailures"]) for answer in answers]
    assert [TARGET] == house.sent()


def test_who_outlives_its_hold_adds_what_it_knows(house: Any, context: Any) -> None:
    """Its answer is not forgotten when another has taken over."""
    house.write("both@example.com")
    event = house.event()
    slow, other = house.function(), house.function()
    send, sent = slow.aws.send, []

    def slowly(envelope: Any, parts: Any) -> Any:
        answer = send(envelope, parts)
        if not sent:
            house.late += LATER
            sent.append(other.handle(event, type(context)("request-2")))
        return answer

    slow.aws.send = slowly
    first = slow.handle(event, context)
    house.late += LATER
    last = house.function().handle(event, type(context)("request-3"))

    assert 1 == len(first["batchItemFailures"]), "it lost its hold, and says so"
    assert [] == last["batchItemFailures"]
    assert {"done"} == {task["state"] for task in house.record()["tasks"]}
    assert 3 == len(house.sent())


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        ("s3:GetObject", "fail"),
        ("s3:GetObject", "deny"),
        ("s3:PutObject", "fail"),
        ("s3:PutObject", "deny"),
        ("ses:SendEmail", "fail"),
        ("ses:SendEmail", "deny"),
        ("ses:SendEmail", "throttle"),
    ],
)
def test_aws_out_of_order(house: Any, context: Any, action: str, fault: str) -> None:
    """While it lasts nothing is called done; when it is over everybody has the mail, once."""
    house.write("both@example.com")
    event = house.event()
    getattr(house.scene.lab.aws.faults, fault)(action)

    failed = house.function().handle(event, context)
    house.scene.lab.aws.faults.clear()
    finish(house, event, context)

    assert 1 == len(failed["batchItemFailures"])
    assert [TARGET, PARTNER] == sorted(house.sent())


CHILD = """
import json, os, signal, sys
from sendas.inbound import handler
number = int(sys.argv[1])
class Context:
    aws_request_id = "killed"
    def get_remaining_time_in_millis(self): return 30000
function = handler._function = handler.Function(os.environ)
exchange, calls = function.aws._wire.exchange, []
def killed(*parts, **more):
    calls.append(parts[0])
    reply = exchange(*parts, **more)
    if len(calls) == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
function.aws._wire.exchange = killed
print(json.dumps(handler.handle(json.load(sys.stdin), Context())))
"""


@pytest.mark.parametrize(("calls", "copies"), [(4, 1), (5, 2), (6, 1)])
def test_a_killed_process(house: Any, context: Any, calls: int, copies: int) -> None:
    """SIGKILL after the claim, after the send and after the record, in a process of its own."""
    house.write()
    event = house.event()

    killed = subprocess.run(  # noqa: S603  this very Python, and our own code
        [sys.executable, "-c", CHILD, str(calls)],
        input=json.dumps(event).encode(),
        env={**os.environ, **house.environment},
        capture_output=True,
        check=False,
    )
    finish(house, event, context)

    assert -signal.SIGKILL == killed.returncode
    assert [TARGET] * copies == house.sent()
