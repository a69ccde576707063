"""The function's entry: what Lambda calls, with whatever event.

Understood are an SQS batch of S3-action notices (partial batch responses), an
SNS notification, SES's own Lambda action, a schedule (the daily digest), and
what `sendas mail` asks for::

    {"sendas": {"redeliver": ["<ses message id>", ...]}}
    {"sendas": {"release": ["<ses message id>", ...]}}
    {"sendas": {"digest": "2026-01-02"}}
"""

import gc
import os

from collections.abc import Mapping
from typing import Any


# Nothing that is imported is garbage: looking for some costs a cold start 7 ms.
gc.disable()

from sendas.inbound.function import Context, Function  # noqa: E402  see above


gc.freeze()
gc.enable()

_function: Function | None = None


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Lambda's entry: ``sendas.inbound.handler.handle``.

    Raises:
        MisconfiguredFunction: Naming every variable that is missing or wrong.
        NotDone: Lambda is to try again.
    """
    global _function  # noqa: PLW0603  what stays between two calls of one process
    if _function is None:
        _function = Function(os.environ)
    return _function.handle(event, context)


__all__ = ["Context", "Function", "handle"]
