"""Reports on the owner's machine: files, folders, standard input."""

import io
import os
import sys

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from sendas.errors import UsageError
from sendas.reports.line import Line, LostLine, Origin, lines_of
from sendas.reports.unpack import Limits, OpenFile, documents


MAX_INPUT = 200_000_000
"""Bytes of standard input, which must be held; a file is read where it lies."""


class NoSuchReport(UsageError):
    """There is no such file or folder, or it may not be read."""


def read_paths(paths: Iterable[Path], limits: Limits | None = None) -> Iterator[Iterator[Line]]:
    """The documents in *paths*, each as its lines.

    Files, all files of folders, ``-`` for standard input.

    A file within a folder that cannot be opened is a line of its own; nothing
    else is lost by it.

    Raises:
        NoSuchReport: One of *paths* itself is not there; nothing was read.
    """
    inputs = [one for path in paths for one in _inputs(path)]
    for place, opened in inputs:
        try:
            for found in documents(place, opened, limits):
                yield lines_of(found)
        except OSError as error:
            why = f"cannot be read: {error.strerror or error}"
            yield iter([LostLine(place, why, Origin())])


def _inputs(path: Path) -> Iterator[tuple[str, OpenFile]]:
    if str(path) == "-":
        yield "standard input", _standard_input()
        return
    if not path.exists():
        msg = f"{path}: there is no such file or folder"
        raise NoSuchReport(msg)
    if path.is_dir():
        for one in _files(path):
            yield str(one), _opener(one)
        return
    try:
        path.open("rb").close()
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise NoSuchReport(msg) from error
    if not path.is_file():
        # A pipe gives its bytes once.
        with path.open("rb") as file:
            yield str(path), _held(file, str(path))
        return
    yield str(path), _opener(path)


def _files(folder: Path) -> Iterator[Path]:
    """Every file under *folder*, in order; nothing that a file manager or Git keeps to itself."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _opener(path: Path) -> OpenFile:
    return lambda: path.open("rb")


def _standard_input() -> OpenFile:
    return _held(sys.stdin.buffer, "standard input")


def _held(file: BinaryIO, place: str) -> OpenFile:
    raw = file.read(MAX_INPUT + 1)
    if len(raw) > MAX_INPUT:
        msg = f"{place}: longer than {MAX_INPUT // 1_000_000} MB; put it into a file"
        raise NoSuchReport(msg)
    return lambda: io.BytesIO(raw)
