"""The marks by which a canary is known, to whoever sends one and whoever receives it."""

import email.policy

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.mail.address import Address
from sendas.mail.canary import CANARY, canary_address, canary_mail, is_canary_address


NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
tokens = st.from_regex(r"[0-9a-f]{8,32}", fullmatch=True)
locals_ = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)


@given(locals_, tokens)
def test_its_address_is_one_and_is_known(local: str, token: str) -> None:
    """Whatever the mailbox is called, the address is one that mail can go to."""
    try:
        mailbox = Address(f"{local}@example.com")
        address = canary_address(mailbox, token)
    except ValueError:
        assert local.startswith("+")  # nothing is left before the detail
        return
    assert is_canary_address(address)
    assert not is_canary_address(mailbox) or "+sendas-canary-" in mailbox


def test_ses_receives_it_by_the_mailboxs_rule() -> None:
    """FACTS 8.1: a rule for local@ takes local+label@, too."""
    assert canary_address(Address("me+x@example.com"), "0a1b2c3d") == (
        "me+sendas-canary-0a1b2c3d@example.com"
    )


@pytest.mark.parametrize("token", ["", "xyz", "0A1B2C3D", "0" * 33, "0a1b2c3d\r\nBcc: x"])
def test_a_token_is_hexadecimal(token: str) -> None:
    """Nothing else comes into an address or a header field."""
    with pytest.raises(ValueError, match="hexadecimal"):
        canary_address(Address("me@example.com"), token)


@pytest.mark.parametrize("text", ["me@example.com", "me+sendas-canary-@example.com", "", "@", "x"])
def test_other_addresses(text: str) -> None:
    """What is no canary's address is none."""
    assert not is_canary_address(text)


def test_the_mail_reads_as_mail() -> None:
    """By Python's own parser: fields, no defect, lines that end with CRLF."""
    raw = canary_mail(Address("me@example.com"), "0a1b2c3d", NOW)
    mail = message_from_bytes(raw, policy=email.policy.default)

    assert mail[CANARY] == "0a1b2c3d"
    assert mail["From"].addresses[0].addr_spec == "me@example.com"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert not mail.defects
    assert b"\n" not in raw.replace(b"\r\n", b"")
