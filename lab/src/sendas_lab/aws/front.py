"""The door of the lab's AWS: who calls, may they, and which service answers.

Source: AWS General Reference, "Common errors": the order key, signature,
permission.  moto asks none of it, so it is asked here for every service.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Protocol

from sendas.ses.regions import MalformedRegion, Region, parse_region
from sendas_lab.aws import answers, sns_checks
from sendas_lab.aws.errors import AwsError, Code, Rendered
from sendas_lab.aws.faults import Faults, Target
from sendas_lab.aws.mends import mend
from sendas_lab.aws.permissions import DECIDE_THEMSELVES, Permissions
from sendas_lab.aws.service import (
    Call,
    Environ,
    Moto,
    StartResponse,
    body_of,
    call_by_name,
    operation_of,
    protocol_of,
    read_call,
    write_result,
)
from sendas_lab.aws.signature import HttpRequest, Signed, is_signed_by, read_authorization
from sendas_lab.aws.strict import refuse
from sendas_lab.aws.trail import Trail
from sendas_lab.clock import Clock
from sendas_lab.ses.authorization import call_context
from sendas_lab.ses.ports import Iam, Principal, StoredKey


_QUERY = frozenset({"iam", "sts", "ses", "sns", "cloudformation"})
"""Services that answer in XML to form posts, for errors about calls nobody could read."""

_MODELS = {
    "monitoring": "cloudwatch",
    "email": "ses",
}
"""Names in the credential scope that are not the service model's name."""

_MOVED = {
    "/v2/email/identities": "ListEmailIdentities",
    "/v2/email/configuration-sets": "ListConfigurationSets",
}
"""FACTS 25, contract drift: botocore before 1.43.105 lists by GET here."""


_UNKNOWN = "Unknown"
"""The operation, where the request fits none."""


class Own(Protocol):
    """A service of our own in front of moto."""

    def answers(self, call: Call) -> bool:
        """Whether the call is ours; for SES every call is."""

    def answer(self, call: Call, caller: "Caller") -> Mapping[str, object] | Rendered:
        """Do it; raises AwsError."""

    def take_unsigned(self, path: str, body: bytes) -> bool:
        """Take what is put at an address that is its own permission; whether it is one of ours."""


class Caller:
    """Who is calling, from where, and where to."""

    def __init__(self, environ: Environ, principal: Principal, region: Region) -> None:
        self.principal = principal
        self.region = region
        self.source_ip: str = environ.get("REMOTE_ADDR", "127.0.0.1")
        self.user_agent: str = environ.get("HTTP_USER_AGENT", "")


class Front:
    """WSGI: checks each request, then lets the right service answer."""

    def __init__(  # noqa: PLR0913, PLR0917  what a door needs
        self,
        moto: Moto,
        iam: Iam,
        own: Own,
        faults: Faults,
        clock: Clock,
        permissions: Permissions,
        trail: Trail,
    ) -> None:
        self._moto = moto
        self._iam = iam
        self._own = own
        self._faults = faults
        self._clock = clock
        self._permissions = permissions
        self._trail = trail

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = body_of(environ)
        signed = read_authorization(environ.get("HTTP_AUTHORIZATION", ""))
        if signed is None and self._own.take_unsigned(environ.get("PATH_INFO", ""), body):
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        if signed is None and not _is_for_ses(environ, body):
            # Presigned and anonymous requests (S3), and moto's own pages.
            return self._of_moto("s3", "rest-xml", environ, start_response)
        service = _service(signed, environ)
        protocol = _protocol(service, environ)
        try:
            answer = self._answer(service, signed, environ, body)
        except AwsError as error:
            answer = answers.written(answers.as_declared(error, service), service, protocol)
            self._trail.write(environ, answer)
        except ConnectionAbortedError:
            raise
        except Exception as broken:  # noqa: BLE001  no page of HTML, which SDKs would take for an outage
            defect = answers.broke(service, _operation(service, environ), broken)
            answer = answers.written(defect, service, protocol)
        if answer is None:
            return self._of_moto(service, protocol, environ, start_response)
        headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
        start_response(_status_line(answer.status), headers)
        return [answer.body]

    def _of_moto(
        self, service: str, protocol: str, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        raw, headers = self._ask_moto(service, protocol, environ)
        looked_at = raw.status >= HTTPStatus.BAD_REQUEST or service == "sqs"
        if looked_at and environ["REQUEST_METHOD"] != "HEAD":
            answer = answers.of_moto(raw, service, _operation(service, environ), protocol)
            if answer is not raw:
                headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
                raw = answer
        self._trail.write(environ, raw)
        if service == "s3":
            headers = [*headers, *answers.more_of_s3(raw)]
        start_response(_status_line(raw.status), headers)
        return [raw.body]

    def _ask_moto(
        self, service: str, protocol: str, environ: Environ
    ) -> tuple[Rendered, list[tuple[str, str]]]:
        """Moto raises what it has not thought of, and what it has not got."""
        try:
            return self._moto.answer(environ)
        except NotImplementedError:
            error = answers.not_modelled(service, _operation(service, environ))
        except ConnectionAbortedError:
            raise
        except Exception as broken:  # noqa: BLE001  whatever it is
            error = answers.broke(service, _operation(service, environ), broken)
        answer = answers.written(error, service, protocol)
        return answer, [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]

    def _answer(
        self, service: str, signed: Signed | None, environ: Environ, body: bytes
    ) -> Rendered | None:
        """The answer of a service of ours; None: moto's to give."""
        if signed is None:
            raise AwsError(Code.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token", 403)
        key = self._authenticate(service, signed, environ, body)
        call = _read(service, environ)
        operation = call.operation if call else _operation(service, environ)
        region = _region(signed)
        if service == "iam" and call is not None:
            self._trail.notice(environ, operation, key.principal, call.parameters)
        target = Target(
            service,
            operation,
            signed.region,
            key.principal.arn,
            json=_protocol(service, environ) in {"json", "rest-json"},
        )
        self._faults.strike(target)
        self._iam.used(signed.key_id, signed.service, region, self._clock.now())
        self._authorize(service, operation, call, environ, key.principal, region)
        if call is None or not self._own.answers(call):
            known = service != "mailmanager" and self._moto.knows(signed.service)
            if operation == _UNKNOWN or not known:
                raise answers.not_modelled(service, operation)
            mend(service)
            account = key.principal.account_id
            environ["sendas.caller"] = key.principal.arn
            if service == "sns":
                sns_checks.refuse(operation, account, region, _given(service, environ))
            refuse(service, operation, account, environ, call.parameters if call else {})
            return None
        result = self._own.answer(call, Caller(environ, key.principal, region))
        return result if isinstance(result, Rendered) else write_result(call, result)

    def _authorize(  # noqa: PLR0913, PLR0917  a call, and who makes it
        self,
        service: str,
        operation: str,
        call: Call | None,
        environ: Environ,
        principal: Principal,
        region: Region,
    ) -> None:
        if principal.administrator or service in DECIDE_THEMSELVES:
            return
        self._permissions.check(
            principal,
            service,
            operation,
            call.parameters if call else _given(service, environ),
            region,
            about=call_context(
                environ.get("REMOTE_ADDR", "127.0.0.1"),
                environ.get("HTTP_USER_AGENT", ""),
                self._clock.now(),
                secure=True,
            ),
            json=_protocol(service, environ) in {"json", "rest-json"},
        )

    def _authenticate(
        self, service: str, signed: Signed, environ: Environ, body: bytes
    ) -> StoredKey:
        key = self._iam.key(signed.key_id)
        json = _protocol(service, environ) in {"json", "rest-json"}
        if key is None or not key.active:
            raise _bad_key(service, json=json)
        request = HttpRequest(
            environ["REQUEST_METHOD"],
            str(environ.get("RAW_URI") or environ.get("PATH_INFO", "/")).partition("?")[0],
            environ.get("QUERY_STRING", ""),
            _headers(environ),
            body,
        )
        if not is_signed_by(request, signed, key.secret):
            raise _bad_signature(service, json=json)
        if key.session_token is not None and (
            environ.get("HTTP_X_AMZ_SECURITY_TOKEN") != key.session_token
        ):
            raise _bad_key(service, json=json)
        return key


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _bad_key(service: str, *, json: bool) -> AwsError:
    if service == "s3":
        text = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError(Code.INVALID_ACCESS_KEY_ID, text, 403)
    code = "UnrecognizedClientException" if json else "InvalidClientTokenId"
    return AwsError(code, "The security token included in the request is invalid.", 403)


def _bad_signature(service: str, *, json: bool) -> AwsError:
    text = (
        "The request signature we calculated does not match the signature you provided."
        " Check your AWS Secret Access Key and signing method."
        " Consult the service documentation for details."
    )
    code = "InvalidSignatureException" if json and service != "s3" else "SignatureDoesNotMatch"
    return AwsError(code, text, 403)


def _region(signed: Signed) -> Region:
    try:
        return parse_region(signed.region)
    except MalformedRegion as error:
        text = "Credential should be scoped to a valid region."
        raise AwsError(Code.SIGNATURE_DOES_NOT_MATCH, text, 403) from error


def _is_for_ses(environ: Environ, body: bytes) -> bool:
    """Whether an unsigned request means SES: by v2's paths, or v1's version in the form."""
    return environ.get("PATH_INFO", "").startswith("/v2/email") or b"Version=2010-12-01" in body


def _service(signed: Signed | None, environ: Environ) -> str:
    name = _MODELS.get(signed.service, signed.service) if signed else "ses"
    if name == "ses" and environ.get("PATH_INFO", "").startswith("/v2/"):
        return "sesv2"
    if name == "ses" and environ.get("HTTP_X_AMZ_TARGET", "").startswith("MailManagerSvc."):
        return "mailmanager"  # it signs as SES does
    return name


def _protocol(service: str, environ: Environ) -> str:
    if service in _QUERY:
        return "query"
    try:
        return protocol_of(service, environ.get("CONTENT_TYPE"))
    except Exception:  # noqa: BLE001  botocore knows no such service: any shape of error will do
        return "json"


def _read(service: str, environ: Environ) -> Call | None:
    """The call, if it is one a service of ours may answer."""
    if service not in {"ses", "sesv2", "iam", "cloudformation", "cloudtrail", "route53", "lambda"}:
        return None
    path = environ.get("PATH_INFO", "").rstrip("/")
    if service == "sesv2" and environ["REQUEST_METHOD"] == "GET" and path in _MOVED:
        return call_by_name(service, _MOVED[path], _paging(environ.get("QUERY_STRING", "")))
    try:
        call = read_call(service, environ)
    except Exception as error:
        raise answers.unreadable(_protocol(service, environ)) from error
    _rewind(environ)
    if call is None and service not in {"iam", "route53", "cloudtrail", "lambda"}:
        raise answers.not_modelled(service, f"{environ['REQUEST_METHOD']} {path or '/'}")
    return call


def _given(service: str, environ: Environ) -> Mapping[str, object]:
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
    _rewind(environ)
    return call.parameters if call else {}


def _paging(query: str) -> dict[str, object]:
    given = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    found: dict[str, object] = {}
    if "NextToken" in given:
        found["NextToken"] = given["NextToken"].replace("%3D", "=")
    if "PageSize" in given:
        found["PageSize"] = int(given["PageSize"])
    return found


def _operation(service: str, environ: Environ) -> str:
    _rewind(environ)
    try:
        name = operation_of(service, environ)
    except Exception:  # noqa: BLE001  botocore knows no such service
        name = None
    _rewind(environ)
    return name or _UNKNOWN


def _rewind(environ: Environ) -> None:
    environ["wsgi.input"].seek(0)
    for key in [key for key in environ if str(key).startswith("werkzeug.")]:
        if key not in {"werkzeug.socket", "werkzeug.server.shutdown"}:
            del environ[key]


def _headers(environ: Environ) -> dict[str, str]:
    headers = {
        key[5:].lower().replace("_", "-"): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if key in environ:
            headers[key.lower().replace("_", "-")] = str(environ[key])
    return headers
