"""Whatever is sent to the lab's AWS, its answer is one that an SDK reads and does not retry.

Requests are made up, not listed: any service, any of its operations or none, any protocol's
words and content type, any body, signed or not.  The oracle is botocore: its parser for the
service reads the answer, and its standard retries take no status from 500 on.
"""

import http.client
import json
import re

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.model import StringShape
from botocore.parsers import ResponseParserError, create_parser
from botocore.session import Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lab.aws.conftest import World
from tests.lab.aws.test_answers import SERVICES


SESSION = Session()
PROTOCOLS = ("query", "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor")
CONTENT_TYPES = (
    None,
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-amz-json-1.0",
    "application/x-amz-json-1.1",
    "application/json",
    "application/xml",
    "application/cbor",
    "multipart/form-data; boundary=x",
    "application/x-amz-json-1.1; charset=\x7f",
)
_CODE = re.compile(r"[A-Za-z][\w.:-]+")
_PLACE = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True)
class Made:
    """A request: the service is the one that the credential scope names."""

    service: str
    operation: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    signed: bool


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def _bodies(draw: st.DrawFn, operation: str, version: str, members: tuple[str, ...]) -> bytes:
    """Junk, or the words of one protocol around junk of the operation's own members."""
    kind = draw(st.sampled_from(("nothing", "bytes", "json", "form", "xml")))
    if kind == "nothing":
        return b""
    if kind == "bytes":
        return draw(st.binary(max_size=40))
    names = st.sampled_from(members) if members else st.text(max_size=9)
    values = draw(st.dictionaries(names, _ANY, max_size=3))
    if kind == "json":
        return json.dumps(draw(st.just(values) | _ANY)).encode()
    if kind == "form":
        words = {"Action": operation, "Version": version, **{k: str(v) for k, v in values.items()}}
        return urlencode(words, errors="surrogatepass").encode()
    inside = "".join(f"<{name}>{len(str(value))}</{name}>" for name, value in values.items())
    return f"<{operation}>{inside}</{operation}>".encode("utf-8", "surrogatepass")


@st.composite
def requests(draw: st.DrawFn) -> Made:
    """Mostly one thing is wrong with them, sometimes all."""
    service = draw(st.sampled_from(SERVICES))
    model = SESSION.get_service_model(service)
    known = draw(st.sampled_from(sorted(model.operation_names)))
    asked = model.operation_model(known)
    operation = draw(st.sampled_from((known, known, known, "NoSuchOperation", "", "Список")))
    protocol = draw(st.sampled_from((model.protocol, model.protocol, *PROTOCOLS)))
    headers: list[tuple[str, str]] = []
    kind = draw(st.sampled_from(CONTENT_TYPES))
    if protocol.startswith("rest"):
        method = asked.http["method"]
        filler = draw(st.sampled_from(("x", "a b", "ä", "%00", "arn:aws:x", "-")))
        path = _PLACE.sub(quote(filler), asked.http["requestUri"])
    elif protocol == "smithy-rpc-v2-cbor":
        method, path = "POST", f"/service/{model.metadata.get('targetPrefix', service)}"
        path += f"/operation/{quote(operation)}"
        headers.append(("Smithy-Protocol", "rpc-v2-cbor"))
    else:
        method, path = "POST", "/"
        if protocol == "json":
            target = f"{model.metadata.get('targetPrefix', service)}.{quote(operation)}"
            headers.append(("X-Amz-Target", target))
    method = draw(st.sampled_from((method, method, method, "GET", "POST", "PUT", "DELETE")))
    if kind is not None:
        headers.append(("Content-Type", kind.replace("\x7f", "x")))
    members = tuple(asked.input_shape.members) if asked.input_shape else ()
    body = draw(_bodies(operation, str(model.metadata.get("apiVersion")), members))
    signed = draw(st.sampled_from((True, True, True, False)))
    return Made(service, known, method, path, tuple(headers), body, signed)


def answered(world: World, made: Made) -> tuple[int, HTTPHeaders, bytes]:
    """What comes back over HTTP."""
    model = SESSION.get_service_model(made.service)
    headers = dict(made.headers)
    if made.signed:
        administrator = world.aws.administrator
        SESSION.set_credentials(administrator.principal.key_id, administrator.secret)
        request = AWSRequest(
            made.method, world.aws.url + made.path, data=made.body, headers=headers
        )
        SigV4Auth(SESSION.get_credentials(), model.signing_name, "eu-west-1").add_auth(request)
        headers = dict(request.headers)
    host = urlsplit(world.aws.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
    try:
        connection.request(made.method, made.path, made.body, headers)
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    return answer.status, HTTPHeaders.from_pairs(list(answer.headers.items())), told


def readers_of(made: Made) -> set[str]:
    """The protocols by which a client may read the answer.

    A signature says a name that services may share (ses, sesv2, mailmanager); without one
    there is none, and a request's words say how it wants to be answered.
    """
    if not made.signed:
        return set(PROTOCOLS)
    name = SESSION.get_service_model(made.service).signing_name
    models = map(SESSION.get_service_model, SERVICES)
    return {
        protocol
        for model in models
        if model.signing_name == name
        for protocol in model.metadata.get("protocols") or (model.protocol,)
    }


def written_in(told: bytes) -> set[str]:
    """The protocols whose answers begin so."""
    if told.startswith(b"<"):
        return {"query", "rest-xml"}
    return {"json", "rest-json"} if told.startswith(b"{") else {"smithy-rpc-v2-cbor"}


def code_by(protocol: str, status: int, headers: HTTPHeaders, told: bytes) -> str:
    """The error code that botocore reads; empty where it cannot."""
    heard: dict[str, Any] = {"status_code": status, "headers": headers, "body": told}
    try:
        parsed = create_parser(protocol).parse(heard, StringShape("x", {"type": "string"}))
    except ResponseParserError:
        return ""
    code: str = parsed.get("Error", {}).get("Code", "")
    return code


@settings(
    max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(made=requests())
def test_any_request_gets_an_answer_that_is_read_and_not_retried(
    served: World, made: Made
) -> None:
    """No server error, no page of HTML, no trace; a refusal has a code."""
    status, headers, told = answered(served, made)

    assert status < 500, told
    assert b"<html" not in told.lower()
    assert b"Traceback" not in told
    if status >= 400 and told:
        readers = readers_of(made) & written_in(told)
        codes = {code_by(protocol, status, headers, told) for protocol in readers}
        assert any(map(_CODE.fullmatch, codes)), (status, codes, told)
