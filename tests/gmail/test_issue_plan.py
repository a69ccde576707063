"""What to do about a mailbox's key, by what is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.issue_plan import (
    Intent,
    Issue,
    NoRoom,
    Reuse,
    Situation,
    Unusable,
    plan,
    read_intent,
)
from sendas.iam.keys import AccessKey
from sendas.ses.regions import Region


NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
HERE, THERE = Region("us-east-2"), Region("eu-west-1")


def key(name: str, *, active: bool = True) -> AccessKey:
    """A key of that name."""
    return AccessKey(name, "u", active=active, created=NOW)


def stored(name: str, region: Region = HERE) -> StoredCredential:
    """A password kept for that key."""
    return StoredCredential("me@example.com", region, name, "x")


def seen(
    *keys: AccessKey,
    held: StoredCredential | None = None,
    before: tuple[str, ...] | None = None,
    anew: bool = False,
    give_up: str | None = None,
) -> Situation:
    """A situation; *before* are the keys of an unfinished run."""
    intent = None if before is None else Intent(NOW, frozenset(before))
    return Situation(HERE, keys, held, intent, anew, give_up)


A, B = key("AKIAAAAA"), key("AKIABBBB")


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (seen(), Issue(Unusable.NONE_STORED)),
        (seen(A, held=stored("AKIAAAAA")), Reuse(stored("AKIAAAAA"))),
        (seen(A, B, held=stored("AKIAAAAA")), Reuse(stored("AKIAAAAA"))),
        # The secret of the only key was lost: a second one, and the first stays.
        (seen(A), Issue(Unusable.NONE_STORED, others=(A,))),
        (seen(A, held=stored("AKIAGONE")), Issue(Unusable.KEY_GONE, others=(A,))),
        (seen(A, held=stored("AKIAAAAA"), anew=True), Issue(Unusable.NOT_WANTED, others=(A,))),
        (seen(A, held=stored("AKIAAAAA", THERE)), Issue(Unusable.OTHER_REGION, others=(A,))),
        (
            seen(key("AKIAAAAA", active=False), held=stored("AKIAAAAA")),
            Issue(Unusable.KEY_INACTIVE, others=(key("AKIAAAAA", active=False),)),
        ),
        # Both slots full, and nobody knows whose they are.
        (seen(A, B), NoRoom((A, B))),
        (seen(A, B, give_up="XXXX"), NoRoom((A, B))),
        (seen(A, B, give_up="AKIA"), NoRoom((A, B))),
        (seen(A, B, give_up="BBBB"), Issue(Unusable.NONE_STORED, (), B, (A,))),
        # A crash between making a key and storing its password.
        (seen(A, before=()), Issue(Unusable.NONE_STORED, (A,))),
        (seen(A, B, before=("AKIAAAAA",)), Issue(Unusable.NONE_STORED, (B,), None, (A,))),
        # A crash after storing it: what is stored is no orphan.
        (seen(A, held=stored("AKIAAAAA"), before=()), Reuse(stored("AKIAAAAA"))),
        (seen(A, B, held=stored("AKIAAAAA"), before=()), Reuse(stored("AKIAAAAA"), (B,))),
    ],
)
def test_what_to_do(situation: Situation, expected: object) -> None:
    """Each situation has one answer."""
    assert expected == plan(situation)


def test_a_key_that_was_there_before_is_never_an_orphan() -> None:
    """Gmail may be using it."""
    step = plan(seen(A, B, before=("AKIAAAAA", "AKIABBBB")))

    assert NoRoom((A, B)) == step


def test_a_key_made_long_after_the_unfinished_run_is_no_orphan() -> None:
    """Made by hand a day after a run that was killed: somebody may send with it."""
    by_hand = replace(B, created=NOW + timedelta(days=1))

    step = plan(seen(A, by_hand, held=stored("AKIAAAAA"), before=("AKIAAAAA",)))

    assert Reuse(stored("AKIAAAAA")) == step


@given(
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
    st.frozensets(st.from_regex(r"AKIA[A-Z0-9]{16}", fullmatch=True), max_size=2),
)
def test_an_intent_is_read_as_it_was_written(began: datetime, before: frozenset[str]) -> None:
    """Parse after format is the identity."""
    intent = Intent(began, before)

    assert intent == read_intent(intent.dump())


@given(st.text())
def test_any_other_tag_is_no_intent_or_a_whole_one(text: str) -> None:
    """Somebody's own tag under our key deletes nothing by accident."""
    intent = read_intent(text)

    assert intent is None or intent.began.tzinfo is not None


def test_an_intent_fits_into_a_tag() -> None:
    """Tags hold 256 signs: letters, digits, blanks and + - = . _ : / @ (API reference)."""
    text = Intent(NOW, frozenset({"AKIA" + "A" * 28, "AKIA" + "B" * 28})).dump()

    assert len(text) <= 256
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +-=._:/@")


def test_another_run_is_given_half_a_minute() -> None:
    """It may still be at it, elsewhere."""
    intent = Intent(NOW, frozenset())

    assert timedelta(seconds=20) == intent.left_to_wait(NOW + timedelta(seconds=10))
    assert intent.left_to_wait(NOW + timedelta(minutes=1)) < timedelta(0)
