"""Two looks compared: values in, changes out."""

import contextlib

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.advice import Owner
from sendas.doctor.model import Diagnosis, Finding, Layer, Severity, Status
from sendas.iam.keys import AccessKey
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed
from sendas.watch.decide.compare import (
    BLIND_RUNS,
    Became,
    Came,
    Change,
    Changed,
    Known,
    SeenAgain,
    Unseen,
    Went,
    compare,
)
from sendas.watch.decide.letter import lines_of, status_lines, subject_of
from sendas.watch.decide.memory import (
    Busy,
    MalformedState,
    Notice,
    Remembered,
    channel,
    is_ahead,
    leased,
    read_state,
    write_state,
)
from sendas.watch.decide.sight import (
    PROOF_AGE,
    Problem,
    Proofs,
    Sight,
    of_addresses,
    of_answer,
    of_findings,
    of_keys,
    of_proofs,
    of_subscriptions,
)


NOW = datetime(2026, 11, 29, 6, 30, tzinfo=UTC)
AT = "2026-11-29T06:30:00.000Z"
HERE = Region("us-east-1")
CODES = [f"X{n:03}" for n in range(6)]


def finding(code: str, status: Status) -> Finding:
    """One."""
    return Finding(code, Layer.DNS, status, Severity.HIGH, Owner.DNS, f"{code} is {status}")


def seen(*findings: Finding, not_asked: tuple[str, ...] = ()) -> Sight:
    """A look of the doctor's."""
    return of_findings(Diagnosis("example.com", HERE, (), findings), CODES, not_asked)


SIGHTS = st.lists(st.sampled_from([*Status, None, "not-asked"]), min_size=6, max_size=6).map(
    lambda ends: seen(
        *(finding(c, e) for c, e in zip(CODES, ends, strict=True) if isinstance(e, Status)),
        not_asked=tuple(c for c, e in zip(CODES, ends, strict=True) if e == "not-asked"),
    )
)


@given(st.lists(SIGHTS, max_size=12))
def test_told_once_each_and_in_turn(sights: list[Sight]) -> None:
    """Whatever is seen in whatever order: each code comes, goes, comes; never twice the same."""
    known, open_ = Known(), set()
    for sight in sights:
        changes, known = compare(known, sight, AT)
        for change in changes:
            if isinstance(change, Came):
                key = change.problem.key
                assert key not in open_ or change.problem.grade > 1
                open_.add(key)
            elif isinstance(change, Went):
                assert change.key in open_
                assert change.key in sight.well, "only what was looked at ends"
                open_.remove(change.key)
        assert open_ == known.problems.keys()
        assert sight.problems.keys() <= open_
        again, same = compare(known, sight, AT)
        assert () == tuple(one for one in again if not isinstance(one, Unseen))
        assert known.problems == same.problems


def test_the_four_outcomes() -> None:
    """OK and a question that does not arise end a problem; silence, a skip and a crash do not."""
    (_, known) = compare(Known(), seen(*(finding(c, Status.FAIL) for c in CODES)), AT)
    ends = (Status.OK, Status.UNKNOWN, Status.SKIPPED, Status.CRASHED)
    after = seen(
        *(finding(c, e) for c, e in zip(CODES, ends, strict=False)), not_asked=(CODES[5],)
    )
    changes, known = compare(known, after, AT)
    assert {CODES[0], CODES[4]} == {one.key for one in changes if isinstance(one, Went)}
    assert {CODES[1], CODES[2], CODES[3], CODES[5]} == known.problems.keys()


def test_silence_is_told_when_it_lasts_and_when_it_ends() -> None:
    """At the third look in a row, once; and once when somebody answers."""
    blind = Sight(unseen={"dns:MX example.com": "timeout"})
    _, known = compare(Known(), Sight(values={"dns:MX example.com": "10 a"}), AT)
    told: list[Change] = []
    for _ in range(BLIND_RUNS + 2):
        changes, known = compare(known, blind, AT)
        told += changes
    assert ["Unseen"] == [type(one).__name__ for one in told]
    changes, known = compare(known, Sight(values={"dns:MX example.com": "10 b"}), AT)
    assert {SeenAgain, Changed} == set(map(type, changes))
    assert {} == known.blind


def test_what_was_never_seen_is_told_at_the_first_look() -> None:
    """A watcher that sees nothing from the beginning says so at once."""
    changes, known = compare(Known(), Sight(unseen={"ACC001": "denied: ses:GetAccount"}), AT)
    assert [Unseen] == list(map(type, changes))
    assert () == compare(known, Sight(unseen={"ACC001": "denied"}), AT)[0]


def test_a_warning_that_becomes_a_failure_is_told() -> None:
    """And one that gets better is not told twice when it ends."""
    _, known = compare(Known(), seen(finding("X000", Status.WARN)), AT)
    changes, known = compare(known, seen(finding("X000", Status.FAIL)), AT)
    assert [Came] == list(map(type, changes))
    changes, known = compare(known, seen(finding("X000", Status.WARN)), AT)
    assert () == changes


def _titled(title: str, *, because_of: str | None = None, grade: int = 2) -> Sight:
    problem = Problem("X000", title, because_of=because_of, grade=grade)
    return Sight({"X000": problem}, well=frozenset(CODES[1:]))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("The topic a does not exist", "Nobody is subscribed to the topic a", True),
        ("The MX is not SES's: 10 a.example.net", "The MX is not SES's: 10 b.example.net", True),
        ("192.0.2.7 is on a list", "192.0.2.9 is on a list", True),
        ("1 mail came in and waits", "12 mails came in and waits", False),
        ("1 mail is lost", "2 mails are lost", False),
        ("The quota is used to 81 %", "The quota is used to 97.5 %", False),
        ("ns1.example.net, ns2.example.net are old", "ns2.example.net, ns1.example.net are old",
         False),
    ],
)  # fmt: skip
def test_a_problem_that_is_another_one_now_is_told(was: str, now: str, *, told: bool) -> None:
    """What is wrong is another thing than was told: once; how many of it is the same thing."""
    _, known = compare(Known(), _titled(was), AT)
    changes, after = compare(known, _titled(now), AT)
    assert ([Became] if told else []) == list(map(type, changes))
    assert () == compare(after, _titled(now), AT)[0]
    if told:
        text = "\n".join(lines_of("example.com", known, after, changes))
        assert f"NOW  {now}" in text
        assert f"Was:   {was}, since 2026-11-29 06:30 UTC" in text
        assert "Still open, told before" not in text


def test_what_follows_from_another_or_gets_better_is_not_told_again() -> None:
    """Its root is told; a failure that became a warning is neither new nor over."""
    _, known = compare(Known(), _titled("one thing"), AT)
    assert () == compare(known, _titled("another", because_of="X001"), AT)[0]
    assert () == compare(known, _titled("another", grade=1), AT)[0]


def test_what_nobody_asks_any_more_is_not_blind_for_ever() -> None:
    """After three looks without the question nobody says any more that it cannot be answered."""
    _, known = compare(Known(), Sight(unseen={"dns:TXT old.example.com": "timeout"}), AT)
    for _ in range(BLIND_RUNS - 1):
        changes, known = compare(known, Sight(), AT)
        assert () == changes
        assert {"dns:TXT old.example.com"} == known.blind.keys(), "skipped: not seen yet"
    changes, known = compare(known, Sight(), AT)
    assert () == changes, "and nobody saw it, either"
    assert {} == known.blind


def test_a_look_from_the_future_is_no_look() -> None:
    """A clock that was ahead: it is neither young nor is its lease obeyed for days."""
    now = NOW - timedelta(days=3)
    assert is_ahead(AT, now)
    assert not is_ahead(AT, NOW)
    state = Remembered(Known(AT), leased_to="dead", leased_until=NOW.isoformat())
    assert not isinstance(leased(state, "me", now, now + timedelta(minutes=5)), Busy)
    soon = replace(state, leased_until=(now + timedelta(minutes=4)).isoformat())
    assert isinstance(leased(soon, "me", now, now + timedelta(minutes=5)), Busy)
    (first, *_) = status_lines("example.com", state, now, silent=True)
    assert "a clock is wrong" in first
    assert "ago" not in first


def test_keys_are_told_at_each_age() -> None:
    """90, 180 and 365 days; an inactive one never; users nobody answered for stay as they were."""

    def keys(days: int, *, active: bool = True) -> Sight:
        key = AccessKey("AKIAIOSFODNN7EXAMPLE", "me", active, NOW - timedelta(days=days))
        return of_keys({"me": (key,)}, NOW)

    known, told = Known(), []
    for days in (1, 89, 90, 91, 179, 180, 364, 365, 400):
        changes, known = compare(known, keys(days), AT)
        told += [one.problem.title.split()[-2] for one in changes if isinstance(one, Came)]
    assert ["90", "180", "365"] == told
    silent = of_keys({"me": NoAnswer(Why.DENIED, "iam:ListAccessKeys")}, NOW)
    assert () == compare(known, silent, AT)[0]
    changes, known = compare(known, keys(400, active=False), AT)
    assert [Went] == list(map(type, changes))


def test_a_credential_is_proven_by_what_arrived() -> None:
    """Nothing for five weeks; a new key, a new watch and a mail that arrived each start again."""
    old = NOW - timedelta(days=400)
    keys = {"me": (AccessKey("AKIAIOSFODNN7EXAMPLE", "me", True, old),)}  # noqa: FBT003  active
    assert of_proofs(Proofs({}, old), keys, NOW).problems
    assert not of_proofs(Proofs({}, NOW - PROOF_AGE / 2), keys, NOW).problems
    assert not of_proofs(Proofs({"me": NOW - PROOF_AGE / 2}, old), keys, NOW).problems
    assert not of_proofs(Proofs({}, old), {"me": ()}, NOW).problems, "nobody to prove"


DENIED = NoAnswer(Why.DENIED, "iam:ListAccessKeys")
SILENT = NoAnswer(Why.TIMEOUT, "no answer")
FRESH = {"me": (AccessKey("AKIAIOSFODNN7EXAMPLE", "me", True, NOW),)}  # noqa: FBT003  active
EACH_BLIND = {
    "canaries": (of_answer("canaries", SILENT), of_answer("canaries", ())),
    "the history": (of_proofs(SILENT, FRESH, NOW), of_proofs(Proofs({}, NOW), FRESH, NOW)),
    "the history, but no keys": (
        of_proofs(SILENT, {"me": DENIED}, NOW),
        of_proofs(Proofs({}, NOW), {"me": DENIED}, NOW),
    ),
    "a user's keys": (of_keys({"me": DENIED}, NOW), of_keys(FRESH, NOW)),
    "a user's keys, who sends no more": (of_keys({"me": DENIED}, NOW), of_keys({}, NOW)),
    "own addresses": (of_addresses(SILENT, (), None), of_addresses((), (), None)),
    "a subscription": (of_subscriptions(SILENT, "example.com"), of_subscriptions(None, "")),
}


@pytest.mark.parametrize("what", EACH_BLIND)
def test_each_blindness_ends_when_there_is_an_answer(what: str) -> None:
    """Else its count goes on, not in a row, and the next long silence is told to nobody."""
    blind, seeing = EACH_BLIND[what]
    _, known = compare(Known(), blind, AT)
    unseen = set(known.blind)
    assert unseen
    changes, known = compare(known, seeing, AT)
    assert unseen == {one.key for one in changes if isinstance(one, SeenAgain)}
    assert set() == known.blind.keys() & unseen


def test_a_key_of_nobody_who_sends_is_no_problem() -> None:
    """A user who was taken out of the file is asked about no more: what he had is over."""
    old = AccessKey("AKIAIOSFODNN7EXAMPLE", "gone", True, NOW - timedelta(days=200))  # noqa: FBT003  active
    both = {"gone": (old,), **FRESH}
    _, known = compare(Known(), of_keys(both, NOW), AT)
    changes, _ = compare(known, of_keys({"me": DENIED}, NOW), AT)
    assert not [one for one in changes if isinstance(one, Went)], "not everybody was looked at"
    changes, known = compare(known, of_keys(FRESH, NOW), AT)
    assert [Went] == list(map(type, changes))
    assert {} == known.problems


def test_only_our_own_addresses_are_loud() -> None:
    """Local-part and domain compared as mail does; the mailbox is the doctor's to tell."""
    entries = tuple(
        Suppressed(address, HERE, "BOUNCE", NOW)
        for address in ("Second@Gmail.com", "owner@gmail.com", "jane@example.net")
    )
    sight = of_addresses(entries, ["second@gmail.com", "owner@gmail.com"], "owner@gmail.com")
    (problem,) = sight.problems.values()
    assert problem.loud
    assert "second@gmail.com" in problem.title


PROBLEMS = st.builds(
    Problem, key=st.text(min_size=1), title=st.text(), cause=st.text(), grade=st.integers(1, 3)
)


@given(st.dictionaries(st.text(min_size=1), PROBLEMS, min_size=1, max_size=4), st.text())
def test_a_notice_is_text_whatever_it_tells(problems: dict[str, Problem], value: str) -> None:
    """One printable line each; a subject that SNS takes: ASCII, one line, under a hundred."""
    before = Known(AT, values={"dns:TXT example.com": value})
    sight = Sight({p.key: p for p in problems.values()}, {"dns:TXT example.com": value + "x"})
    changes, known = compare(before, sight, AT)
    lines = lines_of("example.com", before, known, changes)
    subject = subject_of("example.com", changes)

    assert all(line.isprintable() for line in lines)
    assert 0 < len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()


def test_the_state_comes_back_as_it_was() -> None:
    """Written and read; what is none of ours is refused, and so not overwritten."""
    _, known = compare(
        Known(), seen(finding("X000", Status.FAIL), finding("X001", Status.UNKNOWN)), AT
    )
    notice = Notice("n", AT, "s", ("a", "b"), (channel("mail"),))
    state = Remembered(known, (notice,), AT, {"me": AT}, "2026-11-29", runs=3)
    assert state == read_state(write_state(state))


@given(st.binary() | st.builds(lambda v: write_state(Remembered(runs=v)), st.integers()))
def test_any_state_is_read_or_refused(raw: bytes) -> None:
    """Never another error."""
    with contextlib.suppress(MalformedState):
        read_state(raw)
