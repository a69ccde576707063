"""The mail that asks a holder for a mail of its own."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

from sendas.credentials.decide.asking import asking_mail
from sendas.credentials.decide.holders import parse_holder
from sendas.credentials.decide.rotation.state import once_address
from sendas.mail.address import Address
from sendas.mail.canary import CANARY


ME, YOU = Address("me@example.com"), Address("you@gmail.com")
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)


def test_what_is_asked() -> None:
    """An answer comes to this holder's own address; there is no link, and no secret."""
    holder = parse_holder("gmail:you@gmail.com")
    once = once_address(ME, "AKIAIOSFODNN7EXAMPLE", holder)
    raw = asking_mail(ME, holder, YOU, once, "ab" * 16, NOW)
    mail = message_from_bytes(raw, policy=default)

    assert once == mail["Reply-To"]
    assert ME == mail["From"]
    assert "ab" * 16 == mail[CANARY]
    assert "auto-generated" == mail["Auto-Submitted"]
    text = mail.get_content()
    assert "Answer this mail, and choose me@example.com in From" in text
    assert "http" not in text
    assert b"AKIA" not in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_holder_s_words_stay_on_their_line() -> None:
    """Words of any alphabet, in the subject as RFC 2047 has it; no header can be added."""
    holder = parse_holder("Drucker im Flur, groß")
    raw = asking_mail(ME, holder, YOU, once_address(ME, "AKIA", holder), "ab" * 16, NOW)
    mail = message_from_bytes(raw, policy=default)

    assert "Drucker im Flur, groß" in mail["Subject"]
    assert raw.isascii()
    assert f"Let {holder} send any mail to" in mail.get_content()
