"""BYODKIM: what stands where the owner's own key belongs."""

import base64

from datetime import UTC, datetime

import pytest

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sendas.dns.answers import RESOLVER, Absent, Lookup, Question, Records, RecordType
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.doctor.model import Status
from sendas.doctor.rules.dns.dkim_own_key import RULE
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Why
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


HERE = Region("us-east-1")
KEY = rsa.generate_private_key(65537, 2048).public_key()
ASKED = Question("own2026._domainkey.example.com", RecordType.TXT)


def encoded(form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    """The key as a record holds it."""
    return base64.b64encode(KEY.public_bytes(Encoding.DER, form)).decode()


def evidence(*texts: str, origin: str = "EXTERNAL", silent: bool = False) -> Evidence:
    """An identity that signs with its owner's key; *texts* stand where it belongs."""
    answer = Records(texts, 300) if texts else Absent(name_exists=False, negative_ttl=300)
    said = NoAnswer(Why.TIMEOUT, "5 s") if silent else answer
    dkim = Dkim("SUCCESS", signing_enabled=True, tokens=("own2026",), origin=origin)
    identity = Identity("example.com", HERE, "SUCCESS", verified_for_sending=True, dkim=dkim)
    return Evidence(
        Subject("example.com", HERE),
        datetime(2026, 11, 29, tzinfo=UTC),
        lookups={ASKED: Lookup(ASKED, {RESOLVER: said})},
        regions={HERE: RegionEvidence(identities={"example.com": identity})},
    )


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        ((), "not there"),
        ((f"v=DKIM1; k=rsa; p={encoded()[:-8]}",), "cut off"),
        ((f"v=DKIM1; k=rsa; p={encoded()}"[:255],), ""),
        ((f"v=DKIM1; k=rsa; p={encoded(PublicFormat.PKCS1)}",), "PKCS #1"),
        ((f"v=DKIM1; p={encoded()}", f"v=DKIM1; p={encoded()} "), "2 records"),
        (("v=DKIM1; p=",), "revokes"),
        (("v=DKIM1; k=rsa",), "missing"),
    ],
    ids=["absent", "short", "cut at 255", "PKCS #1", "doubled", "revoked", "no key"],
)
def test_a_key_that_cannot_be_used(texts: tuple[str, ...], word: str) -> None:
    """Each is the one root, and says in which way."""
    verdict = RULE.judge(evidence(*texts))

    assert verdict is not None
    assert Status.FAIL is verdict.status
    assert word in verdict.title
    assert "own2026._domainkey.example.com" in verdict.title


def test_a_whole_key_is_well() -> None:
    """In one string, or as several joined."""
    verdict = RULE.judge(evidence(f"v=DKIM1; k=rsa; p={encoded()}"))

    assert verdict is not None
    assert Status.OK is verdict.status


def test_silence_is_no_missing_key() -> None:
    """Nobody answered: nothing is concluded."""
    with pytest.raises(CouldNotLook):
        RULE.judge(evidence(silent=True))


def test_easy_dkim_is_another_question() -> None:
    """SES's own keys are CNAMEs: DNS001 and its like."""
    assert RULE.judge(evidence(origin="AWS_SES")) is None
