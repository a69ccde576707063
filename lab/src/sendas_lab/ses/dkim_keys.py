"""The RSA keys of the lab's SES: a small pool, made once per process.

Making one takes about a tenth of a second, so identities share: what matters
to a verifier is that the published key fits the signature.
"""

import base64
import functools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


POOL = 3
"""As many as an identity has tokens; Easy DKIM signs with the first of them."""
OWN = POOL
"""The place of the key behind ``d=amazonses.com``."""


@functools.cache
def private_key(place: int) -> bytes:
    """The private key at *place* in the pool, PEM (PKCS#1), 2048 bit."""
    if not 0 <= place <= OWN:
        raise IndexError(place)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


@functools.cache
def record(pem: bytes) -> str:
    """The TXT data that publishes the public half, as SES writes it: ``p=…``."""
    key = serialization.load_pem_private_key(pem, password=None)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "p=" + base64.b64encode(public).decode("ascii")


def own_key_pem(text: str) -> bytes:
    """BYODKIM: the owner's key, base64 of PKCS#1 or PKCS#8 DER, as PEM.

    Raises:
        ValueError: Not an RSA private key of 1024 to 2048 bit (SES guide, "BYODKIM").
    """
    der = base64.b64decode("".join(text.split()), validate=True)
    key = serialization.load_der_private_key(der, password=None)
    if not isinstance(key, rsa.RSAPrivateKey) or not 1024 <= key.key_size <= 2048:  # noqa: PLR2004  the guide's bounds
        msg = "not an RSA key of 1024 to 2048 bit"
        raise ValueError(msg)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
