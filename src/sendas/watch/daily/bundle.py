"""The watcher's zip: the handler, what it imports of sendas, every rule, and dnspython.

botocore is the runtime's own.  All of it is Python; the forwarder's zip is another.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sendas.inbound.bundle import files_of, packed
from sendas.watch.decide.settings import HANDLER


_RULES = "sendas/doctor/rules"
_RESOLVER = "dns"
"""dnspython's package."""


class NoResolver(ImportError):
    """dnspython is not installed as files that can be packed."""


@cache
def watcher_bundle() -> bytes:
    """The zip; the same bytes for the same sources and the same dnspython.

    Raises:
        NoResolver: dnspython is no folder of Python files.
    """
    root = Path(__file__).parents[3]
    # The registry finds rules by walking: no import names them.
    rules = (path.relative_to(root) for path in (root / _RULES).rglob("*.py"))
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in rules]
    entry = HANDLER.rpartition(".")[0]
    found = find_spec(_RESOLVER)
    places = found.submodule_search_locations if found else None
    if not places:
        msg = "dnspython is not installed as a folder of files; install sendas with pip"
        raise NoResolver(msg)
    resolver = Path(next(iter(places)))
    return packed({root: files_of(root, [entry, *names]), resolver.parent: resolver.rglob("*.py")})
