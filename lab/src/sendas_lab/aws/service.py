"""moto's insides: the only module that knows them, and why moto is pinned exactly.

moto routes, parses and serialises any AWS service from botocore's models.  Our
own services use that machinery with our own behaviour; everything else goes to
moto's applications.  moto keeps state per account in the process, and two
things it keeps otherwise (the clock, and which account has a bucket) are made
per lab here, so that labs can stand side by side.
"""

import contextlib
import importlib
import io
import json
import sys
import threading
import uuid

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import moto.core.utils

from moto.core.base_backend import BackendDict
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.exceptions import NotFound

from sendas_lab.aws.errors import Rendered


Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Now = Callable[[], datetime]

REQUEST_HANDLER: type = MotoRequestHandler
"""The handler moto's server mode uses: it keeps S3's metadata headers apart."""


@dataclass(frozen=True, slots=True)
class _Guest:
    """In whose name moto is working on this thread."""

    account_id: str
    now: Now


CLOUDFORMATION = "cloudformation.amazonaws.com"
"""In the user agent of what CloudFormation does for somebody."""

_guest: ContextVar[_Guest | None] = ContextVar("lab", default=None)
_caller: ContextVar[str | None] = ContextVar("caller", default=None)


def caller_arn() -> str | None:
    """Who makes the call that moto is answering; None where a service itself does."""
    return _caller.get()


@contextlib.contextmanager
def on_behalf_of(account_id: str, now: Now) -> Iterator[None]:
    """Let moto work for one lab: its account, its clock, its buckets."""
    token = _guest.set(_Guest(account_id, now))
    try:
        yield
    finally:
        _guest.reset(token)


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, read from the wire by botocore's model."""

    service: str
    operation: str
    protocol: str
    parameters: Mapping[str, Any]
    model: Any


def protocol_of(service: str, content_type: str | None) -> str:
    """The protocol the request speaks, by botocore's word."""
    try:
        return determine_request_protocol(get_service_model(service), content_type)
    except NotImplementedError:
        return str(get_service_model(service).protocol)


def operation_of(service: str, environ: Environ) -> str | None:
    """The operation's name; None if the request fits none."""
    try:
        model, _ = get_service_router(service).match(Request(environ))
    except (NotFound, NotImplementedError):
        return None
    return str(model.name)


def read_call(service: str, environ: Environ) -> Call | None:
    """Read the request; None if it fits no operation of *service*."""
    request = Request(environ)
    try:
        model, path_parameters = get_service_router(service).match(request)
        protocol = determine_request_protocol(get_service_model(service), request.content_type)
    except (NotFound, NotImplementedError):
        return None
    parsed = PROTOCOL_PARSERS[protocol](model).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path_parameters,
        }
    )
    return Call(service, str(model.name), protocol, parsed or {}, model)


def call_by_name(service: str, operation: str, parameters: Mapping[str, Any]) -> Call:
    """A call whose address on the wire is not the model's (an older SDK's)."""
    service_model = get_service_model(service)
    model = service_model.operation_model(operation)
    return Call(service, operation, str(service_model.protocol), parameters, model)


def write_result(call: Call, result: Mapping[str, Any]) -> Rendered:
    """Write the result as the model says."""
    number = str(uuid.uuid4())
    serializer = get_serializer_class(call.service, call.protocol)(
        operation_model=call.model, context=SerializationContext(number)
    )
    out = serializer.serialize(dict(result))
    body = out["body"].encode() if isinstance(out["body"], str) else out["body"]
    headers = {**out["headers"], "x-amzn-RequestId": number}
    return Rendered(out["status_code"], headers, body)


class _Dispatcher(DomainDispatcherApplication):
    """moto's, but it lists its own files once and not for every request."""

    def __init__(self, create_app: Callable[[Any], Any]) -> None:
        super().__init__(create_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:  # noqa: ANN401  moto's
        """The backend's name."""
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


_SIGNED_FOR = frozenset({"s3", "iam", "sts", "monitoring", "email", "execute-api"})
"""Names in the credential scope whose host is not of that name, or has no Region."""


_LAMBDA = ("/2015-03-31/functions", "/2015-03-31/event-source-mappings")


class Moto:
    """Everything moto answers, for one account."""

    def __init__(self, account_id: str, now: Now) -> None:
        _prepare()
        self._account_id = account_id
        self._now = now
        self._app = _Dispatcher(create_backend_app)
        self._writing = threading.Lock()

    def knows(self, signing_name: str) -> bool:
        """Whether moto has the service at all: it takes every other call for one of S3's."""
        host = f"{signing_name}.us-east-1.amazonaws.com"
        return signing_name in _SIGNED_FOR or bool(self._app.get_backend_for_host(host))

    def answer(self, environ: Environ) -> tuple[Rendered, list[tuple[str, str]]]:
        """The whole answer, and every header as moto wrote it."""
        said: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            said[:] = [int(status.partition(" ")[0]), headers]

        body = b"".join(self(environ, start))
        status, headers = said
        return Rendered(status, dict(headers), body), headers

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account_id
        if environ.get("PATH_INFO", "").startswith(_LAMBDA):
            importlib.import_module("sendas_lab.aws.lambda_mends").take_lambda_over()
        # moto looks at If-Match and If-None-Match and writes later: S3 does both at once.
        writes = environ.get("REQUEST_METHOD") in {"PUT", "DELETE"}
        alone = self._writing if writes else contextlib.nullcontext()
        _caller.set(environ.get("sendas.caller"))
        with alone, on_behalf_of(self._account_id, self._now):
            # moto works while it answers, not while the answer is read: S3's
            # bodies are bytes by then.
            answer: Iterable[bytes] = list(self._app(environ, start_response))
        return answer


_REAL_UTCNOW = moto.core.utils.utcnow
"""moto's own, before `_prepare` puts a lab's in its place, which asks the guest's clock."""


def reset_account(account_id: str) -> None:
    """Forget everything of one account, whatever the service."""
    with on_behalf_of(account_id, _REAL_UTCNOW):
        for backends in list(_in_use()):
            if account_id in backends.keys():  # noqa: SIM118  moto's `in` makes the account
                backends[account_id].reset()
                del backends[account_id]
    _buckets().forget(account_id)


def _in_use() -> list[Any]:
    instances: list[Any] = vars(BackendDict)["_instances"]
    return instances


class _Buckets(dict[Any, Any]):
    """Which account has a bucket, apart for each lab: names are only unique within one."""

    def _own(self, name: str) -> tuple[str, str]:
        guest = _guest.get()
        return (guest.account_id if guest else "", name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._own(str(name)))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  moto's pair of partition and account
        return super().__getitem__(self._own(name))

    def __setitem__(self, name: str, value: Any) -> None:  # noqa: ANN401  the same
        super().__setitem__(self._own(name), value)

    def pop(self, name: str, *default: Any) -> Any:  # noqa: ANN401  the same
        return super().pop(self._own(name), *default)

    def keys(self) -> Any:  # noqa: ANN401  what moto asks is only `name in ….keys()`
        """Stands for its own keys: moto asks nothing but whether a name is in them."""
        return self

    def forget(self, account_id: str) -> None:
        """Drop what one account has."""
        for key in [key for key in list(self) if key[0] == account_id]:
            super().pop(key, None)


def _buckets() -> _Buckets:
    buckets: _Buckets = importlib.import_module("moto.s3.models").s3_backends.bucket_accounts
    return buckets


_prepared = False


def _prepare() -> None:
    """Make moto's clock and buckets per lab; once for the process."""
    global _prepared  # noqa: PLW0603  moto itself is global
    if _prepared:
        return
    _prepared = True
    real = moto.core.utils.utcnow

    def utcnow() -> datetime:
        guest = _guest.get()
        return guest.now().replace(tzinfo=None) if guest else real()

    moto.core.utils.utcnow = utcnow
    # What moto has loaded holds the real one by name; what it loads from now on finds ours.
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and vars(module).get("utcnow") is real:
            module.utcnow = utcnow  # type: ignore[attr-defined]  # it is there, as just seen
    s3 = importlib.import_module("moto.s3.models")
    s3.s3_backends.bucket_accounts = _Buckets()
    s3.FakeBucket.get_permission = _permission


def _permission(bucket: Any, action: str, resource: str) -> Any:  # noqa: ANN401  moto's bucket and its verdict
    """What the bucket's policy says of a call, which in the lab stands for one over TLS.

    moto looks at no condition here, and takes a deny of what is not over TLS for one of all.
    """
    from moto.iam.access_control import (  # noqa: PLC0415  moto is slow to import
        IAMPolicy,
        PermissionResult,
    )

    policy = json.loads(bucket.policy) if bucket.policy else {}
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    kept = [one for one in _listed(policy.get("Statement")) if one.get("Condition") != without_tls]
    if not kept:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**policy, "Statement": kept})).is_action_permitted(
        action, resource
    )


def _listed(statement: Any) -> list[Any]:  # noqa: ANN401  IAM's one or many
    return statement if isinstance(statement, list) else [statement] if statement else []


def backends_of(service: str) -> Any:  # noqa: ANN401  moto's BackendDict
    """Moto's state of a service: ``backends_of("iam")[account]["aws"]``."""
    name = service.removeprefix("aws")
    return getattr(importlib.import_module(f"moto.{service}.models"), f"{name}_backends")


def is_in_use(service: str) -> bool:
    """Whether anybody has asked moto for the service: until then it is not even imported."""
    return f"moto.{service}.models" in sys.modules


def body_of(environ: Environ) -> bytes:
    """Read the request's body, and leave it there to be read again."""
    length = environ.get("CONTENT_LENGTH") or "0"
    stream = environ["wsgi.input"]
    body: bytes = (
        stream.read() if environ.get("wsgi.input_terminated") else stream.read(int(length))
    )
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return body
