"""A Postfix of a test's own: its daemons, and waiting for it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ports import free_port


MASTER = """
127.0.0.1:{listen} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
virtual unix - n n - - virtual
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
"""main.cf is each test's; *listen* is the port."""


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until Postfix listens."""
    for _ in range(100):
        with socket.socket() as one:
            if 0 == one.connect_ex(("127.0.0.1", port)):
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"Postfix did not start: {log.read_text()}")


COMMON = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.com
mydestination =
mynetworks = 127.0.0.0/8
maillog_file = /dev/stdout
maillog_file_prefixes = /dev
disable_dns_lookups = yes
local_recipient_maps =
alias_maps =
"""
"""Of main.cf: a relay on loopback that knows nothing of the machine's own mail."""


@contextmanager
def running(postfix: str, main: Callable[[Path], str]) -> Iterator[tuple[int, Path]]:
    """A Postfix on a free port, while it is wanted; the port, and its folder, with its ``log``.

    *main* gives what main.cf says beside `COMMON`, from the folder.
    """
    home = Path(tempfile.mkdtemp(prefix="sendas-postfix-"))
    home.chmod(0o755)  # its daemons are not root
    owner, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    listen = free_port()
    for folder in ("queue", "data", "etc", "mail"):
        (home / folder).mkdir()
    os.chown(home / "data", owner.pw_uid, owner.pw_gid)
    os.chown(home / "mail", nobody.pw_uid, nobody.pw_uid)
    (home / "etc/main.cf").write_text(COMMON.format(home=home) + main(home))
    (home / "etc/master.cf").write_text(MASTER.format(listen=listen))
    log = (home / "log").open("w")
    with (
        log,
        subprocess.Popen(  # noqa: S603  the peer
            [postfix, "-c", str(home / "etc"), "start-fg"], stdout=log, stderr=log
        ) as process,
    ):
        try:
            wait_for(listen, process, home / "log")
            yield listen, home
        finally:
            subprocess.run(  # noqa: S603  the peer
                [postfix, "-c", str(home / "etc"), "stop"], check=False, capture_output=True
            )
            process.wait(20)
            shutil.rmtree(home)
