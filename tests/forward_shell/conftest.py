"""What the tests of the forwarding shell share."""

import threading

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What a server says; *promised* is a false Content-Length, None the right one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    silent: bool = False
    """Hang up instead of answering."""


class Server:
    """An AWS of one's own: answers what it is told, in order; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[Answer | Callable[[Request], Answer]] = [Answer()]
        self.requests: list[Request] = []
        self.url = ""

    def answer_to(self, request: Request) -> Answer:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            request = Request(self.command, self.path, dict(self.headers), body)
            answer = told.answer_to(request)
            if answer.silent:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            size = len(answer.body) if answer.promised is None else answer.promised
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.promised is not None:
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_any  # noqa: N815  http.server's names

        def log_message(self, *_: Any) -> None:  # noqa: ANN401  http.server's signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of one's own."""
    with serving() as told:
        yield told


@pytest.fixture
def made() -> type[Answer]:
    """Makes answers for `server`."""
    return Answer
