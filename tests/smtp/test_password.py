"""SES SMTP password derivation, against vectors computed elsewhere."""

import json
import os

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.ses.regions import Region
from sendas.smtp.password import MalformedSecretKey, derive_smtp_password, derive_v2_password


SHARED = Path(os.environ.get("SENDAS_SHARED") or Path(__file__).parents[2] / ".." / "shared")
PUBLISHED = SHARED / "data" / "ses-smtp-password.json"
IRELAND, VIRGINIA = Region("eu-west-1"), Region("us-east-1")
EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

secret_keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@pytest.fixture(scope="module")
def published() -> list[dict[str, Any]]:
    """The eight answers that AWS's PHP SDK and the Terraform provider publish."""
    if not PUBLISHED.exists():
        pytest.skip(f"{PUBLISHED} is absent: set SENDAS_SHARED")
    vectors: list[dict[str, Any]] = json.loads(PUBLISHED.read_text(encoding="utf-8"))["vectors"]
    return vectors


def test_matches_independent_implementations(published: list[dict[str, Any]]) -> None:
    """The Terraform AWS provider and AWS's PHP SDK derive the same version 4 passwords."""
    vectors = [vector for vector in published if vector["version"] == "v4"]

    assert 5 == len(vectors)
    for vector in vectors:
        password = derive_smtp_password(vector["secret"], region=Region(vector["region"]))
        assert vector["password"] == password.value


def test_version_2_matches_independent_implementations(published: list[dict[str, Any]]) -> None:
    """The same two derive the same passwords of the old kind."""
    vectors = [vector for vector in published if vector["version"] == "v2"]

    assert 3 == len(vectors)
    for vector in vectors:
        assert vector["password"] == derive_v2_password(vector["secret"])


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-2", "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"),
        ("us-east-1", "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"),
        ("us-west-2", "BF2PynzbSCAjX08zhZZnP/kW+T9P5zs/1Er0pi5vTEmd"),
        ("eu-west-1", "BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk"),
    ],
)
def test_known_answers(region: str, expected: str) -> None:
    """The first is aws-sdk-php's; the others were computed apart from this code (FACTS 2.4)."""
    assert expected == derive_smtp_password(EXAMPLE_SECRET, region=Region(region)).value


@given(secret_keys)
def test_shape(secret: str) -> None:
    """Any key gives 44 characters holding version 4 and a SHA-256 digest."""
    value = derive_smtp_password(secret, region=IRELAND).value

    assert 44 == len(value)
    assert 4 == b64decode(value, validate=True)[0]


@given(secret_keys)
def test_is_bound_to_its_region(secret: str) -> None:
    """A password for one Region is not the password for another."""
    here = derive_smtp_password(secret, region=IRELAND)
    there = derive_smtp_password(secret, region=VIRGINIA)

    assert here.value != there.value


@pytest.mark.parametrize("secret", ["", " ", "wJalrXUt\n", " wJalrXUt", "wJal rXUt", "wJalrXUté"])
def test_refuses_a_bad_paste(secret: str) -> None:
    """A bad paste fails here, not later as an SMTP 535."""
    with pytest.raises(MalformedSecretKey):
        derive_smtp_password(secret, region=IRELAND)
    with pytest.raises(MalformedSecretKey):
        derive_v2_password(secret)


def test_never_repeats_the_secret() -> None:
    """Neither the refusal nor the repr of a result carries what was secret."""
    with pytest.raises(MalformedSecretKey) as refusal:
        derive_smtp_password("wJalrXUt\n", region=IRELAND)
    password = derive_smtp_password("wJalrXUt", region=IRELAND)

    assert "wJalrXUt" not in str(refusal.value)
    assert password.value not in repr(password)
