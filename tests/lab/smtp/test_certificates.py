"""The lab's authority, and the flaws its servers' certificates can have."""

import ssl

from collections.abc import Callable
from typing import Any

import pytest

from sendas_lab.certificates import Flaw


Endpoint = Any
Dial = Callable[[tuple[str, int]], Any]


def shake_hands(endpoint: Endpoint, dial: Dial) -> None:
    """Up to TLS, verified as a careful client does."""
    hand = dial(endpoint.implicit)
    hand.start_tls(endpoint.certificates.client_context())
    assert hand.read()[0].startswith("220 ")


def test_a_good_certificate(endpoint: Endpoint, dial: Dial) -> None:
    """A client that trusts the authority's file verifies issuer and name."""
    shake_hands(endpoint, dial)


@pytest.mark.parametrize(
    ("flaw", "complaint"),
    [
        (Flaw.WRONG_NAME, "Hostname mismatch"),
        (Flaw.EXPIRED, "certificate has expired"),
        (Flaw.SELF_SIGNED, "self-signed certificate"),
    ],
)
def test_a_flawed_certificate(endpoint: Endpoint, dial: Dial, flaw: Flaw, complaint: str) -> None:
    """OpenSSL's words for each flaw; taken back, the next handshake is good."""
    endpoint.certificates.flaw("email-smtp.us-east-1.amazonaws.com", flaw)

    with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
        shake_hands(endpoint, dial)

    endpoint.certificates.flaw("email-smtp.us-east-1.amazonaws.com", None)
    shake_hands(endpoint, dial)


def test_a_stranger_does_not_trust_it(endpoint: Endpoint, dial: Dial) -> None:
    """Without the authority's file the certificate is worth nothing."""
    hand = dial(endpoint.implicit)

    with pytest.raises(ssl.SSLCertVerificationError):
        hand.start_tls(ssl.create_default_context())
