"""A run killed at each of its calls: the next tells what it did not, nothing is lost.

The store is a stand-in that keeps S3's one promise that matters: a conditional
write happens only over the ETag that it names (S3 guide, "Conditional writes").
"""

import contextlib
import hashlib

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import cast

import pytest

from sendas.aws.lean import Stored
from sendas.aws.raw_message import Envelope, Octets
from sendas.aws.refusals import Conflict, Denied, NoReply, NotFound, Refused
from sendas.aws.telling import Teller
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.model import Diagnosis
from sendas.forward.routes import RoutedDomain
from sendas.inbound.log import Log
from sendas.inbound.settings import Settings
from sendas.journal.task import State
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed
from sendas.watch.daily.look import History, Looked, Looking
from sendas.watch.daily.run import Book, NotTold, Overtaken, Ran, Watcher
from sendas.watch.decide.measures import Ages
from sendas.watch.decide.settings import Watched
from sendas.watch.decide.sight import Problem, Sight
from sendas.watch.suppression import Lists


HERE = Region("us-east-1")
THEN = datetime(2026, 11, 29, 6, 30, tzinfo=UTC)
WATCHED = Watched(
    Domain("example.com"),
    "sendas-example-com",
    Settings("bucket", "us-east-1", "us-east-1"),
    "arn:aws:sns:us-east-1:123456789012:sendas-example-com-alarms",
)
ROUTED = RoutedDomain("example.com", "forwarded@example.com", "owner@gmail.com", {})
WELL = Sight(well=frozenset(("ACC001", "ACC002")))
ILL = Sight({"ACC001": Problem("ACC001", "AWS has paused the account")}, well=WELL.well)


class Killed(BaseException):
    """The process ends here: nobody catches it, and it makes no call any more."""


@dataclass
class World:
    """S3, SES, SNS and CloudWatch, as far as the watcher uses them."""

    objects: dict[str, bytes] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    now: datetime = THEN


@dataclass
class Process:
    """The calls of one process, which is killed around the call *at*, before it or after."""

    world: World
    at: int = 0
    before: bool = True
    calls: int = 0
    dead: bool = False
    refusing: tuple[type[Exception], ...] = ()

    def begin(self) -> None:
        """A call is about to be made: die here, if it is time."""
        self.calls += 1
        self._die(before=True)

    def end(self) -> None:
        """It is made, and its answer is on the way: the same."""
        self._die(before=False)

    def _die(self, *, before: bool) -> None:
        self.dead = self.dead or (self.calls == self.at and self.before is before)
        if self.dead:
            raise Killed

    def read(self, _bucket: str, key: str) -> Stored:
        """As S3 does."""
        self.begin()
        if key not in self.world.objects:
            action = "s3:GetObject"
            raise NotFound(action)
        content = self.world.objects[key]
        return Stored(content, etag(content))

    def write(
        self, _bucket: str, key: str, content: bytes, *, only_over: str | None = None
    ) -> str:
        """As S3 does, with its condition."""
        self.begin()
        stands = self.world.objects.get(key)
        if only_over is not None and only_over != (etag(stands) if stands is not None else ""):
            action = "s3:PutObject"
            raise Conflict(action)
        self.world.objects[key] = content
        self.end()
        return etag(content)

    def send(self, _envelope: Envelope, parts: tuple[Octets, ...]) -> str:
        """SES takes it."""
        self.begin()
        if Refused in self.refusing:
            action = "ses:SendEmail"
            raise Refused(action, "MessageRejected")
        self.world.mails.append(b"".join(parts))
        self.end()
        if NoReply in self.refusing:
            action = "ses:SendEmail"
            raise NoReply(action, "silence", sent=True)
        return "id"

    def publish(self, _topic: str, subject: str, _text: str) -> None:
        """SNS takes it."""
        self.begin()
        if Denied in self.refusing:
            action = "sns:Publish"
            raise Denied(action)
        self.world.published.append(subject)
        self.end()

    def measure(self, _space: str, metric: str, _value: float, _about: Mapping[str, str]) -> None:
        """CloudWatch takes it."""
        self.begin()
        self.world.measured.append(metric)
        self.end()


def etag(content: bytes) -> str:
    """As S3 makes it."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class Canned:
    """A look that sees the same, whenever it is."""

    world: World
    sight: Sight
    entries: Seen[tuple[Suppressed, ...]] = ()

    def look(self, *_: object) -> Looked:
        """What it sees."""
        evidence = Evidence(Subject("example.com", HERE), self.world.now)
        diagnosis = Diagnosis("example.com", HERE, (), ())
        seen = self.entries
        lists = seen if isinstance(seen, NoAnswer) else Lists(seen, (HERE,), {}, ())
        return Looked(
            self.world.now, evidence, diagnosis, self.sight, lists, History({}, frozenset()),
            Ages(0.0, 0.0),
        )  # fmt: skip


def run(
    world: World,
    sight: Sight,
    process: Process | None = None,
    holder: str = "one",
    *,
    watched: Watched = WATCHED,
    routed: Seen[RoutedDomain] = ROUTED,
    entries: Seen[tuple[Suppressed, ...]] = (),
) -> Ran:
    """One run."""
    aws = cast(Teller, process or Process(world))
    watcher = Watcher(
        watched,
        cast(Looking, Canned(world, sight, entries)),
        lambda: routed,
        aws,
        clock=lambda: world.now,
        log=Log(write=lambda _: None),
    )
    return watcher.run(holder, 300)


def watched_before() -> World:
    """A world that was looked at yesterday, and was well."""
    world = World()
    run(world, WELL)
    world.now += timedelta(days=1)
    return world


def calls_of_a_run() -> int:
    """How many calls a run with something to tell makes."""
    world = watched_before()
    process = Process(world)
    run(world, ILL, process)
    assert (1, 1) == (len(world.mails), len(world.published))
    return process.calls


CALLS = calls_of_a_run()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_killed_anywhere_nothing_is_lost_and_only_a_lost_answer_doubles(
    at: int,
    before: bool,  # noqa: FBT001  parametrized
) -> None:
    """Twice only what was sent and whose answer was not written; all else exactly once."""
    world = watched_before()
    process = Process(world, at, before)
    with contextlib.suppress(Killed):
        run(world, ILL, process)
    stored = Book(cast(Teller, Process(world)), WATCHED).read()
    sending = [
        task.name for one in stored.notices for task in one.tasks if task.state is State.SENDING
    ]
    unwritten = [name for name in sending if (world.mails if name == "mail" else world.published)]
    busy = run(world, ILL, holder="too soon").busy
    world.now += timedelta(hours=1)
    run(world, ILL, holder="later")
    after = (len(world.mails), len(world.published))
    run(world, ILL, holder="tomorrow")

    assert after == (len(world.mails), len(world.published)), "nothing is told again"
    assert min(after) >= 1, "nothing is lost"
    assert sum(after) == 2 + len(unwritten)
    assert len(unwritten) <= 1
    assert "Watched" in world.measured[2:]
    assert busy is None or process.dead


def test_a_state_of_nobody_knows_what_is_not_overwritten() -> None:
    """Two runs cannot both write: the one whose lease was taken over stops."""
    world = watched_before()
    mine, theirs = (Book(cast(Teller, Process(world)), WATCHED) for _ in range(2))
    state = mine.read()
    theirs.read()
    theirs.write(replace(state, summary="theirs"))

    with pytest.raises(Overtaken):
        mine.write(replace(state, summary="mine"))


def test_one_channel_is_enough_and_the_other_is_tried_again() -> None:
    """SNS does not take it: the mail has told; the next run tries SNS, not the mail."""
    world = watched_before()
    run(world, ILL, Process(world, refusing=(Denied,)))
    assert (1, 0) == (len(world.mails), len(world.published))
    run(world, ILL)
    assert (1, 1) == (len(world.mails), len(world.published))


def test_told_by_no_channel_is_a_failure_until_it_is_told() -> None:
    """No metric is published, so that the alarm on its absence rings; then it is told, once."""
    world = watched_before()
    measured = len(world.measured)
    for _ in range(3):
        with pytest.raises(NotTold):
            run(world, ILL, Process(world, refusing=(Denied, Refused)))
    assert ([], []) == (world.mails, world.published)
    assert measured == len(world.measured)
    run(world, ILL)
    run(world, ILL)
    assert (1, 1) == (len(world.mails), len(world.published))


def test_what_had_no_channel_goes_out_by_the_first_there_is() -> None:
    """No topic, and no routes at the first look: told by mail as soon as the routes are read."""
    world, alone = World(), replace(WATCHED, topic_arn="")
    for _ in range(2):
        with pytest.raises(NotTold):
            run(world, ILL, watched=alone, routed=NoAnswer(Why.SERVER_FAILURE, "no routes"))
    run(world, ILL, watched=alone)
    run(world, ILL, watched=alone)
    assert 1 == len(world.mails)
    assert "Watched" in world.measured


def test_a_lost_answer_is_asked_once_more_and_not_a_third_time() -> None:
    """SES never answers: two mails at most, while SNS tells."""
    world = watched_before()
    for _ in range(3):
        run(world, ILL, Process(world, refusing=(NoReply,)))
    ran = run(world, ILL, Process(world, refusing=(NoReply,)))
    assert (2, 1) == (len(world.mails), len(world.published))
    assert ran.state is not None
    (notice,) = ran.state.notices
    assert [State.UNCERTAIN, State.DONE] == [task.state for task in notice.tasks]


@pytest.mark.parametrize(
    "lost",
    [
        None,
        b"",
        b"region,address,reason,since\nus-east-1,old@exa",
        b"region,address,reason,since\n",
    ],
)
def test_a_lost_snapshot_hides_no_new_entry(lost: bytes | None) -> None:
    """The last lists are gone, or cut: what came since the last look tells its own date."""
    old = Suppressed("old@example.net", HERE, "BOUNCE", THEN - timedelta(days=9))
    new = Suppressed("new@example.net", HERE, "BOUNCE", THEN + timedelta(hours=3))
    world = World()
    run(world, WELL, entries=(old,))
    (key,) = (one for one in world.objects if "kept/suppression/" in one)
    if lost is None:
        del world.objects[key]
    else:
        world.objects[key] = lost
    world.now += timedelta(days=1)
    run(world, WELL, entries=(old, new))

    (told,) = (str(message_from_bytes(one).get_payload(decode=True)) for one in world.mails)
    assert ("new@example.net" in told, "old@example.net" in told) == (True, False)
    world.now += timedelta(days=1)
    run(world, WELL, entries=(old, new))
    assert 1 == len(world.mails), "told once"


def test_days_without_the_lists_count_when_the_snapshot_is_lost() -> None:
    """Nobody saw the lists for a day, and then the last snapshot is gone: that day counts too."""
    new = Suppressed("new@example.net", HERE, "BOUNCE", THEN + timedelta(hours=3))
    world = World()
    run(world, WELL)
    (key,) = (one for one in world.objects if "kept/suppression/" in one)
    world.now += timedelta(days=1)
    run(world, WELL, entries=NoAnswer(Why.TIMEOUT, "ses"))
    assert [] == world.mails
    del world.objects[key]
    world.now += timedelta(days=1)
    run(world, WELL, entries=(new,))

    (told,) = (str(message_from_bytes(one).get_payload(decode=True)) for one in world.mails)
    assert "new@example.net" in told
