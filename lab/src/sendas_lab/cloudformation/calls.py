"""How CloudFormation makes things: by the API of each service, with the caller's own key.

So what a service refuses, CloudFormation is refused, with the service's words;
faults and IAM apply to it as to anybody.
"""

import threading

from collections.abc import Callable
from typing import Any

import botocore.session

from botocore.exceptions import BotoCoreError, ClientError

from sendas.aws.session import Session
from sendas.ses.regions import Region
from sendas_lab.aws.service import CLOUDFORMATION
from sendas_lab.cloudformation.template import Value
from sendas_lab.ses.ports import StoredKey


class ResourceFailed(Exception):
    """The resource could not be made, changed or deleted; the text goes into the event."""

    def __init__(self, reason: str, kind: str = "InvalidRequest") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        """The handler's error code: NotFound, AlreadyExists, AccessDenied, InvalidRequest…"""


class Refused(ResourceFailed):
    """A service said no; *code* is its own word."""

    def __init__(self, service: str, code: str, message: str, status: int) -> None:
        kind = _kind(code, status)
        name = _NAMES.get(service, service.capitalize())
        shown = (
            f'Resource handler returned message: "{message} (Service: {name}, Status Code:'
            f' {status}, Request ID: {_REQUEST})" (RequestToken: {_REQUEST},'
            f" HandlerErrorCode: {kind})"
        )
        super().__init__(shown, kind)
        self.code = code
        self.message = message


def gone(what: str, service: str) -> Refused:
    """What a service would say of something that is not there, where its own answer is empty."""
    return Refused(service, "NotFoundException", what, 404)


_REQUEST = "00000000-0000-4000-8000-000000000000"
_NAMES = {
    "sesv2": "SesV2", "sns": "Sns", "sqs": "Sqs", "s3": "S3", "iam": "Iam",
    "route53": "Route53", "cloudwatch": "CloudWatch", "logs": "CloudWatchLogs",
    "awslambda": "Lambda", "dynamodb": "DynamoDb", "secretsmanager": "SecretsManager",
}  # fmt: skip
_NOT_FOUND = ("NotFound", "NoSuch", "DoesNotExist", "NonExistent", "NotExist", "404")
_EXISTS = ("AlreadyExists", "AlreadyOwned", "Conflict", "EntityAlreadyExists", "Exists")


def _kind(code: str, status: int) -> str:
    if any(word in code for word in _NOT_FOUND):
        return "NotFound"
    if "DoesNotExist" not in code and any(word in code for word in _EXISTS):
        return "AlreadyExists"
    if "AccessDenied" in code or "Unauthorized" in code:
        return "AccessDenied"
    if "Limit" in code or "Quota" in code:
        return "ServiceLimitExceeded"
    if "Throttl" in code or "TooManyRequests" in code:
        return "Throttling"
    return "InvalidRequest" if status < 500 else "ServiceInternalError"  # noqa: PLR2004  HTTP's


class Calls:
    """The API in one Region with one key."""

    def __init__(self, session: Session, region: Region) -> None:
        self._session = session
        self._region = region

    def __call__(self, service: str, operation: str, **parameters: Value) -> Value:
        """One call.

        Raises:
            Refused: The service says no.
            ResourceFailed: Nobody answered, or the call could not be made.
        """
        try:
            return self._session.call(service, operation, region=self._region, **parameters)
        except ClientError as error:
            response: Any = error.response
            about = response.get("Error", {})
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
            code, message = str(about.get("Code", "")), str(about.get("Message", ""))
            raise Refused(service, code, message or code, status) from error
        except BotoCoreError as error:
            text = f"{service} {operation}: {error}"
            raise ResourceFailed(text) from error

    def quietly(self, service: str, operation: str, **parameters: Value) -> None:
        """The same; that it is not there is well."""
        try:
            self(service, operation, **parameters)
        except Refused as error:
            if error.kind != "NotFound":
                raise


class Sessions:
    """One session with the lab's AWS for each key that calls CloudFormation."""

    def __init__(self, endpoint: Callable[[], str]) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], Session] = {}
        self._loader: Any = None

    def calls(self, key: StoredKey, region: Region) -> Calls:
        """The API with that key."""
        with self._lock:
            which = (key.principal.key_id, self._endpoint())
            if which not in self._held:
                self._held[which] = Session(self._opened(key), self._endpoint())
            return Calls(self._held[which], region)

    def forget(self) -> None:
        """Drop them all: the lab is empty again, and its keys are others."""
        with self._lock:
            self._held.clear()

    def _opened(self, key: StoredKey) -> botocore.session.Session:
        inner = botocore.session.Session()
        inner.user_agent_extra = CLOUDFORMATION
        inner.set_credentials(key.principal.key_id, key.secret, key.session_token)
        if self._loader is None:
            self._loader = inner.get_component("data_loader")
        else:  # one loader: it holds the service models, which are large
            inner.register_component("data_loader", self._loader)
        return inner
