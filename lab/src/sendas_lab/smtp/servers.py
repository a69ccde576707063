"""The listening sockets of every SMTP server in the lab, and a thread per connection."""

import contextlib
import selectors
import socket
import ssl
import threading

from collections.abc import Callable
from dataclasses import dataclass

from sendas_lab.network import Network
from sendas_lab.smtp.channel import Channel
from sendas_lab.smtp.conversation import Opening, Visit
from sendas_lab.smtp.session import Session


LOOPBACK = "127.0.0.1"

TlsContext = Callable[[], ssl.SSLContext]


@dataclass(frozen=True, slots=True)
class _Listener:
    opening: Opening
    tls_context: TlsContext
    implicit_tls: bool


class SmtpServers:
    """Listens from `listen` until `stop`; as many servers as one likes."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._stopping = False
        self._wake, woken = socket.socketpair()
        self._woken = woken
        self._selector.register(woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(
            target=self._accept_all, name="sendas-lab-smtp", daemon=True
        )
        self._thread.start()

    def listen(
        self, opening: Opening, tls_context: TlsContext, *, implicit_tls: bool = False
    ) -> tuple[str, int]:
        """Open a loopback port; the address to put on the network's map."""
        server = socket.create_server((LOOPBACK, 0), backlog=128)
        server.setblocking(False)  # noqa: FBT003  the standard library's signature
        with self._lock:
            self._selector.register(
                server, selectors.EVENT_READ, _Listener(opening, tls_context, implicit_tls)
            )
        self._wake.send(b"\0")
        return LOOPBACK, server.getsockname()[1]

    def stop(self) -> None:
        """Close every port and every connection; returns when all threads have ended."""
        self._stopping = True
        self._wake.send(b"\0")
        self._thread.join(10)
        with self._lock:
            open_now, threads = list(self._connections), list(self._threads)
        for connection in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._wake.close()

    def _accept_all(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.data is None:
                    self._woken.recv(64)
                elif isinstance(key.fileobj, socket.socket):
                    self._accept(key.fileobj, key.data)

    def _accept(self, server: socket.socket, listener: _Listener) -> None:
        try:
            connection, peer = server.accept()
        except OSError:  # the client was gone before we took it
            return
        connection.setblocking(True)  # noqa: FBT003  the standard library's signature
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # short lines, at once
        thread = threading.Thread(
            target=self._serve,
            args=(connection, peer, listener),
            name="sendas-lab-smtp-session",
            daemon=True,
        )
        with self._lock:
            self._connections.add(connection)
            self._threads.add(thread)
        thread.start()

    def _serve(
        self, connection: socket.socket, peer: tuple[str, int], listener: _Listener
    ) -> None:
        watched = connection.dup()  # TLS detaches the socket: this one still shuts it down
        with self._lock:
            self._connections.discard(connection)
            self._connections.add(watched)
        try:
            self._talk(connection, peer, listener)
        finally:
            with self._lock:
                self._connections.discard(watched)
                self._threads.discard(threading.current_thread())
            watched.close()

    def _talk(self, connection: socket.socket, peer: tuple[str, int], listener: _Listener) -> None:
        visit = Visit(self._network, peer, tls=listener.implicit_tls)
        conversation = listener.opening(visit)
        channel = Channel(connection, conversation.profile.idle_seconds)
        try:
            if listener.implicit_tls:
                channel.start_tls(listener.tls_context())
            Session(channel, conversation, listener.tls_context).run()
        except OSError:
            pass  # the client talked no TLS, or went away: there is nobody to answer
        finally:
            conversation.close()
            channel.close()
