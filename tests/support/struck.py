"""A function that dies, or hears nothing, at one of its calls; and the tries that follow."""

# ruff: noqa: ANN401  the fixtures' classes are in a conftest.py, which cannot be imported

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest


LATER = timedelta(minutes=5)
"""Past any hold of a dead worker."""


class Died(BaseException):
    """The process is gone: nobody catches this."""


def strike(
    function: Any, number: int, *, after: bool, error: Callable[[str], BaseException]
) -> Any:
    """Let the call of that number end so, *after* its effect or before it; gives the actions."""
    wire = function.aws._wire  # noqa: SLF001  the one place that every call passes
    exchange = wire.exchange
    actions: list[str] = []

    def struck(action: str, *parts: Any, **more: Any) -> Any:
        actions.append(action)
        hit = len(actions) == number + 1
        if hit and not after:
            raise error(action)
        reply = exchange(action, *parts, **more)
        if hit:
            raise error(action)
        return reply

    wire.exchange = struck
    return actions


def finish(house: Any, event: Any, context: Any) -> None:
    """New processes, each after the hold of the one before, until the queue is empty."""
    for n in range(4):
        house.late += LATER
        context.aws_request_id = f"retry-{n}"
        if not house.function().handle(event, context)["batchItemFailures"]:
            return
    pytest.fail("never settled")
