"""Several messages in one file (RFC 4155, mbox)."""

import re


# RFC 4155, Appendix A: "From " sender timestamp, after an empty line; readers look for the year.
_SEPARATOR = re.compile(
    rb"(?:^|\n)(?=From [^\n]{1,300}\d\d:\d\d[^\n]{0,60}\d{4}[^\n]{0,20}\n[!-9;-~]{1,60}:)"
)
MAX_MESSAGES = 10_000


def split_mbox(raw: bytes) -> list[bytes]:
    """The messages of an mbox with LF line ends, each without its From_ line.

    What does not begin with a From_ line is one message, returned as it is: a
    quoted mbox line inside a bounce must not cut the bounce in two.
    """
    if not raw.startswith(b"From "):
        return [raw]
    pieces = _SEPARATOR.split(raw, MAX_MESSAGES)
    return [piece.partition(b"\n")[2] for piece in pieces if piece.startswith(b"From ")] or [
        raw.partition(b"\n")[2]
    ]
