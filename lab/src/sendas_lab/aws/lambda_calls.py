"""Lambda where moto is not Lambda: invocations, and the mappings between queues and functions.

Source: Lambda API reference; refusals and shapes as recorded
(lambda_-event_source_mapping-test_lambda_integration_sqs.snapshot.json).
"""

import base64
import json
import uuid

from collections.abc import Callable, Mapping
from typing import Any

from sendas_lab.aws.answers import request_id
from sendas_lab.aws.asynchronous import Allows, Asynchronous
from sendas_lab.aws.children import FunctionFailed
from sendas_lab.aws.errors import AwsError, Rendered
from sendas_lab.aws.event_patterns import InvalidPattern, read_pattern
from sendas_lab.aws.functions import FunctionRunner
from sendas_lab.aws.lambda_mends import take_lambda_over
from sendas_lab.aws.service import Call, Now, backends_of, on_behalf_of


Given = Mapping[str, Any]
Shape = Mapping[str, object]
_INVALID, _NO_RESOURCE = "InvalidParameterValueException", "ResourceNotFoundException"
_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_WITHOUT_WINDOW, _MOST_OF_FIFO, _MOST = 10, 10, 10_000
_MAX_WINDOW = 300
_LOG_SHOWN = 4096
_PARTS = 6
_NO_SOURCE, _BAD_FILTER = "Unrecognized event source.", "Invalid filter pattern definition."


class LambdaCalls:
    """The calls of one account that are the lab's own."""

    def __init__(
        self,
        account_id: str,
        now: Now,
        runner: FunctionRunner,
        asynchronous: Asynchronous,
        allows: Allows,
    ) -> None:
        self._account_id = account_id
        self._now = now
        self._runner = runner
        self._asynchronous = asynchronous
        self._allows = allows
        self._handlers: Mapping[str, Callable[[Given, str], Shape | Rendered]] = {
            "Invoke": self._invoke,
            "CreateEventSourceMapping": self._create_mapping,
            "UpdateEventSourceMapping": self._update_mapping,
            "GetEventSourceMapping": self._get_mapping,
            "ListEventSourceMappings": self._list_mappings,
            "DeleteEventSourceMapping": self._delete_mapping,
        }

    def answers(self, call: Call) -> bool:
        """Whether the call is ours: mappings of streams are moto's."""
        source = str(call.parameters.get("EventSourceArn") or "")
        if call.operation == "CreateEventSourceMapping" and source.startswith("arn:"):
            return ":sqs:" in source
        return call.operation in self._handlers

    def answer(self, call: Call, region: str) -> Shape | Rendered:
        """Do it.

        Raises:
            AwsError: Refused.
        """
        take_lambda_over()
        with on_behalf_of(self._account_id, self._now):
            return self._handlers[call.operation](call.parameters, region)

    # Invocation ---------------------------------------------------------------

    def _invoke(self, given: Given, region: str) -> Rendered:
        function = self._function(given, region)
        payload = given.get("Payload") or b"{}"
        try:
            event = json.loads(payload or b"{}")
        except ValueError as error:
            text = "Could not parse request body into json: Could not parse payload into json"
            code = "InvalidRequestContentException"
            raise AwsError(code, text, 400) from error
        kind = given.get("InvocationType") or "RequestResponse"
        number = request_id()
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": number}
        if kind == "DryRun":
            return Rendered(204, headers, b"")
        if kind == "Event":
            self._asynchronous.accept(function, event, number)
            return Rendered(202, headers, b"")
        headers["X-Amz-Executed-Version"] = str(function.version)
        try:
            said, log = self._runner.run(function, event, number), ""
        except FunctionFailed as error:
            headers["X-Amz-Function-Error"] = "Unhandled"
            said, log = error.said, str(error)
        if given.get("LogType") == "Tail":
            shown = log or self._runner.log(function.function_name)
            tail = shown.encode()[-_LOG_SHOWN:]
            headers["X-Amz-Log-Result"] = base64.b64encode(tail).decode()
        return Rendered(200, headers, json.dumps(said).encode())

    def _function(self, given: Given, region: str) -> Any:  # noqa: ANN401  moto's LambdaFunction
        name = str(given.get("FunctionName", ""))
        backend = backends_of("awslambda")[self._account_id][region]
        try:
            return backend.get_function(name, given.get("Qualifier"))
        except Exception as error:
            arn = name
            if not name.startswith("arn:"):
                arn = f"arn:aws:lambda:{region}:{self._account_id}:function:{name}"
            if given.get("Qualifier"):
                arn += f":{given['Qualifier']}"
            raise AwsError(_NO_RESOURCE, f"Function not found: {arn}", 404) from error

    # Mappings -----------------------------------------------------------------

    def _held(self, region: str) -> dict[str, Any]:
        backend = backends_of("awslambda")[self._account_id][region]
        found: dict[str, Any] = backend._event_source_mappings  # noqa: SLF001  moto has no other list
        return found

    def _create_mapping(self, given: Given, region: str) -> Rendered:
        source = str(given.get("EventSourceArn") or "")
        if not source.startswith("arn:"):
            raise _refused(_NO_SOURCE)
        fifo = source.endswith(".fifo")
        _check_settings(given, fifo=fifo)
        function = self._function({"FunctionName": given.get("FunctionName", "")}, region)
        for held in self._held(region).values():
            if held.event_source_arn == source and _bare(held.function_arn) == _bare(
                function.function_arn
            ):
                text = (
                    f'An event source mapping with SQS arn (" {source} ") and function'
                    f' (" {function.function_name} ") already exists. Please update or delete the'
                    f" existing mapping with UUID {held.uuid}"
                )
                code = "ResourceConflictException"
                raise AwsError(code, text, 409)
        self._check_queue(source, function)
        mapping = self._made({**given, "FunctionName": function.function_name}, function, region)
        self._held(region)[mapping.uuid] = mapping
        return _answered(_shape(mapping, "Creating" if mapping.enabled else "Disabled"), 202)

    def _made(self, given: Given, function: Any, region: str) -> Any:  # noqa: ANN401  moto's
        from moto.awslambda.models import EventSourceMapping  # noqa: PLC0415  slow to import

        spec = {
            **given,
            "RegionName": region,
            "AccountId": self._account_id,
            "FunctionArn": str(function.function_arn),
            "Enabled": given.get("Enabled", True) is not False,
        }
        mapping: Any = EventSourceMapping(spec)  # type: ignore[abstract]  # moto makes it so
        mapping.uuid = str(uuid.uuid4())  # moto's may be seeded
        mapping.last_modified = self._now().timestamp()
        return mapping

    def _check_queue(self, source: str, function: Any) -> None:  # noqa: ANN401  moto's LambdaFunction
        for action in _ACTIONS:
            if not self._allows(function, f"sqs:{action}", source):
                text = (
                    "The function execution role does not have permissions to call"
                    f" {action} on SQS"
                )
                raise _refused(text)
        parts = source.split(":")
        queues = {}
        if len(parts) == _PARTS and parts[4] == self._account_id:
            queues = backends_of("sqs")[self._account_id][parts[3]].queues
        queue = queues.get(parts[-1])
        if queue is None:
            text = (
                "Error occurred while ReceiveMessage. SQS Error Code:"
                " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue"
                " does not exist."
            )
            raise _refused(text)
        seconds, most = int(queue.visibility_timeout), int(function.timeout)
        if seconds < most:
            text = (
                f"Queue visibility timeout: {seconds} seconds is less than Function timeout:"
                f" {most} seconds"
            )
            raise _refused(text)

    def _update_mapping(self, given: Given, region: str) -> Rendered:
        mapping = self._mapping(given, region)
        source, was = mapping.event_source_arn, mapping.enabled
        merged = {
            "BatchSize": mapping.batch_size,
            "MaximumBatchingWindowInSeconds": mapping.max_batch_window,
            **{key: value for key, value in given.items() if value is not None},
        }
        _check_settings(merged, fifo=source.endswith(".fifo"))
        if given.get("FunctionName"):
            function = self._function(given, region)
            self._check_queue(source, function)
            mapping.function_arn, mapping.function_name = (
                function.function_arn,
                function.function_name,
            )
        for key, name in _SETTABLE.items():
            if given.get(key) is not None:
                setattr(mapping, name, given[key])
        mapping.last_modified = self._now().timestamp()
        state = "Updating"
        if mapping.enabled is not was:
            state = "Enabling" if mapping.enabled else "Disabling"
        return _answered(_shape(mapping, state), 202)

    def _mapping(self, given: Given, region: str) -> Any:  # noqa: ANN401  moto's EventSourceMapping
        held = self._held(region).get(str(given.get("UUID")))
        if held is None:
            raise AwsError(_NO_RESOURCE, "The resource you requested does not exist.", 404)
        return held

    def _get_mapping(self, given: Given, region: str) -> Rendered:
        return _answered(_shape(self._mapping(given, region)), 200)

    def _list_mappings(self, given: Given, region: str) -> Rendered:
        source, name = given.get("EventSourceArn"), given.get("FunctionName")
        found = [
            _shape(one)
            for one in self._held(region).values()
            if source in {None, one.event_source_arn}
            and (
                not name or name in {one.function_arn, _bare(one.function_arn), one.function_name}
            )
        ]
        return _answered({"EventSourceMappings": found}, 200)

    def _delete_mapping(self, given: Given, region: str) -> Rendered:
        mapping = self._mapping(given, region)
        del self._held(region)[mapping.uuid]
        return _answered(_shape(mapping, "Deleting"), 202)


_SETTABLE = {
    "BatchSize": "batch_size",
    "Enabled": "enabled",
    "FilterCriteria": "filter_criteria",
    "FunctionResponseTypes": "function_response_types",
    "MaximumBatchingWindowInSeconds": "max_batch_window",
    "ScalingConfig": "scaling_config",
}


def _bare(arn: str) -> str:
    """A function's ARN without version or alias."""
    return ":".join(arn.split(":")[:7])


def _refused(text: str) -> AwsError:
    return AwsError(_INVALID, text, 400)


def _check_settings(given: Given, *, fifo: bool) -> None:
    """Raises AwsError if no mapping of a queue may have these."""
    size = given.get("BatchSize")
    window = int(given.get("MaximumBatchingWindowInSeconds") or 0)
    if size is not None and not 1 <= int(size) <= _MOST:
        text = (
            f"1 validation error detected: Value '{size}' at 'batchSize' failed to satisfy"
            " constraint: Member must have value"
            f" {'greater than or equal to 1' if int(size) < 1 else 'less than or equal to 10000'}"
        )
        raise AwsError("ValidationException", text, 400)  # noqa: EM101  a code
    if not 0 <= window <= _MAX_WINDOW:
        text = "Maximum batch window in seconds must be between 0 and 300 seconds"
        raise _refused(text)
    if fifo and window:
        text = "Batching window is not supported for FIFO queues"
        raise _refused(text)
    if fifo and size is not None and int(size) > _MOST_OF_FIFO:
        text = (
            f"Invalid request provided: Batch size for FIFO queues must be at most {_MOST_OF_FIFO}"
        )
        raise _refused(text)
    if size is not None and int(size) > _WITHOUT_WINDOW and not window:
        text = (
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is"
            " greater than 10"
        )
        raise _refused(text)
    for one in (given.get("FilterCriteria") or {}).get("Filters") or ():
        try:
            read_pattern(one.get("Pattern"))
        except InvalidPattern as error:
            raise _refused(_BAD_FILTER) from error


def _shape(mapping: Any, state: str | None = None) -> dict[str, object]:  # noqa: ANN401  moto's
    shape: dict[str, object] = {
        "UUID": mapping.uuid,
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": int(mapping.max_batch_window or 0),
        "EventSourceArn": mapping.event_source_arn,
        "EventSourceMappingArn": mapping.arn.rpartition(":")[0] + ":" + mapping.uuid,
        "FunctionArn": mapping.function_arn,
        "FunctionResponseTypes": list(mapping.function_response_types or ()),
        "LastModified": mapping.last_modified,
        "State": state or ("Enabled" if mapping.enabled else "Disabled"),
        "StateTransitionReason": "USER_INITIATED",
    }
    optional = {"FilterCriteria": mapping.filter_criteria, "ScalingConfig": mapping.scaling_config}
    return shape | {key: value for key, value in optional.items() if value}


def _answered(shape: Mapping[str, object], status: int) -> Rendered:
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id()}
    return Rendered(status, headers, json.dumps(shape).encode())
