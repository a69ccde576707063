"""DMARC aggregate reports as they are found: RFC 7489, RFC 9990, drafts, and broken ones.

Read by expat, chunk by chunk, without ever holding the report.  A DOCTYPE is
refused at its first letter, so no entity is ever declared; depth, names, values
and the pieces that expat must hold are bounded.  What is no XML is read again
by the names of its elements alone, and says so in a remark.

Elements are found by name, wherever the order differs from the schema's and in
whatever case; those of another namespace, and what is in them, are passed over.
"""

import codecs

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from sendas.reports.assembly import Assembly
from sendas.reports.model import MAX_VALUE, Batch, MalformedReport
from sendas.reports.rows import KNOWN, WHOLE
from sendas.reports.tolerant import end_tags


Open = Callable[[], Iterable[bytes]]
"""Begins to read a report anew, from its first byte; each chunk is at most `CHUNK`."""
CHUNK = 65_536
MAX_DEPTH = 50
"""RFC 9990's schema needs 5."""
MAX_PIECE = 1_048_576
"""Bytes that expat may wait for the end of a tag or value."""
MAX_NAMES = 1_000
MAX_VALUES = 10_000
"""Of one record."""


def read_aggregate(open_report: Open) -> Iterator[Batch]:
    """Read one document: its rows in batches, each with the head of its report.

    A document may hold several reports.  What cannot be read of one is named in
    the remarks of its last batch.

    Raises:
        MalformedReport: It is no report, or one made to do harm; batches that were
            given before are true all the same.
    """
    assembly = Assembly()
    chunks = _Chunks(open_report)
    given = 0
    try:
        for batches in _by_expat(chunks, assembly):
            given += sum(len(batch.rows) for batch in batches)
            yield from batches
    except expat.ExpatError as error:
        why = f"line {error.lineno}: {expat.ErrorString(error.code)}"
    else:
        why = "" if assembly.seen else "its elements are not where they belong"
    if chunks.broken or not why:
        yield from assembly.finished(chunks.broken)
        return
    mended = Assembly(given)
    for pairs in end_tags(chunks, KNOWN):
        for name, text in pairs:
            mended.end(name, text)
        yield from mended.batches()
    yield from mended.finished(f"it is no XML of a report ({why}); read by its names alone")


class _Chunks:
    """The report's bytes, as often as wanted; where they break off, *broken* says why."""

    def __init__(self, open_report: Open) -> None:
        self._open = open_report
        self.broken = ""

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._open()
        except MalformedReport as error:
            self.broken = str(error)


def _by_expat(chunks: Iterable[bytes], assembly: Assembly) -> Iterator[list[Batch]]:
    """Feed *chunks* to expat, and see after each that nothing grows beyond its bounds."""
    texts: list[str] = []
    interned: dict[str, str] = {}
    parser = _parser(assembly, texts, interned)
    fed = 0
    for chunk in _without_blanks(chunks):
        parser.Parse(chunk)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > MAX_PIECE or sum(map(len, texts)) > MAX_PIECE:
            msg = f"one value or tag is longer than {MAX_PIECE} bytes"
            raise MalformedReport(msg)
        if len(interned) > MAX_NAMES or len(assembly.values) > MAX_VALUES:
            msg = "it has more names or values than any report: refused"
            raise MalformedReport(msg)
        yield assembly.batches()
    parser.Parse(b"", True)  # noqa: FBT003  pyexpat's signature
    yield assembly.batches()


def _parser(assembly: Assembly, texts: list[str], interned: dict[str, str]) -> expat.XMLParserType:
    """A parser that hands elements to *assembly* as they end.

    Handlers are closures, and values wait in lists: here is where the time goes.
    """
    ended, values = assembly.ended, assembly.values
    names: dict[str, str] = {}
    depth = 0
    foreign = 0

    def start(name: str, _attributes: object) -> None:
        nonlocal depth, foreign
        depth += 1
        if texts:
            texts.clear()
        if foreign or (name not in names and not _learn(name, names, root=depth == 1)):
            foreign += 1
        if depth > MAX_DEPTH:
            msg = f"its elements are nested more than {MAX_DEPTH} deep"
            raise MalformedReport(msg)

    def end(name: str) -> None:
        nonlocal depth, foreign
        depth -= 1
        if foreign:
            foreign -= 1
            texts.clear()
            return
        text = (texts[0] if len(texts) == 1 else "".join(texts)).strip()
        texts.clear()
        name = names[name]
        if name in WHOLE:
            assembly.end(name, text)
        else:
            ended.append(name)
            values.append(text[:MAX_VALUE])

    def doctype(*_about: object) -> None:
        msg = "it has a DOCTYPE, which no report needs and bombs are made of: refused"
        raise MalformedReport(msg)

    parser = expat.ParserCreate(intern=interned)
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = doctype
    return parser


def _without_blanks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Without what some put before the XML declaration, which may stand at the start alone."""
    begun = False
    for chunk in chunks:
        if not begun:
            chunk = chunk.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")  # noqa: PLW2901  the rest
        begun = begun or bool(chunk)
        if chunk:
            yield chunk


def _learn(written: str, names: dict[str, str], *, root: bool) -> bool:
    """Whether it is an element that concerns us; then *names* has its name in the schema."""
    prefix, _, local = written.rpartition(":")
    name = local.lower()
    if root:
        # A wrapper around reports is passed through, and its prefix is that of the report.
        names[""] = prefix
    elif name not in KNOWN or prefix != names.get("", ""):
        return False
    names[written] = name
    return True
