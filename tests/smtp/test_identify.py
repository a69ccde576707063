"""What a stored password is, with the secret key at hand."""

import base64
import contextlib
import hmac
import json

from datetime import date
from pathlib import Path

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.ses.regions import KNOWN, Region
from sendas.smtp.identification import Basis, Kind
from sendas.smtp.identify import identify, wrong_username
from sendas.smtp.password import MalformedSecretKey, derive_smtp_password


TABLE = json.loads(Path(__file__).with_name("wrong-derivations.json").read_text(encoding="utf-8"))
SECRET, RIGHT = TABLE["secret"], TABLE["right"]
VIRGINIA, OHIO = Region("us-east-1"), Region("us-east-2")
NOW = date(2026, 11, 22)
OTHER_SECRET = "AnotherSecretKeyThatIsNotTheOneGivenHere"


def chained(first: bytes, *scopes: str, version: bytes = b"\x04") -> str:
    """A password by any chain of steps: the test's own few lines, not the package's."""
    digest = first
    for scope in scopes:
        digest = hmac.new(digest, scope.encode(), "sha256").digest()
    return base64.b64encode(version + digest).decode()


AWS4 = b"AWS4" + SECRET.encode()
STEPS = ("11111111", "us-east-1", "ses", "aws4_request", "SendRawEmail")


@pytest.mark.parametrize("row", TABLE["mistakes"], ids=lambda row: row["mistake"])
def test_names_every_published_mistake(row: dict[str, str]) -> None:
    """Each wrong password of the table, computed elsewhere, is named by its mistake."""
    found = identify(row["password"], secret=SECRET, region=VIRGINIA, now=NOW)

    assert row["kind"] == found.kind
    assert Basis.RECOMPUTED is found.basis
    assert found.right is False
    assert RIGHT == found.correct


def test_knows_the_right_one() -> None:
    """The right password is right, letter for letter, for its own Region alone."""
    here = identify(RIGHT, secret=SECRET, region=VIRGINIA, now=NOW)
    there = identify(RIGHT, secret=SECRET, region=OHIO, now=NOW)

    assert (Kind.SES_SMTP_V4, True) == (here.kind, here.right)
    assert (Kind.V4_OTHER_REGION, False) == (there.kind, there.right)
    assert (VIRGINIA, OHIO) == (there.region, there.expected_region)
    assert derive_smtp_password(SECRET, region=OHIO).value == there.correct


def test_finds_the_region_when_nobody_says_one() -> None:
    """Without a Region the password's own is found; whether it is right stays open."""
    found = identify(RIGHT, secret=SECRET, now=NOW)

    assert (Kind.SES_SMTP_V4, VIRGINIA, None) == (found.kind, found.region, found.right)


@pytest.mark.parametrize("region", KNOWN)
def test_finds_each_other_region_with_and_without_the_date(region: Region) -> None:
    """Every known Region is tried, also together with the forgotten date."""
    password = chained(AWS4, "11111111", region, *STEPS[2:])
    dateless = chained(AWS4, region, *STEPS[2:])

    found = identify(password, secret=SECRET, region=Region("xx-nowhere-1"), now=NOW)
    also = identify(dateless, secret=SECRET, region=Region("xx-nowhere-1"), now=NOW)

    assert (Kind.V4_OTHER_REGION, region) == (found.kind, found.region)
    assert (Kind.V4_WITHOUT_DATE, region) == (also.kind, also.region)


def test_tries_an_unknown_region_too() -> None:
    """A Region that opened after this release is tried when it is the one asked about."""
    new = Region("zz-central-9")
    password = derive_smtp_password(SECRET, region=new).value

    assert identify(password, secret=SECRET, region=new, now=NOW).right is True


@pytest.mark.parametrize(
    ("kind", "password"),
    [
        (Kind.V4_OTHER_DATE, chained(AWS4, "20261122", *STEPS[1:])),
        (Kind.V4_OTHER_DATE, chained(AWS4, "20261123", *STEPS[1:])),
        (Kind.V4_OTHER_DATE, chained(AWS4, "20260302", *STEPS[1:])),
        (Kind.V4_OTHER_DATE, chained(AWS4, "20200228", *STEPS[1:])),
        (Kind.V4_OTHER_DATE, chained(AWS4, "1111111", *STEPS[1:])),
        (Kind.V4_OTHER_DATE, chained(AWS4, "20261122", "us-east-1", "ses", "aws4_request")),
        (Kind.V4_WITHOUT_AWS4, chained(SECRET.encode(), *STEPS)),
        (Kind.V4_WITHOUT_DATE, chained(SECRET.encode(), *STEPS[1:])),
        (Kind.V4_WRONG_ORDER, chained(AWS4, *STEPS[::-1])),
        (Kind.V4_WRONG_ORDER, chained(AWS4, "us-east-1", "11111111", *STEPS[2:])),
        (Kind.V4_WRONG_ORDER, chained(AWS4, "ses", "us-east-1", "11111111", *STEPS[3:])),
        (Kind.V4_WRONG_SERVICE, chained(AWS4, *STEPS[:2], "email", *STEPS[3:])),
        (Kind.V4_WRONG_SERVICE, chained(AWS4, *STEPS[:2], *STEPS[3:])),
        (Kind.V4_WRONG_TERMINATOR, chained(AWS4, *STEPS[:3], STEPS[4])),
        (Kind.V4_WRONG_MESSAGE, chained(AWS4, *STEPS[:4], "SendBulkEmail")),
        (Kind.V4_WRONG_MESSAGE, chained(AWS4, *STEPS[:4], "sendrawemail")),
        (Kind.V4_WITHOUT_DATE, chained(AWS4, *STEPS[1:4], "SendEmail")),
        (Kind.V4_REGION_SPELLING, chained(AWS4, "11111111", "us-east-1b", *STEPS[2:])),
        (
            Kind.V4_REGION_SPELLING,
            chained(AWS4, "11111111", "email-smtp.us-east-1.amazonaws.com", *STEPS[2:]),
        ),
        (Kind.V4_REGION_SPELLING, chained(AWS4, "11111111", "", *STEPS[2:])),
        (Kind.V4_WRONG_VERSION_BYTE, chained(AWS4, *STEPS, version=b"4")),
        (Kind.V4_WRONG_VERSION_BYTE, chained(AWS4, *STEPS, version=rb"\x04")),
        (Kind.V4_WRONG_VERSION_BYTE, chained(AWS4, *STEPS, version=b"\x03")),
        (Kind.V4_FROM_DAMAGED_SECRET, chained(AWS4 + b"\r\n", *STEPS)),
        (Kind.V4_FROM_DAMAGED_SECRET, chained(AWS4 + b" ", *STEPS)),
        (Kind.V4_FROM_DAMAGED_SECRET, chained(b'AWS4"' + SECRET.encode() + b'"', *STEPS)),
        (Kind.V4_FROM_DAMAGED_SECRET, chained(b"AWS4\xef\xbb\xbf" + SECRET.encode(), *STEPS)),
        (Kind.V4_WITHOUT_DATE, chained(AWS4 + b"\n", *STEPS[1:])),
        (Kind.SES_SMTP_V2, chained(SECRET.encode() + b"\n", "SendRawEmail", version=b"\x02")),
    ],
)
def test_names_the_recipe(kind: Kind, password: str) -> None:
    """Each wrong recipe is named, whichever step went wrong."""
    found = identify(password, secret=SECRET, region=VIRGINIA, now=NOW, created=date(2020, 3, 1))

    assert kind is found.kind
    assert found.right is False


def test_hexadecimal_between_the_steps() -> None:
    """A shell script that pipes hex digests on is recognised."""
    digest = AWS4
    for scope in STEPS:
        digest = hmac.new(digest, scope.encode(), "sha256").hexdigest().encode()
    password = base64.b64encode(b"\x04" + bytes.fromhex(digest.decode())).decode()

    found = identify(password, secret=SECRET, region=VIRGINIA, now=NOW)

    assert Kind.V4_WRONG_ENCODING is found.kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.WITH_WHITESPACE, RIGHT + "\n"),
        (Kind.WITH_WHITESPACE, f"  {RIGHT[:20]} \n {RIGHT[20:]}"),
        (Kind.WITH_WHITESPACE, "\ufeff" + RIGHT),
        (Kind.QUOTED, f'"{RIGHT}"'),
        (Kind.QUOTED, f"'{RIGHT}"),
        (Kind.QUOTED, f"\u201c{RIGHT}\u201d"),
        (Kind.MANGLED, RIGHT.replace("+", "%2B").replace("/", "%2F")),
        (Kind.MANGLED, RIGHT.replace("+", "%252B")),
        (Kind.MANGLED, RIGHT.replace("+", " ")),
        (Kind.MANGLED, RIGHT.replace("+", "-").replace("/", "_")),
        (Kind.MANGLED, RIGHT.replace("/", "\\/")),
        (Kind.MANGLED, RIGHT.replace("+", "\\u002b")),
        (Kind.MANGLED, RIGHT.replace("+", "&#43;")),
        (Kind.MANGLED, RIGHT.replace("+", "")),
        (Kind.MANGLED, RIGHT.replace("/", "")),
        (Kind.MANGLED, RIGHT.lower()),
        (Kind.MANGLED, RIGHT.replace("L", "I", 1)),
        (Kind.MANGLED, RIGHT[:20] + "$" + RIGHT[20:]),
        (Kind.TRUNCATED, RIGHT[:-1]),
        (Kind.TRUNCATED, RIGHT[1:]),
        (Kind.TRUNCATED, RIGHT[:30]),
        (Kind.TRUNCATED, RIGHT[:40]),
        (Kind.PREFIXED, f"SmtpPassword:{RIGHT}"),
        (Kind.PREFIXED, f"SmtpPassword: {RIGHT}"),
        (Kind.PREFIXED, f"SMTP_PASSWORD={RIGHT}"),
        (Kind.PREFIXED, f"AKIAIOSFODNN7EXAMPLE,{RIGHT}"),
        (Kind.PREFIXED, f"{RIGHT}xyz"),
        (Kind.PASTED_TWICE, RIGHT * 2),
        (Kind.ENCODED_TWICE, base64.b64encode(RIGHT.encode()).decode()),
        (Kind.ENCODED_TWICE, base64.b64encode(f"\0AKIA\0{RIGHT}".encode()).decode()),
        (Kind.HEX_ENCODED, base64.b64decode(RIGHT).hex()),
        (Kind.HEX_ENCODED, base64.b64decode(RIGHT).hex().upper()),
        (Kind.HEX_ENCODED, base64.b64decode(RIGHT)[1:].hex()),
        (Kind.HEX_ENCODED, base64.b64encode(base64.b64decode(RIGHT).hex().encode()).decode()),
        (Kind.RAW_SECRET_KEY, SECRET + "\n"),
        (Kind.RAW_SECRET_KEY, f'"{SECRET}"'),
        (Kind.V4_OTHER_SECRET, derive_smtp_password(OTHER_SECRET, region=VIRGINIA).value),
        (Kind.ACCESS_KEY_ID, "AKIAIOSFODNN7EXAMPLE"),
        (Kind.TEMPORARY_KEY, "ASIAIOSFODNN7EXAMPLE"),
        (Kind.EMPTY, ""),
        (Kind.UNKNOWN, "correct horse battery staple"),
    ],
)
def test_undoes_the_damage(kind: Kind, text: str) -> None:
    """What pasting, quoting and encoding did to the right password is named."""
    found = identify(text, secret=SECRET, region=VIRGINIA, now=NOW)

    assert kind is found.kind
    assert found.right is False
    assert RIGHT == found.correct


def test_says_both_when_two_things_went_wrong() -> None:
    """A password without the date, for another Region, with a line end: all three are said."""
    text = chained(AWS4, "us-west-2", *STEPS[2:]) + "\n"

    found = identify(text, secret=SECRET, region=VIRGINIA, now=NOW)

    assert (Kind.V4_WITHOUT_DATE, Region("us-west-2")) == (found.kind, found.region)
    assert "11111111" in found.explanation
    assert "us-east-1" in found.explanation
    assert "a line end after it" in found.explanation


def test_a_temporary_key_is_told_by_the_user_name() -> None:
    """A password right in itself is no use with a temporary key's id."""
    found = identify(
        RIGHT, secret=SECRET, region=VIRGINIA, username="ASIAIOSFODNN7EXAMPLE", now=NOW
    )

    assert (Kind.TEMPORARY_KEY, False) == (found.kind, found.right)


@pytest.mark.parametrize(
    "username", ["", "ses-smtp-user.20261122-1", "me@example.com", " AKIAIOSFODNN7EXAMPLE", "AKIA"]
)
def test_a_wrong_user_name_is_told(username: str) -> None:
    """SES guide, "SMTP credentials": the user name is an access key id; nothing else gets in."""
    told = wrong_username(username)

    assert told is not None
    assert "The user name is wrong, even if the password is right" in told


@pytest.mark.parametrize("username", [None, "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"])
def test_other_user_names_are_not(username: str | None) -> None:
    """Not given, right, or told of by ``identify`` itself."""
    assert wrong_username(username) is None


@given(st.text(), st.sampled_from([None, SECRET]), st.sampled_from([None, VIRGINIA]))
def test_any_text_gets_an_answer(text: str, secret: str | None, region: Region | None) -> None:
    """Whatever is stored, there is an answer, and it never repeats the text or the secret."""
    found = identify(text, secret=secret, region=region, now=NOW)

    assert SECRET not in repr(found)
    assert RIGHT not in repr(found)
    assert found.right is not True or text == RIGHT


@given(st.text(st.sampled_from("AB+/=% \n\"'\\&;0aZ-_\ufeff\ud800é"), max_size=120))
def test_any_mangling_gets_an_answer(text: str) -> None:
    """Texts made of the characters that damage is made of, lone surrogates too."""
    assert identify(text + RIGHT[:13], now=NOW).right is not True


@given(st.text())
def test_a_bad_secret_is_refused_in_words(secret: str) -> None:
    """Any secret either serves or is refused as malformed."""
    with contextlib.suppress(MalformedSecretKey):
        found = identify(RIGHT, secret=secret, region=VIRGINIA, now=date.max)
        assert found.right is (secret == SECRET)
