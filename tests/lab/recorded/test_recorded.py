"""The lab against recordings of AWS: LocalStack's tests, asked again over HTTP.

The recorded answers are the oracle (Apache-2.0, see `cases/README.md`); `differs.json` has
every answer that is not the same, with why.  The replay fails when something differs
that is not there, and when something there is the same by now.
"""

import json
import os
import re

from pathlib import Path

import pytest

from tests.lab.aws.conftest import World
from tests.lab.recorded.matching import differences, kebab
from tests.lab.recorded.replay import Case, Replay, all_cases, files
from tests.lab.recorded.table import page


DIFFERS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("differs.json").read_text("utf-8")
)
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
    expected = {key for key in DIFFERS[name] if key.partition(" :: ")[0] == case["test"]}
    assert {} == {key: told for key, told in wrong.items() if key not in expected}
    assert set() == expected - set(wrong), "the same by now: take it out of differs.json"


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
        assert all(DIFFERS[name].values())
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


def test_names_of_values_left_out() -> None:
    """As the recordings write them."""
    assert ["sent-last24-hours", "m-d5-of-body", "sender-id"] == [
        kebab(name) for name in ("SentLast24Hours", "MD5OfBody", "SenderId")
    ]
