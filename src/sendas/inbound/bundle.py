"""The zip that goes to Lambda: the handler, what it imports of sendas, and nothing else.

What it imports is read from the sources, not listed by hand.  botocore is the
runtime's own.  The zip is the same bytes whenever it is made of the same
sources by the same Python: fixed times, fixed order, code compiled by a process
of its own with a fixed hash seed.

Lambda's folder cannot be written to, so what is not compiled here is compiled
at each cold start.  A runtime of another version (see `RUNTIME`) does that.
"""

import ast
import importlib.util
import io
import subprocess
import sys
import tempfile
import zipfile

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""Lambda's name of the runtime that the zip starts fastest in."""
_ENTRY = "sendas.inbound.handler"
_COMPILE = """
import importlib.util, marshal, sys
root, out, optimize = sys.argv[1:4]
for name in sys.argv[4:]:
    with open(f"{root}/{name}", "rb") as file:
        source = file.read()
    code = compile(source, name, "exec", dont_inherit=True, optimize=int(optimize))
    code = marshal.dumps(code)
    # PEP 552: a hash-based file that is not to be checked against its source.
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    with open(f"{out}/" + name.replace("/", "+"), "wb") as file:
        file.write(head + importlib.util.source_hash(source) + code)
"""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can write down."""
_READABLE = 0o100644 << 16


def bundle(root: Path | None = None) -> bytes:
    """The zip, from the sources under *root*, the folder that holds ``sendas``."""
    root = root or Path(__file__).parents[2]
    return packed({root: [_file(root, name) for name in modules(root)]}, docstrings=False)


def packed(sources: Mapping[Path, Iterable[Path]], *, docstrings: bool = True) -> bytes:
    """A zip of Python files, by the folder that their names in it are relative to.

    Without *docstrings* the compiled code has none; the sources beside it do.
    """
    files: dict[str, bytes] = {}
    for root, paths in sources.items():
        names = sorted(path.relative_to(root).as_posix() for path in paths)
        files |= {name: (root / name).read_bytes() for name in names}
        files |= _compiled(root, names, optimize=0 if docstrings else 2)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return out.getvalue()


def files_of(root: Path, entries: Iterable[str]) -> frozenset[Path]:
    """The files of sendas that any of *entries*, names of modules, imports; their own included."""
    return frozenset(_file(root, name) for name in modules(root, *entries))


def _compiled(root: Path, names: list[str], *, optimize: int) -> dict[str, bytes]:
    """The compiled code of the sources, by its names in the zip."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(  # noqa: S603  this very Python, and our own code
            [
                sys.executable,
                "-X",
                "no_debug_ranges",  # a sixth smaller: tracebacks name lines, not columns
                "-s",
                "-S",
                "-c",
                _COMPILE,
                str(root),
                out,
                str(optimize),
                *sorted(names),
            ],
            env={"PYTHONHASHSEED": "0"},
            check=True,
        )
        return {
            importlib.util.cache_from_source(name): Path(out, name.replace("/", "+")).read_bytes()
            for name in names
        }


def modules(root: Path, *entries: str) -> frozenset[str]:
    """The modules of sendas that *entries* import, themselves and their packages included.

    Without any: of the forwarder's handler.
    """
    found: set[str] = set()
    waiting = list(entries or (_ENTRY,))
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
            # "from sendas.forward import notices" names a module.
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
