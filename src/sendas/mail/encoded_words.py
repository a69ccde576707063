"""Encoded words in header fields (RFC 2047)."""

import binascii
import re

from sendas.mail.lines import decode_text


# RFC 2047, 2: encoded-word = "=?" charset "?" encoding "?" encoded-text "?=", 75 octets at most;
# seen in the wild much longer, so bounded generously.
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,1000})\?=(?:\s+(?==\?))?")


def decode_words(text: str) -> str:
    """The header field's text with its encoded words decoded; anything odd stays as it is."""
    if "=?" not in text:
        return text
    return _WORD.sub(_decode_word, text)


def _decode_word(word: re.Match[str]) -> str:
    charset, encoding, encoded = word.groups()
    raw = encoded.encode("utf-8", "replace")
    try:
        if encoding in "bB":
            raw = binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
        else:
            raw = binascii.a2b_qp(raw, header=True)
    except binascii.Error:
        return word.group()
    # RFC 2231, 5: the charset may carry a language after an asterisk.
    return decode_text(raw, charset.partition("*")[0])
