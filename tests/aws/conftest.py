"""A session that talks to a scripted AWS: what would go over the wire is answered here."""

import io
import json

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from sendas.aws.session import Session


KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
Answer = tuple[int, str | dict[str, Any]] | Exception


class _Body:
    """What botocore reads of an answer."""

    def __init__(self, text: str) -> None:
        self._text = io.BytesIO(text.encode())

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._text.read()

    def read(self, size: int | None = None) -> bytes:
        return self._text.read(size)


@dataclass
class ScriptedAws:
    """Answers the same to every request, by *answer*; keeps what was asked."""

    answer: Callable[[AWSPreparedRequest], Answer] = lambda _: (200, {})
    requests: list[AWSPreparedRequest] = field(default_factory=list)

    def session(self, token: str | None = None, endpoint: str | None = None) -> Session:
        """A session all of whose requests end here."""
        inner = botocore.session.Session()
        inner.set_credentials(KEY_ID, SECRET, token)
        inner.register("before-send", self._send)
        inner.set_config_variable("retry_mode", "standard")
        return Session(inner, endpoint)

    def says(self, status: int, body: str | dict[str, Any]) -> Session:
        """A session to an AWS that answers every request with this."""
        self.answer = lambda _: (status, body)
        return self.session()

    def raises(self, error: Exception) -> Session:
        """A session whose every request ends in *error*."""
        self.answer = lambda _: error
        return self.session()

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.requests.append(request)
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"x-amzn-errortype": body["__type"]} if "__type" in body else {}
        return AWSResponse(request.url, status, headers, _Body(text))


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedAws:
    """AWS by script; no retry waits, and nothing of the machine's own configuration counts."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    return ScriptedAws()
