"""A page of what recipients got, and the click in SES's verification mail, for people.

On loopback, at a free port.  Everything that a mail says is escaped; nothing is loaded.
"""

import json
import threading

from collections.abc import Callable, Sequence
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from sendas_lab.recipients.mailbox import StoredMail


Mails = Callable[[], Sequence[tuple[str, StoredMail]]]
"""Every mail with the mailbox it is in, oldest first."""
Click = Callable[[str], bool]
"""Confirm an address; whether SES waits for it."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_PAGE = (
    '<!doctype html><meta charset="utf-8"><title>sendas lab: inbox</title>'
    "<style>body{{font:16px sans-serif;margin:2em}}td,th{{text-align:left;padding:.3em 1em}}"
    "pre{{white-space:pre-wrap}}</style><h1>What recipients got</h1>{rows}"
)


class Inbox:
    """The page, listening from `start` to `stop`."""

    def __init__(self, mails: Mails, click: Click) -> None:
        self._mails, self._click = mails, click
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Listen; gives the address."""
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            """Everything is asked by GET."""

            def do_GET(self) -> None:
                """Answer one request."""
                status, kind, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", _POLICY)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/"

    def stop(self) -> None:
        """Stop listening; a second call does nothing."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        asked = urlsplit(path)
        if asked.path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", self._page().encode()
        if asked.path == "/mails.json":
            rows = [_told(mailbox, mail) for mailbox, mail in self._mails()]
            return HTTPStatus.OK, "application/json", json.dumps(rows).encode()
        if asked.path == "/confirm":
            (address,) = parse_qs(asked.query).get("address", [""])[:1]
            done = self._click(address)
            status = HTTPStatus.OK if done else HTTPStatus.NOT_FOUND
            return status, "application/json", json.dumps({"confirmed": done}).encode()
        return HTTPStatus.NOT_FOUND, "text/plain", b"not here\n"

    def _page(self) -> str:
        rows = [
            f"<details><summary>{escape(mailbox)}: {escape(mail.subject)}"
            f" <small>from {escape(mail.author)}</small></summary>"
            f"<pre>{escape(mail.content.decode('utf-8', 'replace'))}</pre></details>"
            for mailbox, mail in reversed(self._mails())
        ]
        return _PAGE.format(rows="\n".join(rows) or "<p>Nothing yet.</p>")


def _told(mailbox: str, mail: StoredMail) -> dict[str, str]:
    return {
        "mailbox": mailbox,
        "at": f"{mail.at:%Y-%m-%dT%H:%M:%SZ}",
        "from": mail.author,
        "subject": mail.subject,
        "content": mail.content.decode("utf-8", "replace"),
    }
