"""Being written."""

from collections.abc import Mapping

from sendas.lab.aws.calls import Handler


HANDLERS: Mapping[str, Handler] = {}
