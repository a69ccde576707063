"""The live suite asked of the lab: it answers, leaves nothing, sweeps what a killed run left."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from botocore.config import Config
from sendas_lab.world import Lab

from tests.live.account import Account, sweep
from tests.live.questions import QUESTIONS, Question
from tests.live.report import report
from tests.live.test_live import without_names


class Killed(BaseException):
    """The process ends here: nobody catches it, and no `finally` calls AWS any more."""


Before = Callable[[], None]


def account_of(lab: Lab, before: Before = lambda: None) -> Account:
    """The lab as an account; *before* is called before each call that changes something."""

    def client(service: str, key: Any = None, region_name: str = lab.region) -> Any:  # noqa: ANN401  boto3's own
        own = lab.aws.administrator
        made = boto3.client(
            service,
            region_name=region_name,
            endpoint_url=lab.aws.url,
            aws_access_key_id=key["AccessKeyId"] if key else own.principal.key_id,
            aws_secret_access_key=key["SecretAccessKey"] if key else own.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )
        made.meta.events.register("before-call", lambda **_: before())
        return made

    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return Account(
        client,
        lab.region,
        "me@example.com",
        ("us-east-1", "eu-west-1"),
        tls=lab.certificates.client_context(),
        dial=lab.network.dial_map().dial,
        sleep=sleep,
        clock=lambda: now[0],
    )


@pytest.fixture
def account(sendas_lab: Lab) -> Account:
    """With a verified identity, in the sandbox."""
    session, region = sendas_lab.session(), sendas_lab.region
    session.call("sesv2", "CreateEmailIdentity", region=region, EmailIdentity="me@example.com")
    sendas_lab.click_verification("me@example.com")
    return account_of(sendas_lab)


EXPECTED = {
    "which Regions receive": "2 of 2 Regions answer",
    "how many recipients a receipt rule takes": "101 recipients are refused: LimitExceeded",
    "what a raw send of API v2 needs": "with ses:SendRawEmail alone: sent",
    "where ses:FromAddress bites over SMTP": "AUTH is taken, DATA is answered 554",
    "how fast keys come and go at the SMTP endpoint": "a new key logs in after 0 s",
    "what GetAccessKeyLastUsed says of SMTP": "ServiceName ses-smtp",
    "what SMTP says of a login that cannot be read": "AUTH LOGIN !: 5",
    "is a send in CloudTrail's event history": "a send is not in the event history",
    "which SES products the price list has": "the price list is not told",
    "does the sandbox check Reply-To": "an unverified Reply-To is",
    "how fast ListSuppressedDestinations may be asked": "60 calls in",
    "what EHLO says today": "after STARTTLS: 8BITMIME, AUTH",
}
"""What docs/lab-aws.md says that the lab does; AWS's answers are what the suite is for."""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.text)
def test_each_question_is_answered_and_leaves_nothing(
    account: Account, question: Question
) -> None:
    """The lab's own answer, and nothing that bears the mark."""
    assert EXPECTED[question.text] in question.ask(account)
    assert [] == sweep(account)


CHANGING = [one for one in QUESTIONS if one.number in {"1", "6"} and "Regions" not in one.text]


@pytest.mark.parametrize("question", CHANGING, ids=lambda one: one.text)
def test_a_run_that_is_killed_is_swept_by_the_next(
    account: Account, sendas_lab: Lab, question: Question
) -> None:
    """Killed before each of its calls in turn, so that not even its own cleaning runs."""
    at = 0
    while True:
        at += 1
        left = [at]

        def before(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] <= 0:
                raise Killed

        try:
            question.ask(replace(account_of(sendas_lab, before), sleep=account.sleep))
        except Killed:
            sweep(account)
            assert [] == sweep(account)
            users = account.client("iam").list_users()["Users"]
            assert [] == [one["UserName"] for one in users]
            assert [] == account.client("ses").list_receipt_rule_sets()["RuleSets"]
            continue
        break
    assert at > 3


def test_the_report_can_be_pasted_anywhere(account: Account) -> None:
    """No address, number, key or name of the owner's."""
    told = "User: arn:aws:iam::210987654321:user/sendas-live/sendas-live-0a1b AKIA0123456789ABCDEF"
    shown = report("2026-11-29", "us-east-1", [(QUESTIONS[0], f"{told} me@example.com | x")])
    clean = without_names(shown, replace(account, author="jane@shop.example.net"))
    assert "210987654321" not in clean
    assert "AKIA0123456789ABCDEF" not in clean
    assert "0a1b" not in clean
    assert clean.endswith("me@example.com / x |\n")
    private = without_names(
        "from jane@shop.example.net", replace(account, author="jane@shop.example.net")
    )
    assert "from me@example.com" == private
