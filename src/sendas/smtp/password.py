"""SES SMTP passwords, derived from IAM secret access keys.

The SES SMTP endpoint refuses an IAM secret access key.  It wants a keyed
digest of that key, bound to one Region: rotating an access key means deriving
a new password, and so does moving to another Region.

Source: "Obtaining Amazon SES SMTP credentials", Amazon SES Developer Guide,
https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

import base64
import hmac
import re

from dataclasses import dataclass, field

from sendas.errors import UsageError
from sendas.ses.regions import Region


# Fixed by the derivation.  The "date" is not a date.
_SCOPE_DATE = b"11111111"
_SCOPE_TAIL = (b"ses", b"aws4_request", b"SendRawEmail")
_VERSION = b"\x04"
_VERSION_2 = b"\x02"

_VISIBLE_ASCII = re.compile(r"[!-~]+")


class MalformedSecretKey(UsageError):
    """The text cannot be an IAM secret access key."""


@dataclass(frozen=True, slots=True)
class SmtpPassword:
    """What an SMTP client sends after AUTH; its username is the access key id."""

    region: Region
    value: str = field(repr=False)


def derive_smtp_password(secret_access_key: str, *, region: Region) -> SmtpPassword:
    """Derive the SMTP password SES accepts for *secret_access_key* in *region*.

    The value is the base64 of 33 bytes (a version byte, then HMAC-SHA256), so
    it is always 44 ASCII characters, starts with ``B`` and has no padding.

    SES answers a password derived for another Region as it answers a wrong
    one, with 535: *region* must be that of the endpoint dialled.

    Raises:
        MalformedSecretKey: Empty, or holding anything but visible ASCII, as a
            key copied with its line end does.  The message never repeats it.
    """
    digest = b"AWS4" + secret_key_bytes(secret_access_key)
    for scope in (_SCOPE_DATE, region.encode("ascii"), *_SCOPE_TAIL):
        digest = hmac.digest(digest, scope, "sha256")

    return SmtpPassword(region, base64.b64encode(_VERSION + digest).decode("ascii"))


def derive_v2_password(secret_access_key: str) -> str:
    """Derive the password of the old kind, which SES refuses today, to recognise one.

    It knows no Region.  SES guide, "Regions": credentials made before
    2019-01-10 are of this kind; deprecated since March 26, 2021 (FACTS 2.2).

    Raises:
        MalformedSecretKey: As for ``derive_smtp_password``.
    """
    digest = hmac.digest(secret_key_bytes(secret_access_key), _SCOPE_TAIL[-1], "sha256")
    return base64.b64encode(_VERSION_2 + digest).decode("ascii")


def secret_key_bytes(secret_access_key: str) -> bytes:
    """The key as the derivation reads it.

    Its length is not judged: AWS's own test keys are not 40 characters long.

    Raises:
        MalformedSecretKey: Empty, or holding anything but visible ASCII.
    """
    if not _VISIBLE_ASCII.fullmatch(secret_access_key):
        msg = "a secret access key is visible ASCII only; copy it again, without the line end"
        raise MalformedSecretKey(msg)
    return secret_access_key.encode("ascii")
