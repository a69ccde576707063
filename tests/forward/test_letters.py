"""What the owner is told by mail, as Python's own parser reads it."""

import email
import email.policy

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sendas.forward.decision import Notify, Reason
from sendas.forward.letters import About, Kept, Link, digest, notice
from sendas.lab.ses import message as lab_message
from sendas.mail.mailboxes import Mailbox


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OWNER, OURS = "owner@mail.example.net", "forwarded@example.com"
TOLD = Notify(Reason.TOO_BIG, "it is too big", ("info@example.com",), OWNER, OURS, (OWNER,))
ABOUT = About("id1", NOW, (Mailbox("Jane", "jane@example.net"),), "Hello", 50_000_000)


def read(letter: bytes) -> email.message.EmailMessage:
    """The letter, without a defect."""
    found = email.message_from_bytes(letter, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    assert not found.defects
    assert not lab_message.too_long_line(letter)
    return found


def test_a_notice_says_who_what_why_and_where() -> None:
    """Everything needed to get the mail after all."""
    link = Link(
        "https://mail.s3.us-east-1.amazonaws.com/id1?X-Amz-Signature=x", NOW + timedelta(hours=12)
    )
    letter = read(notice(TOLD, ABOUT, NOW, link))
    text = letter.get_content()

    assert (OWNER, "Not forwarded: Hello") == (letter["To"], letter["Subject"])
    assert OURS in letter["From"]
    assert "jane@example.net" in letter["Reply-To"]
    assert "Fri, 02 Jan 2026 03:04:05 +0000" == letter["Date"]
    for word in ("Jane (jane at example.net)", "info@example.com", "50,000,000", "too big",
                 link.url, "2026-01-02 15:04 UTC", "sendas mail show id1"):  # fmt: skip
        assert word in text


def test_a_letter_is_marked_as_a_machines() -> None:
    """RFC 3834, 5: so that a vacation reply does not answer it."""
    assert "auto-generated" == read(notice(TOLD, ABOUT, NOW))["Auto-Submitted"]


def test_the_date_is_rfc_5322_whatever_the_zone() -> None:
    """Day and month in English, the zone as an offset."""
    there = datetime(2026, 12, 24, 23, 5, tzinfo=timezone(timedelta(hours=-5)))

    assert there == read(notice(TOLD, ABOUT, there))["Date"].datetime


def test_a_digest_lists_what_is_kept_and_how_to_release_it() -> None:
    """One entry each, with its command."""
    kept = [
        Kept(ABOUT, Reason.SPAM, "SES takes it for spam", ("info@example.com",)),
        Kept(About("id2", NOW, (), "", 1), Reason.VIRUS, "a virus", ("sales@example.com",)),
    ]
    letter = read(digest(kept, OWNER, OURS, NOW))
    text = letter.get_content()

    assert "Quarantine: 2 mails" == letter["Subject"]
    for word in ("sendas mail release id1", "sendas mail release id2", "SES takes it for spam",
                 "unknown author", "(none)"):  # fmt: skip
        assert word in text


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=100))
def test_strangers_words_stay_on_their_line(subject: str, name: str, address: str) -> None:
    """No subject or name adds a field, a line of the letter, or a link."""
    about = About("id1", NOW, (Mailbox(name, address),), subject, 1)
    plain = read(notice(TOLD, ABOUT, NOW))
    letter = read(notice(TOLD, about, NOW))

    assert set(letter.keys()) - {"Reply-To"} == set(plain.keys()) - {"Reply-To"}
    assert len(plain.get_content().splitlines()) == letter.get_content().count("\n")
    assert "://" not in letter.get_content()
