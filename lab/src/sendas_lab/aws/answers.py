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
    return AwsError(error.code, error.message, declared.status or error.status)


def written(error: AwsError, service: str, protocol: str) -> Rendered:
    """The error on the wire, with the keys that the service model gives it."""
    answer = render(error, service, protocol, request_id())
    declared = _declared(service).get(error.code)
    if protocol not in _JSON or declared is None:
        return answer
    return Rendered(answer.status, answer.headers, _respelt(json.loads(answer.body), declared))


def _respelt(body: dict[str, Any], declared: _Declared) -> bytes:
    text = body.pop("message", None) or body.pop("Message", None)
    body.pop("Message", None)
    if text is not None:
        body["Message" if "Message" in declared.members else "message"] = text
    if "Type" in declared.members:
        body.setdefault("Type", "User")
    return json.dumps(body).encode()


def of_moto(answer: Rendered, service: str, operation: str, protocol: str) -> Rendered:
    """Moto's answer as AWS gives it.

    *answer* may be an HTML page of an exception, an error with moto's own status, or
    a result, which is left alone.
    """
    if answer.status < _CLIENT_FAULT:
        return _without_empty_failures(answer) if service == "sqs" else answer
    if _broke(answer):
        return written(not_modelled(service, operation), service, protocol)
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


def _without_empty_failures(answer: Rendered) -> Rendered:
    """Recorded: a batch where nothing failed says nothing of failures."""
    if b'"Failed"' not in answer.body:
        return answer
    try:
        body = json.loads(answer.body)
    except ValueError:  # the older protocol's XML
        return answer
    if not isinstance(body, dict) or body.get("Failed", True):
        return answer
    del body["Failed"]
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


def _query_error(answer: Rendered, service: str, protocol: str) -> Rendered:
    try:
        root = ET.fromstring(answer.body)  # noqa: S314  the same
    except ET.ParseError:
        return answer
    found = {one.tag.rpartition("}")[2]: one.text or "" for one in root.iter()}
    code = found.get("Code", "")
    if not code:
        return answer
    error = AwsError(code, found.get("Message", "").strip(), answer.status)
    return written(as_declared(error, service), service, protocol)
