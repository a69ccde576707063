"""Rspamd as an independent judge of what the lab delivered, asking the lab's DNS."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ports import free_port
from sendas_lab.recipients import StoredMail


CONFIGURATION = """
options {{
  pidfile = "{home}/rspamd.pid"; tempdir = "{home}";
  filters = "dkim"; local_addrs = [];
  url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  dns {{ nameserver = ["{resolver}:10"]; timeout = 2s; retransmits = 3; }}
}}
logging {{ type = "console"; level = "warning"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; mime = true; }}
lua = "/usr/share/rspamd/rules/rspamd.lua";
modules {{ path = "/usr/share/rspamd/plugins"; }}
dkim {{ }} spf {{ spf_cache_size = 1k; }} dmarc {{ no_sampling_domains = ""; }}
metric "default" {{ actions {{ reject = 1000; }} }}
"""


@contextmanager
def running(program: str, home: Path, resolver: str) -> Iterator[Callable[[StoredMail], set[str]]]:
    """Rspamd on a free port, asking the lab's resolver; the symbols it gives a mail."""
    port = free_port()
    settings = home / "rspamd.conf"
    settings.write_text(CONFIGURATION.format(home=home, port=port, resolver=resolver))
    user: list[str] = []
    if 0 == os.geteuid():  # rspamd will not work as root: it becomes its own user
        for folder in (home, *home.parents[:2]):
            folder.chmod(0o755)
        shutil.chown(home, "_rspamd", "_rspamd")
        user = ["-u", "_rspamd", "-g", "_rspamd"]
    command = [
        program, "-f", *user, "-c", str(settings), f"--var=DBDIR={home}", f"--var=RUNDIR={home}",
    ]  # fmt: skip
    log = (home / "log").open("w")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:  # noqa: S603  the peer
        try:
            wait_for(port, process, home / "log")
            yield lambda mail: symbols(port, mail)
        finally:
            process.terminate()
            process.wait(10)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until rspamd answers; its first start compiles patterns."""
    for _ in range(900):
        with socket.socket() as one:
            if 0 == one.connect_ex(("127.0.0.1", port)):
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"rspamd did not start: {log.read_text()}")


def symbols(port: int, mail: StoredMail) -> set[str]:
    """What rspamd says of a mail as its recipient's server took it."""
    assert mail.authentication
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/checkv2",
        data=mail.content,
        headers={
            "IP": mail.authentication.source_ip,
            "Helo": mail.authentication.helo,
            "From": mail.envelope.reverse_path,
            "Rcpt": mail.envelope.forward_paths[0],
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  loopback
        return set(json.load(answer)["symbols"])
