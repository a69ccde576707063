"""RSA keys as DKIM publishes them; the truth is what the `cryptography` package writes."""

import pytest

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.der import MalformedKey, check_rsa_key, wrapped


KEYS = [rsa.generate_private_key(65537, bits).public_key() for bits in (1024, 2048)]
WHOLE = [key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in KEYS]


@pytest.mark.parametrize("der", WHOLE, ids=["1024", "2048"])
def test_a_whole_key_is_taken(der: bytes) -> None:
    """SubjectPublicKeyInfo, as RFC 6376 has it."""
    check_rsa_key(der)


@pytest.mark.parametrize("der", WHOLE, ids=["1024", "2048"])
def test_a_key_that_is_cut_anywhere_is_refused(der: bytes) -> None:
    """No beginning of a key is a key, and nothing may follow one."""
    for end in range(len(der)):
        with pytest.raises(MalformedKey):
            check_rsa_key(der[:end])
    with pytest.raises(MalformedKey, match="too long"):
        check_rsa_key(der + b"\0")


def test_what_is_another_key_is_told() -> None:
    """PKCS #1 is what `openssl rsa -RSAPublicKey_out` prints; Ed25519 is no RSA key."""
    with pytest.raises(MalformedKey, match="PKCS #1"):
        check_rsa_key(KEYS[0].public_bytes(Encoding.DER, PublicFormat.PKCS1))
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    with pytest.raises(MalformedKey, match="no RSA"):
        check_rsa_key(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@given(st.binary(max_size=80))
def test_any_bytes_are_taken_or_refused(der: bytes) -> None:
    """Nothing but its own error."""
    try:
        check_rsa_key(der)
    except MalformedKey:
        return
    assert der in WHOLE


@pytest.mark.parametrize("key", KEYS, ids=["1024", "2048"])
def test_a_pkcs_1_key_is_wrapped_as_openssl_does(key: rsa.RSAPublicKey) -> None:
    """The SubjectPublicKeyInfo of a key, made of its RSAPublicKey, byte by byte."""
    bare = key.public_bytes(Encoding.DER, PublicFormat.PKCS1)

    assert wrapped(bare) == key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for broken in (b"", b"\x30", bare[:-1]):
        with pytest.raises(MalformedKey):
            wrapped(broken)
