"""A rotation from end to end, and from wherever a crash left it; the world is data."""

import itertools
import os

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from rotating_account import OWN, Person, World
from sending_account import SENDER, Crash, Plan

from sendas.aws.writes import NotDone
from sendas.cli import EXIT_COULD_NOT_LOOK
from sendas.cli.credentials_rotate import _status
from sendas.credentials.canaries import CanaryResult
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.rotation.decide import (
    Ask,
    Blind,
    Broken,
    HandOver,
    Idle,
    NoRoom,
    Resting,
    Why,
)
from sendas.credentials.decide.rotation.messages import step_text
from sendas.credentials.decide.rotation.state import Begin, Wish
from sendas.credentials.decide.rotation.undoing import NothingToUndo, Undone
from sendas.credentials.issue import Wanted, issue
from sendas.credentials.rotate import Result, rotate, undo
from sendas.errors import SendasError
from sendas.mail.canary import CANARY
from sendas.outcome import NoAnswer
from sendas.outcome import Why as Unanswered


GMAIL, SHOP = "gmail:owner@gmail.com", "shop"


@pytest.fixture
def world() -> World:
    """A mailbox whose password Gmail and a shop hold; 80 days old."""
    made = World(GMAIL, SHOP)
    made.existing(made.pair.first)
    return made


_runs = itertools.count()


def run(world: World, way: Callable[..., Result] = rotate, **wish: object) -> Result:
    """One run of the command."""
    asked = Wish(f"run-{next(_runs)}", **wish)  # type: ignore[arg-type]  any field
    return way(world.subject(), asked, world.doors(), world.options())


def active(world: World) -> list[str]:
    """The users with an active key."""
    return sorted(key.user for key in world.account.keys.values() if key.active)


# The whole way ----------------------------------------------------------------------


def finish(world: World, **wish: object) -> Result:
    """Everybody takes the new one; then it is gone through to the end."""
    for person in world.people:
        world.adopt(person)
    world.pass_time(minutes=1)
    world.everybody_writes()
    run(world, **wish)
    world.pass_time(days=8)
    world.everybody_writes()
    return run(world, **wish)


def test_the_whole_way(world: World) -> None:
    """Made, proven, published, handed over, rested, deleted; no mail is lost on the way."""
    old = world.account.held_at("AWSCURRENT")

    first = run(world)
    assert isinstance(first.step, HandOver)
    assert "proven    before it was handed out" in "\n".join(step_text(first.seen, first.step))
    assert [h.name for h in first.step.waiting] == [GMAIL, SHOP]
    assert active(world) == [world.pair.first, world.pair.second]
    assert world.account.held_at("AWSPREVIOUS") == old
    world.everybody_writes()

    world.adopt(world.people[0])
    world.pass_time(minutes=1)
    world.everybody_writes()
    second = run(world)
    assert isinstance(second.step, HandOver)
    assert [h.name for h in second.step.waiting] == [SHOP]
    assert active(world) == [world.pair.first, world.pair.second]

    world.adopt(world.people[1])
    world.pass_time(minutes=1)
    world.everybody_writes()
    third = run(world)
    assert isinstance(third.step, Resting)
    assert active(world) == [world.pair.second]
    world.pass_time(days=6)
    assert isinstance(run(world).step, Resting)
    assert len(world.account.keys) == 2

    world.pass_time(days=1)
    assert isinstance(run(world).step, Idle)
    (key,) = world.account.keys.values()
    assert key.user == world.pair.second
    assert world.account.most == 2
    assert [0, 0] == [person.lost for person in world.people]


def canaries(world: World) -> int:
    """How many lie in the bucket."""
    return sum(CANARY.encode() in raw for _, raw in world.mails)


def test_a_canary_is_cleaned_up(world: World) -> None:
    """Arrived or too late; that it could not be deleted is said, and stops nothing."""
    world.everybody_writes()
    others = len(world.mails)
    first = run(world)
    assert first.canary is not None
    assert 0 == canaries(world)
    assert others == len(world.mails)
    at = world.account.plan.calls.index("delete_mail")

    refused = World(GMAIL, SHOP)
    refused.existing(refused.pair.first)
    refused.everybody_writes()
    refused.account.plan = Plan(at=at, error=failing("refusal"))
    assert isinstance(run(refused).step, HandOver)
    assert 1 == canaries(refused)
    assert any("may still lie in the bucket" in said for said in refused.said)

    function = World(GMAIL, SHOP)
    function.existing(function.pair.first)
    rotate(
        function.subject(), Wish("run"), function.doors(), replace(function.options(), clean=False)
    )
    assert 1 == canaries(function)  # it may delete no mail; nor does it try
    assert "delete_mail" not in function.account.plan.calls


def test_the_next_one_is_the_first_users_again(world: World) -> None:
    """Two users in turn, for ever."""
    run(world)
    finish(world)
    world.pass_time(days=80)

    run(world)
    finish(world)

    (key,) = world.account.keys.values()
    assert key.user == world.pair.first
    assert world.account.most == 2
    assert [0, 0] == [person.lost for person in world.people]


def test_nothing_is_due(world: World) -> None:
    """A young credential stays, and nothing is asked of anybody but questions."""
    young = World()
    young.existing(young.pair.first, age_days=10)

    result = run(young)

    assert isinstance(result.step, Idle)
    assert set(young.account.plan.calls) == {
        "identity", "account_id", "staged_secret", "keys_of",
    }  # fmt: skip
    assert isinstance(run(young, begin=Begin.NOW).step, HandOver)
    assert world.account.most == 1


def test_from_nothing() -> None:
    """The first credential is a rotation without an old one."""
    world = World()

    result = run(world, begin=Begin.NOW)

    assert isinstance(result.step, HandOver)
    assert not result.step.cut_off
    assert "a month by the price list of" in world.said[0]  # before anything is paid for
    assert run(world, begin=Begin.NOW).done == ()
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.works(held.username, held.password)
    assert world.account.held_at("AWSPENDING") is None


def test_gmail_add_is_the_first_rotation() -> None:
    """Its password is handed over as any: waited for, told of, and done when it was seen."""
    world = World(GMAIL)
    issue(Wanted(OWN, "1" * 32), world.account, world.clock.timing(), world.said.append)

    begun = run(world)

    assert isinstance(begun.step, HandOver)
    assert [GMAIL] == [holder.name for holder in begun.step.waiting]
    words = "\n".join(step_text(begun.seen, begun.step))
    assert "It is the first of all" in words
    assert "proven    by no mail yet" in words
    world.adopt(world.people[0])
    world.pass_time(minutes=1)
    world.everybody_writes()
    assert isinstance(run(world).step, Idle)
    assert [0] == [person.lost for person in world.people]
    assert 1 == len(world.account.keys)


# FACTS 17.4, one by one ----------------------------------------------------------------


def test_a_crash_between_the_key_and_its_storing(world: World) -> None:
    """The orphan is known for what it is, and goes; the old one is untouched."""
    world.account.plan = Plan(
        at=index_of(world, "create_key"), after_effect=True, error=Crash, dead=True
    )
    with pytest.raises(Crash):
        run(world)
    assert len(world.account.keys) == 2
    world.account.plan = Plan()

    assert isinstance(run(world).step, HandOver)

    assert world.account.most <= 3  # the orphan, gone before the next was made
    assert len(world.account.keys) == 2
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.works(held.username, held.password)


def test_a_key_made_by_hand_is_no_orphan() -> None:
    """Made of our user, and used, long after the last run ended: it is told, and works on."""
    world = World(GMAIL)
    world.existing(world.pair.first)
    run(world)
    finish(world)
    world.pass_time(days=1)
    key = world.existing(world.pair.first, stored=False, age_days=0)
    by_hand = world.account.keys[key.key_id] = replace(key, last_used=world.clock.at)

    result = run(world)

    assert world.account.keys[key.key_id] == by_hand
    assert isinstance(result.step, HandOver)
    assert [late_use.key_user for late_use in result.step.late_uses] == [world.pair.first]


def index_of(world: World, name: str) -> int:
    """The number of the first call of that name."""
    double = standing()
    assert double.pair == world.pair
    run(double)
    whole = standing()
    whole.account.plan = Plan()
    run(whole)
    return whole.account.plan.calls.index(name)


def test_both_slots_are_full() -> None:
    """Two keys, and nothing says which may go: nothing is done, and both are named."""
    world = World()
    world.existing(world.pair.first, stored=False)
    world.existing(world.pair.first, stored=False)

    result = run(world)

    assert isinstance(result.step, NoRoom)
    assert len(result.step.keys) == 2
    assert active(world) == [world.pair.first, world.pair.first]

    one = result.step.keys[0].key_id
    assert isinstance(run(world, replace=one[-4:]).step, HandOver)
    assert world.account.most == 2


def test_the_user_name_was_changed_and_the_password_not(world: World) -> None:
    """Its mail does not go out, so nothing is confirmed, and the old one works on."""
    run(world)
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    world.people[0].username = held.username
    world.adopt(world.people[1])
    world.pass_time(minutes=1)
    world.everybody_writes()

    result = run(world)

    assert isinstance(result.step, HandOver)
    assert [h.name for h in result.step.waiting] == [GMAIL]
    assert active(world) == [world.pair.first, world.pair.second]


def test_the_stored_password_is_for_another_region(world: World) -> None:
    """It cannot be used here, whatever its age: a new one is made; the old one stays."""
    kept = world.account.kept[SENDER.secret]
    current = kept.labels["AWSCURRENT"]
    kept.versions[current] = kept.versions[current].replace("us-east-2", "eu-west-1")

    result = run(world)

    assert isinstance(result.step, HandOver)
    assert any(getattr(step, "why", None) is Why.OTHER_REGION for step in result.done)
    assert active(world) == [world.pair.first, world.pair.second]


def test_the_old_key_was_deleted_while_gmail_used_it(world: World) -> None:
    """The holders are told to be cut off; that one credential stands is no all-clear."""
    run(world)
    old = next(key for key in world.account.keys.values() if key.user == world.pair.first)
    del world.account.keys[old.key_id]

    result = run(world)

    assert isinstance(result.step, HandOver)
    assert result.step.cut_off
    assert [h.name for h in result.step.waiting] == [GMAIL, SHOP]


def test_two_gmail_accounts_hold_a_copy() -> None:
    """A mail from Gmail proves neither; one to the address that only one was told does."""
    other = "gmail:other@gmail.com"
    world = World(GMAIL, other)
    world.existing(world.pair.first)
    run(world)
    world.adopt(world.people[0])
    world.pass_time(minutes=1)
    world.write(world.people[0])
    assert [h.name for h in waiting(run(world))] == [GMAIL, other]

    world.write(world.people[0], once=True)

    assert [h.name for h in waiting(run(world))] == [other]
    assert active(world) == [world.pair.first, world.pair.second]


def waiting(result: Result) -> tuple[Holder, ...]:
    """The holders that were not seen."""
    assert isinstance(result.step, HandOver)
    return result.step.waiting


def test_emergency(world: World) -> None:
    """The leaked one dies before anything else is done; a new one stands at the end."""
    world.account.plan = Plan()
    result = run(world, revoke="001")

    calls = world.account.plan.calls
    assert calls.index("set_key_active") < calls.index("create_key")
    assert active(world) == [world.pair.second]
    assert isinstance(result.step, HandOver)
    assert result.step.cut_off
    assert isinstance(run(world, undo).step, NothingToUndo)
    assert active(world) == [world.pair.second]


def test_emergency_with_both_in_use(world: World) -> None:
    """Two keys, one of them leaked: it makes room by its end."""
    run(world)
    leaked = world.account.held_at("AWSCURRENT")
    assert leaked is not None

    run(world, revoke=leaked.username[-4:])

    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert held.username != leaked.username
    assert world.account.works(held.username, held.password)
    assert leaked.username not in world.account.keys
    assert world.account.most == 2


@pytest.mark.parametrize("how", ["deleted", "inactive"])
def test_a_secret_stuck_in_pending(how: str) -> None:
    """What cannot be used is given up, and a new one is made in its place."""
    world = prepared()
    stuck = world.account.held_at("AWSPENDING")
    assert stuck is not None
    key = world.account.keys[stuck.username]
    if how == "deleted":
        del world.account.keys[key.key_id]
    else:
        world.account.keys[key.key_id] = replace(key, active=False)

    result = run(world, replace=stuck.username[-4:])

    assert isinstance(result.step, HandOver)
    assert world.account.held_at("AWSPENDING") is None
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.works(held.username, held.password)


def test_a_new_key_is_not_known_at_once(world: World) -> None:
    """Waited out by new connections; a slow start is no failure."""
    world.propagation = timedelta(seconds=40)

    result = run(world)

    assert isinstance(result.step, HandOver)
    assert result.proven is not None
    assert result.proven.tries > 5


def test_the_canary_does_not_arrive() -> None:
    """Nothing is published: whoever asks gets the old one, and the next run goes on."""
    world = standing()
    old = world.account.held_at("AWSCURRENT")
    world.lost_canaries = 1

    result = run(world)

    assert "not seen" in result.refused
    assert world.account.held_at("AWSCURRENT") == old
    assert isinstance(run(world).step, HandOver)
    assert world.account.most == 2


def test_nobody_ever_confirms(world: World) -> None:
    """A deadline is told, and out of policy is told; nothing is made inactive."""
    run(world)
    world.pass_time(days=15)
    late = run(world).step
    assert isinstance(late, HandOver)
    assert late.late
    assert late.out_of_policy
    world.pass_time(days=400)

    assert isinstance(run(world).step, HandOver)
    world.everybody_writes()

    assert [0, 0] == [person.lost for person in world.people]
    assert active(world) == [world.pair.first, world.pair.second]


# Alarms ------------------------------------------------------------------------------


def test_the_old_one_is_used_after_the_hand_over() -> None:
    """It names the holder by its source, and keeps the old one from its end."""
    world = begun()
    world.pass_time(minutes=1)
    forgotten = Person(world.people[1].holder, *old_of(world))
    world.write(forgotten)

    result = run(world)

    assert isinstance(result.step, HandOver)
    (late_use,) = result.step.late_uses
    assert (late_use.holder, late_use.source_ip) == (world.people[1].holder, "192.0.2.9")
    assert active(world) == [world.pair.first, world.pair.second]


def old_of(world: World) -> tuple[str, str]:
    """User name and password of the one before."""
    held = world.account.held_at("AWSPREVIOUS")
    assert held is not None
    return held.username, held.password


def test_without_the_history_iam_tells_of_a_late_use() -> None:
    """Nobody's source, but a use all the same."""
    world = begun()
    result = run(world, begin=Begin.NEVER, user="")
    assert isinstance(result.step, Resting)
    world = begun()
    world.account.plan = Plan()
    (old,) = [key for key in world.account.keys.values() if key.user == world.pair.first]
    run_notes_only(world)
    used = world.clock.at + timedelta(hours=2)
    world.account.keys[old.key_id] = replace(old, last_used=used)

    step = run(world).step

    assert isinstance(step, HandOver)
    assert [late_use.source_ip for late_use in step.late_uses] == [""]


def run_notes_only(world: World) -> None:
    """As if the run had ended as soon as the holders were noted."""
    world.account.set_key_active = crash  # type: ignore[method-assign]  the end
    with pytest.raises(Crash):
        run(world)
    del world.account.set_key_active


def crash(*_: object, **__: object) -> None:
    """The end of a process."""
    raise Crash


def test_nobody_knows_the_mails(world: World) -> None:
    """Without a history nothing is confirmed; the operator's word is marked as such."""
    world.lines = NoAnswer(Unanswered.DENIED, "s3:GetObject")
    run(world)
    blind = run(world)
    assert isinstance(blind.step, HandOver)
    assert ["s3:GetObject" in remark for remark in blind.remarks] == [True]

    result = run(world, vouched=world.holders)

    assert isinstance(result.step, Resting)
    marks = result.seen.marks.seen.values()
    assert {mark.words for mark in marks} == {("said",)}


def test_what_nobody_can_see_ends_nothing_but_on_the_operators_word() -> None:
    """All were seen, then the history falls silent: the old one may be in use, and stays; exit 3.

    FACTS 17.3: no evidence, no deactivation.  With each holder vouched for it goes on.
    """
    world = begun()
    run_notes_only(world)
    world.lines = NoAnswer(Unanswered.DENIED, "s3:GetObject")

    blind = run(world)

    assert isinstance(blind.step, Blind)
    assert _status(blind) == EXIT_COULD_NOT_LOOK
    assert active(world) == [world.pair.first, world.pair.second]
    rested = run(world, vouched=world.holders)
    assert isinstance(rested.step, Resting)
    assert _status(rested) == 0
    assert active(world) == [world.pair.second]


def test_a_clock_behind_that_of_who_began_it(world: World) -> None:
    """Vouched for on a machine whose clock is a minute behind: taken, and not asked for ever."""
    run(world)
    world.pass_time(minutes=-1)

    assert isinstance(run(world, vouched=world.holders).step, Resting)


def test_waiting_for_holders_without_sight_is_not_well(world: World) -> None:
    """Who has the new one cannot be looked at: the status ends 3, not 0."""
    run(world)
    world.lines = NoAnswer(Unanswered.TIMEOUT, "s3:ListObjectsV2")

    result = run(world, begin=Begin.NEVER)

    assert isinstance(result.step, HandOver)
    assert _status(result) == EXIT_COULD_NOT_LOOK


def test_the_server_falls_silent_after_the_login(world: World) -> None:
    """The canary could not be sent, which says nothing of the password: no refusal, exit 3."""
    world.silent_after_login = True

    result = run(world)

    assert result.refused
    assert result.canary is not None
    assert result.canary.result is CanaryResult.NOT_REACHED
    assert result.not_reached
    assert _status(result) == EXIT_COULD_NOT_LOOK


def test_two_keys_of_one_user_are_not_told_apart() -> None:
    """What an earlier release left: SES names the user, so no mail is evidence."""
    world = World(GMAIL)
    world.existing(world.pair.first, stored=False)
    world.existing(world.pair.first, age_days=1)
    run(world)
    world.pass_time(minutes=1)
    world.everybody_writes()

    result = run(world)

    assert isinstance(result.step, HandOver)
    assert not result.seen.told_apart
    assert active(world) == [world.pair.first, world.pair.first]


# Users that stood before ---------------------------------------------------------------


WIDE = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ses:*","Resource":"*"}]}'
NARROW = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ses:SendRawEmail",'
    '"Resource":"*","Condition":{"StringEquals":{"ses:FromAddress":"me@example.com"},'
    '"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}]}'
)
SENDING = NARROW.replace('"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}', '"Null":{"a":"true"}')


def adopted(policy: str) -> World:
    """A hand-made user with one policy, its password known to its holders alone."""
    world = World(GMAIL, found="smtp-user")
    world.account.policies["smtp-user"] = {"hand-made": policy}
    world.existing("smtp-user", stored=False)
    return world


def test_a_user_with_wider_rights_is_not_touched_unasked() -> None:
    """Told, with why; with its name given it goes the way of any."""
    world = adopted(WIDE)
    run(world)
    result = finish(world)

    assert isinstance(result.step, Ask)
    assert (result.step.user, "ses:*" in result.step.reason) == ("smtp-user", True)
    assert "smtp-user" in active(world)

    result = finish(world, user="smtp-user")

    assert isinstance(result.step, Idle)
    assert active(world) == [world.pair.first]
    assert [0] == [person.lost for person in world.people]
    assert world.account.policies["smtp-user"] == {"hand-made": WIDE}


def test_a_narrow_users_policies_are_kept() -> None:
    """The new user gets the same documents, and no more."""
    world = adopted(SENDING)

    run(world)
    result = finish(world)

    assert isinstance(result.step, Idle)
    (text,) = world.account.policies[world.pair.first].values()
    assert '"ses:FromAddress":"me@example.com"' in text
    assert '"Null"' in text


def test_what_is_stored_is_broken_and_nothing_may_begin(world: World) -> None:
    """A look says so."""
    world.account.keys.clear()

    assert isinstance(run(world, begin=Begin.NEVER).step, Broken)


# Undo -----------------------------------------------------------------------------------


def test_undo_while_the_old_one_rests() -> None:
    """Both work, the old one is handed out again, and nothing ends before it was confirmed."""
    world = resting(2)

    result = run(world, undo)

    assert isinstance(result.step, Undone)
    assert active(world) == [world.pair.first, world.pair.second]
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.keys[held.username].user == world.pair.first
    assert isinstance(run(world, undo).step, Undone)
    assert waiting(run(world)) == world.holders
    world.everybody_writes()
    assert [0, 0] == [person.lost for person in world.people]

    finish(world, begin=Begin.NEVER)  # it is due again by then, and not begun here

    assert active(world) == [world.pair.first]


def test_undo_goes_forward_again() -> None:
    """An undo of the undo, once something rested since."""
    world = resting(2)
    run(world, undo)
    for person in world.people:
        world.adopt(person)
    world.pass_time(minutes=1)
    world.everybody_writes()
    assert isinstance(run(world).step, Resting)
    world.pass_time(minutes=1)

    run(world, undo)

    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.keys[held.username].user == world.pair.second
    assert active(world) == [world.pair.first, world.pair.second]


def test_nothing_to_undo() -> None:
    """Deleted is deleted."""
    world = resting(8)
    run(world)

    assert isinstance(run(world, undo).step, NothingToUndo)


# Two operators --------------------------------------------------------------------------


@dataclass
class Interrupted(Plan):
    """At one call, somebody else does the whole of theirs."""

    other: Callable[[], object] = lambda: None
    busy: bool = False

    def call(self, name: str, effect: Callable[[], object]) -> object:
        """As the other, with an interruption."""
        if self.busy:
            return effect()
        number = len(self.calls)
        self.calls.append(name)
        if number == self.at:
            self.busy = True
            self.other()
            self.busy = False
        return effect()


@pytest.mark.parametrize("other", [run, undo], ids=["rotate", "undo"])
@pytest.mark.parametrize("stage", ["first", "prepare", "note", "delete", "undo"])
def test_two_operators(stage: str, other: Callable[..., Result]) -> None:
    """Whenever a second one begins and ends within the first one's run, mail goes on.

    The first stands still meanwhile, longer than its claim lasts: the worst there is.
    """
    for at in range(calls_of(stage)):
        world, again = at_stage(stage)
        theirs = run if other is run else lambda w: run(w, undo)
        working = [p for p in world.people if world.account.works(p.username, p.password)]

        def second(world: World = world, theirs: Callable[[World], Result] = theirs) -> None:
            with suppress(SendasError):
                theirs(world)

        world.account.plan = Interrupted(at=at, other=second)
        with suppress(SendasError):
            again(world)
        world.account.plan = Plan()
        run(world)

        assert all(world.account.works(p.username, p.password) for p in working), at
        assert len(world.account.keys) <= 2, at
        held = world.account.held_at("AWSCURRENT")
        assert held is not None
        assert world.account.works(held.username, held.password), at


# Crashes ------------------------------------------------------------------------------


def failing(kind: str) -> Callable[[], BaseException]:
    """What a call raises."""
    if kind == "crash":
        return Crash
    return lambda: NotDone(NoAnswer(Unanswered.TIMEOUT, "scripted"))


STAGES = ("prepare", "note", "rest", "delete", "first", "found", "undo", "undo-pending", "revoke")


def begun() -> World:
    """Published, and everybody has written with the new one."""
    world = World(GMAIL, SHOP)
    world.existing(world.pair.first)
    run(world)
    for person in world.people:
        world.adopt(person)
    world.pass_time(minutes=1)
    world.everybody_writes()
    return world


def resting(days: int) -> World:
    """The old one is inactive, for so long."""
    world = begun()
    run(world)
    world.pass_time(days=days)
    return world


def standing(found: str = "", *, lost_canaries: int = 0) -> World:
    """One credential, due."""
    world = World(GMAIL, SHOP, found=found)
    world.existing(found or world.pair.first, stored=not found)
    world.lost_canaries = lost_canaries
    return world


def prepared() -> World:
    """A new one that could not be proven."""
    world = standing(lost_canaries=1)
    run(world)
    assert world.account.held_at("AWSPENDING")
    return world


def revoking(world: World) -> Result:
    """The old one got out."""
    return run(world, revoke="001")


def undoing(world: World) -> Result:
    """Back."""
    return run(world, undo)


STAGES: dict[str, tuple[Callable[[], World], Callable[[World], Result]]] = {
    "first": (lambda: World(GMAIL, SHOP), run),
    "prepare": (standing, run),
    "found": (lambda: standing("smtp-user"), run),
    "note": (begun, run),
    "rest": (lambda: resting(1), run),
    "delete": (lambda: resting(8), run),
    "undo": (lambda: resting(1), undoing),
    "undo-early": (begun, undoing),
    "undo-pending": (prepared, undoing),
    "revoke": (standing, revoking),
    "revoke-late": (begun, revoking),
}
"""Each world before the run that is killed, and that run."""


def at_stage(stage: str) -> tuple[World, Callable[[World], Result]]:
    """A fresh one of them."""
    build, again = STAGES[stage]
    return build(), again


def state(world: World) -> object:
    """What stands, whatever keys and versions are called."""
    names = {key.key_id: f"{key.user} {'on' if key.active else 'off'}"
             for key in world.account.keys.values()}  # fmt: skip
    held = {
        stage: names.get(one.username, "gone")
        for stage in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")
        if (one := world.account.held_at(stage))
    }
    policies = {user: sorted(held) for user, held in world.account.policies.items() if held}
    return sorted(names.values()), held, policies, sorted(world.account.users)


def calls_of(stage: str) -> int:
    """How many calls the undisturbed run makes."""
    world, again = at_stage(stage)
    world.account.plan = Plan()
    again(world)
    return len(world.account.plan.calls)


def kill_and_repeat(stage: str, at: int, kind: str, *, after_effect: bool, dead: bool) -> None:
    """Kill one call of a run, repeat the run, and compare with one that was never killed."""
    whole, again = at_stage(stage)
    again(whole)
    world, again = at_stage(stage)
    working = [p for p in world.people if world.account.works(p.username, p.password)]
    world.account.plan = Plan(at=at, after_effect=after_effect, error=failing(kind), dead=dead)
    said = ""
    try:  # giving the claim back may fail without a word
        said = repr(again(world))
    except (Crash, SendasError) as error:
        said = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    assert world.account.plan.failed
    world.account.plan = Plan()
    if stage != "revoke":
        assert all(world.account.works(p.username, p.password) for p in working)

    again(world)
    again(world)

    assert state(world) == state(whole)
    assert world.told_secrets(said) == []
    assert world.account.most <= 2
    if stage != "revoke":
        assert all(world.account.works(p.username, p.password) for p in working)
    held = world.account.held_at("AWSCURRENT")
    assert (
        held is None
        or stage == "undo-pending"
        or world.account.works(held.username, held.password)
    )


MANNERS = tuple(itertools.product((False, True), ("crash", "refusal"), (False, True)))
"""After its effect or before; the process dies, or hears no answer; once, or from then on."""
ALL = bool(os.environ.get("SENDAS_ALL_KILLS"))
CASES = [
    (stage, at, *manner)
    for stage in STAGES
    for at in range(calls_of(stage))
    for number, manner in enumerate(MANNERS)
    if ALL or number == at % len(MANNERS)
]


@pytest.mark.parametrize(("stage", "at", "after_effect", "kind", "dead"), CASES)
def test_any_call_may_be_the_last(
    stage: str, at: int, kind: str, *, after_effect: bool, dead: bool
) -> None:
    """Whichever call a run dies at, the next ends where it would have; nobody is cut off.

    Each call in one manner here; `make kills` plays all of them.
    """
    kill_and_repeat(stage, at, kind, after_effect=after_effect, dead=dead)
