"""Reports in whatever they come in: plain, gzip, zip, mail, mbox, and these in one another.

What a thing is, its bytes say; names and types are wrong too often.  Packed
content is unpacked as it is read, never whole, and no more of it than `Limits`
allows.  What holds no report is a value with its place and one line that says
why; nothing else is lost by it.
"""

import binascii
import io
import re
import struct
import zipfile
import zlib

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from sendas.mail.lines import undo_transfer_encoding
from sendas.mail.mbox import iter_mbox
from sendas.mail.message import Message, Part, read_message
from sendas.reports.aggregate import CHUNK, Open
from sendas.reports.failure import is_failure
from sendas.reports.model import Kind, MalformedReport


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is unpacked: of one report as it is read, and of all that is held at once."""

    report_bytes: int = 4 * 1024**3
    """Of one report, unpacked; it is never held."""
    total_bytes: int = 64 * 1024**3
    """Of everything in one input, unpacked."""
    held_bytes: int = 100 * 1024**2
    """Of one mail, or of an archive within another, which must be held to be looked into."""
    members: int = 1_000
    """Files in archives and parts of mails, in one input."""
    depth: int = 4
    """Archives and mails in one another."""


@dataclass(frozen=True, slots=True)
class Document:
    """One report to be read: by `aggregate`, `tls`, or, a whole mail, by `failure`."""

    place: str
    """Where it was found: ``june.mbox, mail 3, google.com.zip, google.com.xml``."""
    kind: Kind
    open: Open
    message: Message | None = None
    """The mail that is a failure report."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is no report, or cannot be read as one."""

    place: str
    why: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.place}: {self.why}"


Found: TypeAlias = Document | Unreadable
OpenFile = Callable[[], BinaryIO]
"""Opens the same bytes again, from their beginning; they can be sought in."""

_PEEK = 4_096
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"(\xb5/\xfd": "zstd",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_ZLIB = 0x78
_BASE64 = re.compile(rb"\s*(?:H4sI|UEsDB|PD94bWw|PGZlZWRiYWNr|eyJ|ewog|ewo)[A-Za-z0-9+/=\s]*")
"""How base64 of gzip, zip, XML and JSON begins."""
_HEADER = re.compile(rb"(?:[!-9;-~]{1,76}:[^\n]{0,998}\r?\n(?:[ \t][^\n]{0,998}\r?\n){0,50}){2}")
_MBOX = re.compile(rb"From [^\n]{1,300}\n[!-9;-~]{1,76}:")
_TEXT_TYPES = ("text/plain", "text/html", "text/rfc822-headers")
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    OverflowError,
)
"""What `zipfile` raises about damaged files, beside the error that is its own."""


def documents(place: str, open_file: OpenFile, limits: Limits | None = None) -> Iterator[Found]:
    """Everything in one input that is, or ought to be, a report."""
    yield from _Search(limits or Limits()).look(place, open_file, 0)


def of_bytes(raw: bytes) -> OpenFile:
    """*raw* as something to be opened."""
    return lambda: io.BytesIO(raw)


@dataclass(slots=True)
class _Budget:
    """How much may still be unpacked of one input, whatever it holds."""

    left: int

    def spend(self, size: int) -> None:
        """Take *size* bytes of it.

        Raises:
            MalformedReport: So much is not left.
        """
        self.left -= size
        if self.left < 0:
            msg = "there is more in it than is unpacked of one input: what came before is read"
            raise MalformedReport(msg)


class _Search:
    """Looks into one input; counts what it met."""

    def __init__(self, limits: Limits, budget: _Budget | None = None) -> None:
        self._limits = limits
        self._budget = budget or _Budget(limits.total_bytes)
        self._members = 0

    def look(self, place: str, open_file: OpenFile, depth: int) -> Iterator[Found]:
        self._members += 1
        if depth > self._limits.depth:
            yield Unreadable(place, f"packed more than {self._limits.depth} times over: refused")
            return
        with open_file() as file:
            head = file.read(_PEEK)
        if not head:
            yield Unreadable(place, "it is empty")
        elif head.startswith(_GZIP):
            yield from self._packed(place, lambda: _inflated(open_file, 31), "gzip", depth)
        elif _is_zlib(head):
            yield from self._packed(place, lambda: _inflated(open_file, 15), "zlib", depth)
        elif head.startswith(_ZIP):
            yield from self._zip(place, open_file, depth)
        else:
            yield from self._plain(place, open_file, head, depth)

    def _plain(self, place: str, open_file: OpenFile, head: bytes, depth: int) -> Iterator[Found]:
        kind = _kind(head)
        if kind is not None:
            yield Document(place, kind, self._limited(lambda: _chunks(open_file)))
        elif _MBOX.match(head):
            yield from self._mbox(place, open_file, depth)
        elif _HEADER.match(head.lstrip(b"\r\n")):
            raw = self._held(lambda: _chunks(open_file))
            if isinstance(raw, str):
                yield Unreadable(place, raw)
            else:
                yield from self._mail(place, raw, depth)
        elif _BASE64.fullmatch(head):
            raw = self._held(lambda: _chunks(open_file))
            if isinstance(raw, str):
                yield Unreadable(place, raw)
            else:
                yield from self.look(f"{place} (base64)", of_bytes(_from_base64(raw)), depth + 1)
        else:
            yield Unreadable(place, f"it is no report: {_what(head)}")

    def _packed(self, place: str, opened: Open, how: str, depth: int) -> Iterator[Found]:
        """One stream of compressed content."""
        try:
            head = _first(opened())
        except MalformedReport as error:
            yield Unreadable(place, str(error))
            return
        kind = _kind(head)
        if kind is not None:
            yield Document(place, kind, self._limited(opened))
            return
        raw = self._held(opened)
        if isinstance(raw, str):
            yield Unreadable(place, raw)
        else:
            yield from self.look(f"{place} ({how})", of_bytes(raw), depth + 1)

    def _zip(self, place: str, open_file: OpenFile, depth: int) -> Iterator[Found]:
        try:
            with open_file() as file, zipfile.ZipFile(file) as archive:
                members = [one for one in archive.infolist() if not one.is_dir()]
        except _DAMAGED as error:
            yield Unreadable(place, f"it is no whole zip file: {error}")
            return
        if not members:
            yield Unreadable(place, "it is a zip file with nothing in it")
        for member in members:
            if self._members >= self._limits.members:
                why = f"there are more than {self._limits.members} files in it: the rest is left"
                yield Unreadable(place, why)
                return
            if _is_litter(member.filename):
                continue
            inside = f"{place}, {member.filename[:200]}"

            def opened(member: zipfile.ZipInfo = member) -> Iterator[bytes]:
                return _member(open_file, member)

            yield from self._in_zip(inside, opened, depth)

    def _in_zip(self, place: str, opened: Open, depth: int) -> Iterator[Found]:
        self._members += 1
        try:
            empty = not _first(opened())
        except MalformedReport as error:
            yield Unreadable(place, str(error))
            return
        if empty:
            yield Unreadable(place, "it is empty")
        else:
            yield from self._packed(place, opened, "zip", depth)

    def _mbox(self, place: str, open_file: OpenFile, depth: int) -> Iterator[Found]:
        with open_file() as file:
            for number, raw in enumerate(iter_mbox(file, self._limits.held_bytes), 1):
                # Each mail is an input of its own: what one holds takes nothing from another.
                search = _Search(self._limits, self._budget)
                yield from search._mail(f"{place}, mail {number}", raw, depth)

    def _mail(self, place: str, raw: bytes, depth: int) -> Iterator[Found]:
        message = read_message(raw)
        if is_failure(message):
            yield Document(place, Kind.FAILURE, lambda: [raw], message)
            return
        inside: list[Found] = []
        for number, part in enumerate(message.parts, 1):
            name = _name(part) or f"part {number}"
            here = f"{place}, {name}" if len(message.parts) > 1 or _name(part) else place
            inside += self._part(here, part, depth)
        yield from inside
        if not inside:
            yield Unreadable(place, "it is a mail without a report")

    def _part(self, place: str, part: Part, depth: int) -> Iterator[Found]:
        if self._members >= self._limits.members:
            yield Unreadable(place, f"more than {self._limits.members} parts: the rest is left")
            return
        encoding = part.headers.get("content-transfer-encoding")
        content = undo_transfer_encoding(part.body, encoding)
        if part.content_type in _TEXT_TYPES and not _holds_report(content):
            return
        if not content.strip():
            return
        yield from self.look(place, of_bytes(content), depth + 1)

    def _limited(self, opened: Open) -> Open:
        """The same bytes, which end with an error where they are too many."""

        def limited() -> Iterator[bytes]:
            size = 0
            for chunk in opened():
                size += len(chunk)
                self._budget.spend(len(chunk))
                if size > self._limits.report_bytes:
                    mb = self._limits.report_bytes // 1024**2
                    msg = f"it unpacks to more than {mb} MB: what came before is read"
                    raise MalformedReport(msg)
                yield chunk

        return limited

    def _held(self, opened: Open) -> bytes | str:
        """The whole content, or why not."""
        raw = bytearray()
        try:
            for chunk in opened():
                raw += chunk
                self._budget.spend(len(chunk))
                if len(raw) > self._limits.held_bytes:
                    mb = self._limits.held_bytes // 1024**2
                    return (
                        f"it is no report by its first bytes, and has more than {mb} MB: refused"
                    )
        except MalformedReport as error:
            return str(error)
        return bytes(raw)


def _kind(head: bytes) -> Kind | None:
    """What the first bytes are those of; None where they are of no report."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    start = head.replace(b"\0", b"").lstrip()
    if start[:1] == b"<":
        return None if start[:14].lower().startswith((b"<!doctype html", b"<html")) else Kind.DMARC
    return Kind.TLS if start[:1] in {b"{", b"["} else None


def _holds_report(content: bytes) -> bool:
    """Whether a part that is labelled text is a report all the same."""
    start = content[:_PEEK].lstrip()
    if start.startswith((_GZIP, *_ZIP)) or _BASE64.fullmatch(start):
        return True
    if start[:1] == b"{":
        return b'"policies"' in content or b'"organization-name"' in content
    return start[:1] == b"<" and b"<feedback" in content[: 16 * _PEEK].lower()


def _is_zlib(head: bytes) -> bool:
    # RFC 1950, 2.2: the first two bytes are a multiple of 31.
    return head[0] == _ZLIB and len(head) > 1 and (head[0] * 256 + head[1]) % 31 == 0


def _is_litter(name: str) -> bool:
    """What file managers put into archives beside what they were told to."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in {".DS_Store", "Thumbs.db"}


def _what(head: bytes) -> str:
    for mark, name in _OTHER.items():
        if head.startswith(mark):
            return f"it looks like {name}"
    if head.lstrip()[:5].lower() in {b"<html", b"<!doc"}:
        return "it is a web page"
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in head)  # noqa: PLR2004  ASCII
    return "text of another kind" if printable > 0.9 * len(head) else "neither XML nor JSON"


def _name(part: Part) -> str:
    value = part.parameters.get("name", "")
    if not value:
        found = re.search(r'filename\*?="?([^";]{1,200})', part.headers.get("content-disposition"))
        value = found[1] if found else ""
    return value.strip()[:200]


def _from_base64(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _first(chunks: Iterable[bytes]) -> bytes:
    """The first bytes of the content."""
    for chunk in chunks:
        if chunk:
            return chunk[:_PEEK]
    return b""


def _chunks(open_file: OpenFile) -> Iterator[bytes]:
    with open_file() as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _inflated(open_file: OpenFile, window: int) -> Iterator[bytes]:
    """What a gzip (31) or zlib (15) stream unpacks to; several in a row are one."""
    with open_file() as file:
        inflate = zlib.decompressobj(window)
        packed = b""
        while True:
            packed = packed or file.read(CHUNK)
            if not packed:
                break
            if inflate.eof:
                # Zeros, or anything else, may stand behind the stream.
                if not packed.startswith(_GZIP):
                    return
                inflate = zlib.decompressobj(window)
            try:
                yield inflate.decompress(packed, CHUNK)
            except zlib.error as error:
                msg = f"its compressed content is damaged: {error}; what came before is read"
                raise MalformedReport(msg) from error
            packed = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if not inflate.eof:
            # What is still inside: bounded, for input that is used up makes little more.
            yield inflate.flush()
            msg = "its compressed content breaks off; what came before is read"
            raise MalformedReport(msg)


def _member(open_file: OpenFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        msg = "it is packed in a way that no receiver packs"
        raise MalformedReport(msg)
    try:
        with open_file() as file, zipfile.ZipFile(file) as archive, archive.open(member) as inside:
            while chunk := inside.read(CHUNK):
                yield chunk
    except RuntimeError as error:
        # zipfile's word for a password, or for what it cannot read at all
        msg = "it is locked with a password, or packed in a way that no receiver packs"
        raise MalformedReport(msg) from error
    except _DAMAGED as error:
        msg = f"its compressed content is damaged: {error}; what came before is read"
        raise MalformedReport(msg) from error
