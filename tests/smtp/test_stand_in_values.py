"""What stands where a password belongs, and is none."""

import re

from datetime import date

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.ses.mail_manager import is_ingress_host, is_ingress_user
from sendas.ses.regions import Region
from sendas.smtp.identification import Kind
from sendas.smtp.identify import identify
from sendas.smtp.password import derive_smtp_password
from sendas.smtp.stand_in_values import is_app_password, is_document, stands_for


# Each as its tool writes it: shells, compose, Terraform, CloudFormation, 1Password, Vault, Azure.
REFERENCES = [
    "${SMTP_PASSWORD}", "$SMTP_PASSWORD", "%SMTP_PASSWORD%", "{{ smtp_password }}",
    "${{ secrets.SMTP_PASSWORD }}", "$(cat /run/secrets/smtp)", "process.env.SMTP_PASSWORD",
    "os.environ['SMTP_PASSWORD']", "var.smtp_password", "<%= ENV.fetch('SMTP') %>",
    "op://Private/SES/password", "arn:aws:secretsmanager:us-east-1:123456789012:secret:smtp",
    "{{resolve:secretsmanager:smtp:SecretString:password}}", "/run/secrets/smtp_password",
    "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/smtp)",
    "projects/mail/secrets/smtp/versions/1", "vault:secret/data/smtp#password",
    "(sensitive value)", "<sensitive>", "(known after apply)", "[REDACTED]", "********",
    "\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022", "null", "undefined", "changeme",
    "your-password-here", "!Ref SmtpPassword",
]  # fmt: skip


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference(text: str) -> None:
    """Whatever a tool writes in place of a secret is told as that, quotes around it or not."""
    for shown in (text, f'"{text}"', f"{text}\n"):
        found = identify(shown, now=date(2026, 11, 29))

        assert (Kind.REFERENCE, False) == (found.kind, found.right), shown


@pytest.mark.parametrize(
    "text",
    [
        '{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SmtpPassword": "x"}',
        '["a", "b"]',
        "---\npassword: x",
    ],
)
def test_a_document(text: str) -> None:
    """A whole JSON or YAML is no value."""
    assert is_document(text)
    assert Kind.DOCUMENT is identify(text, now=date(2026, 11, 29)).kind


@pytest.mark.parametrize(
    "text", ["abcd efgh ijkl mnop", "abcdefghijklmnop", "abcd-efgh-ijkl-mnop"]
)
def test_a_google_app_password(text: str) -> None:
    """Sixteen letters, as Google shows them and as they are pasted (its help)."""
    assert is_app_password(text)
    assert Kind.APP_PASSWORD is identify(text, now=date(2026, 11, 29)).kind


@given(secret=st.from_regex(re.compile(r"[A-Za-z0-9+/]{40}", re.ASCII), fullmatch=True))
def test_no_password_stands_for_another(secret: str) -> None:
    """No secret access key, and no password derived from one, is taken for a reference."""
    password = derive_smtp_password(secret, region=Region("us-east-1")).value

    for value in (secret, password):
        assert stands_for(value) is None
        assert not is_document(value)
        assert not is_app_password(value)


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever is stored, looking at it raises nothing and ends soon."""
    assert stands_for(text) is None or stands_for(text)
    assert {is_document(text), is_app_password(text)} <= {True, False}


# Hosts and user names as public configurations of 2026 hold them (FACTS 27), the ids made up.
def test_mail_managers_own() -> None:
    """An ingress endpoint's host and id are known, and SES's own are not taken for it."""
    assert is_ingress_host("abcdefghijkl.fips.wxyz.mail-manager-smtp.amazonaws.com")
    assert is_ingress_host("abcdefghijkl.wxyz.mail-manager-smtp.amazonaws.com")
    assert not is_ingress_host("email-smtp.us-east-1.amazonaws.com")
    assert is_ingress_user("inp-abcdefghijklmnopqrstuvwx")
    assert not is_ingress_user("AKIAIOSFODNN7EXAMPLE")
