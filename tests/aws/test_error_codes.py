"""AWS's error codes: one table, whoever reads it; held against the lists that botocore has."""

import functools

from typing import Any

import botocore.exceptions
import botocore.retries.standard
import botocore.session
import pytest

from sendas.aws.failure import no_answer
from sendas.aws.refusals import (
    AwsFailure,
    NoReply,
    Throttled,
    Transient,
    certainly_not_done,
    failure,
    perhaps_done,
)
from sendas.aws_errors import BY_CODE, Effect, Trouble, meaning
from sendas.outcome import Why


TRANSIENT_IN_BOTOCORE = botocore.retries.standard.TransientRetryableChecker
THROTTLED_IN_BOTOCORE = botocore.retries.standard.ThrottledRetryableChecker


def test_what_botocore_calls_a_throttle_is_one() -> None:
    """Its standard retry mode keeps a list of codes."""
    theirs = set(THROTTLED_IN_BOTOCORE._THROTTLED_ERROR_CODES)  # noqa: SLF001  a list, of no other name

    assert theirs
    assert {Trouble.THROTTLED} == {meaning(code).trouble for code in theirs}


def test_what_botocore_tries_again_passes() -> None:
    """Codes and statuses; a status of 500 leaves open what was done."""
    codes: Any = TRANSIENT_IN_BOTOCORE._TRANSIENT_ERROR_CODES  # noqa: SLF001  the same
    statuses: Any = TRANSIENT_IN_BOTOCORE._TRANSIENT_STATUS_CODES  # noqa: SLF001  the same

    assert all(meaning(code).passes for code in codes)
    assert all(meaning("", status).passes for status in statuses)
    assert Effect.PERHAPS is meaning("", 500).effect


@functools.cache
def shapes(service: str) -> dict[str, int]:
    """The errors that a service's model declares, by code, with HTTP's status."""
    model = botocore.session.Session().get_service_model(service)
    found = {}
    for shape in model.error_shapes:
        said = shape.metadata.get("error", {})
        found[str(said.get("code", shape.name))] = int(said.get("httpStatusCode", 400))
    return found


@pytest.mark.parametrize("service", ["sesv2", "ses", "s3", "sqs", "sns"])
def test_no_declared_error_of_a_client_leaves_an_effect_open(service: str) -> None:
    """What a service's model calls the client's fault was refused before anything was done."""
    open_ones = {
        code
        for code, status in shapes(service).items()
        if status < 500 and meaning(code, status).effect is Effect.PERHAPS
    }

    assert set() == open_ones


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # SES v2 API reference, SendEmail, "Errors". A pause does not end by itself: its owner
        # has to be told at the first refusal.
        ("AccountSuspendedException", (False, Effect.NONE)),
        ("BadRequestException", (False, Effect.NONE)),
        ("LimitExceededException", (True, Effect.NONE)),
        ("MailFromDomainNotVerifiedException", (False, Effect.NONE)),
        ("MessageRejected", (False, Effect.NONE)),
        ("NotFoundException", (False, Effect.NONE)),
        ("SendingPausedException", (False, Effect.NONE)),
        ("TooManyRequestsException", (True, Effect.NONE)),
        # The same, "Common errors".
        ("RequestExpired", (True, Effect.NONE)),
        ("InternalFailure", (True, Effect.PERHAPS)),
        ("ServiceUnavailable", (True, Effect.NONE)),
        ("ExpiredTokenException", (True, Effect.NONE)),
        ("AccessDeniedException", (False, Effect.NONE)),
        # S3, "List of error codes".
        ("RequestTimeout", (True, Effect.PERHAPS)),
        ("RequestTimeTooSkewed", (True, Effect.NONE)),
        ("SlowDown", (True, Effect.NONE)),
        ("NeverHeardOf", (True, Effect.NONE)),
    ],
)
def test_what_each_code_means(code: str, expected: tuple[bool, Effect]) -> None:
    """Whether it passes, and whether anything may have been done."""
    found = meaning(code, 400)

    assert expected == (found.passes, found.effect)


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_both_clients_agree(code: str) -> None:
    """Whoever reads the answer, botocore's way or the lean one, draws the same conclusion."""
    lean = failure("ses:SendEmail", 400, code, "")
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    seen = no_answer(botocore.exceptions.ClientError(answer, "SendEmail"), "ses:SendEmail")

    assert meaning(code).passes is lean.passing
    assert isinstance(lean, Throttled) is (seen.why is Why.THROTTLED)
    assert not (certainly_not_done(lean) and perhaps_done(lean))
    assert perhaps_done(lean) is (meaning(code).effect is Effect.PERHAPS)


@pytest.mark.parametrize("code", ["LimitExceeded", "LimitExceededException"])
def test_a_quota_in_the_way_is_a_throttle(code: str) -> None:
    """Services of the query protocol leave the second word out (IAM API, CreateAccessKey)."""
    assert type(failure("x", 409, code, "")) is Throttled
    assert Why.THROTTLED is meaning(code, 409).why


@pytest.mark.parametrize("status", [500, 502, 504, 507, 599])
def test_a_server_that_broke_may_have_done_it(status: int) -> None:
    """RFC 9110, 15.6; a code that nobody knows changes nothing."""
    assert perhaps_done(failure("x", status, "NeverHeardOf", ""))
    assert not certainly_not_done(failure("x", status, "NeverHeardOf", ""))


def test_an_unknown_refusal_is_neither_repeated_nor_given_up() -> None:
    """It waits in the queue: nothing is for good that AWS does not call so."""
    unknown = failure("x", 400, "NeverHeardOf", "")

    assert type(unknown) is Transient
    assert unknown.passing
    assert (False, False) == (certainly_not_done(unknown), perhaps_done(unknown))


def test_every_kind_of_failure_is_made_of_some_code() -> None:
    """No class is left without a code that makes it."""
    made = {type(failure("x", 400, code, "")) for code in BY_CODE}
    made.add(type(failure("x", 400, "MessageRejected", "Email address is not verified. …")))

    assert {kind for kind in AwsFailure.__subclasses__() if kind is not NoReply} <= made | {
        kind for kind in AwsFailure.__subclasses__() if kind.__module__ != AwsFailure.__module__
    }
