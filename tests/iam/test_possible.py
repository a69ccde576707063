"""Whether anything can be allowed at all, whatever a request says of itself.

The answers are those of the IAM guide's evaluation rules, decided by hand from each policy.
"""

import json

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.iam.possible import TooManyConditions, possible


ARN = "arn:aws:iam::123456789012:user/office"
IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
REQUEST = Request("ses:SendRawEmail", (IDENTITY,), ARN)


def document(*statements: dict[str, object], source: Source = Source.INLINE) -> PolicyDocument:
    """A policy of those statements."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return PolicyDocument("mail", source, text, "office")


def statement(effect: str = "Allow", **more: object) -> dict[str, object]:
    """About sending, from everything."""
    return {"Effect": effect, "Action": "ses:SendRawEmail", "Resource": "*", **more}


def when(operator: str, key: str, *values: str) -> dict[str, object]:
    """A Condition element."""
    return {"Condition": {operator: {key: list(values)}}}


@pytest.mark.parametrize(
    ("statements", "needs"),
    [
        ([statement()], set()),
        ([statement(**when("IpAddress", "aws:SourceIp", "192.0.2.0/24"))], {"aws:SourceIp"}),
        # A Deny of everywhere else: `decide` alone takes it for a refusal.
        (
            [statement(), statement("Deny", **when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))],
            {"aws:SourceIp"},
        ),
        ([statement(**when("StringLike", "ses:FromDisplayName", "Shop*"))],
         {"ses:FromDisplayName"}),
        (
            [statement(), statement("Deny", **when("StringNotLike", "aws:UserAgent", "*curl*"))],
            {"aws:UserAgent"},
        ),
        ([statement(**when("NumericGreaterThan", "ses:ApiVersion", "1"))], {"ses:ApiVersion"}),
        ([statement(**when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"))],
         {"aws:CurrentTime"}),
        ([statement(**when("Null", "aws:TokenIssueTime", "false"))], {"aws:TokenIssueTime"}),
        # Denied by everything that is said of the key, allowed where nothing is.
        ([statement(), statement("Deny", **when("Null", "aws:TokenIssueTime", "false"))], set()),
    ],
)  # fmt: skip
def test_finds_a_way(statements: list[dict[str, object]], needs: set[str]) -> None:
    """Each can be allowed, by a request that says something of exactly these keys."""
    found = possible([document(*statements)], REQUEST)

    assert found is not None
    assert needs == set(found.needs)
    assert found.decision.allowed


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [statement("Deny"), statement()],
        [{**statement(), "Action": "s3:*"}],
        [{**statement(), "Resource": "arn:aws:ses:us-east-1:123456789012:identity/example.net"}],
        # Whatever the address is, one of the two denies.
        [
            statement(),
            statement("Deny", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
            statement("Deny", **when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24")),
        ],
    ],
)
def test_finds_no_way_where_there_is_none(statements: list[dict[str, object]]) -> None:
    """Denied, whatever is said."""
    assert possible([document(*statements)], REQUEST) is None


def test_a_boundary_takes_it_away() -> None:
    """What the permissions boundary does not allow, nobody may do."""
    bound = document({**statement(), "Action": "s3:*"}, source=Source.BOUNDARY)

    assert possible([document(statement()), bound], REQUEST) is None


def test_too_many_conditions_are_no_no() -> None:
    """Where it could not be tried out, nothing is said: not that it is denied."""
    keys = {f"aws:RequestTag/{n}": [f"v{m}" for m in range(6)] for n in range(8)}
    hard = statement("Deny", Condition={"StringNotEquals": keys})
    closed = statement("Deny", **when("Bool", "aws:SecureTransport", "false", "true"))

    absent = statement("Deny", **when("Null", "aws:SecureTransport", "true"))

    with pytest.raises(TooManyConditions, match="user/office"):
        possible([document(statement(), hard, closed, absent)], REQUEST)


keys_ = st.sampled_from(["aws:SourceIp", "ses:FromDisplayName", "aws:UserAgent"])
operators = st.sampled_from(["StringEquals", "StringLike", "StringNotEquals", "StringNotLike"])
values = st.sampled_from(["a", "b*", "?c", "192.0.2.1"])
conditions = st.dictionaries(operators, st.dictionaries(keys_, values, max_size=2), max_size=2)
statements_ = st.builds(
    lambda effect, element: statement(effect, Condition=element),
    st.sampled_from(["Allow", "Deny"]),
    conditions,
)


@given(st.lists(statements_, max_size=3), st.dictionaries(keys_, values))
def test_never_misses_what_is_allowed(
    statements: list[dict[str, object]], said: dict[str, str]
) -> None:
    """Whatever request `decide` allows, it is possible: the inventory leaves out nobody."""
    documents = [document(*statements)]
    context = {key: (value,) for key, value in said.items()}
    request = Request(REQUEST.action, REQUEST.resources, ARN, context)

    if decide(documents, request).allowed:
        assert possible(documents, REQUEST) is not None
