"""Wildcards and policy variables.

The table's ARNs and patterns are those of the IAM User Guide, "IAM policy
elements: Variables and tags" and "IAM JSON policy elements: Resource".
"""

import fnmatch

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.iam.wildcard import expand, matches


BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket/"
TEST_FOLDERS = BUCKET + "*/test/*"
CONTEXT = {"aws:username": ("jane",), "aws:principaltag/team": (), "aws:tagkeys": ("a", "b")}


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("arn:aws:iam::1:user/Division_abc/*", "arn:aws:iam::1:user/x", False),
        (TEST_FOLDERS, BUCKET + "1/test/object.jpg", True),
        (TEST_FOLDERS, BUCKET + "1/2/test/3/object.jpg", True),
        (TEST_FOLDERS, BUCKET + "1-test/object.jpg", False),
        (TEST_FOLDERS, BUCKET + "test/object.jpg", False),
        (BUCKET + "${aws:username}/*", BUCKET + "jane/x", True),
        (BUCKET + "${aws:username}/*", BUCKET + "joe/x", False),
        ("${aws:PrincipalTag/team, 'company-wide'}", "company-wide", True),
        ("${aws:userid}", "${aws:userid}", False),
        ("${aws:TagKeys}", "a", False),
        ("${*}${?}${$}", "*?$", True),
        ("${*}", "anything", False),
        ("ses:Send*Email", "ses:SendEmail", True),
        ("ses:Send???Email", "ses:SendRawEmail", True),
    ],
)  # fmt: skip
def test_reads_the_guide_s_own_patterns(pattern: str, text: str, fits: bool) -> None:  # noqa: FBT001  a column of the table
    """Patterns of the guide fit what it says they fit, and nothing else."""
    assert fits is matches(pattern, text, CONTEXT)


def test_variables_are_text_in_old_policies() -> None:
    """Before version 2012-10-17 there are no variables."""
    assert matches("${aws:username}", "${aws:username}")
    assert not matches("${aws:username}", "jane")


def test_a_value_holds_no_wildcard() -> None:
    """What the request says is taken letter by letter, a ``*`` as well."""
    assert not matches("home/${aws:username}", "home/jane", {"aws:username": ("*",)})


def test_expands_variables() -> None:
    """A variable gives way to its value; an unknown one gives nothing at all."""
    assert "a jane b" == expand("a ${aws:username} b", CONTEXT)
    assert expand("${aws:userid}", CONTEXT) is None


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=12))
def test_agrees_with_the_standard_library(pattern: str, text: str) -> None:
    """``*`` and ``?`` mean what they mean to fnmatch, an implementation not ours."""
    assert fnmatch.fnmatchcase(text, pattern) is matches(pattern, text)


@given(st.text(), st.text())
def test_never_raises(pattern: str, text: str) -> None:
    """Any text may stand where a pattern should."""
    matches(pattern, text, CONTEXT)


def test_many_stars_stay_quick() -> None:
    """A hostile pattern costs its length times the text's, not their power."""
    assert not matches("*a" * 200 + "b", "a" * 5000)
