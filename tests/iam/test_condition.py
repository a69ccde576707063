"""Condition operators.

Truth: IAM User Guide, "IAM JSON policy elements: Condition operators", the
table in "Conditions with multiple context keys or values", and the examples of
"Set operators for multivalued context keys".
"""

import json

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.iam.condition import Condition, MalformedPolicy, Quantifier, parse_conditions


TOPIC = "arn:aws:sns:us-east-1:123456789012:t"
BINARY = "QmluYXJ5VmFsdWVJbkJhc2U2NA=="  # the guide's example


def holds(element: dict[str, Any], **context: tuple[str, ...]) -> bool:
    """Whether every condition of *element* holds; ``__`` in a name stands for ``:``."""
    given_ = {key.replace("__", ":").lower(): values for key, values in context.items()}
    return all(condition.holds(given_) for condition in parse_conditions(element))


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"StringEquals": {"k": "silver"}}, "silver", True),
        ({"StringEquals": {"k": "silver"}}, "Silver", False),
        ({"StringEqualsIgnoreCase": {"k": "silver"}}, "SILVER", True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, "b", False),
        ({"StringNotEquals": {"k": ["a", "b"]}}, "c", True),
        ({"StringNotEqualsIgnoreCase": {"k": "a"}}, "A", False),
        ({"StringLike": {"k": ["", "home/", "home/*"]}}, "home/jane", True),
        ({"StringLike": {"k": "*@example.com"}}, "a@Example.com", False),
        ({"StringNotLike": {"k": "*@example.com"}}, "a@example.net", True),
        ({"NumericLessThanEquals": {"k": "10"}}, "10", True),
        ({"NumericLessThanEquals": {"k": 10}}, "11", False),
        ({"NumericGreaterThan": {"k": "10"}}, "ten", False),
        ({"NumericNotEquals": {"k": "10"}}, "10.0", False),
        ({"DateGreaterThan": {"k": "2020-01-01T00:00:01Z"}}, "2026-11-22T00:00:00Z", True),
        ({"DateLessThan": {"k": "2020-01-01"}}, "1577836799", True),
        ({"DateEquals": {"k": "2020-01-01"}}, "1577836800", True),
        ({"DateEquals": {"k": "2020-01-01"}}, "yesterday", False),
        ({"Bool": {"k": True}}, "true", True),
        ({"Bool": {"k": "false"}}, "true", False),
        ({"IpAddress": {"k": "203.0.113.0/24"}}, "203.0.113.7", True),
        ({"IpAddress": {"k": ["203.0.113.0/24", "2001:DB8:1::/48"]}}, "2001:db8:1::9", True),
        ({"NotIpAddress": {"k": "203.0.113.0/24"}}, "203.0.113.7", False),
        ({"IpAddress": {"k": "203.0.113.0/24"}}, "elsewhere", False),
        ({"ArnEquals": {"k": "arn:aws:sns:*:123456789012:*"}}, TOPIC, True),
        ({"ArnLike": {"k": "arn:aws:sns:*:t"}}, TOPIC, False),
        ({"ArnNotLike": {"k": "arn:aws:ses:*:*:*"}}, "arn:aws:sns:us-east-1:1:t", True),
        ({"BinaryEquals": {"k": BINARY}}, BINARY, True),
        ({"Null": {"k": "true"}}, "x", False),
        ({"Null": {"k": False}}, "x", True),
    ],
)  # fmt: skip
def test_single_values(element: dict[str, Any], value: str, expected: bool) -> None:  # noqa: FBT001  a column of the table
    """Each operator compares as its row in the guide says."""
    assert expected is holds(element, k=(value,))


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"StringEquals": {"k": "a"}}, False),
        ({"StringNotEquals": {"k": "a"}}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, True),
        ({"ForAllValues:StringEquals": {"k": "a"}}, True),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, False),
        ({"ForAnyValue:StringNotEquals": {"k": "a"}}, False),
        ({"Null": {"k": "true"}}, True),
        ({"Null": {"k": "false"}}, False),
    ],
)
def test_absent_keys(element: dict[str, Any], expected: bool) -> None:  # noqa: FBT001  a column of the table
    """A key the request does not have decides as the guide says."""
    assert expected is holds(element)


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("ID", "UserName"), True),
        ("ForAllValues:StringEquals", ("ID", "Secret"), False),
        ("ForAllValues:StringEquals", (), True),
        ("ForAnyValue:StringEquals", ("ID", "Secret"), True),
        ("ForAnyValue:StringEquals", ("Secret",), False),
        ("ForAllValues:StringNotEquals", ("Secret", "Other"), True),
        ("ForAllValues:StringNotEquals", ("Secret", "ID"), False),
        ("ForAnyValue:StringNotEquals", ("ID", "Secret"), True),
    ],
)
def test_several_values(operator: str, values: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001  a column of the table
    """ForAllValues asks of every value, ForAnyValue of at least one."""
    wanted = {operator: {"k": ["ID", "PostDateTime", "UserName"]}}

    assert expected is holds(wanted, k=values)


def test_every_operator_and_key_must_hold() -> None:
    """Operators and keys are joined by and, values by or."""
    element = {"StringEquals": {"a": ["1", "2"], "b": "3"}, "Bool": {"c": "true"}}

    assert holds(element, a=("2",), b=("3",), c=("true",))
    assert not holds(element, a=("2",), b=("4",), c=("true",))


def test_keys_have_no_letter_case() -> None:
    """``SES:fromaddress`` is ``ses:FromAddress``; its value keeps its case (FACTS 4)."""
    assert holds({"StringLike": {"SES:fromaddress": "A@*"}}, ses__FromAddress=("A@example.com",))


@pytest.mark.parametrize(
    "written",
    [
        "StringNotLikeIfExists", "ForAnyValue:StringNotEqualsIgnoreCase", "NotIpAddress", "Null",
        "ForAllValues:ArnNotLikeIfExists", "DateLessThan", "Bool", "NumericNotEquals",
    ],
)  # fmt: skip
def test_operators_are_shown_as_written(written: str) -> None:
    """Reading an operator and writing it again is the identity."""
    (condition,) = parse_conditions({written: {"k": "x"}})

    assert written == condition.written


def test_reads_the_parts() -> None:
    """Quantifier, Not and IfExists come off the operator's name."""
    element = {"ForAnyValue:StringNotLikeIfExists": {"ses:Recipients": ["*@example.com"]}}
    expected = Condition(
        "StringLike", "ses:Recipients", ("*@example.com",), negated=True, if_exists=True,
        quantifier=Quantifier.ANY,
    )  # fmt: skip

    assert (expected,) == parse_conditions(element)


@pytest.mark.parametrize(
    "element",
    [
        [], "x", {"StringEquals": "x"}, {"StringEqual": {"k": "v"}}, {"NotNull": {"k": "true"}},
        {"Every:StringEquals": {"k": "v"}}, {"StringEquals": {"k": {}}},
        {"NotBool": {"k": "true"}}, {"NullIfExists": {"k": "true"}}, {":StringEquals": {"k": "v"}},
    ],
)  # fmt: skip
def test_refuses_what_iam_refuses(element: object) -> None:
    """An operator nobody knows is an error, not a condition that silently fails."""
    with pytest.raises(MalformedPolicy):
        parse_conditions(element)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
operators = st.sampled_from(
    ["StringLike", "DateEquals", "NumericLessThan", "IpAddress", "ArnLike", "Null", "Bool"]
)


@given(st.dictionaries(operators | st.text(), st.dictionaries(st.text(), json_values)), st.text())
def test_any_json_is_read_or_refused(element: dict[str, Any], value: str) -> None:
    """Whatever JSON stands there, it is decided or MalformedPolicy is raised."""
    try:
        conditions = parse_conditions(json.loads(json.dumps(element)))
    except MalformedPolicy:
        return
    for condition in conditions:
        assert condition.holds({condition.key.lower(): (value,)}) in {True, False}
