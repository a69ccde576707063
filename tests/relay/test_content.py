"""A submitted mail, mended or refused."""

import email
import email.policy
import email.utils

from datetime import UTC, datetime
from typing import assert_type

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.relay.decide.content import Arrival, Prepared, Submitter, has_long_line, prepare
from sendas.smtp.server.reply import Reply


ME = Submitter("me@example.com", ("me@example.com",))
ARRIVAL = Arrival("relay.example.com", "T0", "ESMTPSA", datetime(2026, 11, 29, 10, tzinfo=UTC))
FIELDS = "From: Me <me@example.com>\r\nTo: you@example.net\r\nSubject: x\r\n"
WHOLE = FIELDS + "Date: Sun, 29 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"


def prepared(text: str | bytes, reverse_path: str = "me@example.com") -> Prepared:
    """What goes on of a mail that is taken."""
    raw = text if isinstance(text, bytes) else text.encode()
    found = prepare(raw, ME, reverse_path, ARRIVAL)
    assert isinstance(found, Prepared), found
    return found


def refusal(text: str, reverse_path: str = "me@example.com") -> Reply:
    """The reply to a mail that is not."""
    found = prepare(text.encode(), ME, reverse_path, ARRIVAL)
    assert isinstance(found, Reply), found
    assert found.permanent
    return found


def whole(found: Prepared) -> bytes:
    """All that goes out."""
    return found.head + found.body


def test_a_good_mail_keeps_every_byte() -> None:
    """Only our trace field is put on top (RFC 5321, 4.4), without the client's address."""
    raw = WHOLE + "\r\nBody \xe9\r\n.\r\n"
    found = prepared(raw)
    out = whole(found)

    assert out.endswith(raw.encode())
    assert out.startswith(b"Received: by relay.example.com (sendas relay) with ESMTPSA\r\n id T0;")
    assert () == found.mended
    assert ("me@example.com", "<1@example.com>") == (found.author, found.message_id)


def test_what_is_missing_is_added() -> None:
    """RFC 6409, 8.2 and 8.3: Date and Message-ID; From as Postfix adds it."""
    message = email.message_from_bytes(whole(prepared("To: a@example.net\r\n\r\nx\r\n")))

    assert "me@example.com" == message["From"]
    assert "<T0@relay.example.com>" == message["Message-ID"]
    assert ARRIVAL.now == email.utils.parsedate_to_datetime(message["Date"])


def test_a_mail_without_a_header() -> None:
    """A program that sends bare text: nothing of it is lost."""
    out = whole(prepared("\r\njust text\r\n"))

    assert out.endswith(b"\r\n\r\njust text\r\n")


@pytest.mark.parametrize(
    "text", ["{}\n\nx\n", "{}\r\n\nx\r\n", "{}\r\n\r\na\rb\r\n", "{}\r\n\r\nno end"]
)
def test_line_ends_are_mended(text: str) -> None:
    """RFC 5321, 2.3.8: CR and LF stand together or not at all; old printers do not know."""
    out = whole(prepared(text.format(WHOLE.rstrip("\r\n"))))

    assert out.count(b"\n") == out.count(b"\r") == out.count(b"\r\n")
    assert out.endswith(b"\r\n")


def test_bcc_and_steering_fields_go() -> None:
    """RFC 5322, 3.6.3: nobody sees Bcc; X-SES- would choose another set (FACTS 7.1)."""
    secret = (
        "Bcc: secret@example.net,\r\n other@example.net\r\nResent-Bcc: s@example.net\r\n"
        "X-SES-CONFIGURATION-SET: other\r\nX-Ses-Source-Arn: arn\r\n"
        "Return-Path: <x@example.net>\r\n"
    )
    out = whole(prepared(secret + WHOLE + "\r\nx\r\n")).lower()

    for word in (b"secret", b"other", b"bcc", b"x-ses", b"return-path"):
        assert word not in out


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("From: boss@example.com\r\n", "From: boss@example.com"),
        ("From: me@example.com, boss@example.com\r\n", "From: boss@example.com"),
        ("From: boss@example.com <me@example.com>, b@example.com\r\n", "From: b@example.com"),
        ("From: me@example.com\r\nSender: boss@example.com\r\n", "Sender: boss@example.com"),
        ("From: me@example.com\r\nFrom: boss@example.com\r\n", "from stands twice"),
        ("from : boss@example.com\r\n", "boss@example.com"),
        ('From: "me@example.com" <boss@example.com>\r\n', "boss@example.com"),
        ("From: =?utf-8?q?me=40example.com?= <boss@example.com>\r\n", "boss@example.com"),
        ("From:\r\n boss@example.com\r\n", "boss@example.com"),
        ("From: me@example.com\r\nSubject: a\r\nSubject: b\r\n", "subject stands twice"),
    ],
)
def test_refused_at_once_and_by_name(header: str, words: str) -> None:
    """The client hears which address, or which field; nothing is taken (PEERS 2)."""
    assert words in refusal(header + "\r\nx\r\n").text


@pytest.mark.parametrize(
    "value",
    [
        "boss@example.com <me@example.com>",
        "me@example.com (boss@example.com)",
        "<@boss.example:me@example.com>",
        "Boss, The <me@example.com>",
        "M\xfcller <me@example.com>",
        "<me@example.com> <me@example.com>",
    ],
)
def test_from_that_readers_read_differently_is_written_anew(value: str) -> None:
    """What was checked is what goes out: one mailbox, read alike by the standard library."""
    out = whole(prepared(f"From: {value}\r\n\r\nx\r\n"))
    message = email.message_from_bytes(out, policy=email.policy.default)

    assert ["me@example.com"] == [a.addr_spec for a in message["From"].addresses]
    assert b"<me@example.com>" in out or b"From: me@example.com\r\n" in out


def test_a_name_without_an_address() -> None:
    """Printers write ``From: Printer``: the envelope's address is put behind the name."""
    out = whole(prepared("From: Printer\r\n\r\nx\r\n"))

    assert b'From: "Printer"\r\n <me@example.com>\r\n' in out


def test_nobody_can_be_put_into_an_empty_from() -> None:
    """With a null reverse-path there is nobody to write there."""
    assert "MAIL FROM names nobody" in refusal("To: a@example.net\r\n\r\nx\r\n", "").text
    assert "no address" in refusal("From: Printer\r\n\r\nx\r\n", "").text


def test_a_circle_is_cut() -> None:
    """RFC 5321, 6.3."""
    received = "Received: by a.example; Sun, 29 Nov 2026 10:00:00 +0000\r\n"

    assert "circle" in refusal(51 * received + WHOLE + "\r\nx\r\n").text
    prepared(50 * received + WHOLE + "\r\nx\r\n")


def test_several_signatures_go() -> None:
    """SES refuses two DKIM-Signature fields (SES guide, "Header fields"), and signs itself."""
    signature = "DKIM-Signature: v=1; d=example.com; s=a; b=x\r\n"

    assert b"DKIM" not in whole(prepared(2 * signature + WHOLE + "\r\nx\r\n"))
    assert b"DKIM" in whole(prepared(signature + WHOLE + "\r\nx\r\n"))


@pytest.mark.parametrize("kind", ["text/plain", "multipart/mixed"])
def test_long_lines_are_encoded(kind: str) -> None:
    """SES takes 1,000 characters a line (API v2, RawMessage); the text is the same afterwards."""
    text = "\xe4" + "x" * 3000
    if kind == "text/plain":
        raw = (
            WHOLE
            + f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        )
    else:
        raw = (
            WHOLE + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n\r\n"
            f"{text}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>short</p>\r\n--b--\r\n"
        )
    out = whole(prepared(raw))
    message = email.message_from_bytes(out)
    part = message.get_payload()[0] if message.is_multipart() else message
    payload = part.get_payload(decode=True)

    assert text == payload.decode().strip()
    assert max(map(len, out.split(b"\r\n"))) <= 998
    if message.is_multipart():
        assert b"<p>short</p>\r\n" in out


def test_a_long_line_in_the_preamble_is_refused() -> None:
    """What no encoding can mend is refused, not cut."""
    raw = (
        WHOLE + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + "x" * 3000 + "\r\n--b\r\n\r\nx\r\n--b--\r\n"
    )  # fmt: skip

    assert "998" in refusal(raw).text


@given(st.lists(st.integers(0, 2100), max_size=30), st.integers(0, 50))
def test_long_lines_are_found(lengths: list[int], start: int) -> None:
    """The quick look says what a slow one says."""
    content = b"".join(b"x" * length + b"\r\n" for length in lengths)
    start = min(start, len(content))
    slow = any(len(line) > 998 for line in content[start:].split(b"\r\n"))

    assert slow is has_long_line(content, start)


@given(
    st.lists(
        st.sampled_from(
            [b"From: ", b"me@example.com", b"boss@example.com", b"\r\n", b"\n", b"\r", b" ", b",",
             b"<", b">", b'"', b"(", b")", b"Sender: ", b"\0", b"\xff", b":", b"\r\n\r\n",
             b"Bcc: "]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_nobody_else_in_from_whatever_is_written(pieces: list[bytes]) -> None:
    """Whatever passes, the standard library reads no address in From but the allowed one."""
    found = prepare(b"".join(pieces), ME, "me@example.com", ARRIVAL)
    if isinstance(found, Reply):
        return
    assert_type(found, Prepared)
    message = email.message_from_bytes(whole(found))
    fields = message.get_all("From", [])
    addresses = [a for _, a in email.utils.getaddresses(fields) if a]

    assert 1 == len(fields)
    assert {"me@example.com"} == set(addresses)


@given(
    st.text(st.sampled_from('ab."ü@ ,<>\\+(){}=\t'), max_size=12),
    st.sampled_from(["example.com", "EXAMPLE.com", "münchen.example", "xn--mnchen-3ya.example"]),
)
def test_any_local_part_is_taken_or_refused_for_good(local: str, domain: str) -> None:
    """For whoever may send as a whole domain: never 451, which a client tries for days."""
    all_of_it = Submitter("shop", ("*@example.com", "*@xn--mnchen-3ya.example"))
    text = f"From: x <{local}@{domain}>\r\n\r\nx\r\n"
    found = prepare(text.encode(), all_of_it, "me@example.com", ARRIVAL)

    assert isinstance(found, Prepared) or found.permanent
