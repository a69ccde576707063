"""The watcher looks after several mailboxes: one that breaks or takes long hides no other.

Expected by the house's rule: failed, could not look and our check broke are three outcomes, and
nothing that was open ends because nobody looked.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from rotating_account import OWN, World
from sending_account import FakeClock

from sendas.aws.mail_store import StoredObject
from sendas.aws.mailbox_gateways import MailboxGateways
from sendas.config.model import Rotation
from sendas.credentials.charge import Charge
from sendas.credentials.doors import Dial
from sendas.inbound.log import Log
from sendas.mail.address import Address
from sendas.outcome import NoAnswer
from sendas.watch.daily.tending import TAKES, Sent, Tending, Ways, tending_of


if TYPE_CHECKING:
    from sendas.aws.session import Session
    from sendas.watch.decide.settings import Watched


class Broken:
    """An account of which every question meets a mistake of ours."""

    def __init__(self, clock: FakeClock, takes: timedelta) -> None:
        self.clock, self.takes, self.asked = clock, takes, 0

    def __getattr__(self, name: str) -> object:
        """What is asked of it."""
        self.asked += 1
        self.clock.at += self.takes
        raise KeyError(name)


def charges() -> tuple[Charge, ...]:
    """Three mailboxes, to be rotated and proven."""
    world = World("shop")
    senders = [replace(OWN, address=Address(f"{name}@example.com")) for name in "abc"]
    return tuple(
        Charge(one, world.pair, world.holders, Rotation.PREPARE, audited=True) for one in senders
    )


def tending(account: Broken, said: list[str]) -> Tending:
    """Of these mailboxes."""
    ways = Ways(
        cast("MailboxGateways", account), cast("Dial", None), account.clock.timing(), str,
        said.append,
    )  # fmt: skip
    return Tending(None, charges, cast("Sent", type("S", (), {"since": None})), ways)  # type: ignore[arg-type]  not asked


def test_a_mistake_of_ours_is_told_and_stops_nothing() -> None:
    """A KeyError in each of three: each is unseen, none is well, and the look goes on."""
    clock, said = FakeClock(), list[str]()
    sight = tending(Broken(clock, timedelta()), said).look(clock.at + timedelta(hours=1), ())
    assert 6 == len(sight.unseen)
    assert all("our check broke: KeyError at " in why for why in sight.unseen.values())
    assert () == sight.families
    assert 3 == len(said)


def test_who_got_no_time_is_unseen_and_another_one_each_day() -> None:
    """Time for one of three: the others are told as not looked at, and come first in turn."""
    clock, done = FakeClock(), set[str]()
    for _ in range(3):
        until = clock.at + TAKES
        sight = tending(Broken(clock, timedelta(seconds=1)), []).look(until, ())
        late = {key for key, why in sight.unseen.items() if "no time" in why}
        assert 4 == len(late)
        done |= {key for key in sight.unseen if key not in late}
        clock.at = until + timedelta(days=1) - TAKES
    assert 6 == len(done)


def test_what_can_be_read_again_is_seen_again() -> None:
    """Whose passwords there are could not be read yesterday, and can be today."""
    clock = FakeClock()
    sight = tending(Broken(clock, timedelta()), []).look(clock.at + timedelta(hours=1), ())
    assert {"rotation:", "audit:"} <= sight.well


def test_the_log_names_no_person() -> None:
    """What is said of each mailbox says whose domain it is, and whose mailbox to nobody."""
    lines = list[str]()
    watched = SimpleNamespace(tends=True, settings=SimpleNamespace(region="us-east-1"))
    found = tending_of(
        cast("Watched", watched), cast("Session", None), charges, {}, Log(write=lines.append)
    )
    assert found is not None

    found.look(datetime.now(UTC) + timedelta(hours=1), ())  # noqa: TID251  its clock is real

    assert 3 == len(lines)
    assert all("\\u2026@example.com: our check broke" in line for line in lines)
    assert not any(f"{name}@" in line for line in lines for name in "abc")


class History:
    """A bucket with one object of the history."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def objects(self, prefix: str) -> list[StoredObject]:
        """One, on each day."""
        return [StoredObject(f"{prefix}one.jsonl", len(self.content), FakeClock().at)]

    def read(self, _key: str) -> bytes:
        """Its lines."""
        return self.content


def test_an_unreadable_line_is_no_proof_that_nobody_sent() -> None:
    """A use of the old credential may stand in it, whose key would be made inactive."""
    watched = SimpleNamespace(
        remembers=True, settings=SimpleNamespace(events_prefix=lambda day: f"events/{day}/")
    )
    now = FakeClock().at
    for content, known in ((b"", True), (b"{broken\n", False)):
        sent = Sent(cast("Watched", watched), cast("Session", None), now)
        vars(sent)["_store"] = History(content)
        found = sent.since(now - timedelta(days=1))
        assert known != isinstance(found, NoAnswer), found
        assert known or "cannot be read" in str(found)
