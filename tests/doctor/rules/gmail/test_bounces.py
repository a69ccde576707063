"""Gmail's own bounces, judged from what they quote.

The quoted texts are those of FACTS 5.1 and 5.3, as seen in public.
"""

from datetime import UTC, datetime

import pytest

from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Evidence, RegionEvidence, Subject, Symptom
from sendas.doctor.judge import judge
from sendas.doctor.model import Diagnosis, Status
from sendas.doctor.registry import all_rules
from sendas.ses.account_state import Account
from sendas.ses.regions import Region


HERE = Region("us-east-1")
WORKSPACE = (
    "You must send through example.com SMTP servers when you send as me@example.com. However, "
    "this functionality is not available for your account."
)
NO_AUTH = "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability"
CERTIFICATE = "TLS Negotiation failed, the certificate doesn't match the host."
DENIED = (
    "554 Access denied: User `arn:aws:iam::123456789012:user/smtp' is not authorized to perform "
    "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/example.com'"
)


def bounced(text: str, reporter: str = "gmail-send-as", **account: object) -> Diagnosis:
    """The diagnosis of one bounce, and of an account if one is described."""
    regions = {}
    if account:
        described: dict[str, object] = {
            "region": HERE, "production_access": True, "sending_enabled": True,
            "enforcement": "HEALTHY", "max_24_hour_send": 200.0,
            "max_send_rate_per_second": 1.0, "sent_last_24_hours": 0.0,
            "suppressed_reasons": ("BOUNCE", "COMPLAINT"), **account,
        }  # fmt: skip
        regions[HERE] = RegionEvidence(Account(**described))  # type: ignore[arg-type]  # by name
    evidence = Evidence(
        Subject("example.com", HERE, "me@example.com"),
        datetime(2026, 11, 22, tzinfo=UTC),
        regions=regions,
        symptoms=(Symptom(reporter, text),),
    )
    rules = all_rules()
    return diagnose(evidence.subject, judge(evidence, rules), rules)


@pytest.mark.parametrize(
    ("root", "text"),
    [
        ("GM001", "535 Authentication Credentials Invalid"),
        ("GM001", "535-5.7.8 Username and Password not accepted."),
        ("GM001", "The settings for your account are misconfigured or out of date."),
        ("GM010", WORKSPACE),
        ("GM011", CERTIFICATE),
        ("GM012", NO_AUTH),
        ("GM101", "552 Message is too long."),
        ("SMTP007", "535 Account not subscribed to SES"),
        ("SMTP005", "454 Temporary authentication failure"),
        ("PW002", "535 Signature Version 2 is deprecated for use with SES"),
    ],
)
def test_each_quoted_text_is_one_root(root: str, text: str) -> None:
    """One sentence of Gmail's, many causes: the quoted reply tells them apart."""
    assert (root,) == bounced(text).roots


def test_a_refused_message_is_not_blamed_on_gmail() -> None:
    """554 Access denied comes after the login: the policy is the root, Gmail's settings hold."""
    diagnosis = bounced(DENIED)

    assert ("IAM101",) == diagnosis.roots
    assert "GM001" not in {each.code for each in diagnosis.findings}


def test_a_paused_account_explains_gmails_bounce() -> None:
    """RULES section 12: ACC-01 explains every refused send."""
    diagnosis = bounced("554 Message rejected: Sending paused for this account.",
                        enforcement="SHUTDOWN")  # fmt: skip

    assert ("ACC001",) == diagnosis.roots


@pytest.mark.parametrize(
    "text",
    [
        "554 Transaction failed: Duplicate header 'DKIM-Signature'.",
        "552 Message is too long.",
        "554 Message rejected: Email address is not verified.",
    ],
)
def test_what_ses_itself_refused_is_a_root(text: str) -> None:
    """A relay's bounce that quotes SES: nobody else refused the mail, and nothing is well."""
    assert ("SMTP108",) == bounced(text, "ses").roots


def test_a_paused_account_explains_what_ses_refused() -> None:
    """The refusal follows from the account's state."""
    diagnosis = bounced("554 Message rejected: Sending paused for this account.", "ses",
                        enforcement="SHUTDOWN")  # fmt: skip

    assert ("ACC001",) == diagnosis.roots


@pytest.mark.parametrize("text", ["454 Throttling failure: Maximum sending rate exceeded", "hm"])
def test_what_passes_or_is_not_known_is_no_refusal(text: str) -> None:
    """A temporary reply is tried again by who sent it."""
    codes = {each.code for each in bounced(text, "ses").findings}

    assert "SMTP108" not in codes


def test_other_reporters_are_other_layers_business() -> None:
    """A recipient's refusal is no matter of Gmail's settings."""
    codes = {each.code for each in bounced("550 5.1.1 unknown user", "example.net").findings}

    assert not {code for code in codes if code.startswith(("GM", "SMTP", "PW"))}


def test_the_way_through_gmails_dialog() -> None:
    """Where to click, which host, which port, and that both fields change."""
    diagnosis = bounced("535 Authentication Credentials Invalid")

    found = next(each for each in diagnosis.findings if each.code == "GM001")
    assert Status.FAIL is found.status
    assert all(
        words in found.help[-1].text
        for words in (
            "Settings", "Accounts and Import", "Send mail as", "edit info", "me@example.com",
            "email-smtp.us-east-1.amazonaws.com", "587", "user name", "password",
        )
    )  # fmt: skip
