"""A door in front of the lab's AWS that holds every answer against botocore's shapes."""

from collections.abc import Callable, Iterable
from typing import Any

from botocore.model import OperationModel
from moto.core.utils import get_service_model
from sendas_lab.aws import reading
from sendas_lab.aws.service import body_of
from sendas_lab.aws.signature import read_authorization

from tests.support.answer_shapes import faults


_CLIENT_FAULT = 300


class ShapeChecked:
    """WSGI; *found* has ``service.Operation place: fault``, numbers of lists left out."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self.found: set[str] = set()

    def __call__(self, environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ANN401  WSGI
        """Let the lab answer, and look at what it says."""
        body_of(environ)
        signed = read_authorization(environ.get("HTTP_AUTHORIZATION", ""))
        service = reading.service_of(signed, environ)
        asked = reading.operation_asked(service, environ)
        protocol = reading.protocol_spoken(service, environ)
        statuses: list[int] = []

        def started(status: str, headers: Any, *more: Any) -> Any:  # noqa: ANN401  the same
            statuses.append(int(status.partition(" ")[0]))
            return start(status, headers, *more)

        answer = b"".join(self._app(environ, started))
        if signed is not None and asked != reading.UNKNOWN and statuses[-1] < _CLIENT_FAULT:
            self._look(service, asked, protocol, answer)
        return [answer]

    def _look(self, service: str, asked: str, protocol: str, answer: bytes) -> None:
        model: OperationModel = get_service_model(service).operation_model(asked)
        try:
            told = faults(model, protocol, answer)
        except (ValueError, SyntaxError) as error:  # json and ElementTree raise these
            told = [f"unreadable: {error}"]
        for one in told:
            place = "/".join(part for part in one.split("/") if not part.isdigit())
            self.found.add(f"{service}.{asked} {place}")
