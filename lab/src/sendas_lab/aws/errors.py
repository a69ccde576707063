"""Errors as each of AWS's protocols writes them, so that every SDK can read them."""

import json

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape


_NAMESPACES = {
    "ses": "http://ses.amazonaws.com/doc/2010-12-01/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "route53": "https://route53.amazonaws.com/doc/2013-04-01/",
}
_SERVER_FAULT = 500
CBOR = "smithy-rpc-v2-cbor"
"""botocore's word for the protocol."""


class Code(StrEnum):
    """Error codes as AWS writes them; API v1 leaves off the ``Exception`` that v2 has."""

    ACCESS_DENIED = "AccessDenied"
    ACCESS_DENIED_EXCEPTION = "AccessDeniedException"
    ALREADY_EXISTS = "AlreadyExists"
    ALREADY_EXISTS_EXCEPTION = "AlreadyExistsException"
    BAD_REQUEST_EXCEPTION = "BadRequestException"
    CANNOT_DELETE = "CannotDelete"
    CONFIGURATION_SET_ALREADY_EXISTS = "ConfigurationSetAlreadyExists"
    CONFIGURATION_SET_DOES_NOT_EXIST = "ConfigurationSetDoesNotExist"
    CONFLICT_EXCEPTION = "ConflictException"
    ENTITY_ALREADY_EXISTS = "EntityAlreadyExists"
    EVENT_DESTINATION_ALREADY_EXISTS = "EventDestinationAlreadyExists"
    EVENT_DESTINATION_DOES_NOT_EXIST = "EventDestinationDoesNotExist"
    INTERNAL_FAILURE = "InternalFailure"
    INTERNAL_SERVICE_ERROR_EXCEPTION = "InternalServiceErrorException"
    INVALID_ACCESS_KEY_ID = "InvalidAccessKeyId"
    INVALID_CLIENT_TOKEN_ID = "InvalidClientTokenId"  # noqa: S105  a code, no secret
    INVALID_CONFIGURATION_SET = "InvalidConfigurationSet"
    INVALID_LAMBDA_FUNCTION = "InvalidLambdaFunction"
    INVALID_NEXT_TOKEN_EXCEPTION = "InvalidNextTokenException"  # noqa: S105  the same
    INVALID_PARAMETER_VALUE = "InvalidParameterValue"
    INVALID_POLICY = "InvalidPolicy"
    INVALID_S3_CONFIGURATION = "InvalidS3Configuration"
    INVALID_SNS_DESTINATION = "InvalidSNSDestination"
    INVALID_SIGNATURE_EXCEPTION = "InvalidSignatureException"
    INVALID_SNS_TOPIC = "InvalidSnsTopic"
    LIMIT_EXCEEDED = "LimitExceeded"
    LIMIT_EXCEEDED_EXCEPTION = "LimitExceededException"
    NO_SUCH_ENTITY = "NoSuchEntity"
    MISSING_AUTHENTICATION_TOKEN = "MissingAuthenticationToken"  # noqa: S105  the same
    NOT_FOUND_EXCEPTION = "NotFoundException"
    NOT_IMPLEMENTED_BY_LAB = "NotImplementedByLab"
    RULE_DOES_NOT_EXIST = "RuleDoesNotExist"
    RULE_SET_DOES_NOT_EXIST = "RuleSetDoesNotExist"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"
    SIGNATURE_DOES_NOT_MATCH = "SignatureDoesNotMatch"
    THROTTLING = "Throttling"
    TOO_MANY_REQUESTS_EXCEPTION = "TooManyRequestsException"
    UNRECOGNIZED_CLIENT_EXCEPTION = "UnrecognizedClientException"


class AwsError(Exception):
    """What an API call answers instead of a result.

    *code* is AWS's, such as ``NotFoundException``; *status* is HTTP's; *members* are what S3
    says besides.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.members = dict(members or {})
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Rendered:
    """A response ready for the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def render(error: AwsError, service: str, protocol: str, request_id: str) -> Rendered:
    """Write *error* as *service* does; *protocol* is botocore's word, such as rest-json."""
    if protocol in {"json", "rest-json"}:
        return _json(error, protocol, request_id)
    if protocol == CBOR:
        return _cbor(error, request_id)
    return Rendered(
        error.status,
        {"Content-Type": "text/xml", "x-amzn-RequestId": request_id},
        _xml(error, service, request_id).encode(),
    )


def _json(error: AwsError, protocol: str, request_id: str) -> Rendered:
    body = {"message": error.message} | ({"__type": error.code} if protocol == "json" else {})
    headers = {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": error.code,
        "x-amzn-RequestId": request_id,
    }
    return Rendered(error.status, headers, json.dumps(body).encode())


def _cbor(error: AwsError, request_id: str) -> Rendered:
    """Smithy RPC v2: what the newer SDKs speak to CloudWatch and Mail Manager."""
    body = b"\xa2" + b"".join(map(_cbor_text, ("__type", error.code, "message", error.message)))
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-RequestId": request_id,
    }
    return Rendered(error.status, headers, body)


def _cbor_text(text: str) -> bytes:
    """Major type 3, with the length in four bytes."""
    told = text.encode()
    return b"\x7a" + len(told).to_bytes(4, "big") + told


def _xml(error: AwsError, service: str, request_id: str) -> str:
    code, message = escape(error.code), escape(error.message)
    if service == "s3":
        more = "".join(
            f"<{name}>{escape(value)}</{name}>" for name, value in error.members.items()
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            f"<Error><Code>{code}</Code><Message>{message}</Message>{more}"
            f"<RequestId>{request_id}</RequestId></Error>"
        )
    kind = "Receiver" if error.status >= _SERVER_FAULT else "Sender"
    space = _NAMESPACES.get(service, "")
    return (
        f'<ErrorResponse xmlns="{space}"><Error><Type>{kind}</Type><Code>{code}</Code>'
        f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
