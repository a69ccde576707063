"""What the owner is told by mail, as Python's own parser reads it."""

import email
import email.policy
import re

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hypothesis import example, given
from hypothesis import strategies as st
from sendas_lab.ses import message as lab_message

from sendas.forward.decision import Notify, Reason
from sendas.forward.notices import About, Kept, Link, digest, notice
from sendas.mail.mailboxes import Mailbox


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OWNER, OURS = "owner@mail.example.net", "forwarded@example.com"
TOLD = Notify(Reason.TOO_BIG, "it is too big", ("info@example.com",), OWNER, OURS, (OWNER,))
ABOUT = About("id1", NOW, (Mailbox("Jane", "jane@example.net"),), "Hello", 50_000_000)
# What readers make a link of: a scheme, an address, a domain name with or without a path.
LINK = re.compile(r"\w://|mailto:\w|@\w|[\w-]\.[^\W\d]|\bwww\.|\d\.\d+\.", re.IGNORECASE)
BAIT = (
    "https://evil.example/login", "www.evil.example", "evil.example/login", "a@evil.example",
    "WWW.1.example", "mailto:a", "192.0.2.1/x", "\u202e", "\r\nBcc: x", "=?utf-8?q?=40?=",
    "=?utf-8?q?https=3A//evil.example/=0D=0ABcc=3A_x?=", "\\\\evil", "\uff20", "é", " ", "=", "?",
)  # fmt: skip
baits = st.lists(st.sampled_from(BAIT), max_size=8).map("".join)


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
                 link.url, "2026-01-02 15:04 UTC", "sendas mail show --raw id1"):  # fmt: skip
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
    for word in ("sendas mail release id1", "sendas mail show --raw id2", "SES takes it for spam",
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


def strangers_lines(letter: email.message.EmailMessage) -> str:
    """The lines that show a stranger's words, without what is ours on them."""
    lines = letter.get_content().splitlines()
    return "\n".join(line for line in lines if line.startswith(("From: ", "Subject: ", "Why: ")))


@given(baits, baits, baits)
@example("evil.example/login", "www.evil.example", "SES: see https://evil.example/")
def test_nothing_of_a_stranger_is_a_link(subject: str, name: str, why: str) -> None:
    """Scheme, domain name and address lose their form in name, subject and reason."""
    about = About("id1", NOW, (Mailbox(name, "jane@localhost"),), subject, 1)
    told = notice(replace(TOLD, why=why), about, NOW)
    listed = digest([Kept(about, Reason.SPAM, why, ("info@example.com",))], OWNER, OURS, NOW)

    for letter in map(read, (told, listed)):
        shown = strangers_lines(letter)
        assert not LINK.search(shown), shown
        assert 3 == len(shown.splitlines())
        assert "\u202e" not in letter.get_content()


def test_a_number_stays_a_number() -> None:
    """No blank goes into what nobody takes for a domain name."""
    why = "4.2 % of what was forwarded bounced, at 10:30."
    text = read(notice(replace(TOLD, why=why), ABOUT, NOW)).get_content()

    assert why in text


def test_of_an_author_only_the_domain_stays_whole() -> None:
    """It is what the owner judges the mail by; with a path or www. it would be a way to a page."""
    author = Mailbox("evil.example/login", "a.b@evil.example")
    text = read(notice(TOLD, replace(ABOUT, authors=(author,)), NOW)).get_content()
    www = replace(ABOUT, authors=(Mailbox("", "a@www.evil.example"),))

    assert "evil .example/login (a .b at evil.example)" in text
    assert "www." not in read(notice(TOLD, www, NOW)).get_content()


@pytest.mark.parametrize("ours", ["info@example.com", "first.last+tag_1@example.com"])
def test_an_address_of_ours_can_be_copied(ours: str) -> None:
    """For: and the commands stay as they are typed."""
    text = read(
        digest([Kept(ABOUT, Reason.SPAM, "spam", (ours,))], OWNER, OURS, NOW)
    ).get_content()

    assert f"For:      {ours}" in text.splitlines()
    assert "Release:  sendas mail release id1" in text


@pytest.mark.parametrize(
    "local",
    ['"https://evil.example/"', '"see www.evil.example"', "www.evil.example", "evil.example/login",
     "evil.example?a", "evil.example#a"],
)  # fmt: skip
def test_the_local_part_of_a_forward_path_is_no_link(local: str) -> None:
    """Below a catch-all, a stranger chooses what stands before our @."""
    told = replace(TOLD, forward_paths=(f"{local}@example.com",))
    (line,) = [
        line
        for line in read(notice(told, ABOUT, NOW)).get_content().splitlines()
        if line.startswith("For: ")
    ]

    assert not LINK.search(line)


@given(baits)
@example("=?utf-8?q?https=3A//evil.example/=0D=0ABcc=3A_x?=")
def test_a_subject_is_decoded_once(subject: str) -> None:
    """What still looks like an encoded word after decoding is shown, not decoded again."""
    plain = read(notice(TOLD, ABOUT, NOW))
    letter = read(notice(TOLD, replace(ABOUT, subject=subject), NOW))
    (shown,) = [
        line.removeprefix("Subject:").strip()
        for line in letter.get_content().splitlines()
        if line.startswith("Subject:")
    ]
    wanted = "(no subject)" if shown == "(none)" else shown

    assert f"Not forwarded: {wanted}" == letter["Subject"]
    assert plain.keys() == letter.keys()
