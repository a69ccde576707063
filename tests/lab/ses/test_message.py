"""Message bytes: whatever comes parses, and what was parsed is written back as it was."""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.ses.addresses import all_bare, bare, complaint_about
from sendas_lab.ses.hosts import host_records
from sendas_lab.ses.message import ONCE_ONLY, crlf, parse, repeated_once_only, too_long_line

from sendas.ses.regions import KNOWN, feedback_host, inbound_host, smtp_host


names = st.text(st.sampled_from("abcXYZ-0"), min_size=1, max_size=8)
values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF), max_size=20)


@given(st.binary(max_size=400))
def test_any_bytes_parse(content: bytes) -> None:
    """Nothing a client sends raises; the body is never longer than the content."""
    message = parse(crlf(content))
    assert len(message.body) <= len(crlf(content))
    repeated_once_only(message)
    too_long_line(content)


@given(st.lists(st.tuples(names, values), max_size=6), st.binary(max_size=40))
def test_format_then_parse_is_the_identity(fields: list[tuple[str, str]], body: bytes) -> None:
    """Fields and body come back, byte for byte."""
    head = b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)
    content = head + b"\r\n" + body
    message = parse(content)
    assert content == bytes(message)
    assert [name for name, _ in fields] == [f.name for f in message.fields]
    assert body == message.body


def test_folded_fields_stay_whole() -> None:
    """A field and its folds are one (FACTS 21, no. 3)."""
    message = parse(b"A: 1\r\n\t2\r\nB: 3\r\n\r\nbody")
    assert (message.get("a"), message.get("B")) == ("1\t2", "3")
    kept = message.without(lambda f: f.key == "a")
    assert bytes(kept) == b"B: 3\r\n\r\nbody"


def test_the_fifty_nine_fields() -> None:
    """SES guide, "Header fields": 59 names, To, Cc and Received not among them."""
    assert len(ONCE_ONLY) == 59
    assert not {"to", "cc", "received", "x-a", "feedback-id"} & ONCE_ONLY


@pytest.mark.parametrize(("length", "long"), [(998, False), (999, True)])
def test_line_length_counts_the_line_end(length: int, *, long: bool) -> None:
    """1,000 bytes with CRLF (API v2, RawMessage)."""
    assert long == too_long_line(b"A: b\r\n\r\n" + b"x" * length + b"\r\n")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_has_a_complaint(text: str) -> None:
    """Reading never raises, and what passes has a local part and a domain."""
    bare(text)
    all_bare(text)
    if complaint_about(text) is None:
        local, _, domain = text.rpartition("@")
        assert local
        assert "." in domain


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("info@example.com", None),
        ("o'neill+x@sub.example.com", None),
        ("info", "Missing final '@domain'"),
        ("@example.com", "Missing final '@domain'"),
        ("a b@example.com", "Illegal address: 'a b@example.com'"),
        ("info@example", "Invalid domain name: 'example'"),
        ("info@example.com.", "Invalid domain name: 'example.com.'"),
        ("info@exa_mple..com", "Invalid domain name: 'exa_mple..com'"),
    ],
)
def test_ses_words_for_malformed_addresses(address: str, complaint: str | None) -> None:
    """Texts as SES writes them (mozilla/fxa#13326 for the domain)."""
    assert complaint == complaint_about(address)


def test_every_region_has_its_hosts_at_addresses_of_its_own() -> None:
    """No two hosts share a made-up address; all are RFC 5737's."""
    records = host_records()
    hosts = [f(r) for r in KNOWN for f in (smtp_host, inbound_host, feedback_host)]
    addresses = [records[host, "A"][0] for host in hosts]
    assert len(hosts) == len(set(addresses))
    assert all(a.startswith("203.0.113.") for a in addresses)
    assert records["us-east-2.amazonses.com", "MX"] == (
        "10 feedback-smtp.us-east-2.amazonses.com",
    )
