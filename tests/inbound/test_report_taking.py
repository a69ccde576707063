"""A mail with reports: kept once whatever dies, and never more than a stranger may cost us."""

# ruff: noqa: ANN401  the fixtures' classes are in conftest.py, which cannot be imported

import base64
import json

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from made_reports import HEAD, ROW, WHOLE, aggregate_xml, gzipped, zipped

from sendas.errors import SendasError
from sendas.forward.facts import read_facts
from sendas.inbound.mail import Mail
from sendas.inbound.report_taking import MAX_DOCUMENTS, take_report
from sendas.inbound.settings import Settings
from sendas.mail.headers import read_head
from sendas.reports.line import Carried, LostLine, ReportLine, RowLine, read_line
from sendas.ses.notices import Receipt, S3Object, Verdict, Verdicts


NOW = datetime(2026, 11, 29, 6, tzinfo=UTC)
PASS = Verdicts(*[Verdict.PASS] * 5)
SETTINGS = Settings("bucket", "us-east-1", "us-east-1")


class Bucket:
    """What is written, by key; the first *lost* writes fail."""

    def __init__(self, lost: int = 0) -> None:
        self.objects: dict[str, bytes] = {}
        self._lost = lost

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """As `Lean.write`."""
        assert bucket == "bucket"
        if self._lost:
            self._lost -= 1
            msg = "S3 is away"
            raise SendasError(msg)
        self.objects[key] = content

    def lines(self) -> Iterator[Any]:
        """Every line of every object."""
        for content in self.objects.values():
            yield from map(read_line, content.splitlines())


def mail(attached: bytes, author: str = "dmarc@example.net", verdicts: Verdicts = PASS) -> Mail:
    """A mail as the function has read it."""
    raw = (
        f"From: {author}\r\nTo: reports@example.com\r\nSubject: Report\r\n"
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + base64.encodebytes(attached)
    head = read_head(raw)
    receipt = Receipt("ses-1", "x@example.net", ("reports@example.com",), NOW, verdicts)
    place = S3Object("bucket", "ses-1")
    return Mail(receipt, place, head, read_facts(head, "x@example.net"), len(raw))


def taken(found: Mail, bucket: Any = None) -> Bucket:
    """The bucket afterwards."""
    bucket = bucket or Bucket()
    take_report(bucket, SETTINGS, found)
    return bucket


def about(day: datetime) -> bytes:
    """A report about the day that begins then."""
    begin = int(day.timestamp())
    return aggregate_xml(replace(HEAD, begin=begin, end=begin + 86_399), [ROW])


def test_what_it_says_is_kept_by_its_day_with_what_ses_proves() -> None:
    """Rows and report, in one object, by the author's domain."""
    bucket = taken(mail(about(NOW - timedelta(days=1, hours=6))))

    (key,) = bucket.objects
    row, whole = bucket.lines()
    assert key.startswith("sendas/reports/2026-11-28/")
    assert (RowLine, ReportLine) == (type(row), type(whole))
    assert (Carried.PROVEN, "example.net", "ses-1") == (
        row.about.origin.carried,
        row.about.origin.by,
        row.about.origin.mail,
    )


@pytest.mark.parametrize(
    ("author", "verdicts"),
    [
        ("dmarc@example.net", replace(PASS, dmarc=Verdict.FAIL)),
        ("dmarc@example.net", replace(PASS, dmarc=Verdict.GRAY)),
        ("dmarc@example.net", Verdicts()),
        ("a@example.net, b@google.com", PASS),
    ],
)
def test_what_ses_does_not_prove_is_not_proven(author: str, verdicts: Verdicts) -> None:
    """Nor is it anybody's: no domain stands in its place."""
    row, _ = taken(mail(WHOLE, author, verdicts)).lines()

    assert (Carried.UNPROVEN, "") == (row.about.origin.carried, row.about.origin.by)


def test_taken_again_it_is_the_same_object() -> None:
    """After a crash, or a second notice: written over itself."""
    bucket = Bucket(lost=1)
    with pytest.raises(SendasError):
        taken(mail(WHOLE), bucket)
    taken(mail(WHOLE), bucket)
    taken(mail(WHOLE), bucket)

    assert 1 == len(bucket.objects)


@pytest.mark.parametrize(
    "day", [datetime(1979, 8, 7, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)]
)
def test_a_day_that_cannot_be_is_that_of_the_mail(day: datetime) -> None:
    """Whoever writes a report chooses its day; the listing stays one of days that were."""
    (key,) = taken(mail(about(day))).objects

    assert key.startswith("sendas/reports/2026-11-29/")


@pytest.mark.parametrize(
    "attached",
    [
        b"not a report",
        b"",
        gzipped(b"<feedback>" + b" " * 20_000_000),
        zipped({f"{n}.txt": b"x" for n in range(300)}),
        b"\n".join(b"From a@b.example Sat Nov 28 12:00:00 2026\nX: y\n\nz\n" for _ in range(5000)),
        zipped({f"{n}.xml": b"<feedback>" + b"<email>x</email>" * 500_000 for n in range(9)}),
    ],
)
def test_whatever_a_stranger_sends_costs_one_object(attached: bytes) -> None:
    """Lines of what could not be read, bounded in number; no error, so no retry."""
    bucket = taken(mail(attached))

    lines = list(bucket.lines())
    assert 1 == len(bucket.objects)
    assert all(isinstance(line, LostLine) for line in lines)
    assert 1 <= len(lines) <= MAX_DOCUMENTS + 1


def test_rows_beyond_what_the_function_can_hold_are_left_in_the_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows of 70 bytes become lines of 500: they are cut where it is told, and a line says so."""
    monkeypatch.setattr("sendas.inbound.report_taking.MAX_BYTES", 1_000_000)
    row = b"<record><row><source_ip>1</source_ip><count>1</count></row></record>"
    bucket = taken(mail(gzipped(b"<feedback>" + row * 10_000 + b"</feedback>")))

    (content,) = bucket.objects.values()
    last = read_line(content.splitlines()[-1])
    assert 1_000_000 < len(content) < 1_010_000
    assert isinstance(last, LostLine)
    assert "the rest is in the mail alone" in last.why


def test_through_the_function_it_is_a_task_of_its_own(house: Any, context: Any) -> None:
    """No copy, no letter; the record says that it is done; a second notice does nothing more."""
    routes = house.routes()
    routes["domains"]["example.com"]["routes"]["reports"] = {"reports": True}
    house.put_routes(routes)
    house.write("reports@example.com", text=WHOLE.decode())
    event = house.event()
    for _ in range(2):
        assert [] == house.function().handle(event, context)["batchItemFailures"]

    assert ([], []) == (house.sent(), house.inbox())
    (task,) = house.record()["tasks"]
    assert ("reports", "done") == (task["kind"], task["state"])
    (key,) = house.keys("sendas/reports/")
    got = house.scene.call("s3", "GetObject", Bucket=house.scene.bucket, Key=key)
    lines = got["Body"].read().splitlines()
    assert ["dmarc", "report"] == [json.loads(line)["line"] for line in lines]
