"""AWS on loopback: one HTTP endpoint for every service."""

import threading
import time

from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from sendas_lab.aws.asynchronous import Asynchronous
from sendas_lab.aws.backends import MotoFunctions, assume_role, new_administrator
from sendas_lab.aws.confirmations import mail_with
from sendas_lab.aws.faults import Faults
from sendas_lab.aws.front import Front
from sendas_lab.aws.function_logs import FunctionLogs
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.lambda_calls import LambdaCalls
from sendas_lab.aws.lambda_mends import accept_events_with
from sendas_lab.aws.mappings import Mappings
from sendas_lab.aws.own import OwnServices
from sendas_lab.aws.permissions import Permissions
from sendas_lab.aws.service import REQUEST_HANDLER, Moto, reset_account
from sendas_lab.aws.stacks import Stacks
from sendas_lab.aws.trail import Trail
from sendas_lab.aws.watching import Watch
from sendas_lab.clock import Clock
from sendas_lab.ses.ports import StoredKey
from sendas_lab.ses.service import Ses


class AwsServer:
    """Serves one account: SES is ours, everything else is moto's.

    *administrator* is the key that may do everything; its id and secret are
    what `boto3` is given.  Labs in one process need account ids of their own.
    """

    def __init__(self, ses: Ses, clock: Clock, administrator: StoredKey) -> None:
        self.ses = ses
        self.administrator = administrator
        self._clock = clock
        self.faults = Faults()
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.functions = FunctionRunner(administrator, clock, self._assume)
        self.mappings = Mappings(ses.account_id, clock.now, self.functions)
        if isinstance(ses.functions, MotoFunctions):
            ses.functions.use(self.functions)
        self.watch = Watch(ses, clock, self.functions)
        self.stacks = Stacks(ses.account_id, clock, ses.iam, lambda: self.url)
        self.trail = Trail(ses.account_id, clock)
        self._permissions = permissions = Permissions(ses.account_id, ses.iam)
        self.asynchronous = Asynchronous(ses.account_id, clock, self.functions, self._role_may)
        mail_with(ses)
        accept_events_with(ses.account_id, self.asynchronous.accept)
        self.functions.logged = FunctionLogs(ses.account_id, clock.now, self._role_may).write
        functions = LambdaCalls(
            ses.account_id, clock.now, self.functions, self.asynchronous, self._role_may
        )
        own = OwnServices(ses, self.stacks, self.trail, functions, self.watch)
        moto = Moto(ses.account_id, clock.now)
        self.answer = Front(moto, ses.iam, own, self.faults, clock, permissions, self.trail)

    @property
    def url(self) -> str:
        """Where it listens: ``http://127.0.0.1:<port>``.

        Raises:
            RuntimeError: It has not been started.
        """
        if self._server is None:
            message = "the lab's AWS is not running"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self, port: int = 0) -> None:
        """Listen on loopback, at a free port unless one is named."""
        self._server = make_server(
            "127.0.0.1", port, self.answer, threaded=True, request_handler=silent_handler()
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.functions.endpoint = self.url
        self._thread.start()
        self.mappings.start()

    def stop(self) -> None:
        """Stop listening; what is being answered may end."""
        self.faults.clear()
        self.stacks.stop()
        self._end_functions()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def reset(self) -> None:
        """Forget everything in every service of this account; faults end."""
        self.faults.clear()
        self.stacks.stop()
        self.watch.reset()
        self.trail.reset()
        self._end_functions()
        reset_account(self.ses.account_id)
        self.ses.reset()
        if self._server is not None:
            self.mappings.start()

    def _assume(self, role_arn: str) -> StoredKey | None:
        return assume_role(self.ses.account_id, role_arn, self._clock.now)

    def _role_may(self, function: Any, action: str, resource: str) -> bool:  # noqa: ANN401  moto's LambdaFunction
        """Whether the role of a function may do it; a role that is made up may do all."""
        principal = self.functions.key_of(function.role).principal
        return self._permissions.allows(principal, action, resource)

    def settle(self, timeout_seconds: float = 30.0) -> None:
        """Wait until no function is at work and nothing is due; retries may wait.

        Raises:
            TimeoutError: Still at work.
            Exception: What went wrong in the lab.
        """
        until = time.monotonic() + timeout_seconds
        while True:
            left = max(0.0, until - time.monotonic())
            self.asynchronous.settle(left)
            self.mappings.settle(left)
            # A batch's function may have invoked another, and that may have failed.
            if self.asynchronous.idle() and not self.asynchronous.errors:
                return

    def _end_functions(self) -> None:
        self.asynchronous.stop()
        self.functions.kill_busy()
        self.mappings.stop()
        self.functions.close()


def silent_handler() -> type:
    """Moto's request handler, but silent: its log would go to stderr."""

    class Quiet(REQUEST_HANDLER):  # type: ignore[misc]  # moto's class is untyped
        def log(self, *_: object) -> None:
            """Say nothing."""

    return Quiet


__all__ = ["AwsServer", "new_administrator"]
