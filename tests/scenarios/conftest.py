"""Each scenario begins in an empty world and builds its own domain."""

import pytest

from scenario import Build
from sendas_lab.world import Lab

from sendas.play.scene import SetUp, build


@pytest.fixture
def make(sendas_lab: Lab) -> Build:
    """Build a healthy domain, with what `SetUp` takes."""
    return lambda **options: build(sendas_lab, SetUp(**options))
