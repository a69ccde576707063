"""What any queue of a relay does, wherever it lies: the contract of `sendas.relay.mail_queue`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest

from queue_places import PLACES
from queue_world import NOW, WHO, Place, mail, new, working

from sendas.journal.task import State
from sendas.mail.address import Address
from sendas.relay.decide.notices import About
from sendas.relay.decide.passwords import make_password
from sendas.relay.decide.queued import Item, held_by_owner, items_of, released
from sendas.relay.mail_queue import NewMail, Queue
from sendas.ses.hold import Hold


@pytest.fixture(params=PLACES, ids=lambda kind: str(kind.__name__))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty one of each kind."""
    made: Place = request.param(tmp_path / "queue")
    return made


Work = Callable[[Queue], Awaitable[None]]


def everything(_: str) -> int:
    """Room for all of everybody."""
    return 1000


async def due(queue: Queue, after: timedelta = timedelta(0)) -> list[Item]:
    """What is due, whoever sent it, by id."""
    found = await queue.due(NOW + after, everything)
    return sorted(found, key=lambda one: one.key)


def ended(item: Item, state: State) -> Item:
    """The same, ended."""
    return item._replace(task=item.task._replace(state=state))


async def sending(queue: Queue, item: Item) -> Item:
    """It, begun."""
    found = await queue.begin(item, NOW)
    assert found is not None
    return found


def test_what_is_written_is_read(place: Place) -> None:
    """Every field of a mail and its task, DSN parameters and all; the content byte for byte."""
    one = mail()._replace(envid="e", ret="HDRS", message_id="<1@example.com>", notice=True)
    about = [
        About("ä@example.net", frozenset({"DELAY", "FAILURE"}), "rfc822;x"),
        About("b@x.example"),
    ]
    items = items_of(one, about)

    async def work(queue: Queue) -> None:
        await queue.take(NewMail(one, items, (b"\0\xff", memoryview(b"\r\n."))))
        assert list(items) == await due(queue)
        assert b"\0\xff\r\n." == queue.content(7)
        assert queue.content(8) is None

    working(place, work)


def test_it_is_there_after_the_end(place: Place) -> None:
    """What one relay took, the next one sends."""

    async def first(queue: Queue) -> None:
        await queue.take(new())

    async def second(queue: Queue) -> None:
        assert [7] == [one.mail.id for one in await due(queue)]
        assert b"content" == queue.content(7)

    working(place, first)
    working(place, second)


def test_content_stays_until_all_is_done(place: Place) -> None:
    """A mail of two calls is needed until the second is done; a refused one can be tried again."""
    many = new(7, WHO, *(f"r{n}@example.net" for n in range(60)))

    async def work(queue: Queue) -> None:
        await queue.take(many)
        first, second = await due(queue)
        for item, state in ((first, State.DONE), (second, State.REFUSED)):
            assert await queue.settle(item, [ended(item, state)])
            assert b"content" == queue.content(7)
        refused = ended(second, State.REFUSED)
        assert await queue.settle(refused, [ended(second, State.DONE)])
        assert queue.content(7) is None

    working(place, work)


def test_what_was_dropped_is_not_written_again(place: Place) -> None:
    """A delivery that ends after `sendas relay queue drop` brings nothing back."""

    async def work(queue: Queue) -> None:
        await queue.take(new())
        (item,) = await due(queue)
        begun = await sending(queue, item)
        with place.admin() as admin:
            assert admin.drop(7)
            assert not admin.drop(7)
        assert not await queue.settle(begun, [item], [new(8)])
        assert [] == await due(queue)
        assert not await queue.drop(7)

    working(place, work)


def test_an_answer_is_written_once(place: Place) -> None:
    """What is not as it was read is not written over: nothing done becomes due again."""

    async def work(queue: Queue) -> None:
        await queue.take(new())
        (item,) = await due(queue)
        begun = await sending(queue, item)
        assert await queue.settle(begun, [ended(begun, State.DONE)])
        assert not await queue.settle(begun, [item])
        assert 1 == queue.counts().done

    working(place, work)


def test_an_item_becomes_several_with_a_notice(place: Place) -> None:
    """Split by recipient, and its sender told, in one step."""
    three = new(7, WHO, "a@example.net", "b@example.net")

    async def work(queue: Queue) -> None:
        await queue.take(three)
        (item,) = await due(queue)
        parts = [
            item._replace(task=item.task._replace(name=f"0.{n}"), about=(one,))
            for n, one in enumerate(item.about)
        ]
        assert await queue.settle(item, parts, [new(8, "notice:x", content=b"told")])
        names = [one.task.name for one in await due(queue) if one.mail.id == 7]
        assert ["0.0", "0.1"] == names
        assert b"told" == queue.content(8)

    working(place, work)


def test_begun_is_as_it_is_kept(place: Place) -> None:
    """Told, released or held since it was read: the attempt knows; begun twice it is not."""

    async def work(queue: Queue) -> None:
        await queue.take(new())
        (item,) = await due(queue)
        told = item._replace(told_at=NOW, since=NOW)
        assert await queue.settle(item, [told])
        begun = await sending(queue, item)
        assert (NOW, NOW, 1, State.SENDING) == (
            begun.told_at, begun.since, begun.attempts, begun.task.state,
        )  # fmt: skip
        assert await queue.begin(item, NOW) is None
        assert [] == await due(queue)

    working(place, work)


@pytest.mark.parametrize("state", [State.SENDING, State.DONE])
def test_the_command_line_does_not_undo_what_the_relay_did(place: Place, state: State) -> None:
    """Read by `queue retry` or `hold`, then begun or sent: written back it would be sent twice."""

    async def work(queue: Queue) -> None:
        await queue.take(new(1))
        await queue.take(new(2))
        with place.admin() as admin:
            read = admin.listed(10)
            begun = await sending(queue, read[0])
            if state is State.DONE:
                assert await queue.settle(begun, [ended(begun, State.DONE)])
            assert 1 == admin.change([(one, held_by_owner(one)) for one in read])
            found = [one.task.state for one in admin.listed(10, ended=True)]
        assert [state, State.DUE] == found
        assert [] == await due(queue, timedelta(days=9))

    working(place, work)


def test_the_owner_holds_and_releases(place: Place) -> None:
    """What is held is never due; released it is at once, and its time starts again."""

    async def work(queue: Queue) -> None:
        await queue.take(new())
        with place.admin() as admin:
            (read,) = admin.of_mail(7)
            assert 1 == admin.change([(read, held_by_owner(read))])
            assert await queue.begin(read, NOW) is None
            assert (0, 1) == (admin.counts().due, admin.counts().held)
            (held,) = admin.of_mail(7)
            before = await queue.retry_asked()
            assert 1 == admin.change([(held, released(held, NOW))])
            admin.ask_for_retry()
        assert before != await queue.retry_asked()
        (found,) = await due(queue)
        assert (None, NOW) == (found.hold, found.since)

    working(place, work)


def test_each_sender_has_its_share(place: Place) -> None:
    """So much of each as there is room for, the longest due first; what is later is not due."""

    async def work(queue: Queue) -> None:
        for number, who in enumerate(("b", "a", "b", "b", "c"), 1):
            one = new(number, who)
            minutes = timedelta(minutes=number if who != "b" else -number)
            items = tuple(item._replace(due_at=NOW + minutes) for item in one.items)
            await queue.take(one._replace(items=items))
        room = {"a": 1, "b": 2, "c": 0}
        assert [4, 3] == [one.mail.id for one in await queue.due(NOW, lambda who: room[who])]
        later = await queue.due(NOW + timedelta(days=1), lambda who: room[who])
        assert {"a", "b"} == {one.mail.who for one in later}
        assert (5, 0, 5) == (queue.counts().due, queue.counts().held, await queue.waiting())
        assert NOW == queue.counts().oldest_at

    working(place, work)


def test_a_clock_that_is_set_back_holds_nothing_up(place: Place) -> None:
    """Tried again in half an hour, by a clock that was a day ahead: due now, not tomorrow."""

    async def work(queue: Queue) -> None:
        for number in (1, 2, 3):
            await queue.take(new(number))
        first, second, third = await due(queue)
        for item, later in (
            (first, first._replace(due_at=NOW + timedelta(days=1))),
            (second, second._replace(due_at=NOW + timedelta(minutes=36))),
            (third, held_by_owner(third)),
        ):
            assert await queue.settle(item, [later])
        assert [1] == [one.mail.id for one in await due(queue)]

    working(place, work)


def test_holds_are_opened_together(place: Place) -> None:
    """What waited for the account goes, and its time starts again; what the owner held stays."""

    async def work(queue: Queue) -> None:
        for number in (1, 2, 3):
            await queue.take(new(number))
        first, second, _ = await due(queue)
        paused = first._replace(hold=Hold.PAUSED, due_at=NOW + timedelta(days=1))
        assert await queue.settle(first, [paused])
        with place.admin() as admin:
            assert 1 == admin.change([(second, held_by_owner(second))])
        at = NOW + timedelta(hours=1)
        assert 1 == await queue.reopen([Hold.PAUSED, Hold.KEY], at)
        found = await due(queue, timedelta(hours=2))
        assert [(1, at), (3, at)] == [(one.mail.id, one.since) for one in found]

    working(place, work)


def test_waited_mail_is_the_clients(place: Place) -> None:
    """A client that waits for SES keeps its mail until it is settled; a start forgets it."""

    async def take(queue: Queue) -> None:
        for number in (1, 2):
            begun = tuple(one._replace(attempts=1) for one in new(number).items)
            begun = tuple(ended(one, State.SENDING) for one in begun)
            await queue.take(new(number)._replace(items=begun), waited=True)
        assert [] == await queue.stranded() == await due(queue)
        again = ended(begun[0], State.DUE)
        assert await queue.settle(begun[0], [again])

    async def later(queue: Queue) -> None:
        assert [2] == [one.mail.id for one in await due(queue)]
        assert queue.content(1) is None

    working(place, take)
    working(place, later)


def test_what_nobody_has_in_hand(place: Place) -> None:
    """Begun, and its relay gone: the next one finds it in sending."""

    async def first(queue: Queue) -> None:
        await queue.take(new())
        await sending(queue, *(await due(queue)))

    async def second(queue: Queue) -> None:
        assert [(7, State.SENDING, 1)] == [
            (one.mail.id, one.task.state, one.attempts) for one in await queue.stranded()
        ]

    working(place, first)
    working(place, second)


def test_who_is_to_be_told_that_it_is_late(place: Place) -> None:
    """Whoever was not told; of what waits for the account, whoever was told a day ago."""

    async def work(queue: Queue) -> None:
        for number in range(1, 8):
            await queue.take(new(number))
        one, told, held, held_long, owners, *_ = await due(queue)
        day = NOW + timedelta(days=1)
        for item, is_now in (
            (told, told._replace(told_at=NOW)),
            (held, held._replace(hold=Hold.RIGHTS, told_at=day)),
            (held_long, held_long._replace(hold=Hold.RIGHTS, told_at=NOW)),
            (owners, held_by_owner(owners)),
        ):
            assert await queue.settle(item, [is_now])
        found = await queue.overdue(NOW, NOW, 10)
        assert {one.mail.id, held_long.mail.id, 6, 7} == {item.mail.id for item in found}
        assert 2 == len(await queue.overdue(NOW, NOW, 2))
        assert [] == await queue.overdue(NOW - timedelta(seconds=1), NOW, 10)

    working(place, work)


def test_nobody_is_told_about_a_notice(place: Place) -> None:
    """Nor where nobody can be."""

    async def work(queue: Queue) -> None:
        for number, changed in ((1, {"notice": True}), (2, {"reverse_path": ""})):
            one = mail(number)._replace(**changed)  # type: ignore[arg-type]  of the table
            await queue.take(NewMail(one, items_of(one, [About("a@example.net")]), (b"x",)))
        assert [] == await queue.overdue(NOW, NOW, 10)

    working(place, work)


def test_old_ends_are_forgotten(place: Place) -> None:
    """What is ended goes after a while; what waits never does."""

    async def work(queue: Queue) -> None:
        for number in (1, 2):
            await queue.take(new(number))
        first, second = await due(queue)
        assert await queue.settle(first, [ended(first, State.REFUSED)])
        assert 0 == await queue.forget_ended(NOW)
        assert 1 == await queue.forget_ended(NOW + timedelta(days=7))
        assert [second] == await due(queue)
        assert queue.content(1) is None

    working(place, work)


def test_ids_grow(place: Place) -> None:
    """Whatever the clock does, and after a restart."""
    given: list[int] = []

    async def work(queue: Queue) -> None:
        given.extend(queue.new_id(NOW + timedelta(seconds=n)) for n in (0, 5, -99))
        await queue.take(new(given[-1]))

    working(place, work)
    working(place, work)
    assert sorted(set(given)) == given


def test_what_is_listed(place: Place) -> None:
    """The oldest first; what is done only where it is asked for."""

    async def work(queue: Queue) -> None:
        for number in (3, 1, 2, 4):
            await queue.take(new(number))
        items = await due(queue)
        assert await queue.settle(items[0], [ended(items[0], State.DONE)])
        assert await queue.settle(items[1], [ended(items[1], State.REFUSED)])
        with place.admin() as admin:
            assert [2, 3, 4] == [one.mail.id for one in admin.listed(9)]
            assert [1, 2] == [one.mail.id for one in admin.listed(2, ended=True)]
            assert [] == admin.of_mail(9)
            assert (b"content", None) == (admin.content(3), admin.content(1))
            counts = admin.counts()
            assert (2, 1, 1) == (counts.due, counts.refused, counts.done)

    working(place, work)


def test_passwords(place: Place) -> None:
    """Kept, listed, used, revoked; one name stands once, whatever the case."""
    one = make_password(
        "s" * 32, b"x" * 16, mailbox=Address("Me@example.com"), label="gmail",
        senders=["me@example.com"], after_ses=True, now=NOW,
    )  # fmt: skip

    async def work(queue: Queue) -> None:
        with place.admin() as admin:
            assert admin.add_password(one)
            assert not admin.add_password(replace(one, mailbox=Address("me@example.com")))
            await queue.password_used("me@EXAMPLE.com", "gmail", NOW, "n")
            (found,) = await queue.passwords("ME@example.com")
            assert (one.digest, True, NOW, "n") == (
                found.digest, found.after_ses, found.last_used_at, found.last_used_from,
            )  # fmt: skip
            assert [ANY] == admin.passwords()
            assert not admin.remove_password("me@example.com", "printer")
            assert admin.remove_password("me@example.com", "gmail")
            assert [] == admin.passwords() == await queue.passwords("me@example.com")

    working(place, work)
