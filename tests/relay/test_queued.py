"""What each answer makes of a queued mail: pure."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sendas.journal.task import State
from sendas.relay.decide.notices import About, Kind
from sendas.relay.decide.queued import (
    Done,
    Item,
    Mail,
    after,
    bare,
    begun,
    held_by_owner,
    id_of,
    items_of,
    late,
    lost,
    released,
    token_of,
)
from sendas.relay.decide.verdict import Answer, Then
from sendas.ses.hold import Hold


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
MAIL = Mail(
    7,
    NOW,
    "me@example.com/gmail",
    "me@example.com",
    "gmail",
    "me@example.com",
    "me@example.com",
    99,
)


def item(mail: Mail = MAIL, recipients: int = 1) -> Item:
    """One task of a mail, begun."""
    about = [About(f"r{n}@example.net") for n in range(recipients)]
    return begun(items_of(mail, about)[0], NOW)


def said(then: Then, hold: Hold | None = None) -> Answer:
    """An answer of SES."""
    return Answer(then, "SomeCode", "some words", hold)


def test_fifty_recipients_are_one_call() -> None:
    """SES takes 50 (FACTS 6); nobody is left out, and nobody gets two."""
    about = [About(f"r{n % 120}@example.net") for n in range(130)] + [About("R1@EXAMPLE.NET")]
    items = items_of(MAIL, about)

    assert [50, 50, 20] == [len(one.recipients) for one in items]
    assert 120 == len({r.lower() for one in items for r in one.recipients})
    assert items[0].recipients == items[0].task.forward_paths


def test_done_is_the_end() -> None:
    """SES's message id is kept: `sendas trace` asks by it."""
    (now,) = after(item(), Done("0100-id"), NOW, 0.5).items

    assert (State.DONE, "0100-id") == (now.task.state, now.task.answer)


def test_a_refusal_is_told_to_the_sender() -> None:
    """With what SES said."""
    step = after(item(), said(Then.REFUSED), NOW, 0.5)

    assert State.REFUSED is step.items[0].task.state
    assert (Kind.FAILED, "SomeCode: some words") == (step.told[0].kind, step.told[0].said)


def test_one_bad_recipient_does_not_stop_the_others() -> None:
    """SES refuses all for one (API v1, "if any recipient is malformed"): each alone."""
    step = after(item(recipients=3), said(Then.SPLIT), NOW, 0.5)

    assert [("r0@example.net",), ("r1@example.net",), ("r2@example.net",)] == [
        one.recipients for one in step.items
    ]
    assert ["0.0", "0.1", "0.2"] == [one.task.name for one in step.items]
    assert {State.DUE} == {one.task.state for one in step.items}


def test_at_most_one_duplicate() -> None:
    """Two lost answers end it, uncertain; the sender hears that it may have gone."""
    first = after(item(), said(Then.UNKNOWN), NOW, 0.5)
    (again,) = first.items
    second = after(begun(again, NOW), said(Then.UNKNOWN), NOW, 0.5)

    assert (State.DUE, 1) == (again.task.state, again.task.unanswered)
    assert () == first.told
    assert State.UNCERTAIN is second.items[0].task.state
    assert Kind.UNCERTAIN is second.told[0].kind


def test_a_crash_counts_as_a_lost_answer() -> None:
    """What was in sending when the relay died may have been sent."""
    (again,) = lost(item(), NOW, 0.5).items

    assert (State.DUE, 1) == (again.task.state, again.task.unanswered)


def test_a_delay_is_told_once() -> None:
    """After four hours, until when it is tried."""
    late = NOW + timedelta(hours=4)
    first = after(item(), said(Then.LATER), late, 0.5)
    second = after(begun(first.items[0], late), said(Then.LATER), late + timedelta(hours=1), 0.5)

    assert (Kind.DELAYED, NOW + timedelta(days=2)) == (first.told[0].kind, first.told[0].until)
    assert () == second.told


def test_it_is_given_up_after_two_days() -> None:
    """With a DSN; one whose answer was lost before is not called refused."""
    late = NOW + timedelta(days=2)
    plain = after(item(), said(Then.LATER), late, 0.5)
    unsure = item()._replace(task=item().task._replace(unanswered=1))
    doubtful = after(unsure, said(Then.LATER), late, 0.5)

    assert (State.REFUSED, Kind.EXPIRED) == (plain.items[0].task.state, plain.told[0].kind)
    assert (State.UNCERTAIN, Kind.UNCERTAIN) == (
        doubtful.items[0].task.state, doubtful.told[0].kind,
    )  # fmt: skip


def test_what_waits_for_the_account_is_not_given_up() -> None:
    """It is alarmed each time, and the sender hears after four hours and then daily."""
    month, told, alarms, one = 30 * 24, [], 0, item()
    for hour in range(month):
        now = NOW + timedelta(hours=hour)
        step = after(begun(one, now), said(Then.HELD, Hold.PAUSED), now, 0.5)
        (one,) = step.items
        told += [hour for _ in step.told]
        alarms += len(step.alarms)

    assert (State.DUE, Hold.PAUSED) == (one.task.state, one.hold)
    assert [4, 28, 52] == told[:3]
    assert (30, month) == (len(told), alarms)


def test_time_in_a_hold_does_not_count() -> None:
    """Paused for three days, then throttled once: it has two days from there, not none."""
    paused = after(item(), said(Then.HELD, Hold.PAUSED), NOW + timedelta(days=3), 0.5).items[0]
    then = NOW + timedelta(days=3, minutes=1)
    for days, state in ((0, State.DUE), (1.9, State.DUE), (2, State.REFUSED)):
        step = after(begun(paused, then), said(Then.SLOWER), then + timedelta(days=days), 0.5)
        assert state is step.items[0].task.state


def test_what_the_owner_tries_again_has_its_time() -> None:
    """Given up after two days, then `queue retry`: one more failure does not give it up."""
    third = NOW + timedelta(days=3)
    (over,) = after(item(), said(Then.LATER), third, 0.5).items
    again = after(begun(released(over, third), third), said(Then.LATER), third, 0.5)

    assert State.REFUSED is over.task.state
    assert State.DUE is again.items[0].task.state


def test_untried_mail_is_told_late_too() -> None:
    """Behind a slow pace it was never attempted; its sender hears, and until when it has."""
    due = items_of(MAIL, [About("r@example.net")])[0]
    step = late(due, NOW + timedelta(hours=4))

    assert (Kind.DELAYED, NOW + timedelta(days=2), None) == (
        step.told[0].kind, step.told[0].until, step.told[0].hold,
    )  # fmt: skip
    assert NOW + timedelta(hours=4) == step.items[0].told_at
    assert Hold.RIGHTS is late(due._replace(hold=Hold.RIGHTS), NOW).told[0].hold


def test_success_is_told_to_whoever_asked() -> None:
    """NOTIFY=SUCCESS (RFC 3461, 5.2.2): SES makes no DSN of success, so ours says relayed."""
    asked = About("a@example.net", frozenset({"SUCCESS", "FAILURE"}))
    both = items_of(MAIL, [asked, About("b@example.net")])[0]
    step = after(begun(both, NOW), Done("0100"), NOW, 0.5)

    assert [(Kind.RELAYED, (asked,), "0100")] == [(t.kind, t.about, t.said) for t in step.told]
    assert () == after(item(), Done("0100"), NOW, 0.5).told


def test_a_bare_answer_keeps_what_counts() -> None:
    """Whether SES took it; a second lost one is alarmed, since its sender cannot be told."""
    assert State.DONE is bare(item(), Done("x"), NOW).items[0].task.state
    first = bare(item(), said(Then.REFUSED), NOW).items[0]
    second = bare(begun(first, NOW), said(Then.REFUSED), NOW)

    assert (State.DUE, 1) == (first.task.state, first.task.unanswered)
    assert State.UNCERTAIN is second.items[0].task.state
    assert ["notice-not-sent"] == [one.kind for one in second.alarms]


def test_no_notice_about_a_notice() -> None:
    """RFC 5321, 6.1: it is an alarm instead; so is a mail with a null reverse-path."""
    for mail in (MAIL._replace(notice=True), MAIL._replace(reverse_path="")):
        step = after(item(mail), said(Then.REFUSED), NOW, 0.5)
        assert () == step.told
        assert ["notice-not-sent"] == [one.kind for one in step.alarms]


def test_who_asked_not_to_be_told_is_not() -> None:
    """NOTIFY=NEVER (RFC 3461, 4.1)."""
    quiet = items_of(MAIL, [About("r@example.net", frozenset({"NEVER"}))])[0]

    assert () == after(begun(quiet, NOW), said(Then.REFUSED), NOW, 0.5).told


def test_the_owner_holds_and_releases() -> None:
    """Held mail is not due before the year 9999; released, it is due now."""
    held = held_by_owner(items_of(MAIL, [About("r@example.net")])[0])

    assert (Hold.BY_OWNER, 9999) == (held.hold, held.due_at.year)
    assert (None, NOW) == (released(held, NOW).hold, released(held, NOW).due_at)


@given(st.integers(1, 2**63 - 1))
def test_tokens_are_ids(number: int) -> None:
    """What people type finds the mail, in either case."""
    assert number == id_of(token_of(number)) == id_of(token_of(number).lower())


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    """What is no token names no mail."""
    found = id_of(text)

    assert found is None or token_of(found) == text.strip().upper()


answers = st.sampled_from(
    [*(said(then, Hold.PAUSED if then is Then.HELD else None) for then in Then), Done("id")]
)


@given(st.integers(1, 50), st.lists(st.tuples(answers, st.floats(0, 40)), max_size=40))
def test_nobody_is_lost_or_sent_three_times(
    recipients: int, days: list[tuple[Answer | Done, float]]
) -> None:
    """Whatever SES says and when: each recipient has one task, ended or due, told if not done."""
    now, items, told = (
        NOW,
        [items_of(MAIL, [About(f"r{n}@x.example") for n in range(recipients)])[0]],
        [],
    )
    unanswered: dict[str, int] = {}
    for answer, pause in days:
        now += timedelta(hours=pause)
        going = next((one for one in items if State.DUE is one.task.state), None)
        if going is None:
            break
        step = after(begun(going, now), answer, now, 0.5)
        items.remove(going)
        items += step.items
        told += [(one.recipient, t.kind) for t in step.told for one in t.about]
        if isinstance(answer, Answer) and Then.UNKNOWN is answer.then:
            for one in going.recipients:
                unanswered[one] = unanswered.get(one, 0) + 1

    assert sorted(f"r{n}@x.example" for n in range(recipients)) == sorted(
        r for one in items for r in one.recipients
    )
    assert max(unanswered.values(), default=0) <= 2
    for one in items:
        final = {kind for r, kind in told if r in one.recipients and Kind.DELAYED is not kind}
        assert bool(final) is (one.task.state in {State.REFUSED, State.UNCERTAIN})
