"""A secret in the user name's field: recognised, and kept nowhere."""

import pytest

from sendas.smtp.username import NOT_KEPT, kept, looks_secret


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PASSWORD = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"


@pytest.mark.parametrize(
    "name",
    [
        SECRET,
        PASSWORD,
        f" {SECRET}\t",
        f'"{SECRET}"',
        SECRET.replace("/", "%2F"),
        "sEz/2FJQQt+rwbD6tTVhwGOQ7EZuFPZcbvrfFUsZYv0=",
        NOT_KEPT,
    ],
)
def test_is_not_kept(name: str) -> None:
    """A secret key and every form of a password, pasted with what sticks to it (FACTS 2.3)."""
    assert looks_secret(name)
    assert NOT_KEPT == kept(name)


@pytest.mark.parametrize(
    "name",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        "ses-smtp-user.20260101-120000",
        "me@example.com",
        "stack-SmtpUser-1A2B3C4D5E6F7-abcdefghijkl",
        "",
    ],
)
def test_is_kept(name: str) -> None:
    """What a finding must name: key ids, IAM users' names, addresses."""
    assert name == kept(name, None)


def test_the_secret_given_is_never_kept() -> None:
    """Whatever its form, the secret access key itself is known."""
    assert NOT_KEPT == kept(" an+odd+secret ", "an+odd+secret")
