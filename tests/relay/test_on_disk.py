"""The queue in a folder: what was acknowledged is there after any crash, and what SQLite may do.

What any queue does is in test_queue.py.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from queue_world import mail, new
from typer.testing import CliRunner

from sendas.cli import app
from sendas.cli import relay_queue as verbs
from sendas.cli.relay_file import NotThere
from sendas.errors import CouldNotLook
from sendas.journal.task import State
from sendas.relay.decide.queued import held_by_owner
from sendas.relay.mail_queue import BadQueue, InUse, NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.commits import Commits
from sendas.relay.on_disk.folder import Folder
from sendas.relay.on_disk.queue import FolderQueue
from sendas.relay.on_disk.schema import FILE, Connection, connect


SUPPORT = str(Path(__file__).parents[1] / "support")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An empty one."""
    with Folder(tmp_path, owner=True) as opened:
        yield opened


def put(folder: Folder, number: int) -> None:
    """Queue a mail."""
    one = new(number)
    folder.write(partial(rows.add_mail, mail=one.mail, items=one.items, content=b"content"))


def test_a_failed_transaction_leaves_nothing(folder: Folder) -> None:
    """All of it or none of it."""

    def broken(connection: Connection) -> None:
        rows.add_mail(connection, mail(), new().items, b"x")
        raise KeyError

    with pytest.raises(KeyError):
        folder.write(broken)
    assert 0 == folder.waiting()


def large(number: int) -> bytes:
    """A content that lies in a file."""
    return b"%d" % number * 200_000


def spooled(folder: Folder) -> int:
    """How many files there are."""
    return len(list(folder.spool.folder.iterdir()))


def test_a_large_mail_lies_in_a_file(tmp_path: Path) -> None:
    """Until it is done, dropped or forgotten; one without a row is cleaned away at the start."""
    Folder(tmp_path).spool.write(8, [b"never acknowledged"])

    async def work() -> None:
        queue = FolderQueue(Folder(tmp_path, owner=True))
        await queue.open()
        assert 0 == spooled(queue.folder)
        for number in (1, 2, 3):
            await queue.take(new(number, content=large(number)))
        assert 3 == spooled(queue.folder)
        assert large(2) == queue.content(2)
        (item,) = queue.folder.of_mail(1)
        done = item._replace(task=item.task._replace(state=State.DONE))
        assert await queue.settle(item, [done])
        assert await queue.drop(2)
        assert 1 == spooled(queue.folder)
        (item,) = queue.folder.of_mail(3)
        refused = item._replace(task=item.task._replace(state=State.REFUSED))
        assert await queue.settle(item, [refused])
        assert large(3) == queue.content(3)
        os.utime(next(queue.folder.spool.folder.iterdir()), (0, 0))
        assert 2 == await queue.forget_ended(mail(3).accepted_at.replace(year=2030))
        assert 0 == spooled(queue.folder)
        await queue.close()

    asyncio.run(work())


def test_a_large_mail_that_is_not_taken_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes the file and not the row: 452, and the disk is not fuller for it."""

    def failing(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError

    async def work() -> None:
        queue = FolderQueue(Folder(tmp_path, owner=True))
        monkeypatch.setattr(rows, "add_mail", failing)
        with pytest.raises(CouldNotLook):
            await queue.take(new(1, content=large(1)))
        assert 0 == spooled(queue.folder)
        assert not queue.writable
        await queue.close()

    asyncio.run(work())


def test_one_relay_for_a_folder(folder: Folder, tmp_path: Path) -> None:
    """A second would send everything twice; the command line may look and change rows."""
    with pytest.raises(InUse, match="another relay"):
        Folder(tmp_path, owner=True)
    with Folder(tmp_path) as beside:
        put(beside, 1)
    assert 1 == folder.waiting()


def test_a_queue_of_a_later_release(tmp_path: Path) -> None:
    """Is left alone."""
    Folder(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BadQueue, match="later release"):
        Folder(tmp_path)


def test_a_queue_of_an_earlier_release(tmp_path: Path) -> None:
    """Its mail is there, and goes on: schema 1 had no `since`."""
    with Folder(tmp_path) as now:
        put(now, 1)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("ALTER TABLE task DROP COLUMN since")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with Folder(tmp_path) as again:
        assert list(new(1).items) == again.of_mail(1)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """Said in one line, with the name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadQueue, match="cannot hold the queue"):
        Folder(tmp_path / "file", owner=True)
    (tmp_path / FILE).write_bytes(b"this is no database at all" * 100)
    with pytest.raises(BadQueue):
        Folder(tmp_path)


# Groups -----------------------------------------------------------------------------


@pytest.fixture
def file(folder: Folder, tmp_path: Path) -> str:
    """A configuration whose relay has this queue."""
    path = tmp_path / "sendas.toml"
    path.write_text(
        'region = "us-east-2"\n[relay]\nhost = "relay.example.com"\n'
        f'directory = "{folder.path}"\n[[domain]]\nname = "example.com"\n'
        '[[domain.mailbox]]\nname = "me"\nto = ["owner@example.net"]\n'
    )
    return str(path)


def test_a_long_queue_is_no_good_news(
    folder: Folder, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is held stands behind the last that `queue list` lists: it says so by its status."""
    put(folder, 1)
    put(folder, 2)
    held = held_by_owner(*folder.of_mail(2))
    folder.write(partial(rows.put_items, items=[held]))
    monkeypatch.setattr(verbs, "_MAX_LISTED", 1)
    done = CliRunner().invoke(app, ["relay", "queue", "list", "--config", file])

    assert (1, 1) == (done.exit_code, done.stdout.count("a@example.net")), done.exception
    assert "1 tasks listed, and more" in done.stderr


@pytest.mark.parametrize(
    ("state", "words"), [(State.DONE, "SES took it"), (State.SENDING, "is being asked")]
)
def test_what_cannot_be_tried_again_is_said(
    folder: Folder, file: str, state: State, words: str
) -> None:
    """`queue retry` of a mail that is sent: status 2 and why; of two ids neither is changed."""
    put(folder, 1)
    put(folder, 2)
    (item,), (refused,) = folder.of_mail(1), folder.of_mail(2)
    for one, now in ((item, state), (refused, State.REFUSED)):
        new_state = one._replace(task=one.task._replace(state=now))
        folder.write(partial(rows.replace_item, old=one, new=(new_state,)))
    ids = [refused.mail.token, item.mail.token]
    done = CliRunner().invoke(app, ["relay", "queue", "retry", *ids, "--config", file])

    assert isinstance(done.exception, NotThere)  # `main` makes status 2 of it
    assert words in str(done.exception)
    assert [state, State.REFUSED] == [one.task.state for one in folder.listed(9, ended=True)]
    again = CliRunner().invoke(app, ["relay", "queue", "retry", ids[0], "--config", file])
    assert (0, 1) == (again.exit_code, folder.counts().due), again.stderr


def committing(folder: Path, work: Callable[[Commits], Any]) -> None:
    """Run *work*, a coroutine function, with the writing side of a folder."""
    Folder(folder).close()

    async def main() -> None:
        commits = Commits(folder)
        await work(commits)
        await commits.close()

    asyncio.run(main())


def test_many_are_one_commit(tmp_path: Path) -> None:
    """A hundred mails of one round are two syncs at most, and all are there."""

    async def work(commits: Commits) -> None:
        futures = [
            commits.later(partial(rows.add_mail, mail=mail(n), items=[], content=b"x"))
            for n in range(1, 101)
        ]
        await asyncio.gather(*futures)
        assert 100 == sum(Folder(tmp_path).content(n) is not None for n in range(1, 101))

    committing(tmp_path, work)


def test_what_a_last_answer_leads_to_is_written_too(tmp_path: Path) -> None:
    """The queue closes while somebody waits for a row, and then writes another."""

    async def work(commits: Commits) -> None:
        async def two() -> None:
            for number in (1, 2):
                await commits.later(
                    partial(rows.add_mail, mail=mail(number), items=[], content=b"x")
                )

        begun = asyncio.create_task(two())
        await asyncio.sleep(0)
        await commits.close()
        await begun
        with pytest.raises(NotWritten, match="closed"):
            await commits.later(partial(rows.drop_mail, mail_id=1))

    Folder(tmp_path).close()

    async def main() -> None:
        await work(Commits(tmp_path))

    asyncio.run(main())
    with Folder(tmp_path) as folder:
        assert [b"x", b"x"] == [folder.content(number) for number in (1, 2)]


def test_closed_while_others_read(tmp_path: Path) -> None:
    """Threads that are still asking get an answer or `CouldNotLook`; the process lives."""
    code = """
import sys, threading
from pathlib import Path
from sendas.errors import CouldNotLook
from sendas.relay.on_disk.folder import Folder

def ask(folder):
    try:
        while True:
            folder.waiting()
    except CouldNotLook:
        pass

for turn in range(30):
    folder = Folder(Path(sys.argv[1]))
    threads = [threading.Thread(target=ask, args=(folder,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    folder.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
"""
    ran = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code, tmp_path], check=False, capture_output=True, timeout=100
    )
    assert (0, b"") == (ran.returncode, ran.stderr)


def test_one_that_fails_takes_nobody_with_it(tmp_path: Path) -> None:
    """A mistake of ours in one mail is that mail's."""

    def broken(_: Connection) -> None:
        raise KeyError

    async def work(commits: Commits) -> None:
        jobs = [commits.later(partial(rows.add_mail, mail=mail(1), items=[], content=b"x"))]
        jobs.append(commits.later(broken))
        jobs.append(commits.later(partial(rows.add_mail, mail=mail(2), items=[], content=b"x")))
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(None), KeyError, type(None)] == list(map(type, results))
        assert Folder(tmp_path).content(1) == Folder(tmp_path).content(2) == b"x"

    committing(tmp_path, work)


def test_the_command_line_may_hold_the_file(tmp_path: Path) -> None:
    """The loop goes on meanwhile, and the mail is written afterwards."""

    async def work(commits: Commits) -> None:
        other = connect(tmp_path)
        other.execute("BEGIN IMMEDIATE")
        future = commits.later(partial(rows.add_mail, mail=mail(1), items=[], content=b"x"))
        await asyncio.sleep(0.1)
        assert not future.done()
        other.execute("COMMIT")
        other.close()
        await future
        assert b"x" == Folder(tmp_path).content(1)

    committing(tmp_path, work)


def test_a_disk_that_is_gone_for_a_moment_stops_no_later_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit fails, the file cannot be opened again, and a client hung up: the next is kept."""

    async def work(commits: Commits) -> None:
        def broken(_: Connection) -> None:
            raise sqlite3.OperationalError

        def gone(_: Commits) -> Connection:
            waiting.cancel()
            raise sqlite3.OperationalError

        with monkeypatch.context() as patch:
            patch.setattr(Commits, "_connect", gone)
            patch.setattr("sendas.relay.on_disk.commits._LARGEST_GROUP", 1)
            first = commits.later(broken)
            waiting = commits.later(partial(rows.add_mail, mail=mail(1), items=[], content=b"x"))
            with pytest.raises(NotWritten):
                await first
            with pytest.raises(asyncio.CancelledError):
                await waiting
        later = [partial(rows.add_mail, mail=mail(n), items=[], content=b"x") for n in (2, 3)]
        with pytest.raises(NotWritten):
            await asyncio.wait_for(commits.later(later[0]), 5)
        await asyncio.wait_for(commits.later(later[1]), 5)
        assert b"x" == Folder(tmp_path).content(3)

    committing(tmp_path, work)


FULL = """
import asyncio, resource, signal, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
from queue_world import mail
from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.commits import Commits
from sendas.relay.on_disk.folder import Folder

async def main():
    store = Folder(Path({folder!r}), owner=True)
    commits = Commits(store.path)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    taken = refused = 0
    for number in range(1, 60):
        try:
            await commits.later(
                partial(rows.add_mail, mail=mail(number), items=[], content=b"x" * 10_000)
            )
            taken += 1
            assert store.content(number)
        except NotWritten:
            refused += 1
            assert not commits.writable
            assert store.content(number) is None
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    await commits.later(partial(rows.add_mail, mail=mail(99), items=[], content=b"y"))
    assert commits.writable
    print(taken, refused)

asyncio.run(main())
"""


def test_a_full_disk_takes_no_mail(tmp_path: Path) -> None:
    """No write, no 250; what was taken stays, and the first write that works opens it again."""
    code = FULL.format(tests=SUPPORT, folder=str(tmp_path))
    ran = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert 0 == ran.returncode, ran.stderr
    taken, refused = map(int, ran.stdout.split())
    assert taken > 3
    assert refused > 3
    with Folder(tmp_path) as store:
        kept = [number for number in range(1, 60) if store.content(number)]
        assert taken == len(kept)
        assert b"y" == store.content(99)


KILLED = """
import asyncio, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
from queue_world import mail
from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.commits import Commits
from sendas.relay.on_disk.folder import Folder

async def main():
    commits = Commits(Folder(Path({folder!r}), owner=True).path)
    async def one(number):
        await commits.later(
            partial(rows.add_mail, mail=mail(number), items=[], content=b"%d" % number)
        )
        print(number, flush=True)
    for start in range({start}, 10**9, 20):
        await asyncio.gather(*(one(n) for n in range(start, start + 20)))

asyncio.run(main())
"""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Killed by signal 9 five times: every mail that was acknowledged is there, whole."""
    acknowledged: set[int] = set()
    for attempt in range(5):
        start = attempt * 1_000_000 + 1
        code = KILLED.format(tests=SUPPORT, folder=str(tmp_path), start=start)
        with subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            acknowledged.add(int(process.stdout.readline()))
            time.sleep(0.05 * (attempt + 1))
            os.kill(process.pid, signal.SIGKILL)
            lines = process.stdout.read().splitlines(keepends=True)
            acknowledged |= {int(line) for line in lines if line.endswith("\n")}

    assert len(acknowledged) > 100
    with Folder(tmp_path, owner=True) as store:
        for number in acknowledged:
            assert b"%d" % number == store.content(number)
