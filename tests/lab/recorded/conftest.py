"""The world of the lab's AWS tests, for the replays too."""

from tests.lab.aws.conftest import served, world


__all__ = ["served", "world"]
