"""The door of the lab's AWS: who calls, may they, and which service answers.

Source: AWS General Reference, "Common errors": the order key, signature,
permission.  moto asks none of it, so it is asked here for every service.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Protocol

from sendas.ses.regions import MalformedRegion, Region, parse_region
from sendas_lab.aws import answers, model_checks, reading, sns_checks, sqs_checks
from sendas_lab.aws.errors import AwsError, Code, Rendered
from sendas_lab.aws.faults import Faults, Target
from sendas_lab.aws.iam_mends import check_trust, look_up_aws_policies
from sendas_lab.aws.mends import mend
from sendas_lab.aws.permissions import DECIDE_THEMSELVES, Permissions
from sendas_lab.aws.service import (
    CLOUDFORMATION,
    Call,
    Environ,
    Moto,
    StartResponse,
    body_of,
    write_result,
)
from sendas_lab.aws.signature import HttpRequest, Signed, is_signed_by, read_authorization
from sendas_lab.aws.strict import refuse
from sendas_lab.aws.trail import Trail
from sendas_lab.clock import Clock
from sendas_lab.ses.authorization import call_context
from sendas_lab.ses.ports import Iam, Principal, StoredKey


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
        unsigned = reading.protocol_unsigned(environ, body) if signed is None else None
        if signed is None and unsigned is None and not _is_for_ses(environ, body):
            # Presigned and anonymous requests (S3), and moto's own pages.
            return self._of_moto("s3", "rest-xml", environ, start_response)
        service = reading.service_of(signed, environ)
        protocol = unsigned or reading.protocol_spoken(service, environ)
        try:
            answer = self._answer(service, signed, environ, body)
        except AwsError as error:
            answer = answers.written(answers.as_declared(error, service), service, protocol)
            self._trail.write(environ, answer)
        except ConnectionAbortedError:
            raise
        except Exception as broken:  # noqa: BLE001  no page of HTML, which SDKs would take for an outage
            defect = answers.broke(service, reading.operation_asked(service, environ), broken)
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
        looked_at = raw.status >= HTTPStatus.BAD_REQUEST or service in answers.LOOKED_AT
        if looked_at and environ["REQUEST_METHOD"] != "HEAD":
            answer = answers.of_moto(
                raw, service, reading.operation_asked(service, environ), protocol
            )
            if answer is not raw:
                headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
                raw = answer
        self._trail.write(environ, raw)
        if service == "s3":
            headers = [*headers, *answers.more_of_s3(raw)]
            told = answers.copied(raw)
            if told is not raw:
                raw = told
                headers = [pair for pair in headers if pair[0].lower() != "content-length"]
                headers.append(("Content-Length", str(len(raw.body))))
        start_response(_status_line(raw.status), headers)
        return [raw.body]

    def _ask_moto(
        self, service: str, protocol: str, environ: Environ
    ) -> tuple[Rendered, list[tuple[str, str]]]:
        """Moto raises what it has not thought of, and what it has not got."""
        try:
            return self._moto.answer(environ)
        except AwsError as refused:  # by what is mended in moto
            error = answers.as_declared(refused, service)
        except NotImplementedError:
            error = answers.not_modelled(service, reading.operation_asked(service, environ))
        except ConnectionAbortedError:
            raise
        except Exception as broken:  # noqa: BLE001  whatever it is
            error = answers.broke(service, reading.operation_asked(service, environ), broken)
        answer = answers.written(error, service, protocol)
        return answer, [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]

    def _answer(
        self, service: str, signed: Signed | None, environ: Environ, body: bytes
    ) -> Rendered | None:
        """The answer of a service of ours; None: moto's to give."""
        if signed is None:
            raise AwsError(Code.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token", 403)
        key = self._authenticate(service, signed, environ, body)
        call = reading.read_own(service, environ)
        operation = call.operation if call else reading.operation_asked(service, environ)
        region = _region(signed)
        if service == "iam" and call is not None:
            self._trail.notice(environ, operation, key.principal, call.parameters)
            look_up_aws_policies(key.principal.account_id, call.parameters, self._clock.now)
        target = Target(
            service,
            operation,
            signed.region,
            key.principal.arn,
            json=reading.protocol_spoken(service, environ) in {"json", "rest-json"},
        )
        self._faults.strike(target)
        self._iam.used(signed.key_id, signed.service, region, self._clock.now())
        self._authorize(service, operation, call, environ, key.principal, region)
        if call is None or not self._own.answers(call):
            known = service != "mailmanager" and self._moto.knows(signed.service)
            if operation == reading.UNKNOWN or not known:
                raise answers.not_modelled(service, operation)
            mend(service)
            environ["sendas.caller"] = key.principal.arn
            environ["sendas.now"] = self._clock.now()
            asked = call or reading.read_of_moto(service, environ)
            _refuse(service, operation, asked, environ, key.principal.account_id, region)
            if service == "iam" and asked is not None:
                check_trust(asked.parameters)
            if service == "sqs" and asked is not None:
                self._ask_sqs(asked, environ, key.principal.account_id, region)
            return None
        result = self._own.answer(call, Caller(environ, key.principal, region))
        return result if isinstance(result, Rendered) else write_result(call, result)

    def _ask_sqs(self, call: Call, environ: Environ, account_id: str, region: Region) -> None:
        waits = CLOUDFORMATION in environ.get("HTTP_USER_AGENT", "")
        sqs_checks.refuse(call, account_id, region, self._clock.now(), waits=waits)
        if call.operation == "DeleteQueue":
            sqs_checks.deleted(call, account_id, region, self._clock.now())

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
            call.parameters if call else reading.given(service, environ),
            region,
            about=call_context(
                environ.get("REMOTE_ADDR", "127.0.0.1"),
                environ.get("HTTP_USER_AGENT", ""),
                self._clock.now(),
                secure=True,
            ),
            json=reading.protocol_spoken(service, environ) in {"json", "rest-json"},
        )

    def _authenticate(
        self, service: str, signed: Signed, environ: Environ, body: bytes
    ) -> StoredKey:
        key = self._iam.key(signed.key_id)
        json = reading.protocol_spoken(service, environ) in {"json", "rest-json"}
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


def _refuse(  # noqa: PLR0913, PLR0917  a call, and whose
    service: str,
    operation: str,
    call: Call | None,
    environ: Environ,
    account_id: str,
    region: Region,
) -> None:
    """What AWS refuses and moto takes."""
    if call is not None:
        model_checks.check(call)
    given = call.parameters if call else reading.given(service, environ)
    if service == "sns":
        sns_checks.refuse(operation, account_id, region, given)
    refuse(service, operation, account_id, environ, given)


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
