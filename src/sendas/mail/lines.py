"""Line ends and charsets: bytes of mail into text, whatever wrote them."""

import binascii


_CHARSETS = {
    "utf-8", "utf8", "us-ascii", "ascii", "latin-1", "latin1", "cp932", "sjis", "shift_jis",
    "shift-jis", "euc-jp", "iso-2022-jp", "iso-2022-jp-2", "iso-2022-jp-ms", "euc-kr",
    "iso-2022-kr", "ks_c_5601-1987", "gb2312", "gbk", "gb18030", "big5", "big5-hkscs", "koi8-r",
    "koi8-u", "tis-620", "macintosh", "utf-16", "utf-16le", "utf-16be",
}  # fmt: skip
_CHARSET_FAMILIES = ("iso-8859-", "iso8859-", "windows-12", "cp125", "cp8")


def unify_line_ends(raw: bytes) -> bytes:
    """CRLF, and the bare CR of old Macs and broken gateways, as LF."""
    if b"\r" not in raw:
        return raw
    # CR CR LF comes from a gateway that added a CR to what had one.
    return raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def decode_text(raw: bytes, charset: str = "") -> str:
    """The bytes as text; never fails: what *charset* cannot say becomes U+FFFD.

    Only charsets that mail uses are believed: Python's registry also holds
    codecs that are no charsets, or take quadratic time.
    """
    try:
        return raw.decode("ascii") if b"\x1b" not in raw else _decode_as(raw, "iso-2022-jp")
    except UnicodeDecodeError:
        pass
    named = charset.strip().strip("\"'").lower()
    if named in _CHARSETS or named.startswith(_CHARSET_FAMILIES):
        return _decode_as(raw, named)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _decode_as(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, "replace")
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")


def undo_transfer_encoding(raw: bytes, encoding: str) -> bytes:
    """Undo base64 or quoted-printable (RFC 2045, 6); damaged input gives what can be had."""
    name = encoding.strip().lower()
    if name == "base64":
        return _from_base64(raw)
    if name == "quoted-printable":
        return binascii.a2b_qp(raw)
    return raw


_BASE64_LINE = 57
"""Bytes that give a line of 76 (RFC 2045, 6.8)."""


def base64_lines(raw: bytes, eol: bytes) -> bytes:
    """*raw* in base64, in lines as long as mail has them, each with its *eol*."""
    starts = range(0, len(raw), _BASE64_LINE)
    lines = (binascii.b2a_base64(raw[at : at + _BASE64_LINE], newline=False) for at in starts)
    return b"".join(line + eol for line in lines)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "


def _from_base64(raw: bytes) -> bytes:
    if raw.lstrip()[:60].translate(None, _BASE64):
        # Labelled base64, and plain text all the same.
        return raw
    kept = raw.translate(None, b" \t\n")
    cut = len(kept) - len(kept) % 4
    for end in (len(kept), cut, cut - 4):
        try:
            return binascii.a2b_base64(kept[: max(end, 0)])
        except binascii.Error:
            continue
    return raw
