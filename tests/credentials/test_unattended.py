"""A credential looked after day by day by the stack's function; the world is data.

What is expected follows from issue 14, section 2: day 76 is noticed, the new one prepared and
proven by a canary, the owner told with the steps and without a secret, evidence closes it.
"""

import itertools

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rotating_account import OWN, World
from sending_account import SENDER, Crash, Plan

from sendas.aws.writes import NotDone
from sendas.config.model import Rotation
from sendas.credentials import audit
from sendas.credentials.charge import Charge
from sendas.credentials.concerns import Told, told_of
from sendas.credentials.decide.rotation.decide import Busy, HandOver, Idle, Resting
from sendas.credentials.issue import Wanted, issue
from sendas.credentials.to_type import to_type
from sendas.credentials.unattended import Doors, Tended, tend
from sendas.history.line import Line
from sendas.outcome import NoAnswer, Seen, Why
from sendas.watch.daily.tending import TAKES, sight_of
from sendas.watch.decide.sight import of_keys, together


GMAIL, SHOP = "gmail:owner@gmail.com", "shop"
_tokens = itertools.count(1)


def charge(
    world: World, rotation: Rotation = Rotation.PREPARE, *, audited: bool = False
) -> Charge:
    """As the file has it."""
    sender = replace(OWN, targets=("owner@gmail.com",))
    return Charge(sender, world.pair, world.holders, rotation, audited)


def day(world: World, rotation: Rotation = Rotation.PREPARE, *, audited: bool = False) -> Tended:
    """One day's run."""
    doors = Doors(
        world.doors(),
        audit.Doors(world.account, world, world.dial, world.clock.timing()),  # type: ignore[arg-type]  the parts that are used
    )

    def lines(_: datetime) -> Seen[tuple[Line, ...]]:
        return world.known()

    return tend(
        charge(world, rotation, audited=audited),
        lines,
        doors,
        token=lambda: f"{next(_tokens):032x}",
        talk=world.said.append,
        patience_seconds=60,
    )


def told(tended: Tended) -> Told:
    """What the owner hears of it."""
    return told_of(tended, lambda seen, holder: to_type(seen, holder, OWN.name))


def text(found: Told) -> str:
    """All its words."""
    return "\n".join(
        "\n".join((one.title, one.cause, *(f"{h.text}\n{h.commands}" for h in one.help)))
        for one in found.concerns
    )


def old(days: int) -> World:
    """A stored credential of that age, held by Gmail and a shop."""
    world = World(GMAIL, SHOP)
    world.existing(world.pair.first, age_days=days)
    world.account.users.setdefault(world.pair.second, {})
    world.account.policies[world.pair.second] = world.account.policies[world.pair.first]
    return world


def test_day_75_nothing_day_76_the_new_one_is_prepared_proven_and_told() -> None:
    """Not a call that changes anything before; then two active keys, a canary, and a letter."""
    world = old(75)
    assert () == told(day(world)).concerns
    changing = {"create_key", "stage_secret", "tag_secret", "set_key_active", "delete_key"}
    assert not changing & set(world.account.plan.calls)
    world.pass_time(days=1)

    tended = day(world)

    assert isinstance(tended.step, HandOver)
    assert [True, True] == [key.active for key in world.account.keys.values()]
    assert "a canary sent with it has arrived; SPF, DKIM and DMARC are right" in world.said
    (concern,) = told(tended).concerns
    assert concern.grade == 1
    words = text(told(tended))
    for part in ("Gmail of owner@gmail.com", "shop", "edit info", "User name", "--copy", "Proof:"):
        assert part in words
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert held.username in words
    assert [] == world.told_secrets(words)


def test_evidence_closes_it_without_a_person() -> None:
    """Both write with it: the old one rests, is deleted after a week, and nothing is open."""
    world = old(76)
    first = told(day(world))
    for person in world.people:
        world.adopt(person)
    world.pass_time(minutes=1)
    world.everybody_writes()
    world.pass_time(days=1)
    tended = day(world)
    assert isinstance(tended.step, Resting)
    closed = told(tended)
    assert () == closed.concerns
    assert first.concerns[0].key.startswith(closed.settled)
    world.pass_time(days=8)
    world.everybody_writes()

    assert isinstance(day(world).step, Idle)
    assert [world.pair.second] == [key.user for key in world.account.keys.values()]
    assert [0, 0] == [person.lost for person in world.people]


def test_the_first_of_all_is_not_called_a_replacement() -> None:
    """`gmail add` made it a day ago, and nobody has typed it in: asked for, with no old one."""
    world = World(GMAIL)
    issue(Wanted(OWN, "1" * 32), world.account, world.clock.timing(), world.said.append)
    world.pass_time(days=1)

    (concern,) = told(day(world)).concerns

    assert f"The SMTP password of {OWN.address} was made, and is to be typed in" in concern.title
    assert "The old one" not in concern.cause
    assert "--undo" not in text(told(day(world)))


def test_reminders_then_late_then_out_of_policy_and_never_inactive() -> None:
    """Each week it is told again, each deadline with a worse grade; mail goes on for ever."""
    world = old(76)
    seen = []
    for number in range(60):
        (concern,) = told(day(world)).concerns
        seen.append((concern.grade, concern.reminder))
        assert number < 14 or "LATE" in concern.cause or "OUT OF POLICY" in concern.cause
        world.pass_time(days=1)
        world.everybody_writes()
    assert seen == sorted(seen)
    assert [(1, 0), (1, 1), (3, 2)] == sorted(set(seen))[:3]
    assert [True, True] == [key.active for key in world.account.keys.values()]
    assert [0, 0] == [person.lost for person in world.people]


@pytest.mark.parametrize("rotation", [Rotation.REMIND, Rotation.PREPARE, Rotation.OFF])
def test_that_a_key_is_old_is_told_once(rotation: Rotation) -> None:
    """By the mailbox's own concern, of which the watcher's about the key follows; else by that.

    Two tellings of one fault would be two calls to do something, with two remedies.
    """
    world = old(76)
    day(world, rotation)
    world.pass_time(days=20)
    tended = day(world, rotation)
    assert tended.seen is not None
    users = {
        user: tuple(key for key in world.account.keys.values() if key.user == user)
        for user in world.pair
    }

    whole = together(
        [of_keys(users, world.clock.at), sight_of(told(tended), charge(world, rotation))]
    )

    told_by_themselves = [one.key for one in whole.problems.values() if one.because_of is None]
    assert 1 == len(told_by_themselves)
    assert ("key:" if rotation is Rotation.OFF else "rotation:") == (
        told_by_themselves[0].partition(":")[0] + ":"
    )
    assert any(one.startswith("key:") for one in whole.problems)


def test_remind_tells_and_changes_nothing_off_does_not_even_tell() -> None:
    """The words of `rotation` in sendas.toml."""
    for age, grade in ((76, 1), (90, 2)):
        world = old(age)
        (concern,) = told(day(world, Rotation.REMIND)).concerns
        assert (grade, True) == (
            concern.grade,
            "--early" not in text(told(day(world, Rotation.REMIND))),
        )
        assert 1 == len(world.account.keys)
        assert () == told(day(world, Rotation.OFF)).concerns
        assert 1 == len(world.account.keys)


def test_while_a_person_rotates_nothing_is_over_and_nothing_comes() -> None:
    """Their run holds the claim: what the step will be nobody knows, so what was told stands."""
    world = old(76)
    tended = day(world, Rotation.REMIND)
    (due,) = told(tended).concerns
    busy = told(replace(tended, step=Busy(world.clock.at)))
    assert () == busy.concerns
    assert not due.key.startswith(busy.settled or ("\0",))
    assert "another run" in busy.unseen[f"rotation:{OWN.address}:"]


@pytest.mark.parametrize("how", ["gone", "inactive", "nothing stored"])
def test_what_is_broken_is_told_and_not_replaced_unasked(how: str) -> None:
    """Somebody may have ended it on purpose; where nothing ever was stored, nobody waits."""
    world = old(80)
    (key,) = world.account.keys.values()
    if how == "gone":
        del world.account.keys[key.key_id]
    elif how == "inactive":
        world.account.keys[key.key_id] = replace(key, active=False)
    else:
        world.account.kept.clear()
    before = dict(world.account.keys)

    found = told(day(world))

    assert before == world.account.keys
    assert (0 if how == "nothing stored" else 1) == len(found.concerns)


def test_not_proven_is_told_and_tried_again_the_next_day() -> None:
    """The canary is lost: nothing is published; tomorrow the same one is proven."""
    world = old(76)
    before = world.account.held_at("AWSCURRENT")
    world.lost_canaries = 1
    (concern,) = told(day(world)).concerns
    assert (2, True) == (concern.grade, "not proven" in concern.title)
    assert before == world.account.held_at("AWSCURRENT")
    world.pass_time(days=1)

    assert isinstance(day(world).step, HandOver)
    assert 2 == world.account.most


def test_the_function_keeps_as_much_time_as_the_slowest_mailbox_waits() -> None:
    """A key that is known after 55 s, and two lost canaries: the look behind it has its time.

    Else the function is killed in the look, and nobody is told anything.
    """
    world = old(80)
    world.propagation, world.lost_canaries = timedelta(seconds=55), 9
    began = world.clock.at
    tended = day(world, audited=True)
    assert tended.refused
    assert tended.proof is not None
    waited = world.clock.at - began
    assert timedelta(seconds=170) < waited < TAKES - timedelta(seconds=30)


def test_use_of_the_old_one_after_the_hand_over_is_an_alarm_of_its_own() -> None:
    """It names the holder by its source, and the old one is not made inactive."""
    world = old(76)
    before = world.account.held_at("AWSCURRENT")
    assert before is not None
    day(world)
    for person in world.people:
        world.adopt(person)
    world.pass_time(minutes=1)
    world.everybody_writes()
    world.pass_time(minutes=1)
    shop = world.people[1]
    shop.username, shop.password = before.username, before.password
    world.write(shop)

    (concern,) = told(day(world)).concerns

    assert "used:" in concern.key
    assert (2, True, True) == (
        concern.grade,
        "shop" in concern.cause,
        "192.0.2.9" in concern.cause,
    )
    assert [True, True] == [key.active for key in world.account.keys.values()]


def test_nobody_could_look_is_no_all_clear() -> None:
    """A silent AWS leaves what was open open; a silent history is told where it counts."""
    world = old(76)
    first = told(day(world)).concerns[0]
    world.account.plan = Plan(at=0, dead=True)
    blind = told(day(world))
    assert () == blind.concerns
    assert not first.key.startswith(blind.settled or ("\0",))
    assert [f"rotation:{OWN.address}:"] == [k for k in blind.unseen if k.startswith("rotation:")]
    world.account.plan = Plan()
    world.lines = NoAnswer(Why.SERVER_FAILURE, "s3 is silent")
    assert "s3 is silent" in told(day(world)).unseen[f"rotation:{OWN.address}:evidence"]


# The month's proof -------------------------------------------------------------------------


def test_proven_monthly_and_not_daily() -> None:
    """The first day, then not for thirty; the mark on the secret says when."""
    world = old(1)
    canaries = []
    for _ in range(62):
        tended = day(world, Rotation.OFF, audited=True)
        canaries.append(tended.proof is not None)
        world.everybody_writes()
        world.pass_time(days=1)
    assert [0, 30, 60] == [number for number, flew in enumerate(canaries) if flew]


def test_a_wrong_password_is_told_each_time_it_is_looked_at() -> None:
    """Its key was made inactive by hand: wrong, with what to do; no canary goes out."""
    world = old(1)
    (key,) = world.account.keys.values()
    world.account.keys[key.key_id] = replace(key, active=False)
    for _ in range(2):
        found = told(day(world, Rotation.OFF, audited=True))
        assert [f"audit:{OWN.address}:wrong"] == [one.key for one in found.concerns]
        assert "inactive" in found.concerns[0].cause
        world.pass_time(days=1)


def test_holders_not_seen_are_asked_once_a_month_and_their_own_mail_proves_it() -> None:
    """A mail each to Gmail and to the owner for the shop; a mail of its own closes it."""
    world = old(1)
    first = told(day(world, Rotation.OFF, audited=True))
    (concern,) = first.concerns
    assert concern.key.endswith(":not-proven")
    assert 2 == concern.cause.count("was asked for a mail to")
    world.pass_time(days=31)
    world.everybody_writes()

    found = told(day(world, Rotation.OFF, audited=True))

    assert () == found.concerns
    assert concern.key.startswith(found.settled)


# Crashes -------------------------------------------------------------------------------------


def _calls() -> int:
    world = old(76)
    day(world, audited=True)
    return len(world.account.plan.calls)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["crash", "silence"])
@pytest.mark.parametrize("at", range(_calls()))
def test_killed_at_any_call_the_next_day_ends_the_same(
    at: int, kind: str, *, after_effect: bool
) -> None:
    """Never more than two keys, no working one lost, no orphan; and the owner is told."""
    world = old(76)
    error = Crash if kind == "crash" else lambda: NotDone(NoAnswer(Why.TIMEOUT, "silence"))
    dead = kind == "crash"
    world.account.plan = Plan(at=at, after_effect=after_effect, error=error, dead=dead)
    with suppress(Crash):
        day(world, audited=True)
    world.everybody_writes()
    world.account.plan = Plan()
    world.pass_time(days=1)

    day(world, audited=True)
    tended = day(world, audited=True)

    assert isinstance(tended.step, HandOver)
    assert ["hand-over"] == [
        one.key.rpartition(":")[2]
        for one in told(tended).concerns
        if one.key.startswith("rotation:")
    ]
    assert world.account.most <= 2 or (kind == "crash" and world.account.most == 2)
    assert 2 == len(world.account.keys)
    held = world.account.held_at("AWSCURRENT")
    assert held is not None
    assert world.account.works(held.username, held.password)
    assert [0, 0] == [person.lost for person in world.people]
    assert SENDER.secret in world.account.kept
