"""The handler in the lab: what came in, what went out, what is remembered, what is logged."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json

from types import SimpleNamespace
from typing import Any

import pytest

from sendas_lab.ses.message import EICAR, GTUBE

from sendas.aws.refusals import Refused, failure
from sendas.inbound.function import Function, NotDone
from sendas.inbound.settings import MisconfiguredFunction


TARGET, PARTNER = "owner@gmail.com", "partner@example.org"


def states(house: Any) -> dict[str, str]:
    """The record's tasks by kind."""
    return {task["kind"]: task["state"] for task in house.record()["tasks"]}


def test_forwards_from_the_queue(house: Any, context: Any) -> None:
    """A mail to a routed address reaches its target once, and the batch has no failure."""
    house.write(text="The code is 123456")

    answer = house.function().handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    assert ["owner@gmail.com"] == house.sent()
    (content,) = house.inbox()
    assert b"\r\n\r\nThe code is 123456" in content
    assert b'From: "jane at example.net"' in content
    assert {"forward": "done"} == states(house)
    assert "" == house.record()["leased_to"]


def test_the_same_notice_again(house: Any, context: Any) -> None:
    """By another process, or the same: one copy (FACTS 21, row 15)."""
    house.write()
    event = house.event()
    first = house.function()

    answers = [f.handle(event, context) for f in (first, first, house.function())]

    assert [[], [], []] == [answer["batchItemFailures"] for answer in answers]
    assert [TARGET] == house.sent()


def test_one_copy_for_each_target(house: Any, context: Any) -> None:
    """Two targets are two sends."""
    house.write("both@example.com")

    house.function().handle(house.event(), context)

    assert [TARGET, PARTNER] == house.sent()


def test_a_changed_route_needs_no_redeploy(house: Any, context: Any) -> None:
    """The same process reads the new routes before the next mail."""
    function = house.function()
    house.write("new@example.com")
    function.handle(house.event(), context)
    changed = house.routes()
    changed["domains"]["example.com"]["routes"]["new"] = [PARTNER]
    house.put_routes(changed)

    house.write("new@example.com")
    function.handle({"Records": house.event()["Records"][-1:]}, context)

    assert PARTNER in house.sent()


def test_broken_routes_leave_the_last_good_ones(house: Any, context: Any) -> None:
    """Loudly; a new process, which has none, leaves the mail in the queue."""
    function = house.function()
    house.write()
    function.handle(house.event(), context)
    house.put_routes(b"{")
    house.write()
    event = {"Records": house.event()["Records"][-1:]}

    new = house.function().handle(event, context)
    old = function.handle(event, context)

    assert 1 == len(new["batchItemFailures"])
    assert [] == old["batchItemFailures"]
    assert 2 == len(house.sent())
    assert "old routes used" in [line["what"] for line in house.said()]


def test_no_route_tells_the_owner(house: Any, context: Any) -> None:
    """With author, subject and a private link; nothing vanishes (FACTS 21, row 8)."""
    house.write("nobody@example.com", subject="Important", text="See inside")

    house.function().handle(house.event(), context)

    (letter,) = house.letters()
    assert "Important" in letter
    assert "jane at example.net" in letter
    assert "X-Amz-Signature" in letter
    assert {"notice": "done"} == states(house)


@pytest.mark.parametrize("text", [GTUBE.decode(), EICAR.decode()])
def test_spam_and_viruses_are_kept(house: Any, context: Any, text: str) -> None:
    """Nothing is sent; a mark lists it (FACTS 21, row 16)."""
    house.write(text=text)

    answer = house.function().handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    assert [] == house.sent()
    assert {"quarantine": "done"} == states(house)
    assert 1 == len(house.keys("sendas/quarantine/"))


def test_rejects_by_a_bounce(house: Any, context: Any) -> None:
    """The author gets SES's bounce, the owner nothing."""
    house.write("old@example.com")

    answer = house.function().handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    assert {"reject": "done"} == states(house)
    assert [] == house.inbox()


def test_discards(house: Any, context: Any) -> None:
    """Nothing is sent, and the record says so."""
    house.write("bin@example.com")

    house.function().handle(house.event(), context)

    assert [] == house.sent()
    assert {"discard": "done"} == states(house)


def test_one_bad_item_does_not_fail_the_batch(house: Any, context: Any) -> None:
    """Only the item that is no notice comes back."""
    house.write()
    event = house.event()
    bad = {**event["Records"][0], "messageId": "bad", "body": "{}"}

    answer = house.function().handle({"Records": [bad, *event["Records"]]}, context)

    assert [{"itemIdentifier": "bad"}] == answer["batchItemFailures"]
    assert [TARGET] == house.sent()


def test_a_failure_from_sns_fails_the_call(house: Any, context: Any) -> None:
    """Lambda tries it again, and then hands it to the dead letters."""
    event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "nothing"}}]}

    with pytest.raises(NotDone):
        house.function().handle(event, context)


def test_ses_own_lambda_action(house: Any, context: Any) -> None:
    """The event has no place: the mail lies under its id."""
    house.write()
    notice = json.loads(json.loads(house.event()["Records"][0]["body"])["Message"])
    notice["receipt"]["action"] = {"type": "Lambda", "functionArn": "arn:x"}
    event = {"Records": [{"eventSource": "aws:ses", "ses": notice}]}

    house.function().handle(event, context)

    assert [TARGET] == house.sent()


def test_a_refused_mail_is_reported(house: Any, context: Any) -> None:
    """SES will not send it: the owner is told why, the mail stays (PEERS 1.3, row 1)."""
    function = house.function()
    house.write(subject="Attached")
    send = function.aws.send

    def refuse_first(envelope: Any, parts: Any) -> str:
        if b"Auto-Submitted: auto-generated" in parts[0]:
            return str(send(envelope, parts))
        raise Refused("ses:SendEmail", "BadRequestException", "Duplicate header 'X'", 400)  # noqa: EM101

    function.aws.send = refuse_first

    answer = function.handle(house.event(), context)

    assert [] == answer["batchItemFailures"]
    (letter,) = house.letters()
    assert "Duplicate header" in letter
    assert {"forward": "refused", "notice": "done"} == states(house)


def test_too_big_after_changes(house: Any, context: Any) -> None:
    """A mail beyond the limit becomes a notice (FACTS 21, row 12)."""
    small = house.routes()
    small["limits"] = {"max_message_bytes": 2048}
    house.put_routes(small)
    house.write(text="x" * 70 + "\n" + "y" * 2000)

    house.function().handle(house.event(), context)

    assert {"notice": "done"} == states(house)
    assert 1 == len(house.letters())


def test_an_author_who_writes_too_much(house: Any, context: Any) -> None:
    """Beyond the cap of the hour the mail is kept (FACTS 21, row 17)."""
    few = house.routes()
    few["limits"] = {"max_per_hour": 3}
    house.put_routes(few)
    for _ in range(5):
        house.write()
    event = house.event()

    house.function().handle(event, context)
    house.function().handle(event, context)

    assert [TARGET] * 3 == house.sent()
    assert 2 == len(house.keys("sendas/quarantine/"))


def test_a_flood_of_many_authors(house: Any, context: Any) -> None:
    """Beyond the address's limit mail is kept, spam counts for nothing, one letter tells of it."""
    few = house.routes()
    few["limits"] = {"max_per_hour_address": 3}
    house.put_routes(few)
    for number in range(4):
        house.write(sender=f"spammer{number}@example.net", text=GTUBE.decode())
    for number in range(6):
        house.write(sender=f"author{number}@example.net")
    function, other = house.function(), house.function()

    function.handle(house.event(), context)
    other.handle(house.event(), context)

    assert [TARGET] * 3 == [one["target"] for one in forwards(house)]
    reasons = sorted(deed["reason"] for deed in all_deeds(house) if deed["kind"] == "quarantine")
    assert ["flood"] * 3 + ["spam"] * 4 == reasons
    (letter,) = house.letters()
    assert "Too much mail: kept" in letter
    assert "more than 3 mails for me at example .com came within the hour" in letter
    assert any(line["level"] == "ERROR" for line in house.said())


def all_deeds(house: Any) -> list[dict[str, Any]]:
    """Of every record."""
    return [
        deed
        for key in house.keys("sendas/state/")
        for deed in json.loads(
            house.scene.call("s3", "GetObject", Bucket=house.scene.bucket, Key=key)["Body"].read()
        )["tasks"]
    ]


def forwards(house: Any) -> list[dict[str, Any]]:
    """The copies that were sent."""
    return [d for d in all_deeds(house) if (d["kind"], d["state"]) == ("forward", "done")]


def test_throttling_goes_back_to_the_queue(house: Any, context: Any) -> None:
    """Later it is delivered, once."""
    house.write()
    house.scene.lab.aws.faults.throttle("ses:SendEmail")
    function = house.function()

    first = function.handle(house.event(), context)
    hidden = house.event()
    house.scene.lab.aws.faults.clear()

    assert 1 == len(first["batchItemFailures"])
    assert [] == hidden["Records"], "hidden until it makes sense"
    assert {"forward": "due"} == states(house)


def test_no_mail_is_begun_without_time_for_it(house: Any) -> None:
    """The last mails of a batch go back to the queue at once; nobody is alarmed."""
    house.write()
    function = house.function()
    context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: 4_000)

    answer = function.handle(house.event(), context)

    assert 1 == len(answer["batchItemFailures"])
    assert [("later", "out of time")] == [(one["what"], one.get("why")) for one in house.said()]
    assert [] == house.keys("sendas/state/")


@pytest.mark.parametrize(
    ("status", "code", "level"),
    [
        (503, "SlowDown", "WARN"),
        (500, "InternalError", "WARN"),
        (403, "AccessDenied", "ERROR"),
        (404, "NoSuchKey", "ERROR"),
    ],
)
def test_only_what_does_not_pass_asks_for_eyes(
    house: Any, context: Any, status: int, code: str, level: str
) -> None:
    """The queue mends what passes; a right that is missing, or a mail that is gone, it cannot."""
    house.write()
    function = house.function()

    refusal = failure("s3:GetObject", status, code, "")

    def fail(*_: object) -> None:
        raise refusal

    function.aws.read = fail
    answer = function.handle(house.event(), context)

    assert 1 == len(answer["batchItemFailures"])
    assert [level] == [one["level"] for one in house.said() if one["what"] != "not noted"]


@pytest.mark.parametrize("personal", [False, True])
def test_logs_no_person(house: Any, context: Any, personal: bool) -> None:  # noqa: FBT001
    """Ids, reasons and sizes; addresses only when the owner asks for them."""
    more = {"SENDAS_LOG_PERSONAL": "1"} if personal else {}
    function = house.function(**more)
    for to in ("me", "nobody", "old", "both"):
        house.write(f"{to}@example.com", subject="Very private")
    house.write(text=GTUBE.decode())
    event = house.event()
    house.scene.lab.aws.faults.deny("s3:GetObject")
    function.handle(event, context)
    house.scene.lab.aws.faults.clear()
    function.handle(event, context)

    said = "\n".join(house.lines)

    assert "settled" in said
    assert "not done" in said
    assert personal is ("jane@example.net" in said)
    for secret in ("Very private", "owner@gmail.com", "X-Amz", "Signature"):
        assert secret not in said


def test_names_every_missing_variable() -> None:
    """All at once, before any mail is touched."""
    with pytest.raises(MisconfiguredFunction) as wrong:
        Function({"SENDAS_LINK_HOURS": "many", "SENDAS_FEEDBACK_ADDRESS": "nobody"})

    for name in ("SENDAS_BUCKET", "AWS_REGION", "SENDAS_LINK_HOURS", "SENDAS_FEEDBACK_ADDRESS"):
        assert name in str(wrong.value)
