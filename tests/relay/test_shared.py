"""The queue that relays share: crashes and lost answers at each call, and two relays at once.

What any queue does is in test_queue.py.  S3 and SQS are the lab's.
"""

import asyncio
import os
import random

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from queue_places import SharedPlace
from queue_world import NOW, WHO, new, working
from relay_world import ME, REPORTER, SECRET, ScriptedSes, running
from sendas_lab.certificates import Certificates
from sending_account import Crash

from sendas.aws.refusals import AwsFailure, NoReply, failure
from sendas.aws.shared_queue import Shared
from sendas.aws.submitting import Submission
from sendas.errors import CouldNotLook
from sendas.journal.task import State
from sendas.mail.address import Address
from sendas.prices.relaying import SHARED_GETS, SHARED_MESSAGES, SHARED_PUTS
from sendas.relay.decide.passwords import make_password
from sendas.relay.decide.queued import Item, held_by_owner, released
from sendas.relay.delivery import Delivery, Way
from sendas.relay.mail_queue import NotWritten, Queue
from sendas.relay.service import Settings
from sendas.relay.shared.queue import SharedQueue, Times
from sendas.relay.shared.store import CONTENT, MAIL, record_key
from sendas.ses.account_state import Account
from sendas.ses.regions import Region


SOON = Times(look=0.0, beat=0.0, remind=0, again=1)
AFTER_A_CRASH = Times(look=0.0, beat=0.0, silent=-1.0, remind=0, again=1)
"""Whoever else gave a sign of life is taken for gone."""
ALL = bool(os.environ.get("SENDAS_ALL_KILLS"))
SLOT = 7
TAKEN, REFUSED, SENDER = "taken@example.net", "refused@example.net", "me@example.com"
MAILS = {1: TAKEN, 2: REFUSED}


@pytest.fixture
def place(tmp_path: Path) -> SharedPlace:
    """An empty one."""
    return SharedPlace(tmp_path)


@dataclass
class Struck:
    """The door to AWS, of which one call fails: before its effect or after it."""

    door: Shared
    at: int = -1
    after: bool = False
    error: Callable[[], BaseException] = Crash
    calls: list[str] = field(default_factory=list)
    failed: bool = False

    @property
    def dead(self) -> bool:
        """Whether the process that it belongs to is gone."""
        return self.failed and self.error is Crash

    def __getattr__(self, name: str) -> Callable[..., object]:
        """One of the door's calls."""
        real = getattr(self.door, name)

        def call(*given: object, **more: object) -> object:
            number = len(self.calls)
            self.calls.append(name)
            if self.dead:
                raise Crash
            if number != self.at:
                return real(*given, **more)
            self.failed = True
            if self.after:
                real(*given, **more)
            raise self.error()

        return call

    @property
    def shared(self) -> Shared:
        """As its type."""
        return cast("Shared", self)


@dataclass
class Ses:
    """SES takes all but what is for REFUSED; *door* is that of the process that asks."""

    asked: Counter[str] = field(default_factory=Counter)
    door: Struck | None = None

    def send(self, submission: Submission, parts: tuple[bytes, ...]) -> str:
        """Take it or refuse it."""
        if self.door is not None and self.door.dead:
            raise Crash
        assert b"".join(map(bytes, parts))
        (recipient,) = submission.recipients
        self.asked[recipient] += 1
        if recipient == REFUSED:
            action, text = "ses:SendEmail", "Email address is not valid"
            raise failure(action, 400, "MessageRejected", text)
        return f"0100-{self.asked.total()}"

    def account(self) -> Account:
        """A quick one."""
        return Account(
            Region("us-east-2"), production_access=True, sending_enabled=True,
            enforcement="HEALTHY", max_24_hour_send=5e4, max_send_rate_per_second=1000.0,
            sent_last_24_hours=0.0, suppressed_reasons=(),
        )  # fmt: skip

    def publish(self, topic_arn: str, subject: str, text: str) -> None:
        """Nobody listens."""


@dataclass
class Clock:
    """Each look at it is five seconds later."""

    looks: "count[int]" = field(default_factory=count)

    def __call__(self) -> datetime:
        """The time."""
        return NOW + timedelta(seconds=5 * next(self.looks))


async def lived(
    door: Shared, times: Times, ses: Ses, clock: Clock, mails: dict[int, str]
) -> set[int]:
    """A relay's life: takes *mails*, sends what there is, and is closed, or dies.

    Gives the mails that it acknowledged.  Their ids are of their time, as a relay gives them: a
    content of 1970 is tidied away as a lost one if its record is not written yet.
    """
    taken: set[int] = set()
    queue = SharedQueue(door, times)
    delivery = Delivery(queue, ses, Way(REPORTER), lambda _: None, clock)
    at_work: list[asyncio.Task[None]] = []
    died = False
    try:
        await queue.open()
        await delivery.recover()
        at_work.append(asyncio.create_task(delivery.run()))
        for number, recipient in mails.items():
            one = new(queue.new_id(NOW), WHO, recipient)
            try:
                await queue.take(one)
            except NotWritten:
                continue
            taken.add(number)
            delivery.accepted(one.items)
        while not (ses.door and ses.door.dead) and await queue.waiting():
            await delivery.recover()
            await asyncio.sleep(0.005)
    except Crash:
        died = True
    finally:
        delivery.stopping = True  # wait_for of Python 3.11 may swallow what cancels it
    died = died or bool(ses.door and ses.door.dead)
    for task in at_work:
        task.cancel()
    await asyncio.gather(*at_work, return_exceptions=True)
    if not died:
        await delivery.stop(5.0)
        await queue.close()
    return taken


def played(place: SharedPlace, struck: Struck) -> tuple[set[int], Ses]:
    """Two mails through a relay of which a call fails, and then through one that is well."""
    ses, clock = Ses(door=struck), Clock()

    async def work() -> set[int]:
        taken = await asyncio.wait_for(lived(struck.shared, SOON, ses, clock, MAILS), 60)
        # The threads of the dead one may still run: their door stays shut.
        await asyncio.wait_for(
            lived(place.door, AFTER_A_CRASH, replace(ses, door=None), clock, {}), 60
        )
        return taken

    return asyncio.run(work()), ses


def unended(place: SharedPlace) -> list[Item]:
    """What waits still."""
    with place.admin() as admin:
        return [one for one in admin.listed(100, ended=True) if not one.task.ended]


def struck_at(seed: int, most: int) -> list[tuple[int, bool]]:
    """Which call fails, before and after its effect: each with SENDAS_ALL_KILLS, else some.

    A whole life makes fewer than 60; beyond its end nothing fails.
    """
    every = [(number, after) for number in range(60) for after in (False, True)]
    return every if ALL else random.Random(seed).sample(every, most)  # noqa: S311  a sample


@pytest.mark.parametrize(("at", "after"), struck_at(1, 3))
def test_killed_at_any_call(place: SharedPlace, at: int, after: bool) -> None:  # noqa: FBT001  the table's
    """What was acknowledged goes out, and the sender hears of the refused one; twice at most."""
    taken, ses = played(place, Struck(place.door, at, after))

    for number, recipient in MAILS.items():
        assert int(number in taken) <= ses.asked[recipient] <= 2, ses.asked
    assert int(2 in taken) <= ses.asked[SENDER] <= 2, ses.asked
    # One crash loses one answer: of all that was sent one at most was sent twice.
    assert sum(times - 1 for times in ses.asked.values() if times) <= 1, ses.asked
    assert [] == unended(place)


@pytest.mark.parametrize(("at", "after"), struck_at(2, 3))
def test_a_lost_answer_at_any_call(place: SharedPlace, at: int, after: bool) -> None:  # noqa: FBT001  the same
    """S3 or SQS falls silent once, its work done or not: nothing is lost or sent twice."""
    taken, ses = played(place, Struck(place.door, at, after, silence))

    for number, recipient in MAILS.items():
        assert int(number in taken) <= ses.asked[recipient] <= 1, (ses.asked, taken)
    assert int(2 in taken) <= ses.asked[SENDER] <= 1, ses.asked
    assert [] == unended(place)


def silence() -> AwsFailure:
    """Nobody answered, and the whole request had left."""
    action = "s3:PutObject"
    return NoReply(action, "timeout", sent=True)


# Several at once --------------------------------------------------------------------------


def together(place: SharedPlace, work: Callable[[SharedQueue, SharedQueue], Any]) -> None:
    """Run *work* with two relays that live."""

    async def main() -> None:
        queues = (SharedQueue(place.door, SOON), SharedQueue(place.door, SOON))
        for one in queues:
            await one.open()
        await work(*queues)
        for one in queues:
            await one.close()

    asyncio.run(main())


async def due(queue: Queue) -> list[Item]:
    """What is due, whoever sent it."""
    return await queue.due(NOW, lambda _: 100)


async def heard(queue: Queue, count: int) -> list[Item]:
    """What is due, once that is *count* tasks.

    A reminder is sent after its mail was taken, and one that a relay has received is hidden
    from the others for a while.
    """
    async with asyncio.timeout(60):
        while len(found := await due(queue)) < count:
            pass
    return found


def test_one_of_two_begins(place: SharedPlace) -> None:
    """Both know of ten mails and take them up at the same moment: each is begun by one."""

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        for number in range(1, 11):
            await first.take(new(number))
        also, items = await heard(second, 10), await due(first)
        assert 10 == len(items) == len(also)
        begun = await asyncio.gather(
            *(queue.begin(one, NOW) for one in items for queue in (first, second))
        )
        assert 10 == sum(one is not None for one in begun)
        assert [] == await due(first) == await due(second)

    together(place, work)


def test_what_a_living_relay_has_in_hand_is_its_own(place: SharedPlace) -> None:
    """While it gives signs of life; once it is closed, what it had begun is the other's."""

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        await first.take(new(1))
        (item,) = await heard(second, 1)
        assert await first.begin(item, NOW) is not None
        assert await second.begin(item, NOW) is None
        assert [] == await second.stranded()
        assert [1] == [one.mail.id for one in await first.stranded()]
        await first.close()
        await due(second)
        assert [1] == [one.mail.id for one in await second.stranded()]

    async def main() -> None:
        queues = (SharedQueue(place.door, SOON), SharedQueue(place.door, SOON))
        for one in queues:
            await one.open()
        await work(*queues)
        await queues[1].close()

    asyncio.run(main())


def test_a_relay_that_has_just_begun_is_not_taken_for_gone(place: SharedPlace) -> None:
    """The other has not looked since; what it begins and whose client waits stays its own."""

    async def main() -> None:
        seldom = SharedQueue(place.door, Times(look=0.0, beat=1e9, remind=0, again=0))
        await seldom.open()
        await due(seldom)
        fresh = SharedQueue(place.door, SOON)
        await fresh.open()
        await fresh.take(new(1))
        waited = new(2)
        begun = tuple(
            one._replace(task=one.task._replace(state=State.SENDING)) for one in waited.items
        )
        await fresh.take(waited._replace(items=begun), waited=True)
        assert [1] == [one.mail.id for one in await heard(seldom, 1)]
        assert await fresh.begin(new(1).items[0], NOW) is not None
        assert await seldom.begin(new(1).items[0], NOW) is None
        await due(seldom)
        assert [] == await seldom.stranded()
        assert await fresh.settle(begun[0], [begun[0]])
        for one in (seldom, fresh):
            await one.close()

    asyncio.run(main())


def test_relays_share_the_rate(place: SharedPlace) -> None:
    """SES's rate is the account's: two relays take half of it each, and one again all."""

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        await due(first)
        assert (2, 2) == (first.relays, second.relays)

    together(place, work)

    async def alone(queue: Queue) -> None:
        assert 1 == queue.relays

    working(place, alone)


def test_what_a_mail_asks_of_aws(place: SharedPlace) -> None:
    """As often as docs/cost.md counts it: the calls from its coming to its last reminder."""
    counted = Struck(place.door)

    async def main() -> None:
        queue = SharedQueue(counted.shared, Times(look=0.0, remind=0))
        await queue.open()
        await due(queue)
        counted.calls.clear()
        await queue.take(new(1))
        begun = await queue.begin(new(1).items[0], NOW)
        assert begun is not None
        await asyncio.to_thread(queue.content, 1)
        done = begun._replace(task=begun.task._replace(state=State.DONE))
        assert await queue.settle(begun, [done])
        await queue.close()

    asyncio.run(main())
    asked = Counter(counted.calls)
    # Its reminder comes to whoever looks next: it is received and deleted, its record read.
    asked.update(("reminders", "read", "forget"))
    sqs = sum(asked[name] for name in ("remind", "reminders", "forget"))
    assert (SHARED_PUTS, SHARED_GETS, SHARED_MESSAGES) == (asked["write"], asked["read"], sqs)


def test_passwords_are_everybodys(place: SharedPlace) -> None:
    """Made once, known to both relays at once; revoked, known to neither, though both write."""
    one = make_password(
        "s" * 32, b"x" * 16, mailbox=Address(SENDER), label="gmail", senders=[SENDER],
        after_ses=False, now=NOW,
    )  # fmt: skip

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        with place.admin() as admin:
            assert admin.add_password(one)
            for queue in (first, second):
                assert [one.digest] == [p.digest for p in await queue.passwords(SENDER)]
            used = (queue.password_used(SENDER, "gmail", NOW, "n") for queue in (first, second))
            await asyncio.gather(*used)
            assert admin.remove_password(SENDER, "gmail")
            await first.password_used(SENDER, "gmail", NOW, "n")
            assert [] == await first.passwords(SENDER) == await second.passwords(SENDER)
        assert [] == await first.passwords("../../mail/1\0")

    together(place, work)


def test_ids_are_of_their_relay(place: SharedPlace) -> None:
    """One that sees later ids of another, whose clock is ahead, gives later ones of its own."""

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        ahead = first.new_id(NOW + timedelta(hours=1))
        await first.take(new(ahead))
        await second.forget_ended(NOW)
        following = second.new_id(NOW)
        assert ahead < following
        assert second.new_id(NOW) % 4096 == following % 4096 == SLOT

    with pytest.MonkeyPatch.context() as patch:
        slots = iter((SLOT + 1, SLOT))
        patch.setattr("sendas.relay.shared.queue.secrets.randbelow", lambda _: next(slots))
        together(place, work)


def test_ids_of_two_relays(place: SharedPlace) -> None:
    """An id that another relay gave is refused by S3, and the other's mail stays as it is."""

    async def work(first: SharedQueue, second: SharedQueue) -> None:
        await first.take(new(1))
        with pytest.raises(NotWritten, match="already"):
            await second.take(new(1, content=b"another's"))
        assert b"content" == second.content(1)
        assert 1 == len(place.keys(CONTENT))

    together(place, work)


def test_the_owners_hold_is_not_undone_by_a_relay(place: SharedPlace) -> None:
    """Held since the relay read it: the notice that it is late does not release it."""

    async def work(queue: Queue) -> None:
        await queue.take(new(1))
        (item,) = await due(queue)
        with place.admin() as admin:
            assert 1 == admin.change([(item, held_by_owner(item))])
        assert not await queue.settle(item, [item._replace(told_at=NOW)])
        assert [] == await due(queue)

    working(place, work)


def test_a_mail_taken_by_one_relay_goes_out_by_another(
    place: SharedPlace, settings: Settings, certificates: Certificates
) -> None:
    """The password is made once, by the owner; a client logs in at either, over TLS."""
    one = make_password(
        SECRET, b"x" * 16, mailbox=Address(ME), label="gmail", senders=[ME], after_ses=False,
        now=NOW,
    )  # fmt: skip
    with place.admin() as admin:
        assert admin.add_password(one)
    shared = replace(settings, shared=lambda: SharedQueue(place.door, SOON))
    away, well = ScriptedSes([("ServiceUnavailable", "later", 503)] * 99), ScriptedSes()
    with running(shared, away, certificates) as first:
        with first.client() as client:
            client.sendmail(ME, ["you@example.net"], f"From: {ME}\r\n\r\nHello\r\n")
        first.wait(lambda: away.asked, 30)
        first.wait(lambda: not first.relay.delivery.in_flight, 30)
    with place.admin() as admin:
        admin.change([(item, released(item, NOW)) for item in admin.listed(9)])
    with running(shared, well, certificates) as second:
        second.wait(lambda: well.sent, 30)
    assert b"Hello" in well.sent[0].content


# What is left, and what is broken ---------------------------------------------------------


def test_nothing_stays_behind(place: SharedPlace) -> None:
    """Done, the content goes at once and the record after a week; a content alone goes, too."""
    place.door.write(f"{CONTENT}{3:019}.mark", b"its record was never written")

    async def work(queue: Queue) -> None:
        await queue.take(new(1))
        (item,) = await due(queue)
        begun = await queue.begin(item, NOW)
        assert begun is not None
        done = begun._replace(task=begun.task._replace(state=State.DONE))
        assert await queue.settle(begun, [done])
        assert ([record_key(1)], 1) == (place.keys(MAIL), len(place.keys(CONTENT)))
        assert 1 == await queue.forget_ended(NOW + timedelta(days=7))
        assert [] == place.keys(MAIL) == place.keys(CONTENT)

    working(place, work)
    assert [] == place.keys()


@pytest.mark.parametrize("content", [b"no JSON", b"{}", b'{"schema":9}'])
def test_a_record_that_is_none(place: SharedPlace, content: bytes) -> None:
    """Is left as it is, and said; nothing is taken for gone."""
    place.door.write(record_key(1), content)

    async def work(queue: Queue) -> None:
        with pytest.raises(CouldNotLook, match="record"):
            await queue.drop(1)

    working(place, work)
    assert content == getattr(place.door.read(record_key(1)), "content", None)


def test_s3_is_away(place: SharedPlace) -> None:
    """No 250 and no mail on half the way; whether it can be written to is known."""

    async def main() -> None:
        away = Struck(place.door, 3)
        away.error = lambda: NoReply("s3:PutObject", "timeout", sent=False)
        queue = SharedQueue(away.shared, SOON)
        await queue.open()
        assert queue.writable
        with pytest.raises(NotWritten):
            await queue.take(new(1))
        assert not queue.writable
        await queue.try_to_write()
        assert queue.writable
        await queue.take(new(1))
        await queue.close()

    asyncio.run(main())
    assert 1 == len(place.keys(CONTENT))


def test_a_place_that_is_not_there_is_named(place: SharedPlace) -> None:
    """Whoever reads it knows which name in the file to mend; a missing record is none yet."""
    assert place.door.read(f"{MAIL}1") is None
    place.door._bucket, place.door._queue = "not-there", "neither"  # noqa: SLF001  a file that names others

    with place.admin() as admin, pytest.raises(CouldNotLook, match="no bucket not-there"):
        admin.listed(10)
    with place.admin() as admin, pytest.raises(CouldNotLook, match="no bucket not-there"):
        admin.of_mail(1)
    with pytest.raises(AwsFailure, match="no queue neither"):
        place.door.remind(1, 0)
