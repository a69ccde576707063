"""Message bytes as SES reads and changes them; never decoded, never re-encoded.

Source: SES guide, "Header fields" (which may appear once, which are replaced)
and "Sending raw email"; FACTS 7.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import compat32

from sendas.mail import headers


ONCE_ONLY = frozenset(name.decode() for name in headers.ONCE_ONLY)
"""The 59 fields of SES guide, "Header fields", in lower case."""

_NAME_BYTES = frozenset(range(33, 127)) - {ord(":")}
"""RFC 5322, 3.6.8: a field name is printable ASCII without the colon."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field as it stands: *raw* has its name, folds and final line end."""

    name: str
    raw: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.lower()

    @property
    def value(self) -> str:
        """Unfolded, without the outer blanks; foreign bytes kept as surrogates."""
        _, _, rest = self.raw.partition(b":")
        text = rest.decode("utf-8", "surrogateescape")
        return "".join(text.splitlines()).strip()


@dataclass(frozen=True, slots=True)
class Message:
    """A content split where the body begins; *body* starts after the empty line."""

    fields: tuple[Field, ...]
    body: bytes = field(repr=False)
    empty_name: bool = False
    """A line among the fields that is none: SES says "Empty header names are illegal"."""

    def all(self, name: str) -> tuple[str, ...]:
        """The value of each field of that name, from the top."""
        return tuple(f.value for f in self.fields if f.key == name.lower())

    def get(self, name: str) -> str | None:
        """The topmost value of that name."""
        return next(iter(self.all(name)), None)

    def without(self, drop: Callable[[Field], bool]) -> "Message":
        """The same without the fields that *drop* names."""
        return Message(tuple(f for f in self.fields if not drop(f)), self.body)

    def with_on_top(self, lines: Iterable[tuple[str, str]]) -> "Message":
        """The same with further fields above the others."""
        return Message(tuple(make_field(n, v) for n, v in lines) + self.fields, self.body)

    def with_below(self, lines: Iterable[tuple[str, str]]) -> "Message":
        """The same with further fields under the others."""
        return Message(self.fields + tuple(make_field(n, v) for n, v in lines), self.body)

    def __bytes__(self) -> bytes:
        """As it goes over the wire."""
        return b"".join(f.raw for f in self.fields) + b"\r\n" + self.body

    def header_block(self) -> bytes:
        """The fields alone."""
        return b"".join(f.raw for f in self.fields)


def make_field(name: str, value: str) -> Field:
    """A field of our own; *value* may be folded with CRLF already."""
    return Field(name, f"{name}: {value}\r\n".encode("utf-8", "surrogateescape"))


def crlf(content: bytes) -> bytes:
    """The content with CRLF line ends, whatever it had."""
    if b"\r\n" in content and content.count(b"\n") == content.count(b"\r\n"):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def parse(content: bytes) -> Message:
    """Split a content with CRLF line ends; anything at all parses."""
    head, separator, body = _split(content)
    fields: list[Field] = []
    empty_name = False
    for line in _lines(head):
        if line[:1] in {b" ", b"\t"}:
            if fields:
                last = fields.pop()
                fields.append(Field(last.name, last.raw + line))
            else:
                empty_name = True
            continue
        name, colon, _ = line.partition(b":")
        name = name.rstrip(b" \t")
        if not colon or not name or not _NAME_BYTES.issuperset(name):
            empty_name = True
            continue
        fields.append(Field(name.decode("ascii"), line))
    return Message(tuple(fields), body if separator else b"", empty_name)


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    if content.startswith(b"\r\n"):
        return b"", b"\r\n", content[2:]
    head, separator, body = content.partition(b"\r\n\r\n")
    return (head + b"\r\n" if separator else head), separator, body


def _lines(head: bytes) -> Iterator[bytes]:
    for line in head.split(b"\r\n"):
        if line:
            yield line + b"\r\n"


_ENDINGS = (
    "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf "
    "ins isp its js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb "
    "mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst ops pcd pif plg "
    "prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe "
    "vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh xnk "
)
REFUSED_FILES = frozenset(_ENDINGS.split())
"""Endings that SES refuses: SES guide, "Unsupported attachment types"."""


def refused_file(message: Message) -> str | None:
    """The first attachment whose name ends in what SES refuses; None if none does."""
    whole = BytesParser(policy=compat32).parsebytes(bytes(message))
    for part in whole.walk():
        name = part.get_filename()
        if name and name.rpartition(".")[2].lower() in REFUSED_FILES and "." in name:
            return str(name)
    return None


def repeated_once_only(message: Message) -> str | None:
    """The first field that is there twice and may not be, as it is written."""
    seen: set[str] = set()
    for line in message.fields:
        if line.key in seen and line.key in ONCE_ONLY:
            return line.name
        seen.add(line.key)
    return None


MAX_LINE_BYTES = 1000
"""API v2, RawMessage: each line, its CRLF included (RFC 5321, 4.5.3.1.6)."""


def too_long_line(content: bytes) -> bool:
    """Whether a line is longer than SES takes."""
    start = 0
    while (end := content.find(b"\n", start)) >= 0:
        if end + 1 - start > MAX_LINE_BYTES:
            return True
        start = end + 1
    return len(content) - start > MAX_LINE_BYTES


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + b"GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
"""Harmless texts every virus and spam scanner must find; cut in two so that none finds this."""
