"""A mailbox that sends, and what its things are called."""

from hypothesis import given
from hypothesis import strategies as st

from sendas.config.load import parse_config
from sendas.credentials.sender import sender_of
from sendas.mail.address import Address
from sendas.ses.regions import Region


HERE = Region("us-east-2")
FILE = """
region = "us-east-2"
[[domain]]
name = "example.com"
[[domain.mailbox]]
name = "me"
to = ["owner@gmail.com"]
send = "smtp"
display_name = "The Owner"
[[domain.mailbox]]
name = "old"
keep = true
send = "smtp"
user = "ses-smtp-user"
"""


def test_what_the_file_says() -> None:
    """Name, user and where it is read."""
    config = parse_config(FILE)

    me, old = (sender_of(Address(f"{name}@example.com"), HERE, config) for name in ("me", "old"))

    assert ("The Owner", "owner@gmail.com") == (me.name, me.reads_at)
    assert ("sendas-me@example.com", "ses-smtp-user") == (me.user, old.user)


def test_names_are_the_same_with_and_without_the_file() -> None:
    """So that a stack's user is found where somebody has no file at hand."""
    with_file = sender_of(Address("me@example.com"), HERE, parse_config(FILE))
    without = sender_of(Address("me@example.com"), HERE)

    assert (with_file.user, with_file.secret) == (without.user, without.secret)
    assert "sendas/smtp/me@example.com" == without.secret


def test_an_address_that_the_file_does_not_know() -> None:
    """It may still be added: of another domain, or a mailbox not yet written down."""
    config = parse_config(FILE)

    assert "sendas-x@example.com" == sender_of(Address("x@example.com"), HERE, config).user
    assert "sendas-x@example.org" == sender_of(Address("x@example.org"), HERE, config).user


@given(st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True))
def test_names_of_secrets_are_allowed_and_distinct(local: str) -> None:
    """Secrets Manager allows letters, digits and /_+=.@- (API reference, CreateSecret)."""
    name = sender_of(Address(f"{local}@example.com"), HERE).secret

    assert set(name) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+=.@-"
    )
