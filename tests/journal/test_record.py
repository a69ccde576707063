"""The state machine: pure, so every path of it can be walked."""

import json

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.inbound.kinds import Kind
from sendas.journal import record as journal
from sendas.journal.record import Busy, Record, Summary
from sendas.journal.record_file import MalformedRecord, read_record, write_record
from sendas.journal.task import State, Task, answer_lost, begun


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SOON = NOW + timedelta(seconds=60)
TO_OWNER = Task("forward:1", Kind.FORWARD, "routed", "", "owner@example.net", ("me@example.com",))
NOTICE = Task("notice:1", Kind.NOTICE, "no-route", "", "owner@example.net", ("x@example.com",))
MAIL = Record(
    "abc", "mail", "abc", NOW, "jane@example.net", ("me@example.com",), tasks=(TO_OWNER,)
)

texts = st.text(max_size=20)
tasks = st.builds(
    Task,
    name=st.text("abc:", min_size=1, max_size=6),
    kind=st.sampled_from(Kind),
    reason=texts,
    why=texts,
    target=texts,
    forward_paths=st.lists(texts, max_size=2).map(tuple),
    state=st.sampled_from(State),
    unanswered=st.integers(0, 2),
    answer=texts,
    at=texts,
    because_of=texts,
    concerns=st.lists(texts, max_size=2).map(tuple),
    repeatable=st.booleans(),
)
records = st.builds(
    Record,
    st.just("abc"),
    texts,
    texts,
    st.just(NOW),
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.builds(Summary, texts, texts, st.integers(0), st.dictionaries(texts, texts, max_size=2)),
    st.lists(tasks, max_size=4, unique_by=lambda task: task.name).map(tuple),
    texts,
    st.sampled_from([None, NOW, SOON]),
    st.integers(0, 9),
)


@given(records)
def test_is_read_as_it_was_written(record: Record) -> None:
    """Nothing is lost between two processes."""
    assert record == read_record(write_record(record))


@given(
    st.binary() | st.recursive(st.none() | texts, st.lists).map(lambda v: json.dumps(v).encode())
)
def test_reads_nothing_else(content: bytes) -> None:
    """Whatever else lies there is told apart, and never taken for a new mail."""
    with pytest.raises(MalformedRecord):
        read_record(content)


def test_a_hold_is_respected() -> None:
    """While it lasts, by everybody but whoever has it."""
    lease = journal.leased(MAIL, "a", NOW, SOON)
    assert isinstance(lease, Record)

    assert Busy(SOON) == journal.leased(lease, "b", NOW, SOON)
    assert isinstance(journal.leased(lease, "b", SOON, SOON), Record)
    assert isinstance(journal.leased(journal.freed(lease), "b", NOW, SOON), Record)


def test_a_dead_workers_send_is_a_lost_answer() -> None:
    """The first time it is due again, the second time it is uncertain for good."""
    record = journal.with_task(MAIL, begun(TO_OWNER, NOW))

    for state in (State.DUE, State.UNCERTAIN):
        taken = journal.leased(journal.freed(record), state, NOW, SOON)
        assert isinstance(taken, Record)
        assert state is taken.tasks[0].state
        record = journal.with_task(taken, begun(taken.tasks[0], NOW))


def test_the_owner_may_be_told_twice() -> None:
    """After two lost answers a notice ends, unconfirmed; a mark is written until it is."""
    mark = NOTICE._replace(kind=Kind.QUARANTINE, repeatable=True)
    for _ in range(2):
        notice = NOTICE
        for _ in range(2):
            notice = answer_lost(begun(notice, NOW), NOW)
        mark = answer_lost(begun(mark, NOW), NOW)

    assert State.UNCERTAIN is notice.state
    assert State.DUE is mark.state


@given(records, st.lists(tasks, max_size=3), st.lists(texts, max_size=3))
def test_planning_forgets_nothing_that_ended(
    record: Record, wanted: list[Task], paths: list[str]
) -> None:
    """What was done stays done, whatever is decided now."""
    after = journal.planned(record, wanted, paths)

    def but_for_whom(tasks: Iterable[Task]) -> dict[str, Task]:
        return {task.name: task._replace(forward_paths=()) for task in tasks}

    ended = but_for_whom(task for task in record.tasks if task.ended)
    assert ended.items() <= but_for_whom(after.tasks).items()
    for task in record.tasks:
        kept = after.task(task.name)
        assert not task.ended or (kept and set(task.forward_paths) <= set(kept.forward_paths))
    assert len({task.name for task in after.tasks}) == len(after.tasks)


def test_planning_keeps_the_count_of_lost_answers() -> None:
    """Deciding again gives no third chance."""
    once = answer_lost(TO_OWNER, NOW)

    after = journal.planned(MAIL._replace(tasks=(once,)), [TO_OWNER], ["me@example.com"])

    assert 1 == after.tasks[0].unanswered


def test_planning_drops_what_is_not_wanted_any_more() -> None:
    """A changed route counts for what was not sent yet; another notice's tasks are not ours."""
    other = TO_OWNER._replace(name="forward:2", forward_paths=("you@example.com",))

    after = journal.planned(MAIL._replace(tasks=(TO_OWNER, other)), [], ["me@example.com"])

    assert (other,) == after.tasks


@given(records, records)
def test_joining_knows_what_either_knew(mine: Record, theirs: Record) -> None:
    """A task that was done by either account is done."""
    both = journal.merged(mine, theirs)

    for one in (mine, theirs):
        for task in one.tasks:
            known = both.task(task.name)
            assert known is not None
            assert task.state is not State.DONE or known.state is State.DONE
    assert {*mine.forward_paths, *theirs.forward_paths} == set(both.forward_paths)


def test_asked_again_what_failed_is_due() -> None:
    """What was refused or unconfirmed gets new chances, what was done does not."""
    states = (State.REFUSED, State.UNCERTAIN, State.DONE)
    three = tuple(TO_OWNER._replace(name=s, state=s, unanswered=2) for s in states)

    after = journal.reopened(MAIL._replace(tasks=three))

    assert [(State.DUE, 0), (State.DUE, 0), (State.DONE, 2)] == [
        (task.state, task.unanswered) for task in after.tasks
    ]
