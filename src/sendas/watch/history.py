"""The history of one domain: the bucket's objects into the cache, and questions to it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sendas.aws.mail_store import MailStore
from sendas.history.line import hash_address, stamp_of
from sendas.history.outcome import Trace, traces
from sendas.inbound.settings import ALERTED, DEFAULT_STATE_PREFIX, EVENTS
from sendas.outcome import NoAnswer, Why
from sendas.watch.cache import Cache, Question
from sendas.watch.objects import MOST_HELD, contents, listed


_EVENTS = f"{DEFAULT_STATE_PREFIX}{EVENTS}"
_ALERTED = f"{DEFAULT_STATE_PREFIX}{ALERTED}"


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling the cache did; *strange* lines of what was asked for cannot be read."""

    read: int
    strange: int

    @property
    def silence(self) -> NoAnswer | None:
        """Why nobody can say that something is not in the history; None if all of it was read."""
        if not self.strange:
            return None
        return NoAnswer(Why.SERVER_FAILURE, f"{self.strange} lines of the history are unreadable")


@dataclass(frozen=True, slots=True)
class History:
    """One domain's history: where it lies, where its cache lies, how long it is kept.

    *endpoint* is the URL that is asked in place of AWS, a lab's; empty for AWS itself.
    """

    store: MailStore
    cache: Path
    keep: timedelta
    endpoint: str = ""

    def open_cache(self) -> Cache:
        """Its cache, emptied if it is of another endpoint.

        Raises:
            UnusableCache: The file cannot be used as one.
        """
        return Cache(self.cache, self.endpoint)

    def fill(
        self, cache: Cache, now: datetime, *, since_day: str, talk: Callable[[str], None]
    ) -> Filled:
        """Read what is new in the bucket, and drop what is older than the file wants it kept.

        Raises:
            CouldNotLook: S3 does not tell, or an object could not be read.
        """
        filled = fill(cache, self.store, since_day=since_day, talk=talk)
        with suppress(OverflowError):  # kept for longer than there is a calendar
            cache.drop_before(stamp_of(now - self.keep))
        return filled


def fill(
    cache: Cache, store: MailStore, *, since_day: str = "", talk: Callable[[str], None] = print
) -> Filled:
    """Read what is new in the bucket, from *since_day* on.

    Raises:
        CouldNotLook: S3 does not tell, or an object could not be read.
    """
    known = cache.known()
    there = {
        one.key: one.size
        for one in listed(store, _EVENTS, "the history")
        if not one.key.startswith(_ALERTED)
    }
    asked = [key for key in there if _day(key) >= since_day]
    new = [key for key in asked if known.get(key) != there[key]]
    if len(new) > MOST_HELD:
        talk(f"reading {len(new)} objects of the history …")
    # What went meanwhile was made into one with others.
    for key, raw in contents(store, new):
        cache.take(key, raw)
    cache.forget(known.keys() - there.keys())
    return Filled(len(new), cache.strange(asked))


def _day(key: str) -> str:
    """``sendas/events/2026-11-29/…`` → ``2026-11-29``."""
    return key.removeprefix(_EVENTS).partition("/")[0]


def ask(cache: Cache, question: Question) -> list[Trace]:
    """The traces; an address is found as it is and as its hash."""
    found = traces(cache.lines(question))
    if found or "@" not in question.wanted:
        return found
    hashed = Question(hash_address(question.wanted), question.since, question.until)
    return traces(cache.lines(hashed))
