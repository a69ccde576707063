"""A Postfix of a test's own: its daemons, and waiting for it."""

import socket
import subprocess
import time

from pathlib import Path

import pytest


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
