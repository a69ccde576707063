"""The sandbox's first day: SES sends to nobody who has not clicked; what waits goes out later."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json

from datetime import timedelta
from typing import Any

import pytest

from sendas_lab.ses.message import GTUBE

from sendas.aws.refusals import AwsFailure, Refused


TARGET, PARTNER = "owner@gmail.com", "partner@example.org"


@pytest.fixture
def sandbox(house: Any) -> Any:
    """A set-up whose account has not left the sandbox; the owner's address is not verified."""
    account = house.scene.lab.ses.region(house.scene.region).account
    account.production = False
    return house


def click(house: Any, address: str = TARGET) -> None:
    """The address becomes an identity, and its owner clicks the link."""
    house.scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=address)
    house.scene.lab.ses.confirm_address(house.scene.region, address)


def test_a_mail_waits_for_the_click_and_goes_out_without_a_notice(
    sandbox: Any, context: Any
) -> None:
    """It is no refusal for good: no letter says "Not forwarded" beside the forwarded mail.

    SES's sentence is the lab's, from SES's guide: "Email address is not verified. …".
    """
    sandbox.write(subject="The first")
    event = sandbox.event()
    (failed,) = sandbox.function().handle(event, context)["batchItemFailures"]
    assert [] == sandbox.sent()
    assert {"forward": "due"} == states(sandbox)
    assert any(one["level"] == "ERROR" and "not verified" in str(one) for one in sandbox.said()), (
        "somebody should look, and see what at"
    )

    click(sandbox)
    assert [] == sandbox.function().handle(event, context)["batchItemFailures"], failed
    assert [TARGET] == sandbox.sent()
    assert [] == sandbox.letters()
    assert {"forward": "done"} == states(sandbox)


def test_one_who_clicked_does_not_wait_for_another(sandbox: Any, context: Any) -> None:
    """Of two targets each is sent to as soon as SES lets it be, and once."""
    click(sandbox)
    sandbox.write("both@example.com")
    event = sandbox.event()
    for _ in range(3):
        sandbox.function().handle(event, context)
    assert [TARGET] == sandbox.sent()
    click(sandbox, PARTNER)
    sandbox.function().handle(event, context)
    assert [TARGET, PARTNER] == sandbox.sent()


def test_what_was_refused_and_is_released_is_forwarded_without_the_untold_notice(
    house: Any, context: Any
) -> None:
    """The notice that nobody could be sent is not sent beside the forward that now goes."""
    house.write(subject="Waiting")
    function, send = house.function(), None
    send = function.aws.send

    def refuse(_envelope: Any, _parts: Any) -> str:
        raise Refused("ses:SendEmail", "MessageRejected", "a virus, it seems", 400)  # noqa: EM101

    function.aws.send = refuse
    function.handle(house.event(), context)
    assert {"forward": "refused", "notice": "due"} == states(house)

    function.aws.send = send
    (key,) = house.keys("sendas/state/")
    name = key.rpartition("/")[2].removesuffix(".json")
    (result,) = function.handle({"sendas": {"redeliver": [name]}}, context)["results"]

    assert "settled" == result["outcome"], result
    assert [TARGET] == house.sent()
    assert [] == house.letters()


def test_a_digest_that_could_not_be_sent_goes_out_when_it_can(sandbox: Any, context: Any) -> None:
    """The day after the click lists what was put aside on the days before, once."""
    sandbox.write(subject="Cheap pills", text=GTUBE.decode())
    function = sandbox.function()
    function.handle(sandbox.event(), context)
    for days in (1, 2):
        with pytest.raises(AwsFailure):
            function.handle(schedule(sandbox, days), context)
    assert [] == sandbox.letters()

    click(sandbox)
    answer = function.handle(schedule(sandbox, 3), context)
    function.handle(schedule(sandbox, 4), context)
    (letter,) = sandbox.letters()
    assert "Cheap pills" in letter
    assert 1 == answer["late"]


def test_an_owner_who_did_not_click_keeps_no_other_from_the_letter(
    sandbox: Any, context: Any
) -> None:
    """Two domains, two owners: the second has clicked, and hears of her own mail once."""
    found = sandbox.routes()
    found["domains"]["sub.example.com"] = found["domains"]["example.com"] | {
        "forwarding_address": "forwarded@sub.example.com", "notice_address": PARTNER,
    }  # fmt: skip
    sandbox.put_routes(found)
    sandbox.write(subject="Cheap pills", text=GTUBE.decode())
    function = sandbox.function()
    function.handle(sandbox.event(), context)
    (name,) = sandbox.keys("sendas/quarantine/")
    place = {"Bucket": sandbox.scene.bucket}
    mark = json.loads(sandbox.scene.call("s3", "GetObject", **place, Key=name)["Body"].read())
    hers = mark | {"subject": "Hers", "forward_paths": ["me@sub.example.com"]}
    key = f"{name.rpartition('/')[0]}/x.json"
    sandbox.scene.call("s3", "PutObject", **place, Key=key, Body=json.dumps(hers))
    click(sandbox, PARTNER)

    for days in (1, 2):
        with pytest.raises(AwsFailure):
            function.handle(schedule(sandbox, days), context)

    assert [PARTNER] == sandbox.sent()


def schedule(house: Any, days: int) -> dict[str, str]:
    """What EventBridge sends so many days later, and the clock then."""
    house.late = timedelta(days=days)
    return {
        "source": "aws.events",
        "time": f"{house.scene.lab.clock.now() + house.late:%Y-%m-%d}T06:00:00Z",
    }


# What a digest cannot list ------------------------------------------------------


def test_marks_that_are_not_understood_or_nobodys_set_off_the_alarm(
    house: Any, context: Any
) -> None:
    """No letter would tell of them: the letter counts the one kind, the log's ERROR both."""
    house.write(subject="Cheap pills", text=GTUBE.decode())
    function = house.function()
    function.handle(house.event(), context)
    (name,) = house.keys("sendas/quarantine/")
    got = house.scene.call("s3", "GetObject", Bucket=house.scene.bucket, Key=name)
    mark, day = json.loads(got["Body"].read()), name.split("/")[2]
    for number, body in enumerate(
        (
            b"\xff not JSON",
            b"[]",
            json.dumps(mark | {"reason": "of-a-later-release"}).encode(),
            json.dumps(mark | {"forward_paths": ["me@gone.example"]}).encode(),
        )
    ):
        key = f"sendas/quarantine/{day}/m{number}/x.json"
        house.scene.call("s3", "PutObject", Bucket=house.scene.bucket, Key=key, Body=body)

    function.handle({"sendas": {"digest": day}}, context)

    (letter,) = house.letters()
    assert letter.startswith("Quarantine: 1 mail\n")
    assert "What is noted of 3 more cannot be read." in letter
    alarms = {one["what"]: one["count"] for one in house.said() if one["level"] == "ERROR"}
    assert {"marks not understood": 3, "marks of no domain of the routes": 1} == alarms


def states(house: Any) -> dict[str, str]:
    """How far each kind of task has come."""
    return {task["kind"]: task["state"] for task in house.record()["tasks"]}
