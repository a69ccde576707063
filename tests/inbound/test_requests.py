"""What the owner and the schedule ask of the function: digest, redelivery, release."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import json

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.ses.message import GTUBE

from sendas.inbound.requests import MalformedRequest


TARGET = "owner@gmail.com"
OLD_RECORDS = Path(__file__).parents[1] / "journal" / "schema_1"


def only_id(house: Any) -> str:
    """The id of the one mail there is."""
    (key,) = (k for k in house.keys("") if "/" not in k and not k.startswith("AMAZON"))
    return str(key)


def test_release(house: Any, context: Any) -> None:
    """Forwarded whatever the verdict says, once; the mark is gone."""
    house.write(text=GTUBE.decode())
    function = house.function()
    function.handle(house.event(), context)
    request = {"sendas": {"release": [only_id(house)]}}

    answers = [function.handle(request, context) for _ in range(2)]

    assert ["settled"] * 2 == [answer["results"][0]["outcome"] for answer in answers]
    assert [TARGET] == house.sent()
    assert [] == house.keys("sendas/quarantine/")


def test_redelivery_without_a_record(house: Any, context: Any) -> None:
    """The notice is lost; what SES wrote on top of the mail says who it was for."""
    house.write()

    answer = house.function().handle({"sendas": {"redeliver": [only_id(house)]}}, context)

    assert "settled" == answer["results"][0]["outcome"]
    assert [TARGET] == house.sent()


def test_redelivery_is_safe_to_repeat(house: Any, context: Any) -> None:
    """Who has it does not get it again."""
    house.write()
    function = house.function()
    function.handle(house.event(), context)

    answer = function.handle({"sendas": {"redeliver": [only_id(house)]}}, context)

    assert "settled" == answer["results"][0]["outcome"]
    assert [TARGET] == house.sent()


def test_redelivery_after_a_route_was_added(house: Any, context: Any) -> None:
    """As the notice of a missing route says."""
    house.write("new@example.com")
    function = house.function()
    function.handle(house.event(), context)
    routes = house.routes()
    routes["domains"]["example.com"]["routes"]["new"] = ["partner@example.org"]
    house.put_routes(routes)

    function.handle({"sendas": {"redeliver": [only_id(house)]}}, context)

    assert [TARGET, "partner@example.org"] == house.sent()


def test_redelivery_of_what_is_not_there(house: Any, context: Any) -> None:
    """Said of that id alone."""
    house.write()
    ids = ["nosuchmail", only_id(house)]

    answer = house.function().handle({"sendas": {"redeliver": ids}}, context)

    assert ["failed", "settled"] == [one["outcome"] for one in answer["results"]]


@pytest.mark.parametrize(
    "asked", [{}, {"redeliver": []}, {"redeliver": ["../x"]}, {"digest": "x"}, "nothing", None]
)
def test_asks_for_nothing_known(house: Any, context: Any, asked: object) -> None:
    """Refused, not guessed."""
    with pytest.raises(MalformedRequest):
        house.function().handle({"sendas": asked}, context)


def test_digest(house: Any, context: Any) -> None:
    """One letter a day lists what was kept, with the command that releases it."""
    for subject in ("Cheap pills", "Cheaper pills"):
        house.write(subject=subject, text=GTUBE.decode())
    function = house.function()
    function.handle(house.event(), context)
    day = f"{house.scene.lab.clock.now():%Y-%m-%d}"
    house.late = timedelta(days=1)

    for _ in range(2):
        function.handle({"sendas": {"digest": day}}, context)

    (letter,) = house.letters()
    assert "Cheap pills" in letter
    assert "Cheaper pills" in letter
    assert 2 == letter.count("sendas mail release ")


def test_digest_of_a_quiet_day(house: Any, context: Any) -> None:
    """No letter: a schedule's event asks for the day before it."""
    event = {"source": "aws.events", "time": "2026-01-03T06:00:00Z"}

    answer = house.function().handle(event, context)

    assert {"day": "2026-01-02", "kept": 0, "letters": 0, "compacted": 0} == answer
    assert [] == house.sent()


def put_old_record(house: Any, name: str) -> None:
    """The one mail's record as the last release with schema 1 wrote it for such a mail."""
    mail_id = only_id(house)
    value = json.loads((OLD_RECORDS / f"{name}.json").read_text())
    value |= {"ses_message_id": mail_id, "key": mail_id, "bucket": house.scene.bucket}
    house.scene.call(
        "s3",
        "PutObject",
        Bucket=house.scene.bucket,
        Key=f"sendas/state/{mail_id}.json",
        Body=json.dumps(value).encode(),
    )


def test_release_of_an_old_record(house: Any, context: Any) -> None:
    """A mail that an earlier release kept is forwarded once by this one."""
    house.write(text=GTUBE.decode())
    put_old_record(house, "quarantined")
    function = house.function()

    answers = [function.handle({"sendas": {"release": [only_id(house)]}}, context) for _ in "12"]

    assert ["settled"] * 2 == [answer["results"][0]["outcome"] for answer in answers]
    assert [TARGET] == house.sent()
    assert "sendas.mail/2" == house.record()["schema"]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("forwarded", []),
        ("noted", [TARGET]),
        # Without the notice whose answer was not written: the mail is forwarded now.
        ("forward_refused", [TARGET]),
    ],
)
def test_redelivery_of_an_old_record(house: Any, context: Any, name: str, sent: list[str]) -> None:
    """What an earlier release sent is not sent again; what it could not send is."""
    house.write()
    put_old_record(house, name)

    answer = house.function().handle({"sendas": {"redeliver": [only_id(house)]}}, context)

    assert "settled" == answer["results"][0]["outcome"]
    assert sent == house.sent()
