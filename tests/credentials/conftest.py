"""An account and a clock as data, for every test of the journey."""

import pytest

from sending_account import FakeAccount, FakeClock


@pytest.fixture
def account() -> FakeAccount:
    """An account with a verified example.com, and nothing else."""
    return FakeAccount()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still."""
    return FakeClock()
