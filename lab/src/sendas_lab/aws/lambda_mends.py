"""Moto's Lambda made Lambda's: functions run, settings are kept, answers have all their members.

What is recorded is of test_lambda_api (docs/lab-recorded.md); the rest is the API reference.
"""

import functools
import importlib
import json
import uuid

from collections.abc import Callable
from typing import Any

from sendas_lab.aws.errors import AwsError


RunFunction = Callable[[Any, Any], tuple[str, bool, str]]
"""moto's function and its event, to the answer's JSON, whether it failed, and the log."""

_runners: dict[str, RunFunction] = {}


def run_functions_with(account_id: str, run: RunFunction) -> None:
    """Let *run* run the functions of that account, instead of moto's containers."""
    _runners[account_id] = run


def _run_functions_for_real() -> None:
    """Replace moto's way of running a function."""
    function = importlib.import_module("moto.awslambda.models").LambdaFunction
    theirs = function._invoke_lambda  # noqa: SLF001  the one place to step in

    def invoke(self: Any, event: Any = None) -> Any:  # noqa: ANN401  moto's function and triple
        run = _runners.get(self.account_id)
        if run is None:
            return theirs(self, event)
        # moto hands over what it parsed, or the JSON itself.
        return run(self, json.loads(event or "{}") if isinstance(event, str) else event)

    function._invoke_lambda = invoke  # noqa: SLF001  the same


Accept = Callable[[Any, Any], object]
"""moto's function and the event: for whoever invokes and does not wait."""

_acceptors: dict[str, Accept] = {}


def accept_events_with(account_id: str, accept: Accept) -> None:
    """Let *accept* take what S3, SNS and others hand to functions of that account."""
    _acceptors[account_id] = accept


def _keep_what_functions_are_given() -> None:
    """Keep DeadLetterConfig, take events of other services, replace invoke settings."""
    models = importlib.import_module("moto.awslambda.models")
    function = models.LambdaFunction
    init, update, shown = (
        function.__init__,
        function.update_configuration,
        function.get_configuration,
    )
    invoke, put = function.invoke, models.LambdaBackend.put_function_event_invoke_config

    def begin(self: Any, account_id: str, spec: Any, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        init(self, account_id, spec, *args, **more)
        self.dead_letter_config = spec.get("DeadLetterConfig")

    def change(self: Any, updates: Any) -> Any:  # noqa: ANN401  moto's
        answer = update(self, updates)
        if "DeadLetterConfig" in updates:
            self.dead_letter_config = updates["DeadLetterConfig"]
            answer = self.get_configuration()
        return answer

    def show(self: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        found = shown(self, *args, **more)
        letters = getattr(self, "dead_letter_config", None)
        return found | ({"DeadLetterConfig": letters} if (letters or {}).get("TargetArn") else {})

    def take(self: Any, body: str, request_headers: Any, response_headers: Any) -> Any:  # noqa: ANN401  moto's
        accept = _acceptors.get(self.account_id)
        if accept is None or request_headers:
            return invoke(self, body, request_headers, response_headers)
        accept(self, json.loads(body or "{}"))  # nobody waits for the answer
        return b""

    def configure(self: Any, function_name: str, config: Any) -> Any:  # noqa: ANN401  moto's
        self.get_function(function_name).event_invoke_config.clear()  # moto keeps the first
        return put(self, function_name, config)

    function.__init__, function.update_configuration = begin, change
    function.get_configuration, function.invoke = show, take
    models.LambdaBackend.put_function_event_invoke_config = configure


@functools.cache
def take_lambda_over() -> None:
    """Make moto's Lambda run functions as Lambda does; once for the process."""
    _run_functions_for_real()
    _keep_what_functions_are_given()
    _leave_queues_alone()
    _tell_all_of_a_function()
    _tell_all_of_invoke_settings()
    _word_permissions()


def _leave_queues_alone() -> None:
    """Keep moto from running functions itself whenever a message is sent.

    It invokes them inside SendMessage, knows neither partial batch responses nor
    visibility time-outs, and gives functions constant attributes (`lab/aws/mappings.py`
    does it as Lambda does).
    """
    queue = importlib.import_module("moto.sqs.models").Queue
    theirs = queue.add_message

    def add_message(self: Any, message: Any) -> None:  # noqa: ANN401  moto's queue and message
        if self.account_id in _runners:
            self.lambda_event_source_mappings.clear()
        theirs(self, message)

    queue.add_message = add_message


# Members ---------------------------------------------------------------------

_RUNTIME_VERSION = "f4e4f6c1d3d24f1d6b6b2f0b9f5b8b8e6bd1e8fbf6fc5a1a9d2f1f4f3d9c7a10"
"""Made up: the id of a runtime's version, which says nothing here."""


def _tell_all_of_a_function() -> None:
    """Revision, logging, runtime version; a new function is Pending (recorded)."""
    function = importlib.import_module("moto.awslambda.models").LambdaFunction
    init, shown, update = (
        function.__init__,
        function.get_configuration,
        function.update_configuration,
    )
    code = function.update_function_code

    def begin(self: Any, account_id: str, spec: Any, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        init(self, account_id, spec, *args, **more)
        self.sendas_revision = str(uuid.uuid4())
        self.sendas_environment = "Environment" in spec

    def show(self: Any, on_create: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002  moto's own order
        found = shown(self, on_create)
        if not found.get("Layers"):
            found.pop("Layers", None)
        if getattr(self, "sendas_environment", False):
            found.setdefault("Environment", {"Variables": {}})
        found["RevisionId"] = getattr(self, "sendas_revision", None) or str(uuid.uuid4())
        group = f"/aws/lambda/{self.function_name}"
        found.setdefault("LoggingConfig", {"LogFormat": "Text", "LogGroup": group})
        if self.package_type == "Zip":
            arn = f"arn:aws:lambda:{self.region}::runtime:{_RUNTIME_VERSION}"
            found["RuntimeVersionConfig"] = {"RuntimeVersionArn": arn}
        if on_create:
            found |= {
                "State": "Pending",
                "StateReason": "The function is being created.",
                "StateReasonCode": "Creating",
            }
        return found

    def change(self: Any, updates: Any) -> Any:  # noqa: ANN401  the same
        self.sendas_revision = str(uuid.uuid4())
        if "Environment" in updates:
            self.sendas_environment = True
        return update(self, updates)

    def load(self: Any, updates: Any) -> Any:  # noqa: ANN401  the same
        self.sendas_revision = str(uuid.uuid4())
        return code(self, updates)

    function.__init__, function.get_configuration = begin, show
    function.update_configuration, function.update_function_code = change, load


def _tell_all_of_invoke_settings() -> None:
    """FunctionArn has its qualifier, destinations are told though there are none (recorded)."""
    settings = importlib.import_module("moto.awslambda.models").EventInvokeConfig
    backend = importlib.import_module("moto.awslambda.models").LambdaBackend
    shown = settings.response

    def show(self: Any) -> Any:  # noqa: ANN401  moto's
        found = shown(self)
        destinations: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
        found["DestinationConfig"] = destinations | (found.get("DestinationConfig") or {})
        if not found["FunctionArn"].endswith("$LATEST"):
            found["FunctionArn"] += ":$LATEST"
        return found

    def update(self: Any, function_name: str, config: Any) -> Any:  # noqa: ANN401  the same
        held = self.get_function(function_name).event_invoke_config
        stands = dict(held[0].config) if held else {}
        return self.put_function_event_invoke_config(function_name, {**stands, **config})

    settings.response = show
    backend.update_function_event_invoke_config = update


# Permissions -----------------------------------------------------------------

_INVALID, _NOT_FOUND = "InvalidParameterValueException", "ResourceNotFoundException"
_CONFLICT, _STALE = "ResourceConflictException", "PreconditionFailedException"


def _word_permissions() -> None:
    """Who may invoke: principals as IAM writes them, a statement's id once (recorded)."""
    policy = importlib.import_module("moto.awslambda.policy").Policy
    add, remove = policy.add_statement, policy.del_statement

    def allow(self: Any, raw: str, qualifier: str | None = None) -> Any:  # noqa: ANN401  moto's
        _check_addition(self, json.loads(raw), qualifier)
        return add(self, raw, qualifier)

    def disallow(self: Any, sid: str, revision: str = "") -> None:  # noqa: ANN401  the same
        _check_removal(self, sid, revision)
        remove(self, sid, revision)
        self.revision = str(uuid.uuid4())

    policy.add_statement, policy.del_statement = allow, disallow
    policy.principal_formatter = _principal


def _check_addition(policy: Any, wanted: Any, qualifier: str | None) -> None:  # noqa: ANN401  the same
    name = wanted.get("StatementId")
    if any(one.get("Sid") == name for one in policy.statements):
        text = (
            f"The statement id ({name}) provided already exists. Please provide a new"
            " statement id, or remove the existing statement."
        )
        raise AwsError(_CONFLICT, text, 409)
    if qualifier == "$LATEST":
        text = "We currently do not support adding policies for $LATEST."
        raise AwsError(_INVALID, text, 400)
    _check_revision(policy, wanted.get("RevisionId"))


def _check_removal(policy: Any, sid: str, revision: str) -> None:  # noqa: ANN401  the same
    if not policy.statements:
        text = "No policy is associated with the given resource."
        raise AwsError(_NOT_FOUND, text, 404)
    if all(one.get("Sid") != sid for one in policy.statements):
        text = f"Statement {sid} is not found in resource policy."
        raise AwsError(_NOT_FOUND, text, 404)
    _check_revision(policy, revision)


def _check_revision(policy: Any, revision: str | None) -> None:  # noqa: ANN401  the same
    if revision and revision != policy.revision:
        text = (
            "The Revision Id provided does not match the latest Revision Id. Call the"
            " GetPolicy API to retrieve the latest Revision Id"
        )
        raise AwsError(_STALE, text, 412)


def _principal(_policy: object, given: object) -> object:
    if not isinstance(given, str) or given == "*":
        return given
    if given.endswith(".amazonaws.com"):
        return {"Service": given}
    if given.isdigit():
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if given.startswith("arn:"):
        return {"AWS": given}
    text = "The provided principal was invalid. Please check the principal and try again."
    raise AwsError(_INVALID, text, 400)
