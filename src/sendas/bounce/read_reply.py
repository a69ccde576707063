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
    _, _, rest = text.strip().rpartition("smtp;") if "smtp;" in text[:60].lower() else ("", "", text.strip())
    kept = "\n".join(line.strip().lstrip("<~*S:").strip() if line.strip().startswith("<<<") else line for line in
                     rest.strip().strip("'\"").split("\n"))  # fmt: skip
    return Report(recipient=first_address(_about(kept)), text=kept, notice=text)


def _about(text: str) -> str:
    # "<user@example.com>: Recipient address rejected" is about the recipient, a sender's address is not.
    lowered = text.lower()
    return "" if "sender" in lowered or "mail from" in lowered or "postmaster@" in lowered else text
