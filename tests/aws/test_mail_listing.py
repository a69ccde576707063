"""Listing a large bucket: every key once, in few rounds, whatever the keys are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from botocore.parsers import RestXMLParser
from botocore.session import get_session
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from sendas.aws.mail_store import MailStore
from sendas.aws.session import Session, _take_objects_out, moment
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Bucket:
    """Stands for S3: pages of *page* keys, in the order of UTF-8 as S3 lists them."""

    def __init__(self, keys: set[str], page: int = 1000) -> None:
        self.keys = sorted(keys)
        self.page = page
        self.asked: list[str] = []
        self.silent_after = ""

    def ask(self, *_: object, Prefix: str, StartAfter: str = "", **__: object) -> Any:  # noqa: ANN401, N803  as botocore
        """A page."""
        self.asked.append(StartAfter)
        if self.silent_after and StartAfter >= self.silent_after:
            return NoAnswer(Why.TIMEOUT, "s3:ListObjectsV2: timeout")
        found = [k for k in self.keys if k.startswith(Prefix) and k > StartAfter]
        entries: list[Mapping[str, object]] = [
            {"Key": key, "Size": 1, "LastModified": NOW} for key in found[: self.page]
        ]
        return {"Contents": entries, "IsTruncated": len(found) > self.page}


def listed(bucket: Bucket, prefix: str) -> list[Any]:
    """What the store finds."""
    session: Session = bucket  # type: ignore[assignment]  # the part that is used
    return list(MailStore(session, Region("eu-west-1"), "b").objects(prefix))


KEYS = st.sets(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1), max_size=60
)


@given(KEYS, st.integers(1, 7))
def test_every_key_is_listed_once(keys: set[str], page: int) -> None:
    """Also keys that no id of SES looks like."""
    bucket = Bucket({f"in/{key}" for key in keys} | {"in", "inn", "other/x"}, page)

    assert sorted(f"in/{key}" for key in keys) == sorted(one.key for one in listed(bucket, "in/"))


def test_a_small_bucket_costs_one_call() -> None:
    """Only what does not fit one page is split."""
    bucket = Bucket({f"in/{n}" for n in range(900)})

    assert 900 == len(listed(bucket, "in/"))
    assert 1 == len(bucket.asked)


def test_the_longest_way_through_a_hundred_thousand() -> None:
    """Ids begin with any of 36 signs: no range needs more than four pages, one after the other."""
    signs = "0123456789abcdefghijklmnopqrstuvwxyz"
    bucket = Bucket({f"in/{signs[n % 36]}{n:06}" for n in range(100_000)})

    assert 100_000 == len({one.key for one in listed(bucket, "in/")})
    ranges = [after[:4] for after in bucket.asked]
    assert max(ranges.count(one) for one in set(ranges)) <= 4


def test_silence_in_one_range_is_told() -> None:
    """A part that could not be seen is no part that is empty."""
    bucket = Bucket({f"in/{c}{n:04}" for c in "amz" for n in range(600)})
    bucket.silent_after = "in/m"

    assert any(isinstance(one, NoAnswer) for one in listed(bucket, "in/"))


@pytest.mark.parametrize("edge", ["0", "a", "z"])
def test_a_key_on_the_edge_of_a_range(edge: str) -> None:
    """It belongs to one range, and to one only."""
    bucket = Bucket({f"in/{edge}"} | {f"in/{n:04}" for n in range(1500)} | {f"in/{edge}x"})
    keys = [one.key for one in listed(bucket, "in/")]

    assert 1 == keys.count(f"in/{edge}")
    assert 1 == keys.count(f"in/{edge}x")


@pytest.mark.parametrize(
    "written",
    ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+01:00",
     "Fri, 02 Jan 2026 03:04:05 GMT", 1767323045, "1767323045.5"],
)  # fmt: skip
def test_a_time_is_what_botocore_reads(written: str | float) -> None:
    """Only sooner, in the form that S3 lists."""
    assert parse_timestamp(written) == moment(written)


def page(*entries: str) -> bytes:
    """S3's answer (API reference, ListObjectsV2, example)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
        "<Prefix>mail/</Prefix><KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys>"
        f"<IsTruncated>true</IsTruncated>{''.join(entries)}</ListBucketResult>"
    ).encode()


def entry(key: str, *, size: str = "<Size>9000</Size>") -> str:
    """One object of it."""
    return (
        f"<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>"
        f"<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>{size}"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def read_by_botocore(body: bytes, *, taken: bool) -> Mapping[str, Any]:
    """The answer through botocore's parser, as its endpoint calls it."""
    shape = get_session().get_service_model("s3").operation_model("ListObjectsV2").output_shape
    assert shape is not None
    answer = {"status_code": 200, "headers": {}, "body": body, "context": {}}
    more: dict[str, Any] = {}
    if taken:
        _take_objects_out(answer, more)
    found: Mapping[str, Any] = RestXMLParser(timestamp_parser=moment).parse(answer, shape)
    return {**found, **more}


@pytest.mark.parametrize(
    "body",
    [
        page(),
        page(entry("mail/a"), entry("mail/b%20c")),
        page(entry("mail/a&amp;b&lt;c&gt;"), entry("mail/&quot;x&apos;"), entry("mail/é")),
        b'<?xml version="1.0"?><ListBucketResult/>',
    ],
    ids=["none", "two", "entities", "empty"],
)
def test_a_page_is_what_botocore_reads(body: bytes) -> None:
    """Key, size and time of each object, and all the rest; the truth is botocore's own parser."""
    whole, quick = (read_by_botocore(body, taken=taken) for taken in (False, True))
    needed = [
        {name: one[name] for name in ("Key", "Size", "LastModified")}
        for one in whole.pop("Contents", ())
    ]
    found = [
        {name: one[name] for name in ("Key", "Size", "LastModified")}
        for one in quick.pop("Contents", ())
    ]

    assert needed == found
    assert whole == quick


def test_an_object_without_size_is_left_to_botocore() -> None:
    """No object goes unseen because it is written in another way."""
    body = page(entry("mail/a"), entry("mail/b", size=""))

    assert ["mail/a", "mail/b"] == [
        one["Key"] for one in read_by_botocore(body, taken=True)["Contents"]
    ]
