"""Signature Version 4, checked as the other side of the wire checks it.

Source: AWS General Reference, "Create a signed AWS API request".
"""

import hashlib
import hmac
import re

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote


_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,\s*"
    r"SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the Authorization header claims."""

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def read_authorization(header: str) -> Signed | None:
    """Read the header; None if it is no Signature Version 4."""
    found = _AUTHORIZATION.match(header)
    if found is None:
        return None
    key_id, date, region, service, headers, signature = found.groups()
    return Signed(key_id, date, region, service, tuple(headers.split(";")), signature)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """The parts of a request that are signed; *path* and *query* as they came, encoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


def is_signed_by(request: HttpRequest, signed: Signed, secret: str) -> bool:
    """Whether *secret* made the signature."""
    right = _signature(request, signed, secret)
    return hmac.compare_digest(right, signed.signature)


def _signature(request: HttpRequest, signed: Signed, secret: str) -> str:
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    canonical = hashlib.sha256(_canonical(request, signed).encode()).hexdigest()
    moment = request.headers.get("x-amz-date", "")
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{canonical}"
    key = f"AWS4{secret}".encode()
    for part in (signed.date, signed.region, signed.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _canonical(request: HttpRequest, signed: Signed) -> str:
    # S3 signs the path as it stands, every other service encodes it once more.
    path = request.path if signed.service == "s3" else quote(request.path, safe="/-_.~")
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(request.query, keep_blank_values=True)
    )
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.headers
    )
    digest = request.headers.get("x-amz-content-sha256")
    if digest is None:
        digest = hashlib.sha256(request.body).hexdigest()
    names = ";".join(signed.headers)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{names}\n{digest}"
