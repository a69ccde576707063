"""What the owner closed and paused: one small JSON object in the bucket.

::

    {"schema": "sendas.reply/1",
     "closed": ["jane_at_example.net.aabb…"],
     "paused": ["me@example.com"]}
"""

import json

from dataclasses import dataclass, replace

from sendas.errors import SendasError


SCHEMA = "sendas.reply/1"


class MalformedState(SendasError):
    """The object is none of ours; nothing is sent until it is one again."""


@dataclass(frozen=True, slots=True)
class ReplyState:
    """*closed* are local-parts of aliases that take no mail of strangers; *paused* mailboxes."""

    closed: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()

    def with_closed(self, local_part: str, *, closed: bool) -> "ReplyState":
        """The state with that alias closed, or open again."""
        one = frozenset((local_part.lower(),))
        return replace(self, closed=self.closed | one if closed else self.closed - one)

    def with_paused(self, mailbox: str, *, paused: bool) -> "ReplyState":
        """The state with that mailbox paused, or not any more."""
        one = frozenset((mailbox.lower(),))
        return replace(self, paused=self.paused | one if paused else self.paused - one)


def parse_state(content: bytes) -> ReplyState:
    """Read the object.

    Raises:
        MalformedState: It is no state of ours.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        msg = f"no {SCHEMA}: `sendas reply open` and `close` write it"
        raise MalformedState(msg)
    found = {}
    for name in ("closed", "paused"):
        listed = value.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            msg = f"{name} is no list of texts"
            raise MalformedState(msg)
        found[name] = frozenset(one.lower() for one in listed)
    return ReplyState(**found)


def format_state(state: ReplyState) -> bytes:
    """The object, as `parse_state` reads it."""
    value = {"schema": SCHEMA, "closed": sorted(state.closed), "paused": sorted(state.paused)}
    return json.dumps(value, indent=1).encode("ascii")
