"""What a stored SMTP password turned out to be; never the password itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from sendas.ses.regions import Region


class Kind(StrEnum):
    """What the text is (RULES section 5)."""

    SES_SMTP_V4 = "ses-smtp-v4"
    SES_SMTP_V2 = "ses-smtp-v2"
    RAW_SECRET_KEY = "raw-secret-key"  # noqa: S105  a name, no secret
    TEMPORARY_KEY = "temporary-key"
    V4_WITHOUT_DATE = "v4-without-date"
    V4_OTHER_REGION = "v4-other-region"
    V4_OTHER_DATE = "v4-other-date"
    V4_WITHOUT_AWS4 = "v4-without-aws4"
    V4_WRONG_MESSAGE = "v4-wrong-message"
    V4_WRONG_ORDER = "v4-wrong-order"
    V4_WRONG_SERVICE = "v4-wrong-service"
    V4_WITHOUT_VERSION_BYTE = "v4-without-version-byte"
    V4_WRONG_VERSION_BYTE = "v4-wrong-version-byte"
    V4_REGION_SPELLING = "v4-region-spelling"
    V4_WRONG_TERMINATOR = "v4-wrong-terminator"
    V4_WRONG_ENCODING = "v4-wrong-encoding"
    """Hex or base64 handed from step to step, or key and message swapped."""
    V4_FROM_DAMAGED_SECRET = "v4-from-damaged-secret"  # noqa: S105  the same
    V4_OTHER_SECRET = "v4-other-secret"  # noqa: S105  the same
    """The v4 shape, yet nothing known makes it from the secret given."""
    WITH_WHITESPACE = "with-whitespace"
    QUOTED = "quoted"
    MANGLED = "mangled"
    TRUNCATED = "truncated"
    HEX_ENCODED = "hex-encoded"
    PREFIXED = "prefixed"
    ENCODED_TWICE = "encoded-twice"
    PASTED_TWICE = "pasted-twice"
    ACCESS_KEY_ID = "access-key-id"
    REFERENCE = "reference"
    """What stands for a value: a variable, a secret store's address, a mask."""
    DOCUMENT = "document"
    """A whole JSON or the like, in which the value stands."""
    APP_PASSWORD = "app-password"  # noqa: S105  the same
    """Google's, for one of its own accounts."""
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How sure: by the form alone, or by recomputing from the secret key."""

    SHAPE = "shape"
    RECOMPUTED = "recomputed"


@dataclass(frozen=True, slots=True)
class Identification:
    """The finding, in words a person understands; safe to print, save and send on.

    *right* is whether the text is, letter for letter, the password SES accepts
    for the given secret key and Region; None when that cannot be told.
    *region* is the Region it was derived for, where that is known.
    *correct* is the right password, present only where the secret was given;
    it is kept out of repr, JSON and evidence.
    """

    kind: Kind
    basis: Basis
    explanation: str
    right: bool | None = None
    region: Region | None = None
    expected_region: Region | None = None
    detail: str = ""
    correct: str | None = field(default=None, repr=False, compare=False)
