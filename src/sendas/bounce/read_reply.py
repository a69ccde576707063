"""The reply of an SMTP server by itself, as it stands in a log or in a client's window."""

import re

from sendas.bounce.report import Report
from sendas.mail.address import first_address


# RFC 5321, 4.2.1: Reply-line = *( code "-" text CRLF ) code [ SP text ] CRLF.
_LINE = re.compile(rb"\s{0,20}(?:<<<\s|<\s|<~\*\s|S:\s)?[\"'(]{0,2}[245]\d\d(?:[ -]|$|\.)")
_STATUS_ONLY = re.compile(rb"\s{0,20}#?[45]\.\d{1,3}\.\d{1,3}(?:\s|$)")
_MAX_BYTES = 16_384
_WRAPPED = (b"smtp;", b"said:", b"remote server returned", b"diagnostic-code:", b"x-postfix;")


def is_reply(raw: bytes) -> bool:
    """Whether *raw*, LF line ends, is a server's reply and no message."""
    text = raw.strip()
    if not text or len(text) > _MAX_BYTES:
        return False
    if _LINE.match(text) or _STATUS_ONLY.match(text):
        return True
    lowered = text[:400].lower()
    one_line = b"\n" not in text
    return one_line and not text.startswith(b"{") and any(word in lowered for word in _WRAPPED)


def read_reply(text: str) -> Report:
    """The reply as a report; whom it is about only if it says so."""
    bare = text.strip()
    if "smtp;" in bare[:60].lower():
        bare = bare[bare.lower().index("smtp;") + 5 :]
    kept = "\n".join(_without_marks(line) for line in bare.strip().strip("'\"").split("\n"))
    return Report(recipient=first_address(_about(kept)), text=kept, notice=text)


def _without_marks(line: str) -> str:
    # Sendmail, swaks and curl write <<<, <~*, <- and < in front of what the server said.
    return line.strip().lstrip("<~*-").strip() if line.strip().startswith("<") else line


_OF_OTHERS = ("sender", "mail from", "postmaster@")


def _about(text: str) -> str:
    # "<a@example.com>: Recipient address rejected" names the recipient; a sender's address is
    # no recipient.
    return "" if any(words in text.lower() for words in _OF_OTHERS) else text
