"""Reading mail that others wrote: headers, MIME, addresses, delivery statuses, mbox."""

import base64
import email

from email import policy

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.mail.address import addresses_in, domain_of, first_address
from sendas.mail.dsn import host_of, read_delivery_status
from sendas.mail.encoded_words import decode_words
from sendas.mail.lines import decode_text, undo_transfer_encoding, unify_line_ends
from sendas.mail.mbox import split_mbox
from sendas.mail.message import html_to_text, read_message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a@example.com>", ["a@example.com"]),
        ("to a@example.com, b+c@example.net.", ["a@example.com", "b+c@example.net"]),
        ('"a b"@example.com', ['"a b"@example.com']),
        ("a@[192.0.2.1]", ["a@[192.0.2.1]"]),
        ("u@bücher.example", ["u@bücher.example"]),
        ("a@example.jp您好", ["a@example.jp"]),
        ("rfc822;a@example.com", ["a@example.com"]),
        ("=?utf-8?B?8J+QiPCfkIg=?=@example.org", ["=?utf-8?B?8J+QiPCfkIg=?=@example.org"]),
        ("nobody here @ all", []),
        ("@example.com", []),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    """Found in running text, as written."""
    assert found == addresses_in(text)


def test_first_address_prefers_brackets() -> None:
    """A display name that looks like an address is not the address."""
    assert "b@example.com" == first_address("a@example.net <b@example.com>")
    assert "example.com" == domain_of("A@Example.COM")


@given(st.text(max_size=300))
@settings(deadline=None)
def test_addresses_on_anything(text: str) -> None:
    """Whatever is found has both halves and stands in the text."""
    for address in addresses_in(text):
        local, at, domain = address.rpartition("@")
        assert local
        assert at
        assert domain
        assert address in text


def test_words_as_the_standard_library_reads_them() -> None:
    """RFC 2047, checked against the email package."""
    for text in (
        "=?utf-8?B?8J+QiA==?= =?utf-8?Q?caf=C3=A9_au_lait?=",
        "=?iso-2022-jp?B?VW5kZWxpdmVyYWJsZTogGyRCJS0lOCVIJWkbKEI=?=",
        "plain =?iso-8859-1?q?=E9?= plain",
    ):
        expected = str(
            email.message_from_string(f"Subject: {text}\n\n", policy=policy.default)["subject"]
        )
        assert expected == decode_words(text)


def test_broken_words_stay() -> None:
    """What cannot be decoded is shown as it came."""
    assert (
        "=?utf-8?B?!!!?=" == decode_words("=?utf-8?B?!!!?=")
        or decode_words("=?utf-8?B?!!!?=") == ""
    )
    assert "=?x" == decode_words("=?x")


def test_parts_as_the_standard_library_reads_them() -> None:
    """A report's leaves: types and texts as the email package sees them."""
    raw = (
        b"Subject: a\n b\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; boundary="x y"\n\npreamble\n'
        b"--x y\nContent-Type: text/plain; charset=iso-8859-1\n"
        b"Content-Transfer-Encoding: quoted-printable\n\ncaf=E9\n"
        b"--x y\nContent-Type: multipart/alternative; boundary=z\n\n"
        b"--z\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(b"inner") + b"\n--z--\n"
        b"--x y\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; h\n"
        b"--x y--\nepilogue\n"
    )
    ours = read_message(raw)
    theirs = email.message_from_bytes(raw, policy=policy.default)

    leaves = [part for part in theirs.walk() if not part.is_multipart()]
    assert "a b" == ours.headers.get("subject") == theirs["subject"]
    assert ["text/plain", "text/plain", "message/delivery-status"] == [
        part.content_type for part in ours.parts
    ]
    assert ["café", "inner"] == [part.text.strip() for part in ours.parts[:2]]
    assert ["café", "inner"] == [leaf.get_content().strip() for leaf in leaves[:2]]


def test_wrong_boundary() -> None:
    """Where the declared boundary is not in use, the one in use is found."""
    message = read_message(
        b"Content-Type: multipart/report; boundary=declared\n\n"
        b"--used\nContent-Type: text/plain\n\nhello\n--used\n"
        b"Content-Type: message/delivery-status\n\nStatus: 5.0.0\n--used--\n"
    )

    assert ["text/plain", "message/delivery-status"] == [
        part.content_type for part in message.parts
    ]


@given(st.binary(max_size=500))
@settings(deadline=None)
def test_read_message_on_anything(raw: bytes) -> None:
    """It returns, with at least one part, whose text can be had."""
    message = read_message(raw)

    assert message.parts
    assert all(isinstance(part.text, str) for part in message.parts)


@given(st.binary(max_size=200), st.sampled_from(["base64", "quoted-printable", "7bit", "x"]))
def test_transfer_encodings_on_anything(raw: bytes, encoding: str) -> None:
    """Damaged encodings give bytes, never an error."""
    assert isinstance(undo_transfer_encoding(raw, encoding), bytes)


@given(st.binary(max_size=200))
def test_base64_round_trip(raw: bytes) -> None:
    """What was encoded comes back."""
    assert raw == undo_transfer_encoding(base64.encodebytes(raw), "base64")


@given(
    st.binary(max_size=100),
    st.sampled_from(["utf-8", "hex", "idna", "zip", "martian", "utf-16", ""]),
)
def test_decoding_on_anything(raw: bytes, charset: str) -> None:
    """Codecs that are no charsets are not used."""
    assert isinstance(decode_text(raw, charset), str)


def test_line_ends() -> None:
    """CRLF, CR and the CR CR LF of broken gateways are one line end."""
    assert b"a\nb\nc\nd" == unify_line_ends(b"a\r\nb\rc\r\r\nd")


@given(st.binary(max_size=200))
def test_line_ends_on_anything(raw: bytes) -> None:
    """No carriage return is left, and doing it again changes nothing."""
    once = unify_line_ends(raw)

    assert b"\r" not in once
    assert once == unify_line_ends(once)


def test_delivery_status() -> None:
    """RFC 3464, with the liberties that programs take."""
    status = read_delivery_status(
        "Reporting-MTA: dns;mx.example.org (comment)\nX-Queue: 1\n\n"
        "Action: failed\nFinal-Recipient: rfc822; a@example.net\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no\n  such user\nStatus: 5.1.1 (bad address)\n\n"
        "Final-Recipient: RFC822;<b@example.net>\nRemote-MTA: DNS; [192.0.2.1]\n"
        "Action: delayed\n\n"
        "Status: 4.4.1\n"
    )

    assert "mx.example.org" == status.reporting_mta
    assert ["a@example.net", "b@example.net"] == [one.final_recipient for one in status.recipients]
    assert ["550 5.1.1 no such user", ""] == [one.diagnostic for one in status.recipients]
    assert ("delayed", "4.4.1", "192.0.2.1") == (
        status.recipients[1].action, status.recipients[1].status, status.recipients[1].remote_mta,
    )  # fmt: skip


def test_delivery_status_without_empty_lines() -> None:
    """A second Final-Recipient begins a second recipient."""
    status = read_delivery_status(
        "Final-Recipient: rfc822; a@example.net\nAction: failed\n"
        "Final-Recipient: rfc822; b@example.net\nAction: failed\n"
    )

    assert 2 == len(status.recipients)


@pytest.mark.parametrize(
    ("value", "host"),
    [("dns; mx.example.com", "mx.example.com"), ("DNS;MX.example.com (TCP|1)", "mx.example.com"),
     ("192.0.2.1", "192.0.2.1"), ("dns; [192.0.2.1]", "192.0.2.1"), ("", ""), ("dns;", "")],
)  # fmt: skip
def test_host(value: str, host: str) -> None:
    """The name, without type and comment."""
    assert host == host_of(value)


@given(st.text(max_size=400))
def test_delivery_status_on_anything(text: str) -> None:
    """It returns."""
    assert read_delivery_status(text).recipients is not None


def test_mbox() -> None:
    """Split at From_ lines with a date, not at every line that begins with From."""
    one = b"From a@b Fri Jan  2 03:04:05 2026\nSubject: 1\n\nFrom here on, nothing.\n"

    assert [
        b"Subject: 1\n\nFrom here on, nothing.",
        b"Subject: 1\n\nFrom here on, nothing.\n",
    ] == [
        piece.rstrip(b"\n") if number == 0 else piece
        for number, piece in enumerate(split_mbox(one + b"\n" + one))
    ]
    assert [b"Subject: 1\n\nx"] == split_mbox(b"Subject: 1\n\nx")


def test_html() -> None:
    """What a person would see."""
    assert "a & b\nc" == html_to_text("<style>x</style><p>a &amp; <b>b</b></p>c")
