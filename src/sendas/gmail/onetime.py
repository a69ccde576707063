"""A page that shows a secret once: on loopback, at a path nobody can guess.

Opening it shows a button and no secret, so that nothing that looks ahead (a
browser's prefetching, a scanner) uses it up; pressing the button shows it, and
after that there is no page any more.
"""

import html
import http.server
import secrets
import threading

from dataclasses import dataclass, field
from typing import Self

from sendas.gmail.dialog import PASSWORD, Window


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


@dataclass(slots=True)
class _State:
    path: str
    secret_page: str = field(repr=False)
    host: str = ""
    nonce: str = ""
    shown: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> str | None:
        """The page with the secret, for the first who asks."""
        with self.lock:
            page, self.secret_page = self.secret_page, ""
            return page or None


class OneTimePage:
    """A context manager; *url* is where it is while it lasts."""

    def __init__(self, title: str, windows: tuple[Window, ...]) -> None:
        nonce = secrets.token_urlsafe(16)
        self._state = _State(
            path=f"/{secrets.token_urlsafe(32)}",
            secret_page=_secret_page(title, windows, nonce),
            nonce=nonce,
        )
        self._cover = _cover_page(title)
        state, cover = self._state, self._cover

        class Handler(_Handler):
            pass

        Handler.state, Handler.cover = state, cover
        self._server = http.server.ThreadingHTTPServer((_HOST, 0), Handler)
        self._server.daemon_threads = True
        state.host = f"{_HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))

    @property
    def url(self) -> str:
        """Worth nothing once the page was shown."""
        return f"http://{self._state.host}{self._state.path}"

    def wait(self, seconds: float) -> bool:
        """Whether it was shown within that time."""
        return self._state.shown.wait(seconds)

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
    state: _State
    cover: str
    server_version = "sendas"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """The cover, at the one path."""
        if self._is_ours():
            self._answer(200, self.cover)

    def do_POST(self) -> None:
        """The secret, once."""
        if not self._is_ours():
            return
        length = self.headers.get("Content-Length") or ""
        self.rfile.read(min(int(length), 1024) if length.isdecimal() else 0)
        page = self.state.take()
        if page is None:
            self._answer(410, "<!doctype html><p>This was shown already, once.</p>")
            return
        try:
            self._answer(200, page)
        finally:
            self.state.shown.set()

    def _is_ours(self) -> bool:
        # The name of the host is checked against pages elsewhere that rebind a name to loopback.
        wanted = secrets.compare_digest(self.path.encode(), self.state.path.encode())
        if wanted and self.headers.get("Host") == self.state.host:
            return True
        self._answer(404, "<!doctype html><p>There is nothing here.</p>")
        return False

    def _answer(self, status: int, page: str) -> None:
        body = page.encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        policy = f"script-src 'nonce-{self.state.nonce}'; style-src 'unsafe-inline'"
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; {policy}; form-action 'self'; frame-ancestors 'none'",
        )
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Nothing: the path is as good as the secret."""


def _cover_page(title: str) -> str:
    return _page(
        title,
        "<p>The password is shown once; then this page is gone.</p>"
        '<form method="post"><button>Show it</button></form>',
    )


def _secret_page(title: str, windows: tuple[Window, ...], nonce: str) -> str:
    parts = []
    for window in windows:
        parts.append(f"<h2>{html.escape(window.title)}</h2><dl>")
        for number, one in enumerate(window.fields):
            value, label = html.escape(one.value, quote=True), html.escape(one.label)
            remark = f" <small>{html.escape(one.remark)}</small>" if one.remark else ""
            name = f"f{len(parts)}-{number}"
            kind = ' spellcheck="false" autocomplete="off"' if one.label == PASSWORD else ""
            parts.append(
                f"<dt>{label}{remark}</dt>"
                f'<dd><input id="{name}" value="{value}" readonly{kind}> '
                f'<button data-copy="{name}">copy</button></dd>'
            )
        parts.append(f"</dl><p>Then press <b>{html.escape(window.button)}</b>.</p>")
    return _page(title, "".join(parts) + f'<script nonce="{nonce}">{_COPY}</script>')


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>"
    )
