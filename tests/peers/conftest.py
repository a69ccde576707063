"""Real clients and servers against the lab; skipped, visibly, where they are not installed."""

import os
import shutil
import subprocess

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rspamd import running
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.play.scene import Scene, SetUp, build


ROOT = Path(__file__).parents[2]
PLACES = {
    "aws-of-today": ROOT / ".peers/bin/aws",
    "aws-of-debian": Path("/usr/bin/aws"),
    "exim4": ROOT / ".peers/exim/usr/sbin/exim4",
    "duckdb-python": ROOT / ".peers/duckdb/bin/python",
    "parsedmarc-python": ROOT / ".peers/parsedmarc/bin/python",
}


@pytest.fixture(scope="session")
def peer(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Find a program by name; skip the test, or fail it under --no-skipped-peers, without it."""

    def find(name: str) -> str:
        path = PLACES.get(name)
        found = str(path) if path and path.exists() else shutil.which(name, path=_PATH)
        if found:
            return found
        message = f"{name} is not installed: make test-peers"
        if request.config.getoption("--no-skipped-peers"):
            pytest.fail(message)
        pytest.skip(message)

    return find


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """One lab for a module of tests."""
    with Lab(region="us-east-2") as running:
        yield running


@pytest.fixture(scope="module")
def scene(lab: Lab) -> Scene:
    """A domain that is all right: example.com in us-east-2, DNS in Route 53."""
    return build(lab, SetUp(local_part="hello"))


@pytest.fixture(scope="module")
def judge(
    peer: Callable[[str], str], lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[StoredMail], set[str]]]:
    """Rspamd on a free port, asking the lab's resolver; the symbols it gives a mail."""
    resolver = lab.environment()["SENDAS_RESOLVER"]
    with running(peer("rspamd"), tmp_path_factory.mktemp("rspamd"), resolver) as judging:
        yield judging


@pytest.fixture
def run(lab: Lab) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program in the lab's environment, and nobody else's."""

    def run_it(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": _PATH,
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            **lab.environment(),
        }
        return subprocess.run(  # noqa: S603  the peer under test
            words,
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
            check=False,
            input=more.pop("stdin", ""),
            **more,  # type: ignore[call-overload]  cwd and the like
        )

    return run_it
