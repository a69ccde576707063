"""A bad line to AWS: a second endpoint that breaks chosen calls, before or after their effect.

Functions get its address instead of AWS's own; everything else in the lab works
as ever.  What an owner's function meets in a bad hour is played call by call:
AWS says no, AWS fails, nothing is heard (and the call was done, or was not), an
answer ends too early, or the machine dies around the call.
"""

import contextlib
import itertools
import random
import socket
import threading
import uuid

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import unquote

from werkzeug.serving import BaseWSGIServer, make_server

from sendas_lab.aws.errors import AwsError, Rendered, render
from sendas_lab.aws.reading import UNKNOWN, operation_asked, service_of
from sendas_lab.aws.server import AwsServer, silent_handler
from sendas_lab.aws.service import Environ, StartResponse, body_of
from sendas_lab.aws.signature import read_authorization


_FOLDERS_SHOWN = 2


class Break(StrEnum):
    """One way for a call to go wrong."""

    THROTTLED = "throttled"
    SERVER_ERROR = "5xx"
    SERVER_ERROR_AFTER = "5xx, done"
    """The answer is a 500, after the call had its effect."""
    DENIED = "access denied"
    NOT_FOUND = "404"
    LOST_BEFORE = "no answer, not done"
    """The connection ends without a word, and nothing was done."""
    LOST_AFTER = "no answer, done"
    """The connection ends without a word, after the call had its effect."""
    TRUNCATED = "truncated"
    """Half of the answer's body, then the connection ends."""
    KILLED_BEFORE = "killed before"
    """The process dies while it waits, and nothing was done."""
    KILLED_AFTER = "killed after"
    """The process dies before it reads the answer; the call had its effect."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One call as the line saw it; *key* is S3's object key, "" elsewhere."""

    operation: str
    key: str = ""

    @property
    def label(self) -> str:
        """The operation, and for S3 the beginning of the key, as ``PutObject sendas/state/…``."""
        if not self.key:
            return self.operation
        folders = self.key.split("/")[:-1][:_FOLDERS_SHOWN]
        where = "/".join([*folders, "…"]) if folders else self.key
        return f"{self.operation} {where}"


Chooser = Callable[[int, Heard], Break | None]
"""From the call's number since `listen` (0 is the first), and the call, to what befalls it."""


def nothing(_number: int, _call: Heard) -> Break | None:
    """A line in order."""
    return None


class BadLine:
    """The endpoint; a context manager.  *kill* ends the processes that are at work."""

    def __init__(self, aws: AwsServer, kill: Callable[[], None] | None = None) -> None:
        self._aws = aws
        self._kill = kill or aws.functions.kill_busy
        self._lock = threading.Lock()
        self._choose: Chooser = nothing
        self._heard: list[Heard] = []
        self.broken: list[tuple[Heard, Break]] = []
        """What went wrong, in order."""
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Listen on loopback."""
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=silent_handler()
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens.  Raises RuntimeError before it does."""
        if self._server is None:
            message = "the line is not up"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def heard(self) -> tuple[Heard, ...]:
        """The calls since `listen`, in order."""
        with self._lock:
            return tuple(self._heard)

    def listen(self, choose: Chooser = nothing) -> None:
        """Begin to count again, and break the calls that *choose* picks."""
        with self._lock:
            self._choose = choose
            self._heard.clear()
            self.broken.clear()

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body_of(environ)
        call = _call(environ)
        with self._lock:
            chosen = self._choose(len(self._heard), call)
            self._heard.append(call)
            if chosen is not None:
                self.broken.append((call, chosen))
        if chosen is None:
            return self._aws.answer(environ, start_response)
        if chosen is Break.SERVER_ERROR_AFTER:
            b"".join(self._aws.answer(environ, _unheard))
            chosen = Break.SERVER_ERROR
        refusal = _REFUSALS.get(chosen)
        if refusal is not None:
            return _refuse(refusal, environ, start_response)
        return self._break(chosen, environ, start_response)

    def _break(
        self, chosen: Break, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        answer = b""
        if chosen not in {Break.LOST_BEFORE, Break.KILLED_BEFORE}:
            answer = b"".join(self._aws.answer(environ, start_response))
        if chosen in {Break.KILLED_BEFORE, Break.KILLED_AFTER}:
            self._kill()
        if chosen is Break.TRUNCATED:
            yield answer[: len(answer) // 2]
        _hang_up(environ)


def once(label: str, chosen: Break, occurrence: int = 0) -> Chooser:
    """Break one call with that label: the first, or a later *occurrence*."""
    left = itertools.count(-occurrence)
    return lambda _, call: chosen if call.label == label and next(left) == 0 else None


def always(label: str, chosen: Break) -> Chooser:
    """Break every call with that label."""
    return lambda _, call: chosen if call.label == label else None


def at_random(share: float, dice: random.Random, among: tuple[Break, ...]) -> Chooser:
    """Break that share of all calls, each in one of the ways *among*."""
    return lambda *_: dice.choice(among) if dice.random() < share else None


_REFUSALS = {
    Break.THROTTLED: AwsError("ThrottlingException", "Rate exceeded", 429),
    Break.SERVER_ERROR: AwsError("InternalFailure", "The lab was told to fail this call", 500),
    Break.DENIED: AwsError("AccessDenied", "The lab was told to deny this call", 403),
    Break.NOT_FOUND: AwsError("NotFoundException", "The lab was told to hide it", 404),
}
_OF_S3 = {
    Break.THROTTLED: AwsError("SlowDown", "Please reduce your request rate.", 503),
    Break.SERVER_ERROR: AwsError("InternalError", "We encountered an internal error.", 500),
    Break.NOT_FOUND: AwsError("NoSuchKey", "The specified key does not exist.", 404),
}
_PROTOCOLS = {"s3": "rest-xml", "ses": "query", "sqs": "json"}


def _refuse(refusal: AwsError, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    service = _service(environ)
    if service == "s3":
        kind = next(kind for kind, error in _REFUSALS.items() if error is refusal)
        refusal = _OF_S3.get(kind, refusal)
    protocol = _PROTOCOLS.get(service, "rest-json")
    written: Rendered = render(refusal, service, protocol, str(uuid.uuid4()))
    headers = [*written.headers.items(), ("Content-Length", str(len(written.body)))]
    start_response(f"{written.status} Broken", headers)
    return [written.body]


def _unheard(*_: object) -> None:
    """Takes an answer's status and headers, which nobody is to see."""


def _hang_up(environ: Environ) -> None:
    """End the connection without a word, as a lost network does.

    Raises:
        ConnectionAbortedError: Always; the server takes it for a client that left.
    """
    connection: socket.socket = environ["werkzeug.socket"]
    with contextlib.suppress(OSError):  # a killed process has hung up already
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _service(environ: Environ) -> str:
    signed = read_authorization(environ.get("HTTP_AUTHORIZATION", ""))
    return service_of(signed, environ) if signed else "unsigned"


def _call(environ: Environ) -> Heard:
    service, method = _service(environ), environ["REQUEST_METHOD"]
    if service == "s3":
        _bucket, _, key = unquote(environ.get("PATH_INFO", "")).lstrip("/").partition("/")
        if key:
            return Heard(f"{method.capitalize()}Object", key)
        return Heard("ListObjectsV2")
    operation = operation_asked(service, environ)
    return Heard(method if operation == UNKNOWN else operation)
