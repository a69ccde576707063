"""The mistake of incident A, made as its owner made it."""

import base64
import hmac

from sendas.ses.regions import Region


def password_without_date(secret_access_key: str, region: Region) -> str:
    """The derivation with its first step, the fixed date, left out (FACTS 24a).

    Its shape is perfect: 44 characters, the right version byte.  SES refuses it.
    """
    digest = b"AWS4" + secret_access_key.encode("ascii")
    for scope in (region, "ses", "aws4_request", "SendRawEmail"):
        digest = hmac.digest(digest, scope.encode("ascii"), "sha256")
    return base64.b64encode(b"\x04" + digest).decode("ascii")
