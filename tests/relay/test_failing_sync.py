"""A disk that fails to sync (EIO), by a shim before libc: what SQLite's log holds from then on."""

import os
import shutil
import subprocess
import sys

from pathlib import Path

import pytest

from sendas.relay.on_disk.folder import Folder


SUPPORT = str(Path(__file__).parents[1] / "support")
SHIM = """
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>
static int fails(void) { return access(getenv("SYNC_FAILS"), F_OK) == 0; }
static int broken(void) { errno = EIO; return -1; }
int fsync(int fd) { return fails() ? broken() : syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return fails() ? broken() : syscall(SYS_fdatasync, fd); }
"""
CHILD = """
import asyncio, os, signal, sys
from functools import partial
from pathlib import Path
sys.path.insert(0, {tests!r})
from queue_world import mail
from sendas.relay.mail_queue import NotWritten
from sendas.relay.on_disk import rows
from sendas.relay.on_disk.commits import Commits
from sendas.relay.on_disk.folder import Folder

async def main():
    flag = Path(os.environ["SYNC_FAILS"])
    commits = Commits(Folder(Path({folder!r}), owner=True).path)
    async def put(number):
        content = b"%d" % number * 3000
        await commits.later(partial(rows.add_mail, mail=mail(number), items=[], content=content))
    await put(1)
    flag.touch()
    try:
        await put(2)
    except NotWritten:
        print("refused", flush=True)
    if {goes_on!r}:
        flag.unlink()
        await put(3)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def killed(tmp_path: Path, *, goes_on: bool) -> Folder:
    """The folder of a relay whose second mail met a disk that did not sync, killed thereafter."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make the shim with")
    source, shim = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source], check=True)  # noqa: S603  ours
    code = CHILD.format(tests=SUPPORT, folder=str(tmp_path / "queue"), goes_on=goes_on)
    ran = subprocess.run(  # noqa: S603  ourselves
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60,
        env={**os.environ, "LD_PRELOAD": str(shim), "SYNC_FAILS": str(tmp_path / "fails")},
    )  # fmt: skip
    assert "refused\n" == ran.stdout, ran.stderr
    return Folder(tmp_path / "queue", owner=True)


def test_a_mail_that_was_refused_is_not_there_once_the_disk_works_again(tmp_path: Path) -> None:
    """Its client tries again: what the failed commit left in the log is written over, not read."""
    with killed(tmp_path, goes_on=True) as store:
        assert [b"1" * 3000, None, b"3" * 3000] == [store.content(n) for n in (1, 2, 3)]


def test_killed_before_the_disk_works_again_nothing_is_half_there(tmp_path: Path) -> None:
    """What was taken is whole; what was refused is whole or absent: the log may hold it."""
    with killed(tmp_path, goes_on=False) as store:
        assert b"1" * 3000 == store.content(1)
        assert store.content(2) in {None, b"2" * 3000}
