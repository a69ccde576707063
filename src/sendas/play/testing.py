"""Fixtures for tests that live in the lab, also of other projects.

In a ``conftest.py``::

    pytest_plugins = ["sendas.play.testing"]

`sendas_lab` is a lab, started once for the whole run and empty at the start of
each test; `sendas_environment` puts its variables into ``os.environ`` for one
test, so that unmodified code (boto3, the aws CLI in a child process, smtplib
with the dial map) talks to it; `sendas_scene` is an owner's healthy set-up.

Importing this module starts nothing; the lab starts with the first test that
asks for it (about two seconds, most of them imports).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from sendas_lab.world import Lab

    from sendas.play.scene import Scene

_AWS_SETTINGS = (
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
)
"""What would win over the lab's key, or lead out of the lab."""


@pytest.fixture(scope="session")
def sendas_running_lab() -> Iterator["Lab"]:
    """One lab for the whole run; use `sendas_lab`, which empties it."""
    from sendas_lab.world import Lab  # noqa: PLC0415  two seconds of imports, only for who asks

    with Lab() as lab:
        yield lab


@pytest.fixture
def sendas_lab(sendas_running_lab: "Lab") -> "Lab":
    """The lab, emptied: no zone, identity, key, mail or fault of an earlier test."""
    sendas_running_lab.reset()
    return sendas_running_lab


@pytest.fixture
def sendas_environment(sendas_lab: "Lab", monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The lab's variables, set in ``os.environ`` until the test ends."""
    for name in _AWS_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    environment = sendas_lab.environment()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture
def sendas_scene(sendas_lab: "Lab") -> "Scene":
    """example.com in Route 53, verified, sending and receiving, with a Gmail mailbox."""
    from sendas.play.scene import build  # noqa: PLC0415  as above

    return build(sendas_lab)
