"""What S3 refuses and moto takes: conditional headers, notification configurations.

S3 API reference, PutObject and CopyObject; words and members as recorded (test_s3_api,
test_s3_preconditions, test_s3_notifications_*).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from sendas_lab.aws import s3_notifications
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import Environ, backends_of


_NOT_IMPLEMENTED, _FAILED = "NotImplemented", "PreconditionFailed"
_SOURCE = "HTTP_X_AMZ_COPY_SOURCE"


def put_object(_account_id: str, environ: Environ, _given: object) -> None:
    """One condition, and of a form that S3 takes (recorded: 501).

    Raises:
        AwsError: Neither ``*`` for If-None-Match nor an ETag for If-Match.
    """
    none_match, match = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MATCH")
    said = "We don't accept the provided value of {} header for this API"
    if none_match is not None and match is not None:
        header = "If-Match,If-None-Match"
        said = "Multiple conditional request headers present in the request"
    elif none_match is not None and none_match.strip('"') != "*":
        header = "If-None-Match"
    elif match == "*":
        header = "If-Match"
    else:
        return
    text = "A header you provided implies functionality that is not implemented"
    members = {"Header": header, "additionalMessage": said.format(header)}
    raise AwsError(_NOT_IMPLEMENTED, text, 501, members)


def copy_object(account_id: str, environ: Environ, given: object) -> None:
    """The same, and what the source must be.

    Raises:
        AwsError: The first condition that does not hold.
    """
    put_object(account_id, environ, given)
    path = unquote(str(environ.get(_SOURCE, "")).partition("?")[0]).lstrip("/")
    bucket, _, key = path.partition("/")
    held = backends_of("s3")[account_id]["aws"].buckets.get(bucket)
    source = held.keys.get(key) if held is not None else None
    if source is None or not hasattr(source, "etag"):
        return  # moto's words are right
    for name in _unmet(source, environ):
        text = "At least one of the pre-conditions you specified did not hold"
        raise AwsError(_FAILED, text, 412, {"Condition": f"x-amz-copy-source-{name}"})


def _unmet(source: Any, environ: Environ) -> Iterator[str]:  # noqa: ANN401  moto's FakeKey
    etag = str(source.etag).strip('"')
    at = source.last_modified.replace(microsecond=0, tzinfo=UTC)
    match, none_match = environ.get(f"{_SOURCE}_IF_MATCH"), environ.get(f"{_SOURCE}_IF_NONE_MATCH")
    before = _date(environ.get(f"{_SOURCE}_IF_UNMODIFIED_SINCE"))
    after = _date(environ.get(f"{_SOURCE}_IF_MODIFIED_SINCE"))
    if match is not None and match.strip('"') != etag:
        yield "If-Match"
    # RFC 9110, 13.1.3 and 13.1.4: an ETag goes before a date.
    if before is not None and match is None and at > before:
        yield "If-Unmodified-Since"
    if none_match is not None and none_match.strip('"') == etag:
        yield "If-None-Match"
    if after is not None and none_match is None and at <= after <= environ["sendas.now"]:
        yield "If-Modified-Since"


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def notification(_account_id: str, environ: Environ, given: Mapping[str, Any]) -> None:
    """A notification configuration, whose destinations must take what S3 would tell them.

    Raises:
        AwsError: See `s3_notifications.refuse`.
    """
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    try:
        asked = s3_notifications.parsed(body)
    except Exception:  # noqa: BLE001  what is no XML moto refuses
        return
    skip = str(environ.get("HTTP_X_AMZ_SKIP_DESTINATION_VALIDATION", "")).lower() == "true"
    s3_notifications.refuse(str(given.get("Bucket") or ""), asked, skip=skip)
