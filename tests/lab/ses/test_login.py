"""SMTP AUTH: key, status, age, Region, account; nothing else decides (FACTS 3.3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sendas_lab.ses.ports import Principal
from sendas_lab.ses.submission import LoginRefused


Stage = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

KEY = "AKIAIOSFODNN7EXAMPLE"
# Published by others (FACTS 2.4): Terraform's AWS provider and AWS's PHP SDK.
VECTORS = [
    ("eu-central-1", "some+secret+key", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
    ("us-west-1", "another+secret+key", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"),
    (
        "us-east-2",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS",
    ),
]
RIGHT = VECTORS[2][2]
V2 = "An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy"
WITHOUT_DATE_STEP = "BNOQtjXpQe39u9GCuviACuNPtQA/FyiVxHwE0tkOhDdl"
INVALID = "Authentication Credentials Invalid"


@pytest.mark.parametrize(("region", "secret", "password"), VECTORS)
def test_published_passwords_log_in(stage: Stage, region: str, secret: str, password: str) -> None:
    """The lab agrees with two implementations it does not share code with."""
    stage.iam.keys[KEY] = replace(stage.iam.keys[KEY], secret=secret)
    answer = stage.ses.login(region, KEY, password)
    assert isinstance(answer, Principal)
    assert answer.user == "smtp"
    assert stage.iam.uses == [(KEY, "ses-smtp", region)]


@pytest.mark.parametrize(
    ("region", "username", "password"),
    [
        ("us-east-1", KEY, RIGHT),
        ("us-east-2", KEY, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("us-east-2", KEY, WITHOUT_DATE_STEP),
        ("us-east-2", KEY, RIGHT + "\n"),
        ("us-east-2", KEY, "pässword"),
        ("us-east-2", "smtp", RIGHT),
        ("us-east-2", "me@example.com", RIGHT),
        ("us-east-2", "", ""),
    ],
    ids=[
        "another Region's", "raw secret", "incident A", "line end", "not ASCII", "user's name",
        "an address", "nothing",
    ],
)  # fmt: skip
def test_wrong_credentials_have_one_text(
    stage: Stage, region: str, username: str, password: str
) -> None:
    """535 never says which part is wrong (FACTS 3.2)."""
    answer = stage.ses.login(region, username, password)
    assert LoginRefused(INVALID) == answer
    assert stage.iam.uses == []


def test_version_2_password_has_its_own_text(stage: Stage) -> None:
    """AWS's PHP SDK published this password; SES names the old derivation (FACTS 3.2)."""
    answer = stage.ses.login("us-east-2", KEY, V2)
    assert answer.code == 535
    assert answer.reply_text.startswith(
        "Signature Version 2 is deprecated for use with SES from March 26, 2021."
    )


def test_key_states(stage: Stage) -> None:
    """Inactive, temporary and deleted keys are refused like wrong ones."""
    key = stage.iam.keys[KEY]
    for other in (replace(key, active=False), replace(key, session_token="token")):
        stage.iam.keys[KEY] = other
        assert LoginRefused(INVALID) == stage.ses.login("us-east-2", KEY, RIGHT)
    del stage.iam.keys[KEY]
    assert LoginRefused(INVALID) == stage.ses.login("us-east-2", KEY, RIGHT)


def test_young_key_when_propagation_is_slow(stage: Stage) -> None:
    """With the fault on, a key works only once it is old enough (FACTS 3.3, no. 10)."""
    stage.ses.key_propagation = timedelta(seconds=30)
    assert LoginRefused(INVALID) == stage.ses.login("us-east-2", KEY, RIGHT)
    stage.pass_time(seconds=31)
    assert isinstance(stage.ses.login("us-east-2", KEY, RIGHT), Principal)


def test_account_that_never_opened_ses(stage: Stage) -> None:
    """The password is right, and the text says what is missing."""
    stage.ses.subscribe("us-east-2", subscribed=False)
    expected = LoginRefused("Account not subscribed to SES")
    assert expected == stage.ses.login("us-east-2", KEY, RIGHT)


def test_policy_is_not_looked_at(stage: Stage) -> None:
    """Whoever may send nothing can still log in: policies decide at the send (FACTS 1)."""
    stage.iam.policy = '{"Statement": []}'
    assert isinstance(stage.ses.login("us-east-2", KEY, RIGHT), Principal)
