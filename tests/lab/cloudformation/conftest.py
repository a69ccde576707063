"""A lab for templates: one for a file of tests, empty at the start of each."""

from collections.abc import Iterator

import pytest

from lab_stacks import REGION, Stacks
from sendas_lab.world import Lab


@pytest.fixture(scope="module")
def running() -> Iterator[Stacks]:
    """One lab for a file of tests."""
    with Lab(REGION) as lab:
        yield Stacks(lab)


@pytest.fixture
def stacks(running: Stacks) -> Stacks:
    """The lab, empty."""
    running.lab.reset()
    running.clients.clear()
    return running
