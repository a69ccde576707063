"""The file of servers that are not SES: read whole or refused, and never with a password in it."""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.credentials.decide.audit_file import Account, BadAuditFile, read_accounts


SECRET = "BEJbcZzBEKmFvLw7Bn8ZfmRrXlIQk2PhM7iPxPTPcdcB"


def test_a_file_as_people_write_it() -> None:
    """Comments, blanks, quotes, a user that is an address, one to send as."""
    text = (
        "\ufeff# the shop\r\n\r\n"
        'mail.example.net, 587, "shop, old", SHOP_PASSWORD\r\n'
        "SMTP.example.org,465,me@example.com,RELAY_PASSWORD\n"
        "mail.example.net, 587, shop, SHOP_PASSWORD, shop@example.com\n"
    )

    assert (
        Account("mail.example.net", 587, "shop, old", "SHOP_PASSWORD"),
        Account("smtp.example.org", 465, "me@example.com", "RELAY_PASSWORD", "me@example.com"),
        Account("mail.example.net", 587, "shop", "SHOP_PASSWORD", "shop@example.com"),
    ) == read_accounts(text.encode(), "servers.csv")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "holds no account"),
        ("# nothing", "holds no account"),
        ("mail.example.net, 587, shop", "line 1: write host, port"),
        ("a, 587, b, C, d@example.com, e", "line 1: write host, port"),
        ("mail example, 587, shop, P", "no host name"),
        ("mail.example.net, smtp, shop, P", "no port"),
        ("mail.example.net, 0, shop, P", "no port"),
        ("mail.example.net, 70000, shop, P", "no port"),
        (f"mail.example.net, 000001{'9' * 5000}, shop, P", "no port"),
        ("mail.example.net, ٥٨٧, shop, P", "no port"),
        ("mail.example.net, 587, , P", "the user"),
        (f"mail.example.net, 587, shop, {SECRET}", "never write the password"),
        ("mail.example.net, 587, shop, hunter 2!", "never write the password"),
        ("mail.example.net, 587, shop, P, nobody", "no address"),
        ('mail.example.net, 587, "shop, P', "no line of fields"),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, said: str) -> None:
    """One clear error, and nothing that may be a password is in it."""
    with pytest.raises(BadAuditFile, match=said) as refusal:
        read_accounts(line.encode(), "servers.csv")

    assert SECRET not in str(refusal.value)
    assert "hunter" not in str(refusal.value)


@given(st.binary(max_size=300))
def test_anything_is_read_or_refused(raw: bytes) -> None:
    """Arbitrary bytes give accounts or BadAuditFile, nothing else."""
    try:
        accounts = read_accounts(raw, "servers.csv")
    except BadAuditFile:
        return
    assert all(0 < one.port < 65536 for one in accounts)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=50))
def test_a_password_in_the_place_of_its_variable_is_not_repeated(word: str) -> None:
    """Whatever cannot be a variable's name is refused without being told."""
    line = f'h.example, 587, u, "{word.replace(chr(34), "")}x!y"'
    with pytest.raises(BadAuditFile) as refusal:
        read_accounts(line.encode(), "f")

    assert f"{word}x!y" not in str(refusal.value)
