"""As much of DER as tells a whole RSA public key from a broken one (X.690, 8.1)."""

from sendas.errors import SendasError


_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03
_RSA = bytes.fromhex("06092a864886f70d010101")
"""The identifier rsaEncryption (PKCS #1, A.1)."""
_LONG, _MOST_LENGTH_BYTES = 0x80, 4


class MalformedKey(SendasError):
    """The bytes are no RSA key as DKIM publishes it; the message says in which way."""


def check_rsa_key(der: bytes) -> None:
    """See that *der* is a SubjectPublicKeyInfo of RSA, to its last byte (RFC 6376, 3.6.1).

    Raises:
        MalformedKey: Cut off, too long, of another form, or no RSA key.
    """
    tag, start, end = _header(der, 0)
    if tag != _SEQUENCE:
        msg = "it is no key in DER"
        raise MalformedKey(msg)
    if end != len(der):
        msg = f"it is cut off: {len(der)} of {end} bytes" if end > len(der) else "it is too long"
        raise MalformedKey(msg)
    inner, inner_start, inner_end = _header(der, start)
    if inner == _INTEGER:
        msg = "it is a PKCS #1 key (BEGIN RSA PUBLIC KEY), where BEGIN PUBLIC KEY is wanted"
        raise MalformedKey(msg)
    if inner != _SEQUENCE or not der[inner_start:inner_end].startswith(_RSA):
        msg = "it is no RSA key"
        raise MalformedKey(msg)
    bits, _, bits_end = _header(der, inner_end)
    if bits != _BIT_STRING or bits_end != end:
        msg = "its key is not where it belongs"
        raise MalformedKey(msg)


def wrapped(pkcs1: bytes) -> bytes:
    """The SubjectPublicKeyInfo of *pkcs1*, an RSAPublicKey (PKCS #1, A.1.1).

    Raises:
        MalformedKey: It is no such key, or a broken one.
    """
    tag, start, end = _header(pkcs1, 0)
    if tag != _SEQUENCE or end != len(pkcs1) or _header(pkcs1, start)[0] != _INTEGER:
        msg = "it is no whole PKCS #1 key"
        raise MalformedKey(msg)
    algorithm = _made(_SEQUENCE, _RSA + bytes.fromhex("0500"))
    return _made(_SEQUENCE, algorithm + _made(_BIT_STRING, b"\0" + pkcs1))


def _made(tag: int, content: bytes) -> bytes:
    """*content* behind its tag and length."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    count = (size.bit_length() + 7) // 8
    return bytes((tag, _LONG | count)) + size.to_bytes(count, "big") + content


def _header(der: bytes, at: int) -> tuple[int, int, int]:
    """The tag at *at*, where its content begins, and where that ends."""
    if at + 2 > len(der):
        msg = "it is cut off"
        raise MalformedKey(msg)
    tag, length, start = der[at], der[at + 1], at + 2
    if length & _LONG:
        count = length & ~_LONG
        if not 1 <= count <= _MOST_LENGTH_BYTES or start + count > len(der):
            msg = "it is no key in DER"
            raise MalformedKey(msg)
        length = int.from_bytes(der[start : start + count], "big")
        start += count
    return tag, start, start + length
