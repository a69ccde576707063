"""Listing a large bucket: every key once, in few rounds, whatever the keys are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from sendas.aws.mail_store import MailStore
from sendas.aws.session import Session, moment
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
