"""A small page for the person at this machine: on loopback, at a path nobody can guess.

Only who knows the path gets an answer, and only under the name that it was told, so that
no page elsewhere reaches it by letting its own name lead to loopback (DNS rebinding).
Nothing is cached, framed or logged, and nothing runs in it but its own script.
"""

import html
import http.server
import secrets
import socket
import threading

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs


_HOST = "127.0.0.1"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:44rem;padding:0 1rem;"
    "color-scheme:light dark}"
    "dt{font-weight:600;margin-top:.7rem}dd{margin:0;font-family:ui-monospace,monospace;"
    "overflow-wrap:anywhere}"
    "input{font:inherit;font-family:ui-monospace,monospace;width:100%;max-width:34rem}"
    "button{font:inherit;padding:.3rem 1rem}"
)
_COPY = (
    "document.querySelectorAll('button[data-copy]').forEach(b=>b.onclick=()=>{"
    "navigator.clipboard.writeText(document.getElementById(b.dataset.copy).value);"
    "b.textContent='copied'})"
)
_MAX_FORM_BYTES = 4096


def _nothing(taken: bool) -> None:  # noqa: FBT001  a callback's one argument
    """What follows most answers."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer: *title* and *body* are HTML, escaped by whoever made them.

    *settled* is told whether the browser has taken it whole.
    """

    title: str
    body: str
    status: int = 200
    settled: Callable[[bool], None] = _nothing


Form = Mapping[str, str]
"""The fields of a form, by name; of several of one name the first."""
Answer = Callable[[Form | None], Shown]
"""What to show: None when the page is opened, the form when it is sent."""


class LoopbackPage:
    """A context manager; *url* is where it is while it lasts."""

    def __init__(self, answer: Answer) -> None:
        class Handler(_Handler):
            pass

        Handler.answer = staticmethod(answer)
        Handler.our_path = f"/{secrets.token_urlsafe(32)}"
        self._server = http.server.ThreadingHTTPServer((_HOST, 0), Handler)
        self._server.daemon_threads = True
        Handler.our_host = f"{_HOST}:{self._server.server_address[1]}"
        self.url = f"http://{Handler.our_host}{Handler.our_path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    answer: Answer
    our_path: str
    our_host: str
    server_version = "sendas"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """The page, at the one path."""
        if self._is_ours():
            self._show(self.answer(None))

    def do_POST(self) -> None:
        """What the form asks for."""
        if not self._is_ours():
            return
        length = self.headers.get("Content-Length") or ""
        size = min(int(length[:12]), _MAX_FORM_BYTES) if length.isdecimal() else 0
        fields = parse_qs(self.rfile.read(size).decode("utf-8", "replace"))
        self._show(self.answer({name: values[0] for name, values in fields.items()}))

    def _is_ours(self) -> bool:
        wanted = secrets.compare_digest(self.path.encode(), self.our_path.encode())
        if wanted and self.headers.get("Host") == self.our_host:
            return True
        self._show(Shown("sendas", "<p>There is nothing here.</p>", 404))
        return False

    def _show(self, shown: Shown) -> None:
        nonce = secrets.token_urlsafe(16)
        body = _page(shown, nonce).encode()
        self.send_response(shown.status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        policy = f"script-src 'nonce-{nonce}'; style-src 'unsafe-inline'"
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; {policy}; form-action 'self'; frame-ancestors 'none'",
        )
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        taken = False
        try:
            with suppress(OSError):
                self.wfile.write(body)
                taken = self._is_taken()
        finally:
            shown.settled(taken)
        self.close_connection = True

    def _is_taken(self) -> bool:
        """Whether the browser ends the connection in peace: it has all that was sent."""
        with suppress(TimeoutError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(1024):
                pass
        return True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Nothing: the path is as good as a secret."""


def field_with_copy(name: str, label: str, value: str, remark: str = "", more: str = "") -> str:
    """One read-only field with a button that copies it; everything but *more* is escaped."""
    beside = f" <small>{html.escape(remark)}</small>" if remark else ""
    return (
        f"<dt>{html.escape(label)}{beside}</dt>"
        f'<dd><input id="{name}" value="{html.escape(value, quote=True)}" readonly{more}> '
        f'<button type="button" data-copy="{name}">copy</button></dd>'
    )


def _page(shown: Shown, nonce: str) -> str:
    title = html.escape(shown.title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{shown.body}"
        f'<script nonce="{nonce}">{_COPY}</script></html>'
    )
