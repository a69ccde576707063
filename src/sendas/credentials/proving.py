"""Proving a credential by login, on a new connection for each try.

A key is not known to the SMTP endpoint at once: 10 to 30 s are seen, and no
figure is published (FACTS 3.3, no. 10).  A connection whose login failed is
never used again (FACTS 3.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.doors import Dial, Timing
from sendas.ses.regions import smtp_host
from sendas.smtp.probe import Outcome, Probe
from sendas.smtp.session import Credential
from sendas.smtp.verdict import conclude


PORTS = (587, 2587, 465)
"""Gmail's own first; the others where something here filters that one (FACTS 3.1)."""
_PAUSES = (1.0, 2.0, 3.0, 5.0)
"""Seconds between tries; the last one is repeated."""
_NOT_KNOWN_YET = frozenset({454, 535})


class Proof(StrEnum):
    """How the login ended."""

    LOGGED_IN = "logged-in"
    REFUSED = "refused"
    """The server refused it until the time was up."""
    NOT_REACHED = "not-reached"
    """Nothing was learned: this machine does not come through to the server."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The end, in words, and after how many tries."""

    proof: Proof
    words: str
    tries: int
    port: int | None = None


def prove(
    stored: StoredCredential,
    dial: Dial,
    timing: Timing,
    *,
    patience_seconds: float,
    talk: Callable[[str], None],
) -> Proven:
    """Log in with *stored*, again and again for *patience_seconds* while it is refused."""
    credential = Credential(stored.username, stored.password)
    began, tries = timing.now(), 0
    while True:
        probe = _first_that_answers(stored, dial, credential)
        tries += 1
        if probe.outcome is Outcome.ACCEPTED:
            return Proven(Proof.LOGGED_IN, str(probe.reply), tries, probe.port)
        if probe.outcome is not Outcome.REFUSED or probe.reply is None:
            return Proven(Proof.NOT_REACHED, conclude(probe).words, tries)
        spent = (timing.now() - began).total_seconds()
        pause = _PAUSES[min(tries, len(_PAUSES)) - 1]
        if probe.reply.code not in _NOT_KNOWN_YET or spent + pause > patience_seconds:
            words = f"{probe.reply}: {conclude(probe).words}"
            return Proven(Proof.REFUSED, words, tries, probe.port)
        if tries == 1:
            talk(f"{probe.reply}; a new key takes up to half a minute to be known, trying again")
        timing.sleep(pause)


def _first_that_answers(stored: StoredCredential, dial: Dial, credential: Credential) -> Probe:
    host = smtp_host(stored.region)
    probes = []
    for port in PORTS:
        probe = dial(host, port, credential)
        if probe.outcome in {Outcome.ACCEPTED, Outcome.REFUSED}:
            return probe
        probes.append(probe)
    return probes[0]
