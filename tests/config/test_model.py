"""What a configuration answers: its domains, mailboxes, and the names of users."""

import re

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.config.load import parse_config
from sendas.config.model import ConfiguredDomain, Mailbox, UnknownDomain, UnknownMailbox
from sendas.ses.regions import Region


DOMAIN = ConfiguredDomain("example.com", Region("us-east-2"), (Mailbox("me", ("o@gmail.com",)),))


def test_a_mailbox_by_name_or_address() -> None:
    """Both name it, whatever the case; another domain's address does not."""
    assert DOMAIN.mailbox("ME") is DOMAIN.mailbox("Me@Example.com") is DOMAIN.mailboxes[0]
    for other in ("you", "me@example.org", ""):
        with pytest.raises(UnknownMailbox):
            DOMAIN.mailbox(other)


def test_a_domain_must_be_named_where_there_are_several(whole: str) -> None:
    """One is taken for granted, of two one must be named."""
    config = parse_config(whole)

    assert "example.net" == config.domain("EXAMPLE.net.").name
    with pytest.raises(UnknownDomain, match="name one"):
        config.domain()
    with pytest.raises(UnknownDomain, match="speak of 'example\\.org'"):
        config.domain("example.org")


def test_user_names() -> None:
    """A mailbox's user is called after its address, or as the file says."""
    assert "sendas-me@example.com" == DOMAIN.user_of(Mailbox("me"))
    assert "ses-smtp-user" == DOMAIN.user_of(Mailbox("me", user="ses-smtp-user"))


LOCALS = st.text(
    "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~-.", min_size=1, max_size=64
).filter(lambda text: all(text.split(".")))


@given(LOCALS, LOCALS)
def test_user_names_suit_iam_and_never_meet(one: str, other: str) -> None:
    """IAM takes letters, digits and ``+=,.@_-``, at most 64 (IAM API, CreateUser)."""
    names = [DOMAIN.user_of(Mailbox(local)) for local in (one, other)]

    assert all(re.fullmatch(r"[\w+=,.@-]{1,64}", name, re.ASCII) for name in names)
    assert (one == other) == (names[0] == names[1])


@pytest.mark.parametrize(
    ("receive", "mailbox", "forwards"),
    [
        (True, Mailbox("me", ("o@gmail.com",)), True),
        (False, Mailbox("me", ("o@gmail.com",)), False),
        (True, Mailbox("me", keep=True), False),
    ],
)
def test_who_needs_a_forwarder(receive: bool, mailbox: Mailbox, forwards: bool) -> None:  # noqa: FBT001  a table
    """Only a domain that receives, and sends something on."""
    domain = ConfiguredDomain("example.com", Region("us-east-2"), (mailbox,), receive=receive)

    assert forwards is domain.forwards
