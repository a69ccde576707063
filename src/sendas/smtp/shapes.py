"""What a password looks like, where no secret key is at hand to recompute it.

Form alone never proves a password right: one for another Region, or derived
without the date, has the perfect form (FACTS 2.3).
"""

import re

from dataclasses import dataclass

from sendas.smtp.identification import Kind
from sendas.smtp.payload import is_v2_shaped, is_v4_shaped, payloads
from sendas.smtp.readings import PASSWORD_LENGTH, Reading
from sendas.smtp.stand_in_values import is_app_password, is_document, stands_for


SECRET_KEY_LENGTH = 40
_SHORTEST_FRAGMENT = 12
_LONG = 100
_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,28}")
_BASE64_ALPHABET = re.compile(r"[A-Za-z0-9+/]+")
_V4_START = re.compile(r"B[A-P]")
# Session tokens of STS have begun with these letters for years (seen in the wild).
_SESSION_TOKEN = re.compile(r"(?:IQoJ|FwoG|FQoG|FQoD|AQoD)[A-Za-z0-9+/=]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """A form, in words that complete "this is"; *rank* 0 says the most, larger less."""

    kind: Kind
    words: str
    rank: int


_V4 = Shape(
    Kind.SES_SMTP_V4,
    "44 characters of the right form for an SES SMTP password (version 4); the form does not "
    "tell whether key, Region and derivation are right: give the secret key to find out",
    0,
)
_V2 = Shape(
    Kind.SES_SMTP_V2,
    "an SES SMTP password of the old kind (version 2), which SES refuses today",
    1,
)
_RAW = Shape(
    Kind.RAW_SECRET_KEY,
    "40 characters, the form of an IAM secret access key: SES wants the SMTP password that is "
    "derived from it",
    4,
)
_ASCII_4 = Shape(
    Kind.V4_WRONG_VERSION_BYTE,
    "44 characters that begin with the letter 4 (0x34) where the version byte 0x04 belongs",
    2,
)
_NO_VERSION = Shape(
    Kind.V4_WITHOUT_VERSION_BYTE,
    "a bare digest in base64: the version byte 0x04 was not put before it",
    2,
)
_HEX = Shape(
    Kind.HEX_ENCODED,
    "a digest written in hexadecimal; SES wants base64 of the version byte and the digest",
    2,
)
_KEY = Shape(
    Kind.ACCESS_KEY_ID,
    "an access key id, which is the user name: the two fields are swapped, or the id was "
    "pasted into both",
    3,
)
_TEMPORARY_KEY_ID = Shape(
    Kind.TEMPORARY_KEY,
    "the id of a temporary key (ASIA…); SMTP takes long-term keys only, and their derived "
    "password, not their id",
    3,
)
_TOKEN = Shape(
    Kind.TEMPORARY_KEY,
    "a session token of a temporary credential; SMTP takes long-term keys only",
    3,
)
_DOCUMENT = Shape(
    Kind.DOCUMENT, "a whole document: store the one value in it, without its name and quotes", 3
)
_APP_PASSWORD = Shape(
    Kind.APP_PASSWORD,
    "sixteen letters, the form of a Google app password: it lets into a Google account, and SES "
    "knows nothing of it",
    3,
)
_EMPTY = Shape(Kind.EMPTY, "empty: no password is stored, or a variable was not set", 3)


def is_key_id(text: str) -> bool:
    """Whether *text* has the form of a long-term access key id, as an SMTP user name must."""
    return text.startswith("AKIA") and bool(_KEY_ID.fullmatch(text))


def doubt_about_secret(text: str) -> str | None:
    """Why *text* is hardly a secret access key, to follow "this"; None if it may be one."""
    shape = shape_of(text)
    if shape is not None and shape.kind in {Kind.ACCESS_KEY_ID, Kind.TEMPORARY_KEY}:
        return "is an access key id or a session token, not the secret access key"
    if shape is not None and shape.kind in {Kind.REFERENCE, Kind.DOCUMENT, Kind.APP_PASSWORD}:
        return f"is {shape.words}"
    if is_v4_shaped(text) or is_v2_shaped(text):
        return "looks like an SMTP password already, not like the secret access key it comes from"
    if len(text) != SECRET_KEY_LENGTH:
        return f"has {len(text)} characters, and a secret access key has {SECRET_KEY_LENGTH}"
    return None


def shape_of(text: str) -> Shape | None:
    """What *text*, as it stands, looks like; None if like nothing known."""
    if not text:
        return _EMPTY
    if _KEY_ID.fullmatch(text):
        return _TEMPORARY_KEY_ID if text.startswith("ASIA") else _KEY
    if is_v4_shaped(text):
        return _V4
    if is_v2_shaped(text):
        return _V2
    return no_value(text) or _packed(text) or _by_length(text)


def no_value(text: str) -> Shape | None:
    """What stands for a password, holds one, or is another service's."""
    if words := stands_for(text):
        return Shape(Kind.REFERENCE, words, 3)
    if is_document(text):
        return _DOCUMENT
    return _APP_PASSWORD if is_app_password(text) else None


def _packed(text: str) -> Shape | None:
    """A digest in a wrong packing."""
    if len(text) == PASSWORD_LENGTH - 1 and _V4_START.match(text):
        return None  # rather a password that lost its last character
    for payload in payloads(text):
        kinds = [damage.kind for damage in payload.damages]
        if Kind.HEX_ENCODED in kinds:
            return _HEX
        if Kind.V4_WITHOUT_VERSION_BYTE in kinds:
            return _NO_VERSION
        if payload.version == b"4":
            return _ASCII_4
    return None


def _by_length(text: str) -> Shape | None:
    if len(text) > _LONG and _SESSION_TOKEN.fullmatch(text):
        return _TOKEN
    if not _BASE64_ALPHABET.fullmatch(text):
        return None
    length, like_v4 = len(text), _V4_START.match(text)
    if like_v4 and _SHORTEST_FRAGMENT <= length < PASSWORD_LENGTH:
        words = f"{length} characters that begin as an SES SMTP password does; it has 44"
        if length == SECRET_KEY_LENGTH:
            words += " (a secret access key has 40: give it, and the two are told apart)"
        return Shape(Kind.TRUNCATED, words, 5)
    if length == SECRET_KEY_LENGTH:
        return _RAW
    if like_v4 and length > PASSWORD_LENGTH:
        words = f"{length} characters that begin as an SES SMTP password does; it has 44"
        return Shape(Kind.PREFIXED, f"{words}, so something was pasted along", 6)
    return None


def best_shape(readings: tuple[Reading, ...]) -> tuple[Shape, Reading] | None:
    """The reading that looks most like something, and what it looks like.

    The text as it stands wins whenever it is something complete by itself.
    """
    shaped = [(shape, reading) for reading in readings if (shape := shape_of(reading.text))]
    if not shaped:
        return None
    if not shaped[0][1].damages and shaped[0][0].kind is not Kind.TRUNCATED:
        return shaped[0]
    return min(shaped, key=lambda pair: (pair[0].rank, len(pair[1].damages)))
