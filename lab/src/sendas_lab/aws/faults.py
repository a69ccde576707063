"""Things that go wrong with AWS itself, switched on by name."""

import fnmatch
import threading

from collections.abc import Callable
from dataclasses import dataclass

from sendas_lab.aws.errors import AwsError, Code


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to calls whose ``service:Operation`` fits *action* in *region* (None: all)."""

    action: str
    region: str | None
    strike: Callable[["Faults", "Target"], None]


@dataclass(frozen=True, slots=True)
class Target:
    """The call that is being looked at."""

    service: str
    operation: str
    region: str
    principal_arn: str
    json: bool

    @property
    def action(self) -> str:
        """IAM's name of it: both SES APIs are ``ses``."""
        return f"{'ses' if self.service == 'sesv2' else self.service}:{self.operation}"


class Faults:
    """The switches of one AWS; every method is safe from any thread.

    Actions are IAM's names and may hold ``*``: ``ses:GetAccount``, ``ses:*``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._over = threading.Event()

    def deny(self, action: str, *, region: str | None = None) -> None:
        """Refuse with AccessDenied, whatever policies say."""
        self._add(Fault(action, region, _deny))

    def throttle(self, action: str = "*", *, region: str | None = None) -> None:
        """Answer that the rate is exceeded."""
        self._add(Fault(action, region, _throttle))

    def time_out(self, action: str = "*", *, region: str | None = None) -> None:
        """Say nothing until the client gives up (or the server stops)."""
        self._add(Fault(action, region, _hang))

    def fail(self, action: str = "*", *, region: str | None = None) -> None:
        """Answer with an internal error, HTTP 500."""
        self._add(Fault(action, region, _break))

    def clear(self) -> None:
        """All is well again; hanging calls end."""
        with self._lock:
            self._faults.clear()
            self._over.set()
            self._over = threading.Event()

    def strike(self, target: Target) -> None:
        """Raise what the switches say.

        Raises:
            AwsError: Denied, throttled or broken.
        """
        with self._lock:
            hit = [f for f in self._faults if _fits(f, target)]
        for fault in hit:
            fault.strike(self, target)

    def wait_until_clear(self, seconds: float) -> None:
        """Sleep, but not longer than the faults last."""
        with self._lock:
            over = self._over
        over.wait(seconds)

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)


def _fits(fault: Fault, target: Target) -> bool:
    here = fault.region in {None, target.region}
    return here and fnmatch.fnmatchcase(target.action.lower(), fault.action.lower())


def access_denied(target: Target) -> AwsError:
    """As AWS says it when no policy allows a call."""
    text = (
        f"User: {target.principal_arn} is not authorized to perform: {target.action}"
        f" because no identity-based policy allows the {target.action} action"
    )
    return AwsError(Code.ACCESS_DENIED_EXCEPTION if target.json else "AccessDenied", text, 403)


def _deny(_faults: Faults, target: Target) -> None:
    raise access_denied(target)


def _throttle(_faults: Faults, target: Target) -> None:
    code = "TooManyRequestsException" if target.service == "sesv2" else "Throttling"
    raise AwsError(code, "Rate exceeded", 429 if target.service == "sesv2" else 400)


_CLIENT_PATIENCE_SECONDS = 60.0


def _hang(faults: Faults, _target: Target) -> None:
    faults.wait_until_clear(_CLIENT_PATIENCE_SECONDS)
    message = "The lab kept this call waiting"
    raise AwsError(Code.SERVICE_UNAVAILABLE, message, 503)


def _break(_faults: Faults, target: Target) -> None:
    code = "InternalServiceErrorException" if target.json else "InternalFailure"
    raise AwsError(code, "The lab was told to fail this call", 500)
