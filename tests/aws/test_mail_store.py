"""The owner's side of received mail: how the function is asked."""

from typing import Any, TypeAlias

import pytest

from botocore import exceptions as errors

from sendas.aws.mail_store import MailStore
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region
from sendas.setup.template.receiving import FUNCTION_SECONDS


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE = Region("us-east-1")
URL = "https://lambda.us-east-1.amazonaws.com/"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (errors.ReadTimeoutError(endpoint_url=URL), Why.TIMEOUT),
        (errors.ConnectionClosedError(endpoint_url=URL), Why.UNREACHABLE),
    ],
)
def test_the_function_is_invoked_once(scripted: ScriptedAws, error: Exception, why: Why) -> None:
    """Who does not answer may be at work: asked again, it would work twice at once."""
    seen = MailStore(scripted.raises(error), HERE, "mail").invoke("forward", {})

    assert isinstance(seen, NoAnswer)
    assert why is seen.why
    assert 1 == len(scripted.requests)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failed_invoke_is_not_repeated(scripted: ScriptedAws, status: int) -> None:
    """Nor where Lambda answers that it failed."""
    seen = MailStore(scripted.says(status, {"message": "No."}), HERE, "mail").invoke("f", {})

    assert isinstance(seen, NoAnswer)
    assert 1 == len(scripted.requests)


def test_the_function_is_waited_for(scripted: ScriptedAws) -> None:
    """Longer than the function may take, by the template that sets it up."""
    session = scripted.says(200, '{"results": []}')
    configs = []
    create_client = session._inner.create_client  # noqa: SLF001  what would be sent with

    def creating(*names: Any, config: Any, **more: Any) -> Any:  # noqa: ANN401  botocore's
        configs.append(config)
        return create_client(*names, config=config, **more)

    session._inner.create_client = creating  # noqa: SLF001  the same

    assert {"results": []} == MailStore(session, HERE, "mail").invoke("forward", {})
    (config,) = configs
    assert FUNCTION_SECONDS < config.read_timeout
    assert config.tcp_keepalive


def test_other_calls_are_tried_again(scripted: ScriptedAws) -> None:
    """What may be asked twice keeps the session's own patience."""
    store = MailStore(scripted.raises(errors.ReadTimeoutError(endpoint_url=URL)), HERE, "mail")

    assert isinstance(store.write("key", b""), NoAnswer)
    assert 3 == len(scripted.requests)
