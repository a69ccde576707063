"""The way from the door to CloudFormation, which is imported when it is first asked for."""

import threading

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sendas.ses.regions import Region
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import Call
from sendas_lab.clock import Clock
from sendas_lab.ses.ports import Iam, Principal


if TYPE_CHECKING:
    from sendas_lab.cloudformation.account_stacks import CloudFormation


class Stacks:
    """CloudFormation of one account; *endpoint* is where the lab's AWS listens."""

    def __init__(
        self, account_id: str, clock: Clock, iam: Iam, endpoint: Callable[[], str]
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._iam = iam
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._held: CloudFormation | None = None

    @property
    def cloudformation(self) -> "CloudFormation":
        """The service itself, for scenarios: its faults, and `settle`."""
        # Late, because its YAML and the sessions that it calls AWS with cost memory.
        from sendas_lab.cloudformation.account_stacks import CloudFormation  # noqa: PLC0415  as said

        with self._lock:
            if self._held is None:
                self._held = CloudFormation(self._account_id, self._clock.now, self._endpoint)
            return self._held

    def answer(self, call: Call, principal: Principal, region: Region) -> Mapping[str, object]:
        """One call.

        Raises:
            AwsError: Refused, or not modelled.
        """
        from sendas_lab.cloudformation import service  # noqa: PLC0415  as above

        key = self._iam.key(principal.key_id)
        if key is None:
            code = "InvalidClientTokenId"
            raise AwsError(code, "The security token included in the request is invalid.", 403)
        return service.answer(self.cloudformation, call.operation, call.parameters, region, key)

    def take_response(self, path: str, body: bytes) -> bool:
        """A custom resource's function answers; whether anybody waits for it."""
        return self._held is not None and self._held.responses.take(path, body)

    def stop(self) -> None:
        """Let what is at work end, and forget every stack."""
        if self._held is not None:
            self._held.reset()
