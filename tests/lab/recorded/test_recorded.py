"""The lab against recordings of AWS: LocalStack's tests, asked again over HTTP.

The recorded answers are the oracle (Apache-2.0, see `cases/README.md`); `differs.json` has
every answer that is not the same, with why, and where: names of members, error codes and
statuses.  The replay fails when something differs that is not there, and when something
there is the same by now.
"""

import os
import re

from pathlib import Path

import pytest

from tests.lab.aws.conftest import World
from tests.lab.recorded.matching import differences, kebab, place_of
from tests.lab.recorded.replay import Case, Replay, all_cases, differs, files
from tests.lab.recorded.table import page


DIFFERS = {
    name: {key: places for answers in reasons.values() for key, places in answers.items()}
    for name, reasons in differs().items()
}
_ELSEWHERE = re.compile(r"Fifo|Platform|SMS|Http|Metrics|Multipart")
"""What sendas does not use: asked again only with SENDAS_RECORDED=all, for the time it takes."""
CASES = [
    pytest.param(name, case, id=f"{name}-{case['test']}".replace("/", "_"))
    for name, case in all_cases()
    if os.environ.get("SENDAS_RECORDED") == "all" or not _ELSEWHERE.search(case["test"])
]
ABOUT = {"account": "111122223333", "region": "us-east-1"}


@pytest.mark.parametrize(("name", "case"), CASES)
def test_the_lab_answers_as_aws_was_recorded_to(world: World, name: str, case: Case) -> None:
    """Status, code, text, keys and values after placeholders."""
    found = Replay(world).run(case)

    wrong = {f"{case['test']} :: {key}": told for key, told in found.items() if told}
    known = {k: v for k, v in DIFFERS[name].items() if k.partition(" :: ")[0] == case["test"]}
    assert {} == {key: told for key, told in wrong.items() if key not in known}
    assert set() == set(known) - set(wrong), "the same by now: take it out of differs.json"
    assert known == {key: sorted(set(map(place_of, told))) for key, told in wrong.items()}


def test_every_difference_is_one_of_a_case_and_says_why() -> None:
    """Nothing in the list is stale, nothing without a reason."""
    for name, file in files().items():
        keys = {
            f"{case['test']} :: {one['key']}"
            for case in file["cases"]
            for step in case["steps"]
            for one in step.get("recorded", ())
        }
        assert set() == set(DIFFERS[name]) - keys
        assert sum(map(len, differs()[name].values())) == len(DIFFERS[name])
        assert all(DIFFERS[name].values())
        assert all(differs()[name])
        assert all(file["left_out"].values())


def test_the_page_is_made_from_the_cases() -> None:
    """docs/lab-recorded.md: `python -m tests.lab.recorded.table` writes it."""
    root = Path(__file__).parents[3]

    assert page() == (root / "docs" / "lab-recorded.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("<uuid:1>", "abc", True),
        ("a-<uuid:1>/<uuid:1>", "a-x/x", True),
        ("a-<uuid:1>/<uuid:1>", "a-x/y", False),
        (
            "arn:<partition>:sns:<region>:111111111111:x",
            "arn:aws:sns:us-east-1:111122223333:x",
            True,
        ),
        (
            "arn:<partition>:sns:<region>:111111111111:x",
            "arn:aws:sns:us-west-2:111122223333:x",
            False,
        ),
        ({"A": "datetime"}, {"A": 5}, True),
        ({"SentTimestamp": "sent-timestamp"}, {"SentTimestamp": "7"}, True),
        ({"Body": {"a": 1}}, {"Body": '{"a": 1}'}, True),
        ({"Body": {"a": 1}}, {"Body": '{"a": 2}'}, False),
        ({"A": 1}, {}, False),
        ({}, {"A": 1}, False),
        ([1, 2], [1], False),
        ("Invalid tag name <a:1>: no", "Invalid tag name <a:1>: no", True),
        ("Invalid tag name", "Invalid tag value", False),
        ("CFN-A-Kdps7TfbhFx5", "CFN-A-abcdefghijkl", True),
        ("test-precondition", "test-abcdefghijkl", False),
        ({"<uuid:1>": ["x"]}, {"123": ["x"]}, True),
        (
            {"x": {"ResponseMetadata": {"HTTPStatusCode": 200}}},
            {"x": {"ResponseMetadata": {"HTTPStatusCode": 400}}},
            False,
        ),
    ],
)
def test_placeholders(expected: object, actual: object, *, same: bool) -> None:
    """The same placeholder is the same text; nothing else may differ."""
    assert same is ([] == list(differences(expected, actual, ABOUT, {})))


@pytest.mark.parametrize(
    ("actual", "place"),
    [
        ({"Error": {"Code": "A", "Message": "a"}}, ["/Error/Code: 'A' for 'C'", "/Error/Message"]),
        ({"Error": {"Code": "C"}}, ["/Error/Message: not there"]),
        ({"Error": {"Code": "C", "Message": "it's"}}, ["/Error/Message"]),
        ({"Error": "x"}, ["/Error"]),
    ],
)
def test_places(actual: object, place: list[str]) -> None:
    """A value is another each time; which member it is, and an error's code, are not."""
    expected = {"Error": {"Code": "C", "Message": "c"}}

    assert place == [place_of(one) for one in differences(expected, actual, ABOUT, {})]


def test_names_of_values_left_out() -> None:
    """As the recordings write them."""
    assert ["sent-last24-hours", "m-d5-of-body", "sender-id"] == [
        kebab(name) for name in ("SentLast24Hours", "MD5OfBody", "SenderId")
    ]
