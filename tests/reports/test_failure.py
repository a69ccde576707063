"""DMARC failure reports: RFC 6591, and the plain text of some gateways."""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from made_reports import ARF, PLAIN

from sendas.mail.message import read_message
from sendas.reports.failure import is_failure, read_failure
from sendas.reports.model import FailureReport, MalformedReport


READ = FailureReport(
    reported_domain="example.com",
    source_ip="192.0.2.1",
    arrived=1_795_867_140,
    feedback_type="auth-failure",
    auth_failure=("signature", "dmarc"),
    delivery_result="reject",
    authentication_results="mx.example.net; dkim=fail header.d=example.com",
    identity_alignment="dkim",
    mail_from="anexample.reply@example.org",
    dkim_domain="example.com",
    dkim_selector="s1",
    user_agent="Reporter/1.0",
    header_from="boss@example.com",
    message_id="<1@example.com>",
    reporter="dmarc@example.net",
)


def test_every_value_of_the_arf_part_is_read() -> None:
    """The fields of RFC 6591, 3.1 to 3.2, and of the failed mail its author and id only."""
    message = read_message(ARF)

    assert is_failure(message)
    assert READ == read_failure(message)


def test_what_the_failed_mail_was_about_is_not_kept() -> None:
    """It is somebody's letter: neither its subject nor its recipient stands in the report."""
    assert "private" not in repr(READ)
    assert "private" not in repr(read_failure(read_message(ARF)))


def test_plain_text_is_read_where_there_is_no_arf_part() -> None:
    """Exim's and cPanel's gateways send prose; the copy of the header is not their word."""
    found = read_failure(read_message(PLAIN))

    assert ("example.com", "192.0.2.1", 1_795_867_140) == (
        found.reported_domain,
        found.source_ip,
        found.arrived,
    )
    assert ("boss@example.com", "None, Accept") == (found.header_from, found.delivery_result)
    assert ("it is plain text, without the ARF part",) == found.remarks


def test_line_ends_are_no_matter() -> None:
    """CRLF, as SMTP carries it."""
    assert READ == read_failure(read_message(ARF.replace(b"\n", b"\r\n")))


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        (b"auth-failure", b"abuse", "report of 'abuse'"),
        (b"Reported-Domain: Example.com", b"X: y", None),
        (b"message/feedback-report", b"text/plain", "no failure report"),
    ],
)
def test_a_complaint_is_no_failure(was: bytes, becomes: bytes, why: str | None) -> None:
    """An abuse report is `sendas bounce`'s; without a domain, the author's is taken."""
    message = read_message(ARF.replace(was, becomes))

    if why is None:
        assert "example.com" == read_failure(message).reported_domain
        return
    with pytest.raises(MalformedReport, match=why):
        read_failure(message)


def test_what_is_missing_is_named() -> None:
    """No source, no time: the rest is read."""
    raw = ARF.replace(b"Source-IP: 192.0.2.1\n", b"").replace(b"Arrival-Date", b"X-Date")
    found = read_failure(read_message(raw.replace(b"Date: Sat, 28 Nov", b"Date: never")))

    assert ("", None) == (found.source_ip, found.arrived)
    assert 2 == len(found.remarks)


@given(
    st.sampled_from([ARF, PLAIN]),
    st.binary(max_size=200),
    st.integers(0, 1500),
    st.integers(0, 300),
)
def test_no_bytes_break_it(raw: bytes, noise: bytes, at: int, lost: int) -> None:
    """A report, or one line of why not."""
    message = read_message(raw[:at] + noise + raw[at + lost :])

    try:
        found = read_failure(message)
    except MalformedReport as error:
        why, well = str(error), False
    else:
        why, well = "", bool(found.reported_domain)

    assert well or why
