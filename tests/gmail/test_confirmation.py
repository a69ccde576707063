"""Gmail's confirmation mail: genuine, forged, and what is something else.

Texts: FACTS 5.2, and the letter of the lab's Gmail, signed and judged for real.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.gmail import letters
from sendas_lab.gmail.gmail_account import SendAs
from sending_account import NOW

from sendas.gmail.decide.confirmation import (
    Confirmation,
    Confirmed,
    Forged,
    Other,
    Strange,
    judge,
    vouched,
)


ME = "me@example.com"
RECEIVED = (
    "Received: from mail-sor-f41.google.com (mail-sor-f41.google.com [198.51.100.129])"
    " by inbound-smtp.us-east-2.amazonaws.com with SMTP id abc for me@example.com;"
    " Sun, 22 Nov 2026 05:00:00 +0000\r\n"
)
GOOD = (
    "Authentication-Results: amazonses.com; spf=pass client-ip=198.51.100.129;"
    " dkim=pass header.i=@google.com; dmarc=pass header.from=google.com\r\n"
)
SIGNATURE = "DKIM-Signature: v=1; a=rsa-sha256; d=google.com; s=20230601; b=x\r\n"
FROM = "From: Gmail Team <gmail-noreply@google.com>\r\n"
SUBJECT = f"Subject: Gmail Confirmation - Send Mail as {ME}\r\n"
LINK = "https://mail-settings.google.com/mail/vf-%5BANGjdJ8x%5D-x"
BODY = f"Confirmation code: 784991604\r\n\r\n{LINK}\r\n"
AT = datetime(2026, 11, 22, 5, tzinfo=UTC)
"""What SES's Received field of `stored` says."""


def stored(
    *,
    results: str = GOOD,
    signature: str = SIGNATURE,
    author: str = FROM,
    subject: str = SUBJECT,
    more: str = "",
    body: str = BODY,
) -> bytes:
    """A mail as SES stores it."""
    own = f"Return-Path: <gmail-noreply@google.com>\r\n{RECEIVED}{results}X-SES-RECEIPT: AEFB\r\n"
    return f"{own}{signature}{author}To: {ME}\r\n{subject}{more}\r\n{body}".encode()


def test_a_genuine_one() -> None:
    """Code and link."""
    assert Confirmation(ME, "784991604", LINK, received_at=AT) == judge(stored(), ME)


def test_the_letter_of_the_labs_gmail() -> None:
    """Its text, under SES's lines."""
    settings = SendAs(ME, "Me", "h", 587, "u", "p", code="123456789")
    letter = letters.confirmation(settings, "owner@gmail.com", NOW)
    own, _, _ = stored().partition(b"DKIM-Signature")

    found = judge(own + letter, ME)

    assert isinstance(found, Confirmation)
    assert "123456789" == found.code
    assert found.link.endswith("-123456789")
    assert ("owner@gmail.com",) == found.accounts


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (stored(results=GOOD.replace("dkim=pass", "dkim=fail")), "signature is not good"),
        (stored(results=GOOD.replace("@google.com;", "@evil.example;")), "is not good"),
        (stored(results=GOOD.replace("@google.com;", "@notgoogle.com;")), "is not good"),
        (stored(results=GOOD.replace("@google.com;", "@google.com.evil.example;")), "not good"),
        (stored(results=GOOD.replace("dmarc=pass", "dmarc=fail")), "DMARC"),
        (
            stored(results=GOOD.replace(" dmarc", " dkim=fail header.i=@x.example; dmarc")),
            "one of",
        ),
        (stored(results=""), "SES wrote 0"),
        (stored(signature=""), "no signature of google.com"),
        (stored(signature=SIGNATURE.replace("d=google.com", "d=evil.example")), "no signature"),
        (stored(author="From: Gmail Team <gmail-noreply@google.com.evil.example>\r\n"), "is from"),
        (stored(author='From: "gmail-noreply@google.com" <x@evil.example>\r\n'), "is from"),
        (stored(author=FROM + "From: x@evil.example\r\n"), "2 From fields"),
        (stored(more=SUBJECT), "2 Subject fields"),
        (stored(author="From: gmail-noreply@google.com, x@evil.example\r\n"), "is from"),
        (stored()[stored().index(b"DKIM-Signature") :], "SES's own lines are not on top"),
    ],
)
def test_forged_ones(raw: bytes, why: str) -> None:
    """Whatever looks like one and is not Google's is named, with the reason."""
    found = judge(raw, ME)

    assert isinstance(found, Forged), found
    assert why in found.why


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (stored(author="From: jane@example.net\r\n", subject="Subject: Hello\r\n"), ""),
        (
            stored(
                author="From: forwarding-noreply@google.com\r\n",
                subject="Subject: (#123456789) Gmail Forwarding Confirmation - Receive Mail\r\n",
            ),
            "automatic forwarding",
        ),
        (stored(more="X-Google-Address-Confirmation: 1\r\n"), "automatic forwarding"),
        (
            stored(subject="Subject: Gmail Confirmation - Send Mail as you@example.com\r\n"),
            "another address",
        ),
        (
            stored(subject=f"Subject: Gmail Confirmation - Send Mail as x{ME}\r\n"),
            "another address",
        ),
        (stored(body="nothing\r\n"), "without code and link"),
        (b"", ""),
    ],
)
def test_other_mail(raw: bytes, what: str) -> None:
    """Neither genuine nor forged."""
    found = judge(raw, ME)

    assert isinstance(found, Other), found
    assert what in found.what


@pytest.mark.parametrize(
    "link",
    [
        "https://mail.google.com/mail/vf-%5BANGjdJ8%5D-abc",
        "https://mail-settings.google.com/mail/vf-%5BANGjdJ8%5D-abc",
    ],
)
def test_both_hosts_of_the_link(link: str) -> None:
    """FACTS 5.2 has seen both."""
    found = judge(stored(body=f"code: 12345678\r\n{link}\r\n"), ME)

    assert Confirmation(ME, "12345678", link, received_at=AT) == found


def test_a_link_elsewhere_is_not_shown() -> None:
    """Only Google's own hosts."""
    body = "code: 123456789\r\nhttps://mail.google.com.evil.example/mail/vf-%5Babc%5D\r\n"

    assert Confirmation(ME, "123456789", "", received_at=AT) == judge(stored(body=body), ME)


def test_in_another_language() -> None:
    """Subject and words differ; sender, address and number do not."""
    found = judge(
        stored(
            subject=f"Subject: =?utf-8?q?Gmail-Best=C3=A4tigung?= - Senden als {ME}\r\n",
            body=f"Ihre Zahl: 784991604\r\n{LINK}\r\n",
        ),
        ME,
    )

    assert Confirmation(ME, "784991604", LINK, received_at=AT) == found


def test_html_alone() -> None:
    """The link stands in an attribute, its ampersands escaped."""
    body = f'<p>Confirmation code: 784991604</p><a href="{LINK}">x</a>\r\n'
    found = judge(stored(more="Content-Type: text/html; charset=utf-8\r\n", body=body), ME)

    assert Confirmation(ME, "784991604", LINK, received_at=AT) == found


ASKED = Confirmation(ME, "784991604", LINK, ("owner@gmail.com",))


@pytest.mark.parametrize(
    "ours",
    ["owner@gmail.com", "Own.Er@googlemail.com", "o.w.n.e.r+sendas@gmail.com"],
)
def test_an_account_of_ours_asked(ours: str) -> None:
    """Gmail ignores case, dots and what follows a plus sign; the code is preferred to the link."""
    assert Confirmed("owner@gmail.com", "784991604", "", is_ours=True) == vouched(
        ASKED, ["else@example.net", ours], with_link=False
    )
    assert Confirmed("owner@gmail.com", "784991604", LINK, is_ours=True) == vouched(
        ASKED, [ours], with_link=True
    )


@pytest.mark.parametrize(
    "ours", ["owner@example.net", "owners@gmail.com", "own.er@gmail.com.example.net"]
)
def test_a_strangers_account_asked(ours: str) -> None:
    """Google's letter is genuine all the same: neither code nor link is given."""
    found = vouched(ASKED, [ours], with_link=True)

    assert isinstance(found, Strange)
    assert "owner@gmail.com" in found.why


def test_nobody_said_which_accounts_are_ours() -> None:
    """The code, which opens nothing in one's own Gmail unless one asked; never the link."""
    assert Confirmed("owner@gmail.com", "784991604", "", is_ours=False) == vouched(
        ASKED, [], with_link=True
    )
    assert isinstance(vouched(replace(ASKED, code=""), [], with_link=True), Strange)


@pytest.mark.parametrize("accounts", [(), ("owner@gmail.com", "mallory@gmail.com")])
def test_who_asked_cannot_be_told(accounts: tuple[str, ...]) -> None:
    """No account named, or several: nothing is guessed."""
    asked = replace(ASKED, accounts=accounts)

    assert isinstance(vouched(asked, ["owner@gmail.com"], with_link=False), Strange)


def test_nothing_of_it_is_in_a_repr() -> None:
    """Whoever has the code can confirm the address."""
    assert "784991604" not in repr(judge(stored(), ME))


@given(st.binary())
def test_any_bytes_are_judged(raw: bytes) -> None:
    """Nothing raises, and noise is never genuine."""
    assert not isinstance(judge(raw, ME), Confirmation)


@given(st.binary(min_size=1, max_size=60))
def test_no_noise_ahead_makes_a_forged_one_genuine(noise: bytes) -> None:
    """Below SES's lines anything may stand."""
    own, _, rest = stored(results=GOOD.replace("dkim=pass", "dkim=fail")).partition(
        b"DKIM-Signature"
    )
    raw = own + noise + b"\r\nDKIM-Signature" + rest

    assert not isinstance(judge(raw, ME), Confirmation)
