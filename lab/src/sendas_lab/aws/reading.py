"""What a request asks for: the service, its protocol, the call and what it is about."""

from collections.abc import Mapping

from sendas_lab.aws import answers
from sendas_lab.aws.service import (
    Call,
    Environ,
    call_by_name,
    operation_of,
    protocol_of,
    read_call,
)
from sendas_lab.aws.signature import Signed
from sendas_lab.aws.watching import ALARM_CALLS


_QUERY = frozenset({"iam", "sts", "ses", "sns", "cloudformation"})
"""Services that answer in XML to form posts, for errors about calls nobody could read."""

_READ = frozenset(
    {
        "ses",
        "sesv2",
        "iam",
        "cloudformation",
        "cloudtrail",
        "route53",
        "lambda",
        "cloudwatch",
        "service-quotas",
    }
)
"""Services of which some calls, or all, are ours to answer."""

_MODELS = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "servicequotas": "service-quotas",
}
"""Names in the credential scope that are not the service model's name."""

_MOVED = {
    "/v2/email/identities": "ListEmailIdentities",
    "/v2/email/configuration-sets": "ListConfigurationSets",
}
"""FACTS 25, contract drift: botocore before 1.43.105 lists by GET here."""


_CBOR = "rpc-v2-cbor"
_HEAD_BYTES = 65_536
"""Where SDKs write which call it is; a body may be 40 MB."""
UNKNOWN = "Unknown"
"""The operation, where the request fits none."""


def service_of(signed: Signed | None, environ: Environ) -> str:
    """The service model's name."""
    name = _MODELS.get(signed.service, signed.service) if signed else "ses"
    path, target = environ.get("PATH_INFO", ""), environ.get("HTTP_X_AMZ_TARGET", "")
    if name == "ses" and path.startswith("/v2/"):
        return "sesv2"
    cbor = path.startswith("/service/MailManagerSvc/")
    if name == "ses" and (cbor or target.startswith("MailManagerSvc.")):
        return "mailmanager"  # it signs as SES does
    return name


def protocol_unsigned(environ: Environ, body: bytes) -> str | None:
    """How a request without a signature asks to be answered; None: as S3, or of nobody's."""
    if environ.get("HTTP_SMITHY_PROTOCOL") == _CBOR:
        return f"smithy-{_CBOR}"
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    posted = environ["REQUEST_METHOD"] == "POST" and not environ.get("QUERY_STRING")
    words = {pair.partition(b"=")[0] for pair in body[:_HEAD_BYTES].split(b"&")}
    return "query" if posted and words >= {b"Action", b"Version"} else None


def protocol_spoken(service: str, environ: Environ) -> str:
    """How the answer is written, by botocore's word."""
    if service in _QUERY:
        return "query"
    if service == "sqs" and "HTTP_X_AMZ_TARGET" in environ:
        return "json"  # it speaks the older protocol, too, whatever type the body is said to have
    try:
        return protocol_of(service, environ.get("CONTENT_TYPE"))
    except Exception:  # noqa: BLE001  botocore knows no such service: any shape of error will do
        return "json"


def read_own(service: str, environ: Environ) -> Call | None:
    """The call, if it is one a service of ours may answer."""
    if service == "cloudwatch" and operation_asked(service, environ) not in ALARM_CALLS:
        return None
    if service not in _READ:
        return None
    path = environ.get("PATH_INFO", "").rstrip("/")
    if service == "sesv2" and environ["REQUEST_METHOD"] == "GET" and path in _MOVED:
        return call_by_name(service, _MOVED[path], _paging(environ.get("QUERY_STRING", "")))
    try:
        call = read_call(service, environ)
    except Exception as error:
        raise answers.unreadable(protocol_spoken(service, environ)) from error
    rewind(environ)
    if call is None and service not in {"iam", "route53", "cloudtrail", "lambda", "cloudwatch"}:
        raise answers.not_modelled(service, f"{environ['REQUEST_METHOD']} {path or '/'}")
    return call


def given(service: str, environ: Environ) -> Mapping[str, object]:
    """What a call that moto answers is about."""
    if service == "s3":  # its path says it, and its body may be 40 MB
        bucket, _, key = environ.get("PATH_INFO", "").lstrip("/").partition("/")
        found: dict[str, object] = {"Bucket": bucket, "Key": key}
        if environ["REQUEST_METHOD"] != "POST":
            return found
    try:
        call = read_call(service, environ)
    except Exception:  # noqa: BLE001  what moto cannot read moto refuses
        call = None
    rewind(environ)
    return call.parameters if call else {}


def read_of_moto(service: str, environ: Environ) -> Call | None:
    """A call that moto answers; None for S3, whose body may be 40 MB, or if it is unreadable."""
    if service == "s3":
        return None
    try:
        return read_call(service, environ)
    except Exception:  # noqa: BLE001  what cannot be read moto refuses
        return None
    finally:
        rewind(environ)


def _paging(query: str) -> dict[str, object]:
    pairs = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    found: dict[str, object] = {}
    if "NextToken" in pairs:
        found["NextToken"] = pairs["NextToken"].replace("%3D", "=")
    if "PageSize" in pairs:
        found["PageSize"] = int(pairs["PageSize"])
    return found


def operation_asked(service: str, environ: Environ) -> str:
    """The operation's name, or `UNKNOWN`."""
    rewind(environ)
    try:
        name = operation_of(service, environ)
    except Exception:  # noqa: BLE001  botocore knows no such service
        name = None
    rewind(environ)
    return name or UNKNOWN


def rewind(environ: Environ) -> None:
    """Let the body be read again, whatever werkzeug kept of it."""
    environ["wsgi.input"].seek(0)
    for key in [key for key in environ if str(key).startswith("werkzeug.")]:
        if key not in {"werkzeug.socket", "werkzeug.server.shutdown"}:
            del environ[key]
