"""The open questions, asked of the account of the environment: `pytest --live tests/live -s`.

It costs a few mails to the simulator.  AWS_REGION says where; SENDAS_LIVE_FROM is an address
of a verified identity, without which nothing is sent.  Answers go to live-report.md
(SENDAS_LIVE_REPORT), also when the run is cut short.
"""

import os
import re
import time

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sendas.ses.regions import parse_region
from tests.live.account import MARK, Account, sweep
from tests.live.questions import QUESTIONS, Question
from tests.live.report import report


pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]
_ANSWERS: list[tuple[Question, str]] = []


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Swept before and after."""
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))

    def client(service: str, key: Any = None, **more: Any) -> Any:  # noqa: ANN401  boto3's own
        if key is None:
            return session.client(service, **more)
        return boto3.client(
            service,
            region_name=session.region_name,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    region = parse_region(str(session.region_name))
    regions = tuple(session.get_available_regions("ses"))
    found = Account(client, region, os.environ.get("SENDAS_LIVE_FROM"), regions)
    sweep(found)
    try:
        yield found
    finally:
        left = sweep(found)
        assert [] == left, "the questions clean up behind themselves"


def without_names(answer: str, account: Account) -> str:
    """The answer without what is the owner's: address, account number, keys, users."""
    told = re.sub(r"\b\d{12}\b", "123456789012", answer)
    told = re.sub(r"\bA[KS]IA[A-Z0-9]{16}\b", "AKIAIOSFODNN7EXAMPLE", told)
    told = re.sub(rf"{MARK}[0-9a-f]+", f"{MARK}…", told)
    if account.author:
        domain = account.author.rpartition("@")[2]
        told = told.replace(account.author, "me@example.com").replace(domain, "example.com")
    return told


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: f"{one.number} {one.text}")
def test_an_open_question_is_answered(account: Account, question: Question) -> None:
    """Whatever the answer is; the report has it at once."""
    if question.sends and account.author is None:
        pytest.skip("set SENDAS_LIVE_FROM to an address of a verified identity")
    answer = without_names(question.ask(account), account)
    _ANSWERS.append((question, answer))
    day = time.strftime("%Y-%m-%d", time.gmtime())
    page = report(day, account.region, _ANSWERS)
    Path(os.environ.get("SENDAS_LIVE_REPORT", "live-report.md")).write_text(page, "utf-8")
    print(f"\n{question.number}. {question.text}: {answer}")  # noqa: T201  the report, as it grows
    assert answer


def test_everything_is_swept(account: Account) -> None:
    """Also what an earlier run left that was killed."""
    sweep(account)
    assert [] == sweep(account)
