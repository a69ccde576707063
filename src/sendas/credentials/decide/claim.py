"""Who is at work on a mailbox's credential: one at a time, without a lock of its own to pay for.

A claim is a version of the mailbox's secret, under a label of ours.  The token
of its PutSecretValue follows from the claim before: of two operators who claim at
once, Secrets Manager takes one (API reference, PutSecretValue, ClientRequestToken),
and the other sees that it lost.  A claim ends by itself, should its run be killed.
"""

import hashlib
import json

from dataclasses import dataclass
from datetime import datetime, timedelta


SCHEMA = "sendas.claim/1"
RELEASED = "sendas:released"
"""The tag with the id of the claim that its run gave back."""
LEASE = timedelta(seconds=60)
"""How long a claim lasts; longer than any one step waits for AWS, and renewed between them."""
CLOCKS_APART = timedelta(minutes=15)
"""The most by which AWS takes a request from a machine whose clock is wrong (AWS: SigV4)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run at work.  *before* are the keys there were when it began; what came since is its."""

    id: str
    run: str
    until: datetime
    before: frozenset[str]

    def can_have_made(self, created: datetime | None) -> bool:
        """Whether a key made at *created*, by AWS's clock, can be its; at an unknown time: not."""
        return created is not None and created - CLOCKS_APART <= self.until


def claim_text(run: str, until: datetime, before: frozenset[str]) -> str:
    """A claim as it is kept; no secret is in it."""
    value = {"schema": SCHEMA, "run": run, "until": until.isoformat(), "before": sorted(before)}
    return json.dumps(value)


def read_claim(version_id: str, text: str) -> Claim | None:
    """What `claim_text` wrote into a version; None for anything else."""
    try:
        raw = json.loads(text)
        if raw["schema"] != SCHEMA:
            return None
        until = datetime.fromisoformat(raw["until"])
        run, before = raw["run"], frozenset(map(str, raw["before"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if until.tzinfo is None or not isinstance(run, str):
        return None
    return Claim(version_id, run, until, before)


def is_claim(text: str) -> bool:
    """Whether a version's text is a claim, which is no credential."""
    return read_claim("", text) is not None


def next_token(secret_name: str, last_claim_id: str) -> str:
    """The token by which the claim after *last_claim_id* is made; empty for the first."""
    return hashlib.sha256(f"{secret_name}\0{last_claim_id}".encode()).hexdigest()
