"""What moto answers, made what AWS answers: every service, every call.

A call that moto lacks, or breaks on, ends in an HTML page with status 500, which
SDKs retry: here it becomes `NotImplementedByLab`.  Error statuses and the spelling
of ``message`` are moto's own choice: here they are the service model's.
"""

import functools
import json
import logging
import uuid

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

from sendas_lab.aws.errors import AwsError, Code, Rendered, render


_LOG = logging.getLogger(__name__)
_JSON = frozenset({"json", "rest-json"})
_SERVER_FAULT = 500
_CLIENT_FAULT = 400


def not_modelled(service: str, operation: str) -> AwsError:
    """The one answer to every call that the lab does not know; no SDK retries it."""
    text = f"sendas lab: {service} {operation} is not modelled; see docs/lab.md"
    return AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)


def broke(service: str, operation: str, error: Exception) -> AwsError:
    """A defect of the lab or of moto: as good as not modelled; the log says where."""
    _LOG.error("the lab broke on %s %s", service, operation, exc_info=error)
    text = f"sendas lab: {service} {operation} broke in the lab; its log says where"
    return AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)


def unreadable(protocol: str) -> AwsError:
    """A body that is none of the protocol's."""
    if protocol == "query":
        return AwsError("MalformedInput", "The request could not be read", 400)
    if protocol == "rest-xml":
        text = (
            "The XML you provided was not well-formed or did not validate against our published"
            " schema"
        )
        return AwsError("MalformedXML", text, 400)
    return AwsError("SerializationException", "The request could not be read", 400)


def request_id() -> str:
    """A new one for each answer, as AWS has."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class _Declared:
    """An error as the service model declares it."""

    status: int | None
    members: frozenset[str]


@functools.lru_cache(maxsize=64)
def _declared(service: str) -> Mapping[str, _Declared]:
    """Every error of the service, by its code on the wire and by its shape's name."""
    try:
        model = get_service_model(service)
    except Exception:  # noqa: BLE001  botocore knows no such service
        return {}
    found: dict[str, _Declared] = {}
    for shape in model.error_shapes:
        about = shape.metadata.get("error") or {}
        one = _Declared(about.get("httpStatusCode"), frozenset(getattr(shape, "members", ())))
        found[shape.name] = one
        found[about.get("code") or shape.name] = one
    return found


def as_declared(error: AwsError, service: str) -> AwsError:
    """The error with the status that the service model gives its code, if it gives one."""
    declared = _declared(service).get(error.code)
    if declared is None or declared.status in {None, error.status}:
        return error
    return AwsError(error.code, error.message, declared.status or error.status, error.members)


def written(error: AwsError, service: str, protocol: str) -> Rendered:
    """The error on the wire, with the keys that the service model gives it."""
    if service == "sqs":
        return _of_sqs(error, protocol)
    answer = render(error, service, protocol, request_id())
    declared = _declared(service).get(error.code)
    if protocol not in _JSON or declared is None:
        return answer
    return Rendered(answer.status, answer.headers, _respelt(json.loads(answer.body), declared))


_SQS_TYPES = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
}
"""Codes of the older protocol that are no shapes of the model, by what they are in JSON."""
_SQS = "AWS.SimpleQueueService."
_SQS_BARE = frozenset(
    {
        "BatchEntryIdsNotDistinct",
        "BatchRequestTooLong",
        "EmptyBatchRequest",
        "InvalidBatchEntryId",
        "TooManyEntriesInBatchRequest",
    }
)
_SQS_STATUS = {
    "AWS.SimpleQueueService.PurgeQueueInProgress": 403,
    "ResourceNotFoundException": 404,
}


def _of_sqs(error: AwsError, protocol: str) -> Rendered:
    """SQS's two protocols: JSON names the other's code in a header (recorded, test_sqs).

    What the caller could mend is 400, but for a queue that is being emptied.
    """
    code = f"{_SQS}{error.code}" if error.code in _SQS_BARE else error.code
    text = error.message
    status = _SQS_STATUS.get(code, error.status)
    number = request_id()
    if protocol == "json":
        name = _SQS_TYPES.get(code) or _named_in_sqs().get(code) or code.removeprefix(_SQS)
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "x-amzn-query-error": f"{code};Sender",
            "x-amzn-RequestId": number,
        }
        body = {"__type": f"com.amazonaws.sqs#{name}", "message": text}
        return Rendered(status, headers, json.dumps(body).encode())
    if code.endswith(".NonExistentQueue"):
        text = text.replace("does not exist.", "does not exist for this wsdl version.")
    xml = (
        '<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        f"<Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(text)}</Message>"
        f"<Detail/></Error><RequestId>{number}</RequestId></ErrorResponse>"
    )
    return Rendered(status, {"Content-Type": "text/xml", "x-amzn-RequestId": number}, xml.encode())


@functools.cache
def _named_in_sqs() -> Mapping[str, str]:
    """The model's shapes by their codes of the older protocol."""
    model = get_service_model("sqs")
    return {
        (shape.metadata.get("error") or {}).get("code") or shape.name: str(shape.name)
        for shape in model.error_shapes
    }


def _respelt(body: dict[str, Any], declared: _Declared) -> bytes:
    text = body.pop("message", None) or body.pop("Message", None)
    body.pop("Message", None)
    if text is not None:
        body["Message" if "Message" in declared.members else "message"] = text
    if "Type" in declared.members:
        body.setdefault("Type", "User")
    return json.dumps(body).encode()


LOOKED_AT = frozenset({"sqs", "lambda", "logs", "secretsmanager"})
"""Services whose successes, too, are made what AWS answers."""


def of_moto(answer: Rendered, service: str, operation: str, protocol: str) -> Rendered:
    """Moto's answer as AWS gives it.

    *answer* may be an HTML page of an exception, an error with moto's own status, or
    a result, which is left alone.
    """
    if answer.status < _CLIENT_FAULT:
        return (
            _without_the_empty(answer)
            if service == "sqs"
            else _with_models_status(_without_nulls(answer, operation), service, operation)
        )
    if _broke(answer):
        return written(not_modelled(service, operation), service, protocol)
    if service == "sqs":
        return _sqs_error(answer, protocol)
    if protocol in _JSON:
        return _json_error(answer, service)
    if protocol == "query":
        return _query_error(answer, service, protocol)
    return answer


def more_of_s3(answer: Rendered) -> list[tuple[str, str]]:
    """Headers that S3 sends and moto does not (recorded): what a checksum is of."""
    names = {name.lower() for name in answer.headers}
    if "x-amz-checksum-type" in names or not any(n.startswith("x-amz-checksum-") for n in names):
        return []
    return [("x-amz-checksum-type", "FULL_OBJECT")]


def copied(answer: Rendered) -> Rendered:
    """A copy's checksum is of the whole object (recorded), which moto does not say."""
    end = b"</CopyObjectResult>"
    if end not in answer.body or b"<Checksum" not in answer.body or b"ChecksumType" in answer.body:
        return answer
    kind = b"<ChecksumType>FULL_OBJECT</ChecksumType>"
    return Rendered(answer.status, answer.headers, answer.body.replace(end, kind + end))


def _with_models_status(answer: Rendered, service: str, operation: str) -> Rendered:
    """Success is 200 with moto, where the model may say 201, 202 or 204."""
    try:
        status = get_service_model(service).operation_model(operation).http["responseCode"]
    except Exception:  # noqa: BLE001  botocore knows no such call, or its model says nothing
        return answer
    if status == answer.status:
        return answer
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
    return Rendered(status, headers, answer.body if status != 204 else b"")  # noqa: PLR2004  HTTP's


def _without_nulls(answer: Rendered, operation: str) -> Rendered:
    """AWS leaves out what is not there; moto says null.  What a function answers is its own."""
    if operation == "Invoke" or b"null" not in answer.body:
        return answer
    try:
        told = json.loads(answer.body)
    except ValueError:
        return answer
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
    return Rendered(answer.status, headers, json.dumps(_told_only(told)).encode())


def _told_only(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {key: _told_only(one) for key, one in value.items() if one is not None}
    return [_told_only(one) for one in value] if isinstance(value, list) else value


def _without_the_empty(answer: Rendered) -> Rendered:
    """Recorded: what is empty is not told, as failures of a batch, or tags."""
    empty = [name for name in ("Failed", "Tags") if f'"{name}"'.encode() in answer.body]
    if not empty:
        return answer
    try:
        body = json.loads(answer.body)
    except ValueError:  # the older protocol's XML
        return answer
    if not isinstance(body, dict) or all(body.get(name, True) for name in empty):
        return answer
    body = {name: value for name, value in body.items() if name not in empty or value}
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
    return Rendered(answer.status, headers, json.dumps(body).encode())


def _broke(answer: Rendered) -> bool:
    """Whether moto has no such call, or an exception of its own ended it."""
    start = answer.body[:100].lstrip().lower()
    return (
        start.startswith((b"<!doctype html", b"<html"))
        or answer.body == b"Not yet implemented"
        or (answer.status == _SERVER_FAULT and b"<" not in start and b"{" not in start)
    )


def _json_error(answer: Rendered, service: str) -> Rendered:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer
    if not isinstance(body, dict):
        return answer
    headers = {name.lower(): value for name, value in answer.headers.items()}
    code = str(body.get("__type") or headers.get("x-amzn-errortype") or body.get("code") or "")
    code = code.rpartition("#")[2].partition(":")[0]
    declared = _declared(service).get(code)
    if declared is None:
        return answer
    status = declared.status or (
        _CLIENT_FAULT if get_service_model(service).protocol == "json" else answer.status
    )
    headers_now = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
    return Rendered(status, headers_now, _respelt(body, declared))


def _sqs_error(answer: Rendered, protocol: str) -> Rendered:
    """Moto's error, as SQS writes it."""
    try:
        if protocol == "json":
            body = json.loads(answer.body)
            code, text = (
                str(body["__type"]).rpartition("#")[2],
                str(body.get("message") or body.get("Message") or ""),
            )
            headers = {name.lower(): value for name, value in answer.headers.items()}
            code = headers.get("x-amzn-query-error", code).partition(";")[0]
        else:
            code, text = _told(ET.fromstring(answer.body))  # noqa: S314  moto's own
    except (ValueError, KeyError, TypeError, ET.ParseError):
        return answer
    return _of_sqs(AwsError(code, text, answer.status), protocol)


def _told(root: ET.Element) -> tuple[str, str]:
    found = {one.tag.rpartition("}")[2]: one.text or "" for one in root.iter()}
    return found.get("Code", ""), found.get("Message", "").strip()


def _query_error(answer: Rendered, service: str, protocol: str) -> Rendered:
    try:
        root = ET.fromstring(answer.body)  # noqa: S314  the same
    except ET.ParseError:
        return answer
    code, text = _told(root)
    if not code:
        return answer
    error = AwsError(code, text, answer.status)
    return written(as_declared(error, service), service, protocol)
