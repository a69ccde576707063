"""Where to dial instead: how the lab stands in for the world, on free ports.

Programs ask for ``email-smtp.us-east-1.amazonaws.com:587`` or for the name
server ``198.51.100.53:53``; inside the lab both live on loopback.  The lab's
environment sets ``SENDAS_DIALMAP`` to a JSON file of such pairs, and whatever
of ours dials, dials what it says.  Without the variable every host is itself.
"""

import json

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sendas.errors import UsageError


VARIABLE = "SENDAS_DIALMAP"


class BadDialMap(UsageError):
    """The file that SENDAS_DIALMAP names cannot be read as a dial map."""


@dataclass(frozen=True, slots=True)
class DialMap:
    """Pairs of ``host:port`` and where it really listens."""

    pairs: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def dial(self, host: str, port: int) -> tuple[str, int]:
        """The address to connect to for *host* and *port*."""
        return self.pairs.get(f"{host.lower().rstrip('.')}:{port}", (host, port))


def load_dial_map(environment: Mapping[str, str]) -> DialMap:
    """Read the map that *environment* names; empty if it names none.

    Raises:
        BadDialMap: The file is missing, or not what the lab writes.
    """
    name = environment.get(VARIABLE)
    if not name:
        return DialMap()
    try:
        raw = json.loads(Path(name).read_text(encoding="utf-8"))
        pairs = {key: _address(value) for key, value in raw.items()}
    except (OSError, ValueError, AttributeError) as error:
        msg = (
            f"{VARIABLE} names {name}, which is no dial map ({error}); unset it or restart the lab"
        )
        raise BadDialMap(msg) from error
    return DialMap(pairs)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)
