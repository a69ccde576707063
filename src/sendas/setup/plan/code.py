"""The functions' code as objects named after their content, so that a change is seen."""

import hashlib

from functools import cache

from sendas.inbound.bundle import bundle
from sendas.setup.plan.changes import Code
from sendas.setup.stack.names import STATE_PREFIX
from sendas.watch.daily.bundle import watcher_bundle


@cache
def stack_code() -> Code:
    """The code of this release of sendas: the forwarder's, and the watcher's."""
    body, watcher = bundle(), watcher_bundle()
    return Code(_key(body), body, _key(watcher), watcher)


def _key(body: bytes) -> str:
    return f"{STATE_PREFIX}code/{hashlib.sha256(body).hexdigest()}.zip"
