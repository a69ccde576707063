"""The lab's certificate authority, and the certificates its servers show.

Servers listen under made-up names; whoever trusts the authority's file
(`Certificates.authority_file`, which the lab's environment puts in
``SSL_CERT_FILE``) can verify them as it would verify the real ones.
"""

import ssl
import threading

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


_LONG_AGO = timedelta(days=30)
_VALID = timedelta(days=365)


class Flaw(StrEnum):
    """What can be wrong with the certificate a host shows."""

    WRONG_NAME = "wrong-name"
    EXPIRED = "expired"
    SELF_SIGNED = "self-signed"


class Certificates:
    """Makes a certificate for each host when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self.authority_file = directory / "authority.pem"
        self._directory = directory
        self._lock = threading.Lock()
        self._flaws: dict[str, Flaw] = {}
        self._contexts: dict[tuple[str, Flaw | None], ssl.SSLContext] = {}
        # TLS checks dates by the machine's clock, whatever time it is in the lab.
        self._now = datetime.now(UTC)  # noqa: TID251  the lab is where time comes from
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._authority = self._make_authority()
        self.authority_file.write_bytes(_pem(self._authority))

    def flaw(self, host: str, flaw: Flaw | None) -> None:
        """From the next handshake on, *host* shows a certificate that is wrong in this way."""
        with self._lock:
            if flaw is None:
                self._flaws.pop(host, None)
            else:
                self._flaws[host] = flaw

    def reset(self) -> None:
        """Every host shows a good certificate again."""
        with self._lock:
            self._flaws.clear()

    def server_context(self, host: str) -> ssl.SSLContext:
        """What the server *host* needs for a handshake now."""
        with self._lock:
            flaw = self._flaws.get(host)
            if (host, flaw) not in self._contexts:
                self._contexts[host, flaw] = self._context(host, flaw)
            return self._contexts[host, flaw]

    def client_context(self) -> ssl.SSLContext:
        """A client that trusts the lab's authority and checks host names."""
        return ssl.create_default_context(cafile=str(self.authority_file))

    def _context(self, host: str, flaw: Flaw | None) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(host, key, flaw)
        file = self._directory / f"{host}.{flaw or 'good'}.pem"
        file.touch(mode=0o600)
        file.write_bytes(_key_pem(key) + _pem(certificate) + _pem(self._authority))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # FACTS 3.1
        context.load_cert_chain(file)
        return context

    def _certificate(
        self, host: str, key: ec.EllipticCurvePrivateKey, flaw: Flaw | None
    ) -> x509.Certificate:
        name = "wrong.name.example" if flaw is Flaw.WRONG_NAME else host
        ends = self._now - timedelta(days=1) if flaw is Flaw.EXPIRED else self._now + _VALID
        own = flaw is Flaw.SELF_SIGNED
        subject = _name(name)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if own else self._authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _LONG_AGO)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    (key if own else self._key).public_key()
                ),
                critical=False,
            )
            .sign(key if own else self._key, hashes.SHA256())
        )

    def _make_authority(self) -> x509.Certificate:
        name = _name("sendas lab authority")
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _LONG_AGO)
            .not_valid_after(self._now + _VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
