"""The account's bounce rate: read, cached, acted on; forwards stop before the account is."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import botocore.session
import pytest

from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from sendas.aws.lean import Lean, Sent
from sendas.aws.refusals import Denied, NoReply, Throttled, Transient
from sendas.aws.replies import sent_lately
from sendas.aws.signer import AwsKey
from sendas.inbound.counting import (
    BELIEVED_FOR,
    LEAST_SENT,
    MEASURED_EVERY,
    BounceRate,
    bounce_percent,
)
from sendas.inbound.log import Log


TARGET = "owner@gmail.com"
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
POINT = (
    "<member><DeliveryAttempts>{}</DeliveryAttempts><Timestamp>2026-01-02T03:00:00Z</Timestamp>"
    "<Rejects>7</Rejects><Bounces>{}</Bounces><Complaints>9</Complaints></member>"
)
ANSWER = (
    '<GetSendStatisticsResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">'
    "<GetSendStatisticsResult><SendDataPoints>{}</SendDataPoints></GetSendStatisticsResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetSendStatisticsResponse>"
)
points = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=5)


@pytest.fixture(scope="module")
def modelled() -> Any:
    """Botocore's own reader of the answer, by its service model."""
    model = botocore.session.Session().get_service_model("ses")
    shape = model.operation_model("GetSendStatistics").output_shape
    parser = create_parser("query")
    return lambda body: parser.parse({"body": body, "headers": {}, "status_code": 200}, shape)  # type: ignore[arg-type]  # it has one


# Reading ----------------------------------------------------------------


@given(points)
def test_reads_what_botocore_reads(modelled: Any, sent: list[tuple[int, int]]) -> None:
    """The same attempts and bounces, in the same order, from any answer."""
    body = ANSWER.format("".join(POINT.format(*point) for point in sent)).encode()

    theirs = [(p["DeliveryAttempts"], p["Bounces"]) for p in modelled(body)["SendDataPoints"]]

    assert sent == theirs
    assert tuple(Sent(*point) for point in theirs) == sent_lately(body)


@given(st.binary())
def test_what_is_no_answer_is_not_nothing(body: bytes) -> None:
    """Never an empty list, which would say that nothing was sent."""
    assert sent_lately(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "<html>Welcome to the hotel</html>",
        ANSWER.format(POINT.format(1, 2))[:-40],
        ANSWER.format("<member><DeliveryAttempts>8</DeliveryAttempts></member>"),
        ANSWER.format(POINT.format("many", 2)),
        ANSWER.format(POINT.format(1, -2)),
    ],
)
def test_half_an_answer_is_none(body: str) -> None:
    """Cut off, of somebody else's, or without a number."""
    assert sent_lately(body.encode()) is None


# Judging ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "percent"),
    [
        ((), None),
        ((Sent(LEAST_SENT - 1, LEAST_SENT - 1),), None),
        ((Sent(LEAST_SENT, 0),), 0.0),
        ((Sent(LEAST_SENT, 8),), 4.0),
        ((Sent(150, 10), Sent(0, 5), Sent(150, 0)), 5.0),
    ],
)
def test_few_mails_have_no_rate(sent: tuple[Sent, ...], percent: float | None) -> None:
    """All points together, from 200 mails on."""
    assert percent == bounce_percent(sent)


class Account:
    """Stands for SES: gives or raises what it is told, and counts how often it was asked."""

    def __init__(self, told: tuple[Sent, ...] | Exception) -> None:
        self.told = told
        self.asked = 0

    def sent_lately(self) -> tuple[Sent, ...]:
        """What the account sent."""
        self.asked += 1
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


class Process:
    """One process that asks *account*, at a time of its own."""

    def __init__(self, account: Account) -> None:
        self.now = NOW
        self.lines: list[str] = []
        log = Log(write=self.lines.append)
        self.rate = BounceRate(account, log, lambda: self.now)  # type: ignore[arg-type]  # the one call it makes


def test_asks_once_in_five_minutes() -> None:
    """A storm of mails is one call, in one process; then it is asked again."""
    account = Account((Sent(1000, 50),))
    process = Process(account)
    percents = [process.rate.percent() for _ in range(100)]
    process.now += MEASURED_EVERY - timedelta(seconds=1)
    percents.append(process.rate.percent())
    assert 1 == account.asked
    account.told = (Sent(1000, 10),)
    process.now += timedelta(seconds=1)

    assert {5.0} == set(percents)
    assert 1.0 == process.rate.percent()
    assert 2 == account.asked


def test_a_clock_set_back_does_not_freeze_the_figure() -> None:
    """It is asked again."""
    account = Account((Sent(1000, 50),))
    process = Process(account)
    process.rate.percent()
    process.now -= timedelta(days=1)
    process.rate.percent()

    assert 2 == account.asked


@pytest.mark.parametrize(
    "error",
    [
        Denied("ses:GetSendStatistics", "AccessDenied", "jane@example.net", 403),
        Throttled("ses:GetSendStatistics", "Throttling"),
        NoReply("ses:GetSendStatistics", "TimeoutError", sent=True),
    ],
)
def test_what_cannot_be_measured_is_believed_for_an_hour(error: Exception) -> None:
    """A stop is not lifted by one answer missing; logged, not asked again for every mail."""
    account = Account((Sent(1000, 100),))
    process = Process(account)
    assert 10.0 == process.rate.percent()
    account.told = error
    process.now += MEASURED_EVERY

    assert [10.0, 10.0] == [process.rate.percent(), process.rate.percent()]
    assert 2 == account.asked
    process.now += BELIEVED_FOR
    assert process.rate.percent() is None
    line = process.lines[0]
    assert "bounce rate not measured" in line
    assert "jane" not in line


# Asking -----------------------------------------------------------------


@pytest.fixture
def lean(server: Any) -> Iterator[Lean]:
    """A client of the server."""
    key = AwsKey("AKIAIOSFODNN7EXAMPLE", "secret")
    lean = Lean(key, "us-east-1", {"AWS_ENDPOINT_URL": server.url}, pause=lambda _: None)
    yield lean
    lean.close()


def test_the_call(lean: Lean, server: Any) -> None:
    """SES API v1: a form with the action and the version."""
    server.answers[0].body = ANSWER.format(POINT.format(8, 1)).encode()

    assert (Sent(8, 1),) == lean.sent_lately()
    form = parse_qs(server.requests[0].body.decode())
    assert {"Action": ["GetSendStatistics"], "Version": ["2010-12-01"]} == form


@pytest.mark.parametrize(
    ("status", "kind"), [(200, Transient), (503, Transient), (400, Throttled)]
)
def test_one_try(lean: Lean, server: Any, status: int, kind: type[Exception]) -> None:
    """A mail is waiting: what did not work is not repeated."""
    server.answers[0].status = status
    server.answers[0].body = b"<ErrorResponse><Error><Code>Throttling</Code></Error>" * (
        kind is Throttled
    )

    with pytest.raises(kind):
        lean.sent_lately()
    assert 1 == len(server.requests)


# In the lab -------------------------------------------------------------


def send_out(house: Any, good: int, gone: int) -> None:
    """SES counted *good* mails earlier; now the owner writes to some who are gone."""
    ses, region = house.scene.lab.ses, house.scene.region
    ses.region(region).tally(house.scene.lab.clock.now()).attempts += good
    ses.set_quota(region, max_rate=1000)
    house.scene.call(
        "sesv2",
        "SendEmail",
        FromEmailAddress=house.scene.address,
        Destination={"ToAddresses": [f"unknown+{n}@example.net" for n in range(gone)]},
        Content={"Simple": {"Subject": {"Data": "News"}, "Body": {"Text": {"Data": "x"}}}},
    )
    house.scene.lab.settle()
    # Of the mails that say what bounced nothing is to be seen here.
    house.scene.call("sqs", "PurgeQueue", QueueUrl=house.queue_url)


def bring(house: Any, function: Any, context: Any, subject: str) -> None:
    """One more mail arrives and is worked on; those before are announced again, and settled."""
    house.write(subject=subject)
    answer = function.handle(house.event(), context)
    assert [] == answer["batchItemFailures"]


def forwarded(house: Any) -> list[str]:
    """Subjects of what is in the owner's mailbox and was written by somebody else."""
    found = [mail.subject for mail in house.scene.inbox()]
    return [one for one in found if one != "Forwarding has stopped"]


def test_forwards_stop_and_go_on(house: Any, context: Any) -> None:
    """Over 5 %: kept, one letter a day however many mails and processes; later all flows again."""
    function = house.function()
    bring(house, function, context, "before")
    send_out(house, good=200, gone=12)
    house.late += MEASURED_EVERY

    bring(house, function, context, "kept 1")
    bring(house, function, context, "kept 2")
    bring(house, house.function(), context, "kept 3")

    assert ["before"] == forwarded(house)
    assert 3 == len(house.keys("sendas/quarantine/"))
    (letter,) = house.letters()
    assert letter.startswith("Forwarding has stopped\n")
    assert "5.6 % of what you sent bounced" in letter
    assert "The limit is 4 %" in letter
    alarms = [line for line in house.said() if line["level"] == "ERROR"]
    assert ["forwarding has stopped"] == [line["what"] for line in alarms]

    house.late += timedelta(days=1)
    bring(house, function, context, "kept 4")
    assert 2 == len(house.letters())

    house.late += MEASURED_EVERY
    for tally in house.scene.lab.ses.region(house.scene.region).tallies:
        tally.start -= timedelta(days=15)  # out of SES's two weeks; SQS would forget its messages
    bring(house, function, context, "after")
    kept = house.keys("sendas/quarantine/")[0].split("/")[3]
    function.handle({"sendas": {"release": [kept]}}, context)

    assert 4 > len(house.keys("sendas/quarantine/"))
    assert ["before", "after"] == forwarded(house)[:2]
    assert forwarded(house)[2].startswith("kept ")


def test_a_release_goes_through_the_stop(house: Any, context: Any) -> None:
    """The owner wants this one all the same."""
    send_out(house, good=200, gone=12)
    function = house.function()
    bring(house, function, context, "wanted")
    (key,) = house.keys("sendas/quarantine/")

    function.handle({"sendas": {"release": [key.split("/")[3]]}}, context)

    assert ["wanted"] == forwarded(house)


def test_few_mails_do_not_stop_it(house: Any, context: Any) -> None:
    """Half of a handful bounced: nobody can say a rate."""
    send_out(house, good=5, gone=5)

    bring(house, house.function(), context, "hello")

    assert ["hello"] == forwarded(house)


def test_the_limit_is_the_routes_own(house: Any, context: Any) -> None:
    """An owner who knows better moves it; it counts from the next mail on."""
    send_out(house, good=200, gone=12)
    house.put_routes(house.routes() | {"limits": {"stop_at_bounce_percent": 8}})

    bring(house, house.function(), context, "hello")

    assert ["hello"] == forwarded(house)


@pytest.mark.parametrize("fault", ["fail", "deny", "throttle"])
def test_mail_flows_when_nothing_can_be_measured(house: Any, context: Any, fault: str) -> None:
    """Also with a role of before, which may not ask."""
    getattr(house.scene.lab.aws.faults, fault)("ses:GetSendStatistics")

    bring(house, house.function(), context, "hello")

    house.scene.lab.aws.faults.clear()
    assert ["hello"] == forwarded(house)
    assert "bounce rate not measured" in [line["what"] for line in house.said()]


def test_mail_is_kept_when_the_owner_cannot_be_told(house: Any, context: Any) -> None:
    """Said in the log once an hour; the next hour tries again."""
    send_out(house, good=200, gone=12)
    house.scene.lab.aws.faults.deny("ses:SendEmail")
    function = house.function()

    bring(house, function, context, "kept 1")
    bring(house, function, context, "kept 2")

    house.scene.lab.aws.faults.clear()
    assert 2 == len(house.keys("sendas/quarantine/"))
    assert 1 == [line["what"] for line in house.said()].count("owner not told")
    house.late += timedelta(hours=1)
    bring(house, function, context, "kept 3")
    assert 1 == len(house.letters())


def test_no_mail_to_forward_asks_nothing(house: Any, context: Any) -> None:
    """What is reported or discarded does not depend on the rate."""
    function = house.function()
    asked: list[str] = []
    exchange = function.aws._wire.exchange  # noqa: SLF001  the one place that every call passes

    def heard(action: str, *parts: Any, **more: Any) -> Any:
        asked.append(action)
        return exchange(action, *parts, **more)

    function.aws._wire.exchange = heard  # noqa: SLF001  see above
    for to in ("bin@example.com", "nobody@example.com"):
        house.write(to)
    function.handle(house.event(), context)

    assert "s3:GetObject" in asked
    assert "ses:GetSendStatistics" not in asked
