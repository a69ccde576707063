"""AWS's errors in our closed vocabulary.

Codes are those of "Common error types" in the API references and of each
operation's "Errors"; what goes over the wire is as botocore's own protocol
tests have it.
"""

from typing import Any, TypeAlias

import pytest

from botocore import exceptions as errors

from sendas.aws.failure import no_answer, shorten
from sendas.aws.iam import keys_of
from sendas.aws.sesv2 import account
from sendas.outcome import NoAnswer, Why
from sendas.ses.regions import Region


ScriptedAws: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

HERE = Region("us-east-1")
URL = "https://email.us-east-1.amazonaws.com/v2/email/account"


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, "AccessDeniedException", Why.DENIED),
        (403, "SomethingNew", Why.DENIED),
        (403, "ExpiredTokenException", Why.NO_CREDENTIALS),
        (403, "UnrecognizedClientException", Why.NO_CREDENTIALS),
        (403, "InvalidSignatureException", Why.NO_CREDENTIALS),
        (429, "TooManyRequestsException", Why.THROTTLED),
        (429, "SomethingNew", Why.THROTTLED),
        (500, "InternalServiceError", Why.SERVER_FAILURE),
        (503, "", Why.SERVER_FAILURE),
        (400, "BadRequestException", Why.SERVER_FAILURE),
    ],
)
def test_errors_of_json_services(scripted: ScriptedAws, status: int, code: str, why: Why) -> None:
    """The code decides; where nobody has heard of it, the HTTP status."""
    body = {"__type": code, "message": "No."} if code else "<html>down</html>"
    seen = account(scripted.says(status, body), HERE)

    assert isinstance(seen, NoAnswer)
    assert why is seen.why
    assert seen.detail.startswith("ses:GetAccount")


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, "AccessDenied", Why.DENIED),
        (403, "InvalidClientTokenId", Why.NO_CREDENTIALS),
        (403, "SignatureDoesNotMatch", Why.NO_CREDENTIALS),
        (403, "ExpiredToken", Why.NO_CREDENTIALS),
        (400, "Throttling", Why.THROTTLED),
        (500, "ServiceFailure", Why.SERVER_FAILURE),
    ],
)
def test_errors_of_xml_services(scripted: ScriptedAws, status: int, code: str, why: Why) -> None:
    """The same of services that answer in XML."""
    body = (
        f"<ErrorResponse><Error><Code>{code}</Code><Message>No.</Message></Error></ErrorResponse>"
    )
    seen = keys_of(scripted.says(status, body), HERE, "alice")

    assert NoAnswer(why, f"iam:ListAccessKeys: {code}: No.") == seen


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (errors.ConnectTimeoutError(endpoint_url=URL), Why.TIMEOUT),
        (errors.ReadTimeoutError(endpoint_url=URL), Why.TIMEOUT),
        (errors.EndpointConnectionError(endpoint_url=URL, error="refused"), Why.UNREACHABLE),
        (errors.SSLError(endpoint_url=URL, error="self-signed"), Why.UNREACHABLE),
        (errors.ProxyConnectionError(proxy_url="http://192.0.2.1"), Why.UNREACHABLE),
        (errors.ConnectionClosedError(endpoint_url=URL), Why.UNREACHABLE),
        (errors.NoCredentialsError(), Why.NO_CREDENTIALS),
        (errors.UnauthorizedSSOTokenError(), Why.NO_CREDENTIALS),
    ],
)
def test_errors_of_the_way_there(scripted: ScriptedAws, error: Exception, why: Why) -> None:
    """Nobody reached is neither denied nor absent."""
    seen = account(scripted.raises(error), HERE)

    assert isinstance(seen, NoAnswer)
    assert why is seen.why


def test_throttling_is_tried_again(scripted: ScriptedAws) -> None:
    """A throttled question is put three times, and no more."""
    account(scripted.says(429, {"__type": "TooManyRequestsException"}), HERE)

    assert 3 == len(scripted.requests)


def test_denial_names_what_to_grant() -> None:
    """The detail begins with IAM's name of the action: ses, not sesv2."""
    said = {"Error": {"Code": "AccessDeniedException", "Message": "User: arn:… is not authorized"}}
    denial = no_answer(errors.ClientError(said, "GetAccount"), "ses:GetAccount")

    assert "ses:GetAccount: AccessDeniedException: User: arn:… is not authorized" == denial.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", "one"),
        ("", ""),
        ("key AKIAIOSFODNN7EXAMPLE is bad", "key …MPLE is bad"),
        ("a" * 300, "a" * 240 + "…"),
    ],
)
def test_details_are_short_and_show_no_key_id(text: str, expected: str) -> None:
    """SES quotes what it would have signed: only the first line is kept, and no whole key id."""
    assert expected == shorten(text)
