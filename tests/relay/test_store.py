"""The queue on disk: what was acknowledged is there after any crash."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from typer.testing import CliRunner

from sendas.cli import app
from sendas.cli import relay as verbs
from sendas.journal.task import State
from sendas.mail.address import Address
from sendas.relay import store as rows
from sendas.relay.commits import Commits
from sendas.relay.notices import About
from sendas.relay.passwords import make_password
from sendas.relay.queued import Item, Mail, begun, held_by_owner, items_of
from sendas.relay.verdict import Hold


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[rows.Store]:
    """An empty one."""
    with rows.open_store(tmp_path, owner=True) as opened:
        yield opened


def mail(number: int = 7, who: str = "me@example.com/gmail") -> Mail:
    """A mail without its content."""
    return Mail(number, NOW, who, "me@example.com", "gmail", "me@example.com", "me@example.com", 9)


def put(
    store: rows.Store, one: Mail, *recipients: str, content: bytes | None = b"content"
) -> Item:
    """Queue it; its only task."""
    (item,) = items_of(one, [About(r) for r in recipients or ("a@example.net",)])
    store.write(partial(rows.add_mail, mail=one, items=[item], content=content))
    return item


def test_what_is_written_is_read(store: rows.Store) -> None:
    """Every field of a mail and its task, DSN parameters and all."""
    one = mail()._replace(envid="e", ret="HDRS", message_id="<1@example.com>", notice=True)
    about = [
        About("ä@example.net", frozenset({"DELAY", "FAILURE"}), "rfc822;x"),
        About("b@x.example"),
    ]
    items = items_of(one, about)
    store.write(partial(rows.add_mail, mail=one, items=items, content=b"\0\xff"))

    assert list(items) == store.due("me@example.com/gmail", NOW, 10)
    assert b"\0\xff" == store.content(7)
    assert store.content(8) is None


def test_a_failed_transaction_leaves_nothing(store: rows.Store) -> None:
    """All of it or none of it."""

    def broken(connection: rows.Connection) -> None:
        rows.add_mail(connection, mail(), items_of(mail(), [About("a@example.net")]), b"x")
        raise KeyError

    with pytest.raises(KeyError):
        store.write(broken)
    assert 0 == store.waiting()


def test_content_stays_until_all_is_done(store: rows.Store) -> None:
    """A mail of two calls is needed until the second is done; a refused one can be tried again."""
    one = mail()
    first, second = items_of(one, [About(f"r{n}@example.net") for n in range(60)])
    store.write(partial(rows.add_mail, mail=one, items=[first, second], content=b"x"))
    for item, state in ((first, State.DONE), (second, State.REFUSED)):
        now = item._replace(task=item.task._replace(state=state))
        assert store.write(partial(rows.replace_item, old=item, new=(now,)))
        assert b"x" == store.content(7)
    done = second._replace(task=second.task._replace(state=State.DONE))
    store.write(partial(rows.replace_item, old=second, new=(done,)))

    assert store.content(7) is None


def test_what_was_dropped_is_not_written_again(store: rows.Store) -> None:
    """A delivery that ends after `sendas relay queue drop` brings nothing back."""
    item = put(store, mail())
    assert store.write(partial(rows.drop_mail, mail_id=7))

    assert not store.write(partial(rows.replace_item, old=item, new=(item,)))
    assert [] == store.items("1")


@pytest.mark.parametrize("state", [State.SENDING, State.DONE])
def test_the_command_line_does_not_undo_what_the_relay_did(
    store: rows.Store, state: State
) -> None:
    """Read by `queue retry` or `hold`, then begun or sent: written back it would be sent twice."""
    read, untouched = put(store, mail(1)), put(store, mail(2))
    now = begun(read, NOW)
    now = now._replace(task=now.task._replace(state=state))
    store.write(partial(rows.replace_item, old=read, new=(now,)))
    changes = [(one, held_by_owner(one)) for one in (read, untouched)]

    assert 1 == store.write(partial(rows.change_items, changes=changes))
    assert [now, held_by_owner(untouched)._replace(due_at=ANY)] == store.items("1 ORDER BY m.id")


def test_each_sender_is_found(store: rows.Store) -> None:
    """And what is due first of each; what is held or later is not due."""
    for number, who in enumerate(("b", "a", "b", "c")):
        put(store, mail(number + 1, who))
    later = store.due("c", NOW, 1)[0]._replace(due_at=NOW + timedelta(hours=1))
    store.write(partial(rows.put_items, items=[later]))
    held = held_by_owner(store.due("a", NOW, 1)[0])
    store.write(partial(rows.put_items, items=[held]))

    assert ["a", "b", "c"] == store.senders_due()
    assert [1, 3] == [one.mail.id for one in store.due("b", NOW, 5)]
    assert [] == store.due("a", NOW, 5) + store.due("c", NOW, 5)
    assert (3, 1) == (store.counts().due, store.counts().held)
    assert NOW == store.counts().oldest_at


def test_holds_are_opened_together(store: rows.Store) -> None:
    """What waited for the account goes; what the owner held stays."""
    first, second = put(store, mail(1)), put(store, mail(2))
    paused = first._replace(hold=Hold.PAUSED, due_at=NOW + timedelta(days=1))
    store.write(partial(rows.put_items, items=[paused, held_by_owner(second)]))
    opened = store.write(partial(rows.open_holds, holds=[Hold.PAUSED, Hold.KEY], now=NOW))

    assert 1 == opened
    assert [1] == [one.mail.id for one in store.due(first.mail.who, NOW, 5)]


def test_waited_mail_is_the_clients(store: rows.Store) -> None:
    """A client that waits for SES keeps its mail until 250; after a crash it is not ours."""
    one = mail()
    items = [begun(i, NOW) for i in items_of(one, [About("a@example.net")])]
    store.write(partial(rows.add_mail, mail=one, items=items, content=b"x", waited=True))
    assert 1 == store.write(rows.drop_waited)
    store.write(partial(rows.add_mail, mail=one, items=items, content=b"x", waited=True))
    store.write(partial(rows.keep_waited, mail_id=7))

    assert 0 == store.write(rows.drop_waited)


def test_old_ends_are_forgotten(store: rows.Store) -> None:
    """What is ended goes after a while; what waits never does."""
    ended, waits = put(store, mail(1)), put(store, mail(2))
    done = ended._replace(task=ended.task._replace(state=State.DONE))
    store.write(partial(rows.replace_item, old=ended, new=(done,)))
    store.write(partial(rows.forget_ended, before=NOW + timedelta(days=7)))

    assert [waits] == store.items("1")


def test_a_large_mail_lies_in_a_file(store: rows.Store) -> None:
    """Synced before its row is written; a file without a row is cleaned away at the start."""
    store.write_spool(7, [b"abc", memoryview(b"def")])
    put(store, mail(), content=None)
    store.write_spool(8, [b"never acknowledged"])

    assert 1 == store.clean_spool()
    assert b"abcdef" == store.content(7)
    store.drop_spool(7)
    assert b"abcdef" == store.content(7)
    store.write(partial(rows.drop_mail, mail_id=7))
    store.drop_spool(7)
    assert [] == list(store.spool.iterdir())


def test_ids_never_repeat(store: rows.Store, tmp_path: Path) -> None:
    """Whatever the clock does, and after a restart."""
    first, second = store.new_id(1000.0), store.new_id(999.0)
    put(store, mail(second))
    store.close()
    with rows.open_store(tmp_path) as again:
        assert first < second < again.new_id(0.0)


def test_one_relay_for_a_folder(store: rows.Store, tmp_path: Path) -> None:
    """A second would send everything twice; the command line may look and change rows."""
    with pytest.raises(rows.InUse, match="another relay"):
        rows.open_store(tmp_path, owner=True)
    with rows.open_store(tmp_path) as beside:
        put(beside, mail())
    assert 1 == store.waiting()


def test_a_queue_of_a_later_release(tmp_path: Path) -> None:
    """Is left alone."""
    rows.open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / rows.FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(rows.BadStore, match="later release"):
        rows.open_store(tmp_path)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """Said in one line, with the name."""
    (tmp_path / "file").write_text("")
    with pytest.raises(rows.BadStore, match="cannot hold the queue"):
        rows.open_store(tmp_path / "file", owner=True)
    (tmp_path / rows.FILE).write_bytes(b"this is no database at all" * 100)
    with pytest.raises(rows.BadStore):
        rows.open_store(tmp_path)


def test_passwords(store: rows.Store) -> None:
    """Kept, listed, used, revoked; one name stands once, whatever the case."""
    one = make_password(
        "s" * 32, b"x" * 16, mailbox=Address("Me@example.com"), label="gmail",
        senders=["me@example.com"], after_ses=True, now=NOW,
    )  # fmt: skip
    assert store.write(partial(rows.put_password, one=one))
    assert not store.write(partial(rows.put_password, one=one))
    store.write(
        partial(rows.password_used, mailbox="me@EXAMPLE.com", label="gmail", now=NOW, network="n")
    )
    (found,) = store.passwords("ME@example.com")

    assert (one.digest, True, NOW, "n") == (
        found.digest, found.after_ses, found.last_used_at, found.last_used_from,
    )  # fmt: skip
    assert store.write(partial(rows.remove_password, mailbox="me@example.com", label="gmail"))
    assert [] == store.passwords()


# Groups -----------------------------------------------------------------------------


def test_a_long_queue_is_no_good_news(
    store: rows.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is held stands behind the last that `queue list` lists: it says so by its status."""
    put(store, mail(1))
    held = held_by_owner(put(store, mail(2)))
    store.write(partial(rows.put_items, items=[held]))
    file = tmp_path / "sendas.toml"
    file.write_text(
        'region = "us-east-2"\n[relay]\nhost = "relay.example.com"\n'
        f'directory = "{store.folder}"\n[[domain]]\nname = "example.com"\n'
        '[[domain.mailbox]]\nname = "me"\nto = ["owner@example.net"]\n'
    )
    monkeypatch.setattr(verbs, "_MAX_LISTED", 1)
    done = CliRunner().invoke(app, ["relay", "queue", "list", "--config", str(file)])

    assert (1, 1) == (done.exit_code, done.stdout.count("a@example.net")), done.exception
    assert "1 tasks listed, and more" in done.stderr


def committing(folder: Path, work: Callable[[Commits], Any]) -> None:
    """Run *work*, a coroutine function, with the writing side of a store."""

    async def main() -> None:
        with rows.open_store(folder) as store:
            commits = Commits(store)
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
        assert 100 == sum(commits.store.content(n) is not None for n in range(1, 101))

    committing(tmp_path, work)


def test_one_that_fails_takes_nobody_with_it(tmp_path: Path) -> None:
    """A mistake of ours in one mail is that mail's."""

    def broken(_: rows.Connection) -> None:
        raise KeyError

    async def work(commits: Commits) -> None:
        jobs = [commits.later(partial(rows.add_mail, mail=mail(1), items=[], content=b"x"))]
        jobs.append(commits.later(broken))
        jobs.append(commits.later(partial(rows.add_mail, mail=mail(2), items=[], content=b"x")))
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert [type(None), KeyError, type(None)] == list(map(type, results))
        assert commits.store.content(1) == commits.store.content(2) == b"x"

    committing(tmp_path, work)


def test_the_command_line_may_hold_the_file(tmp_path: Path) -> None:
    """The loop goes on meanwhile, and the mail is written afterwards."""

    async def work(commits: Commits) -> None:
        other = rows.connect(tmp_path)
        other.execute("BEGIN IMMEDIATE")
        future = commits.later(partial(rows.add_mail, mail=mail(1), items=[], content=b"x"))
        await asyncio.sleep(0.1)
        assert not future.done()
        other.execute("COMMIT")
        other.close()
        await future
        assert b"x" == commits.store.content(1)

    committing(tmp_path, work)


FULL = """
import asyncio, resource, signal, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_store import mail
from sendas.relay import store as rows
from sendas.relay.commits import Commits

async def main():
    store = rows.open_store(Path({folder!r}), owner=True)
    commits = Commits(store)
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
        except rows.NotWritten:
            refused += 1
            assert not store.writable
            assert store.content(number) is None
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    await commits.later(partial(rows.add_mail, mail=mail(99), items=[], content=b"y"))
    assert store.writable
    print(taken, refused)

asyncio.run(main())
"""


def test_a_full_disk_takes_no_mail(tmp_path: Path) -> None:
    """No write, no 250; what was taken stays, and the first write that works opens it again."""
    code = FULL.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    ran = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert 0 == ran.returncode, ran.stderr
    taken, refused = map(int, ran.stdout.split())
    assert taken > 3
    assert refused > 3
    with rows.open_store(tmp_path) as store:
        kept = [number for number in range(1, 60) if store.content(number)]
        assert taken == len(kept)
        assert b"y" == store.content(99)


KILLED = """
import asyncio, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_store import mail
from sendas.relay import store as rows
from sendas.relay.commits import Commits

async def main():
    commits = Commits(rows.open_store(Path({folder!r}), owner=True))
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
        code = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path), start=start)
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
    with rows.open_store(tmp_path, owner=True) as store:
        for number in acknowledged:
            assert b"%d" % number == store.content(number)
