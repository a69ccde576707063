"""Group commit for one event loop: whatever came while one transaction was synced is the next.

Rows are written on the loop, which takes microseconds, and only the commit, which waits for
the disk, is handed to a thread.  A thread that wrote the rows too would give up and wait for
Python's lock at each of them, milliseconds each time.
"""

import asyncio
import contextlib
import sqlite3

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk.folder import T, not_written
from sendas.relay.on_disk.schema import Connection, connect, rolled_back


_LARGEST_GROUP = 500
_PATIENT_SECONDS = 10.0
"""How long a verb of the command line may hold the file."""


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    future: "asyncio.Future[Any]"


class Commits:
    """The writing side of a folder, for one loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.writable = True
        """Whether the last write went well."""
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="relay-commit")
        self._connection = self._connect()
        self._waiting: list[_Job] = []
        self._busy = self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    def later(self, work: Callable[[Connection], T]) -> "asyncio.Future[T]":
        """Run *work* in the next transaction; done when that is on disk.

        The future raises NotWritten if nothing of it happened, or what *work* raised.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closed:
            future.set_exception(NotWritten(f"the queue in {self._path} is closed"))
            return future
        self._waiting.append(_Job(work, future))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            # At the end of this round of the loop: all that is ready now goes together.
            self._loop.call_soon(self._begin)
        return future

    async def close(self) -> None:
        """Wait for what was given, and close; what is given later is not written."""
        while self._busy:  # whoever waited for the last group may have given another
            await self._idle.wait()
        self._closed = True  # two threads in one connection crash the process
        await self._loop.run_in_executor(self._thread, _close, self._connection)
        self._thread.shutdown()

    def _connect(self) -> Connection:
        connection = connect(self._path)
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def _begin(self) -> None:
        group, self._waiting = self._waiting[:_LARGEST_GROUP], self._waiting[_LARGEST_GROUP:]
        if not group:
            self._busy = False
            self._idle.set()
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            # Another process writes: waiting for it is nothing for the loop.
            waited = self._loop.run_in_executor(self._thread, _begin_patiently, self._connection)
            waited.add_done_callback(lambda done: self._begun(group, done.exception()))
        except sqlite3.Error as error:
            self._failed(group, error)
        else:
            self._begun(group, None)

    def _begun(self, group: list[_Job], error: BaseException | None) -> None:
        if error is not None:
            self._failed(group, error)
            return
        results: list[Any] = []
        try:
            for job in group:
                results.append(job.work(self._connection))  # noqa: PERF401  stops at the first that fails
        except sqlite3.Error as failure:
            self._failed(group, failure)
            return
        except Exception as failure:  # noqa: BLE001  whoever gave the work hears it
            rolled_back(self._connection)
            broken = group[len(results)].future
            if not broken.done():
                broken.set_exception(failure)
            # The others again, before all that came later.
            self._waiting[:0] = group[: len(results)] + group[len(results) + 1 :]
            self._begin()
            return
        synced = self._loop.run_in_executor(self._thread, self._connection.execute, "COMMIT")
        synced.add_done_callback(lambda done: self._committed(group, results, done.exception()))

    def _committed(
        self, group: list[_Job], results: list[Any], error: BaseException | None
    ) -> None:
        if error is not None:
            self._failed(group, error)
            return
        self.writable = True
        for job, result in zip(group, results, strict=True):
            if not job.future.done():
                job.future.set_result(result)
        self._begin()

    def _failed(self, group: list[_Job], error: BaseException) -> None:
        """The disk: nobody's work was done, and the connection is not to be trusted further."""
        self.writable = False
        rolled_back(self._connection)
        self._refuse(group, error)
        # The new one first: a commit that was not synced lies in the log, behind what counts by
        # the log's index.  That goes with the last connection, and whoever is next would read the
        # log to its end, and bring back what was refused.
        old = self._connection
        try:
            self._connection = self._connect()
        except sqlite3.Error as still:
            waiting, self._waiting = self._waiting, []
            self._refuse(waiting, still)
        with contextlib.suppress(sqlite3.Error):
            old.close()
        self._begin()

    def _refuse(self, jobs: list[_Job], error: BaseException) -> None:
        for job in jobs:
            if not job.future.done():  # as where its client hung up meanwhile
                job.future.set_exception(not_written(self._path, error))


def _begin_patiently(connection: Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(_PATIENT_SECONDS * 1000)}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute("PRAGMA busy_timeout = 0")


def _close(connection: Connection) -> None:
    with contextlib.suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
