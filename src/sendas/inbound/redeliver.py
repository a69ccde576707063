"""Received mail worked on again: redelivered, or released from quarantine.

The function itself sends, for it holds the records: asking twice is safe.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sendas.inbound.mail_location import MailLocation
from sendas.outcome import NoAnswer


_IDS_A_CALL = 5
"""A call must end within the patience of a client; a large mail takes a second or two."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the function says of one mail: settled, later or failed; *why* for people."""

    ses_message_id: str
    outcome: str
    why: str = ""
    tasks: tuple[str, ...] = ()


def ask_function(
    location: MailLocation,
    what: str,
    ids: Sequence[str],
    tell: Callable[[int], object] = lambda _: None,
) -> Iterator[Result]:
    """Let the function ``redeliver`` or ``release`` the mails; *tell* hears how many are done."""
    for start in range(0, len(ids), _IDS_A_CALL):
        part = list(ids[start : start + _IDS_A_CALL])
        answer = location.store.invoke(location.function, {"sendas": {what: part}})
        if isinstance(answer, NoAnswer):
            yield from (Result(one, "unknown", str(answer.detail)) for one in part)
        else:
            yield from map(_result, answer.get("results", ()))
        tell(start + len(part))


def _result(said: Any) -> Result:  # noqa: ANN401  JSON of the function
    # A function of an earlier release calls a task a deed.
    told = said.get("tasks", said.get("deeds", ()))
    tasks = tuple(f"{one.get('task', one.get('deed'))} {one['state']}" for one in told)
    return Result(str(said.get("id")), str(said.get("outcome")), str(said.get("why", "")), tasks)
