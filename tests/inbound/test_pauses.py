"""When a mail comes back: pure."""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.inbound.pauses import LONGEST_PAUSE, Pace, in_turn, pause_seconds
from sendas.ses.notices import Origin, Record
from sendas.setup.template.receiving import FUNCTION_SECONDS, MAX_RECEIVES


def pauses(pace: Pace) -> list[int]:
    """Between the first receive and the last that the stack's queue grants."""
    return [pause_seconds(pace, number) for number in range(1, MAX_RECEIVES)]


@pytest.mark.parametrize("pace", [Pace.STEADY, Pace.QUOTA])
def test_the_receives_outlast_two_days(pace: Pace) -> None:
    """What the owner has to mend over a weekend does not end among the dead letters."""
    assert 48 * 3600 < sum(pauses(pace))


def test_too_much_at_once_is_tried_often() -> None:
    """Never more than a quarter of an hour apart, for the first two hours and more."""
    assert 900 == max(pauses(Pace.SOON)[:12])
    assert 2 * 3600 < sum(pauses(Pace.SOON)[:12])


def test_a_day_s_quota_waits_ever_longer() -> None:
    """2, 4, 8, and then as long as SQS lets a message be out of sight: 12 h."""
    assert [7200, 14400, 28800] == pauses(Pace.QUOTA)[:3]
    assert {LONGEST_PAUSE} == set(pauses(Pace.QUOTA)[3:])
    assert LONGEST_PAUSE + FUNCTION_SECONDS < 12 * 3600


@given(st.sampled_from(Pace), st.integers(-3, 10**9), st.integers(0, 900))
def test_any_count_gives_a_pause_sqs_takes(pace: Pace, receives: int, least: int) -> None:
    """Between half a minute and SQS's limit, and never before it makes sense."""
    pause = pause_seconds(pace, receives, least)

    assert 30 <= pause <= LONGEST_PAUSE
    assert pace is not Pace.SOON or pause >= least


def batch(receives: list[int]) -> list[Record]:
    """Records that SQS hands out, each for the so-many-th time."""
    return [
        Record(Origin.SQS, "", f"{n}", {"attributes": {"ApproximateReceiveCount": str(count)}})
        for n, count in enumerate(receives)
    ]


@given(st.lists(st.integers(1, MAX_RECEIVES), max_size=5))
def test_of_any_two_each_is_ahead_within_two_receives(receives: list[int]) -> None:
    """One of them may kill the worker; and what is fresh goes ahead of what comes often."""
    first, second = (
        [int(one.item_id) for one in in_turn(batch([count + more for count in receives]))]
        for more in (0, 1)
    )

    assert set(range(len(receives))) == set(first) == set(second)
    worn = [n for n in first if receives[n] >= 4]
    assert worn == first[len(first) - len(worn) :]
    assert worn[::-1] == [n for n in second if n in worn]
