"""AWS as a forwarder sees it, and nothing behind it: mail comes out of it, and goes into it.

Answers S3's GetObject with one file, and takes whatever is sent without keeping it.
"""

import threading

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


_NOTHING_SENT = (
    b"<GetSendStatisticsResponse><GetSendStatisticsResult><SendDataPoints>"
    b"</SendDataPoints></GetSendStatisticsResult></GetSendStatisticsResponse>"
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mail = b""
    objects: dict[str, bytes] = {}  # noqa: RUF012  one server at a time
    mail_key = "bench"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _take(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 20)))

    def _answer(self, body: bytes, kind: str = "application/json", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """The mail, an object by its key, or nothing."""
        key = self.path.partition("?")[0].split("/", 2)[-1]
        if key.endswith(self.mail_key):
            self._answer(self.mail, "message/rfc822")
        elif key in self.objects:
            self._answer(self.objects[key])
        elif "list-type=2" in self.path:
            self._answer(b"<ListBucketResult></ListBucketResult>", "text/xml")
        else:
            self._answer(b"<Error><Code>NoSuchKey</Code></Error>", "text/xml", 404)

    def do_PUT(self) -> None:
        """Take it; for S3's CopyObject the answer has a body."""
        self._take()
        self._answer(b"<CopyObjectResult><ETag>1</ETag></CopyObjectResult>", "text/xml")

    def do_POST(self) -> None:
        """Take a message; to the old API's forms the answer is that nothing was sent lately."""
        self._take()
        if self.headers.get("Content-Type", "").startswith("application/x-www-form"):
            self._answer(_NOTHING_SENT, "text/xml")
        else:
            self._answer(b'{"MessageId": "1"}')


@contextmanager
def sink(mail: Path, objects: dict[str, bytes], mail_key: str = "bench") -> Iterator[str]:
    """Serve; gives the URL.  *objects* are by key."""
    names = {"mail": mail.read_bytes(), "objects": objects, "mail_key": mail_key}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Sink", (_Handler,), names))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
