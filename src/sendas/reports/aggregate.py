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
from sendas.reports.model import Batch, MalformedReport
from sendas.reports.rows import KNOWN, WHOLE
from sendas.reports.tolerant import end_tags


Open = Callable[[], Iterable[bytes]]
"""Begins to read a report again, from its first byte; each chunk is at most `CHUNK`."""
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
    except (LookupError, ValueError):
        # pyexpat's words for an encoding that Python has not, or not byte by byte.
        why = "its encoding is none that XML is read in"
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
    reading = _Reading(assembly)
    parser = reading.parser
    fed = 0
    for chunk in _without_blanks(chunks):
        parser.Parse(chunk)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > MAX_PIECE or sum(map(len, reading.texts)) > MAX_PIECE:
            msg = f"one value or tag is longer than {MAX_PIECE} bytes"
            raise MalformedReport(msg)
        if len(reading.interned) > MAX_NAMES or len(assembly.values) > MAX_VALUES:
            msg = "it has more names or values than any report: refused"
            raise MalformedReport(msg)
        if reading.depth() > MAX_DEPTH:
            msg = f"its elements are nested more than {MAX_DEPTH} deep"
            raise MalformedReport(msg)
        yield assembly.batches()
    parser.Parse(b"", True)  # noqa: FBT003  pyexpat's signature
    yield assembly.batches()


class _Reading:
    """A parser that hands elements to *assembly* as they end, and what waits in it.

    Handlers are closures, values wait in lists, and bounds are looked at between
    chunks: here is where the time goes.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.texts: list[str] = []
        self.interned: dict[str, str] = {}
        self.parser = expat.ParserCreate(intern=self.interned)
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.CharacterDataHandler = self.texts.append
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.depth = self._handle(assembly)

    def _handle(self, assembly: Assembly) -> Callable[[], int]:
        """Set the handlers of elements; gives what tells how many are open."""
        parser, texts = self.parser, self.texts
        ended, values = assembly.ended, assembly.values
        clear, ends, holds = texts.clear, ended.append, values.append
        names = _Names()
        known = names.known
        opened = foreign = passed_over = 0

        def start(name: str, _attributes: object) -> None:
            nonlocal opened
            opened += 1
            clear()
            if name not in known and not names.learn(name):
                parser.StartElementHandler, parser.EndElementHandler = start_within, end_within
                start_within(name, _attributes)

        def end(name: str) -> None:
            if len(texts) == 1:
                text = texts.pop().strip()
            else:
                text = "".join(texts).strip()
                clear()
            if leaf := known[name]:
                ends(leaf)
                holds(text)
            else:
                assembly.end(names.whole[name], text)

        def start_within(_name: str, _attributes: object) -> None:
            """An element of somebody else's, or whatever is within one."""
            nonlocal foreign
            foreign += 1

        def end_within(_name: str) -> None:
            nonlocal foreign, passed_over
            foreign -= 1
            clear()
            if not foreign:
                passed_over += 1
                parser.StartElementHandler, parser.EndElementHandler = start, end

        parser.StartElementHandler, parser.EndElementHandler = start, end
        return lambda: opened - passed_over - assembly.closed - len(ended) + foreign


def _refuse_doctype(*_about: object) -> None:
    msg = "it has a DOCTYPE, which no report needs and bombs are made of: refused"
    raise MalformedReport(msg)


def _without_blanks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Without what some put before the XML declaration, which may stand at the start alone."""
    begun = False
    for chunk in chunks:
        if not begun:
            chunk = chunk.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")  # noqa: PLW2901  the rest
        begun = begun or bool(chunk)
        if chunk:
            yield chunk


class _Names:
    """Elements by their names as written, with whatever prefix and case."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        """Those that concern us: their names in the schema, empty for those in `whole`."""
        self.whole: dict[str, str] = {}
        """Those that are understood as soon as they end."""
        self._prefix = ""

    def learn(self, written: str) -> bool:
        """Whether it is an element that concerns us."""
        prefix, _, local = written.rpartition(":")
        name = local.lower()
        if not self.known:
            # The root.  A wrapper around reports is passed through; its prefix is theirs.
            self._prefix = prefix
        elif name not in KNOWN or prefix != self._prefix:
            return False
        if name in WHOLE:
            self.whole[written] = name
        self.known[written] = "" if name in WHOLE else name
        return True
