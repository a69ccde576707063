"""One lab for the whole way of a mail; each test begins in an empty world."""

from collections.abc import Iterator

import pytest

from sendas_lab.world import Lab

from sendas.play.receiving_stack import Receiver, receive_with
from sendas.play.scene import Scene, build


@pytest.fixture(scope="session")
def running_lab() -> Iterator[Lab]:
    """The lab, started once."""
    with Lab(region="eu-west-1") as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Lab:
    """The lab, empty."""
    running_lab.reset()
    return running_lab


@pytest.fixture
def scene(lab: Lab) -> Scene:
    """example.com, healthy."""
    return build(lab)


@pytest.fixture
def receiver(scene: Scene) -> Receiver:
    """Receiving for example.com: mail to me@ goes to the owner's Gmail."""
    return receive_with(scene)
