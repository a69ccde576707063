"""What an SMTP server lets somebody do who has not logged in, seen from outside, nothing sent."""

from sendas.smtp.connection import Connection
from sendas.smtp.probe import Outcome, Reply, Stage
from sendas.smtp.session import Call, Session
from sendas.smtp.submission import Allowed


_REFUSED = 400
_PROBE = "open-relay-probe@example.com"


def what_a_stranger_may(call: Call) -> Allowed:
    """Say EHLO and MAIL FROM as anybody could, before TLS and under it, and take them back."""
    session = _Stranger(call)
    probe = session.run()
    return Allowed(probe, session.mail, session.clear_auth)


class _Stranger(Session):
    """A call without a credential: it ends at the first thing that is allowed."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.mail: Reply | None = None
        self.clear_auth = False

    def _steps(self) -> tuple[Outcome, Reply | None]:
        connection = self._connect()
        if self._call.implicit_tls:
            self._secure(connection)
        self._greeting(connection)
        offered = self._ehlo(connection)
        self._try_mail(connection)
        if not self._call.implicit_tls and self.mail is None:
            self.clear_auth = "AUTH" in offered
            if not self.clear_auth:
                self._start_tls(connection)
                self._ehlo(connection)
                self._try_mail(connection)
        self._quit(connection)
        return Outcome.REACHED, None

    def _try_mail(self, connection: Connection) -> None:
        self._stage = Stage.SEND
        command = f"MAIL FROM:<{_PROBE}>"
        reply = self._say(connection, command, command)
        self._say(connection, "RSET", "RSET")
        if reply.code < _REFUSED:
            self.mail = reply
