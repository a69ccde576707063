"""Proving a credential by login."""

import pytest

from sending_account import REGION, FakeClock

from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.proving import Proof, prove
from sendas.smtp.probe import Outcome, Probe, Reply, Stage
from sendas.smtp.session import Credential


STORED = StoredCredential("me@example.com", REGION, "AKIAIOSFODNN7EXAMPLE", "the-password")
INVALID = (535, "Authentication Credentials Invalid")


class Server:
    """Answers each login with the next of its replies; counts the calls."""

    def __init__(self, *replies: tuple[int, str] | Outcome) -> None:
        self.replies = list(replies)
        self.ports: list[int] = []

    def __call__(self, host: str, port: int, credential: Credential) -> Probe:
        """One new connection."""
        assert ("email-smtp.us-east-2.amazonaws.com", STORED.password) == (
            host,
            credential.password,
        )
        self.ports.append(port)
        said = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(said, Outcome):
            return Probe(host, port, False, None, said, Stage.CONNECT, None, ())  # noqa: FBT003  a field
        outcome = Outcome.ACCEPTED if said[0] == 235 else Outcome.REFUSED
        reply = Reply(said[0], (said[1],))
        return Probe(host, port, False, None, outcome, Stage.AUTH, reply, ())  # noqa: FBT003  a field


def proven(server: Server, clock: FakeClock, patience: float = 60) -> tuple[Proof, int]:
    """How it ended, after how many tries."""
    end = prove(STORED, server, clock.timing(), patience_seconds=patience, talk=lambda _: None)
    assert STORED.password not in f"{end!r}{STORED!r}"
    return end.proof, end.tries


def test_at_once(clock: FakeClock) -> None:
    """Nothing waits where nothing must."""
    assert (Proof.LOGGED_IN, 1) == proven(Server((235, "Authentication successful.")), clock)
    assert [] == clock.slept


def test_a_new_key_is_waited_for(clock: FakeClock) -> None:
    """A new connection each time, further and further apart."""
    server = Server(INVALID, INVALID, INVALID, (235, "Authentication successful."))

    assert (Proof.LOGGED_IN, 4) == proven(server, clock)
    assert [1, 2, 3] == clock.slept


@pytest.mark.parametrize("reply", [INVALID, (454, "Temporary authentication failure")])
def test_patience_ends(clock: FakeClock, reply: tuple[int, str]) -> None:
    """It is refused then, which is a verdict."""
    assert (Proof.REFUSED, 5) == proven(Server(reply), clock, patience=12)
    assert sum(clock.slept) <= 12


def test_without_patience_one_try(clock: FakeClock) -> None:
    """--wait 0."""
    assert (Proof.REFUSED, 1) == proven(Server(INVALID), clock, patience=0)


def test_another_port_where_one_is_filtered(clock: FakeClock) -> None:
    """The credential is proven all the same."""
    server = Server(Outcome.BLOCKED, (235, "Authentication successful."))

    assert (Proof.LOGGED_IN, 1) == proven(server, clock)
    assert [587, 2587] == server.ports


def test_no_network_is_no_verdict(clock: FakeClock) -> None:
    """Every port was tried; the credential is neither right nor wrong."""
    server = Server(Outcome.BLOCKED)

    assert (Proof.NOT_REACHED, 1) == proven(server, clock)
    assert [587, 2587, 465] == server.ports


def test_a_refusal_that_time_does_not_mend(clock: FakeClock) -> None:
    """530 and its like are told at once."""
    assert (Proof.REFUSED, 1) == proven(Server((530, "Authentication required")), clock)
