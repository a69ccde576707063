"""Where a password must not be: in the arguments and the environment of a process, in its core.

What is printed, tagged, mailed and asked of AWS is held by test_rotation_calls and
test_unattended.
"""

import os
import subprocess
import sys
import time

from pathlib import Path

import pytest

from sendas_lab.world import Lab

from sendas.play.scene import SetUp, build
from sendas.ses.regions import Region


CRASH = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
if sys.argv[1] == "sendas":
    from sendas.cli.undumped import leave_no_core
    leave_no_core()
os.abort()
"""


def dumped(folder: Path, which: str) -> bool:
    """Whether the kernel says that the process left a core (waitpid(2), WCOREDUMP)."""
    pid = os.fork()
    if not pid:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, "-c", CRASH, which])  # noqa: S606  this Python
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    """A process that would leave one, by its limits, leaves none once it was told not to."""
    if not dumped(tmp_path, "plain"):
        pytest.skip("this kernel writes no core of any process")
    assert not dumped(tmp_path, "sendas")


def test_other_processes_see_no_secret(
    sendas_lab: Lab, sendas_environment: dict[str, str], tmp_path: Path
) -> None:
    """While it rotates, `ps` and /proc show neither the password nor the key's secret."""
    region = Region("us-east-2")
    scene = build(sendas_lab, SetUp(region=region))
    command = [
        sys.executable, "-m", "sendas", "credentials", "rotate", "me@example.com",
        "--region", region, "--show",
    ]  # fmt: skip
    seen = b""
    with subprocess.Popen(  # noqa: S603  our own command
        command,
        cwd=tmp_path,
        env={**os.environ, **sendas_environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while process.poll() is None:
            for name in ("cmdline", "environ"):
                try:
                    seen += Path(f"/proc/{process.pid}/{name}").read_bytes()
                except OSError:
                    continue
            time.sleep(0.02)
        out, err = process.communicate()
    assert process.returncode == 0, err
    told = scene.call("secretsmanager", "GetSecretValue", SecretId="sendas/smtp/me@example.com")[
        "SecretString"
    ]
    password = told.partition('"password": "')[2].partition('"')[0].encode()
    assert len(password) == 44
    assert password in out  # it was asked for by --show
    assert password not in err
    assert b"credentials" in seen
    assert password not in seen
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(password in path.read_bytes() for path in kept)
