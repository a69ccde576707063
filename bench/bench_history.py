"""`sendas trace` and `sendas watch rates` on a history of a million events.

    python bench/bench_history.py 1000000 3000000 10000000      # how they grow

Load time, question times and memory, of one process.  The goal is that "did my mail to X
arrive?" is answered in under a second.
"""

import resource
import sys
import tempfile
import time

from collections.abc import Iterator
from pathlib import Path

from sendas.history.line import Line
from sendas.watch.cache import Cache, Question
from sendas.watch.history import ask


EVENTS = 1_000_000
A_DAY = 10_000
"""Lines in one object."""
KINDS = ("send", "delivery")
GOAL_SECONDS = 1.0


def lines(first: int, count: int) -> Iterator[Line]:
    """Two events a mail, to one of 50,000 recipients; each hundredth bounces."""
    for number in range(first, first + count):
        mail = number // 2
        day = mail // (A_DAY // 2)
        sent_at = f"20{20 + day // 336:02}-{1 + day // 28 % 12:02}-{1 + day % 28:02}T00:00:00.000Z"
        kind = KINDS[number % 2]
        hard = kind == "delivery" and mail % 100 == 0
        yield Line(
            id=f"{number:024}", at=sent_at, kind="bounce" if hard else kind,
            mail=f"0100{mail:032}", sent_at=sent_at, sender="me@example.com",
            recipient=f"r{mail % 50_000}@d{mail % 500}.example", stream="own",
            message_id=f"<{mail}@example.com>", credential="sendas-me",
            detail="Permanent" if hard else "", answer="250 2.0.0 OK" if not hard else "550 5.1.1",
        )  # fmt: skip


def main() -> int:
    """Print a line for each thing; 1 if a question took longer than the goal."""
    stages = [int(one) for one in sys.argv[1:]] or [EVENTS]
    missed, loaded = False, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cache.sqlite")
        for events in stages:
            with Cache(path) as cache:
                _load(cache, loaded, events)
            loaded = events
            print(f"the file: {path.stat().st_size / 1e6:.0f} MB", flush=True)
            with Cache(path) as cache:
                missed |= _ask(cache, events)
                _count(cache, events)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"memory at most: {peak:.0f} MB", flush=True)
    return int(missed)


def _load(cache: Cache, loaded: int, events: int) -> None:
    start, used = time.perf_counter(), time.process_time()
    for first in range(loaded, events, A_DAY):
        cache.add(lines(first, A_DAY), f"day-{first}", A_DAY)
    took, used = time.perf_counter() - start, time.process_time() - used
    some = events - loaded
    print(
        f"{events:,} events: the last {some:,} loaded in {took:.1f} s; "
        f"{used:.1f} s of a core, {some / used:,.0f} a second",
        flush=True,
    )


def _ask(cache: Cache, events: int) -> bool:
    """Whether a question took longer than the goal."""
    missed = False
    for what, question in (
        ("by recipient", Question("r777@d277.example")),
        ("by SES's id", Question(f"0100{events // 4:032}")),
        ("by Message-ID", Question(f"<{events // 4}@example.com>")),
        ("nobody's", Question("nobody@example.net")),
    ):
        start, used = time.perf_counter(), time.process_time()
        found = ask(cache, question)
        took = time.perf_counter() - start
        used = (time.process_time() - used) * 1000
        missed |= took > GOAL_SECONDS
        print(
            f"trace {what:16} {took * 1000:9.1f} ms   {used:.1f} ms of a core, {len(found)} mails",
            flush=True,
        )
    return missed


def _count(cache: Cache, events: int) -> None:
    month = next(lines(max(events - 28 * A_DAY, 0), 1)).sent_at
    for what, since in (("of all", ""), ("of the last month", month)):
        start, used = time.perf_counter(), time.process_time()
        counted = cache.rates((), since=since)
        print(
            f"rates {what:17} {time.perf_counter() - start:9.1f} s   "
            f"{time.process_time() - used:.1f} s of a core, "
            f"{counted.whole.sent:,} mails, {counted.whole.hard:,} hard bounces",
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
