"""The forwarder's code as an object named after its content, so that a change is seen."""

import hashlib

from sendas.inbound.bundle import bundle
from sendas.setup.plan.changes import Code
from sendas.setup.stack.names import STATE_PREFIX


def forwarder_code() -> Code:
    """The code of this release of sendas."""
    body = bundle()
    return Code(f"{STATE_PREFIX}code/{hashlib.sha256(body).hexdigest()}.zip", body)
