"""An independent judge: rspamd reads, over the lab's DNS, what the lab delivered."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sendas.lab.recipients import StoredMail
from sendas.lab.scene import Scene, SetUp, build
from sendas.lab.world import Lab


pytestmark = pytest.mark.peer

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


ANOTHER = SetUp(mail_from=None, receiving=False, configuration_set=False)
"""A second domain in the same account, without a MAIL FROM domain of its own."""


@pytest.fixture(scope="module")
def judge(
    peer: Callable[[str], str], lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., set[str]]]:
    """Rspamd on a free port, asking the lab's resolver; the symbols it gives a mail."""
    program = peer("rspamd")
    home = tmp_path_factory.mktemp("rspamd")
    port = free_port()
    settings = home / "rspamd.conf"
    settings.write_text(
        CONFIGURATION.format(home=home, port=port, resolver=lab.environment()["SENDAS_RESOLVER"])
    )
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
        wait_for(port, process, home / "log")
        try:
            yield lambda mail: symbols(port, mail)
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until rspamd answers; its first start compiles patterns."""
    for _ in range(300):
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


def send(lab: Lab, scene: Scene, to: str) -> StoredMail:
    """Write to *to* as the domain; the mail as it was received."""
    scene.call(
        "sesv2",
        "SendEmail",
        FromEmailAddress=scene.address,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "judge me"}, "Body": {"Text": {"Data": "Hi."}}}},
    )
    lab.settle()
    return lab.recipients.mailboxes.of(to)[-1]


def test_a_healthy_domain_passes_everything(
    judge: Callable[..., set[str]], lab: Lab, scene: Scene
) -> None:
    """SPF, DKIM and DMARC pass: rspamd finds the same as the lab's own recipients."""
    found = judge(send(lab, scene, "healthy@example.net"))

    assert {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} <= found


def test_without_mail_from_dmarc_passes_by_dkim_alone(
    judge: Callable[..., set[str]], lab: Lab
) -> None:
    """SPF passes for amazonses.com and does not align; DKIM carries DMARC (FACTS 9)."""
    plain = build(lab, replace(ANOTHER, domain="plain.example", user="plain"))

    found = judge(send(lab, plain, "plain@example.net"))

    assert {"R_SPF_ALLOW", "R_DKIM_ALLOW", "DMARC_POLICY_ALLOW"} <= found


def test_a_domain_that_lost_its_dkim_records_fails(
    judge: Callable[..., set[str]], lab: Lab
) -> None:
    """With the CNAMEs gone and no MAIL FROM of its own, p=reject means rejection."""
    broken = build(
        lab, replace(ANOTHER, domain="broken.example", user="broken", dmarc="v=DMARC1; p=reject")
    )
    for token in broken.tokens:
        broken.remove_record(f"{token}._domainkey.{broken.domain}", "CNAME")

    found = judge(send(lab, broken, "broken@example.net"))

    assert "DMARC_POLICY_REJECT" in found
    assert "R_DKIM_ALLOW" not in found or "DMARC_POLICY_ALLOW" not in found
