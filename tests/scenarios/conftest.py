"""One lab for all scenarios; each begins in an empty world and builds its own domain."""

from collections.abc import Iterator

import pytest

from scenario import Build

from sendas.lab.scene import SetUp, build
from sendas.lab.world import Lab


@pytest.fixture(scope="session")
def running_lab() -> Iterator[Lab]:
    """The lab, started once."""
    with Lab(region="us-east-2") as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Lab:
    """The lab, empty."""
    running_lab.reset()
    return running_lab


@pytest.fixture
def make(lab: Lab) -> Build:
    """Build a healthy domain, with what `SetUp` takes."""
    return lambda **options: build(lab, SetUp(**options))
