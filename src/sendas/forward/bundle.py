"""The zip that goes to Lambda: the handler, what it imports of sendas, and nothing else.

What it imports is read from the sources, not listed by hand.  botocore is the
runtime's own.  The zip is the same bytes whenever it is made of the same
sources: fixed times, fixed order.
"""

import ast
import io
import zipfile

from collections.abc import Iterator
from pathlib import Path


HANDLER = "sendas.forward.handler.handle"
_ENTRY = "sendas.forward.handler"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can write down."""
_READABLE = 0o100644 << 16


def bundle(root: Path | None = None) -> bytes:
    """The zip, from the sources under *root*, the folder that holds ``sendas``."""
    root = root or Path(__file__).parents[2]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(modules(root)):
            path = _file(root, name)
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _LONG_AGO)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    return out.getvalue()


def modules(root: Path, entry: str = _ENTRY) -> frozenset[str]:
    """The modules of sendas that *entry* imports, itself and their packages included."""
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        package = name.rpartition(".")[0]
        waiting += [package] if package else []
        waiting += _imported(root, name)
    return frozenset(found)


def _imported(root: Path, name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(_file(root, name).read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and _ours(node.module):
            yield node.module
            # "from sendas.forward import letters" names a module.
            inside = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (one for one in inside if _is_module(root, one))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _ours(alias.name))


def _ours(name: str) -> bool:
    return name.partition(".")[0] == "sendas"


def _is_module(root: Path, name: str) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _file(root: Path, name: str) -> Path:
    path = root.joinpath(*name.split("."))
    inside = path / "__init__.py"
    return inside if inside.is_file() else path.with_suffix(".py")
