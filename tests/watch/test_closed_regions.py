"""A Region that is not enabled holds nothing; one that did not take the key may hold everything.

The codes are those of the AWS General Reference, "Common errors", and of STS.
"""

import pytest

from botocore.exceptions import ClientError, SSOError

from sendas.aws.failure import no_answer
from sendas.ses.regions import Region
from sendas.watch.suppression import RegionsUnseen, _each


HERE, THERE = Region("us-east-1"), Region("me-south-1")
ACTION = "ses:ListSuppressedDestinations"


def refused(code: str) -> ClientError:
    """What botocore raises."""
    answer = {"Error": {"Code": code, "Message": "x"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    return ClientError(answer, "ListSuppressedDestinations")  # type: ignore[arg-type]  a made-up answer


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "OptInRequired"])
def test_a_region_that_is_not_enabled_is_closed(code: str) -> None:
    """The others' answers are the whole."""
    lists = _each((HERE, THERE), lambda r: () if r == HERE else no_answer(refused(code), ACTION))

    assert (THERE,) == lists.closed
    assert () == lists.complete()


@pytest.mark.parametrize(
    "error",
    [
        *map(refused, ("ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed")),
        SSOError(),
    ],
    ids=str,
)
def test_a_token_that_ran_out_is_no_empty_list(error: Exception) -> None:
    """Half of the Regions were asked before, half after: nothing is called complete."""
    lists = _each((HERE, THERE), lambda r: () if r == HERE else no_answer(error, ACTION))

    assert () == lists.closed
    with pytest.raises(RegionsUnseen):
        lists.complete()
