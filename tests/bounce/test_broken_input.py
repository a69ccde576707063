"""Broken bounces: truncated, re-encoded, empty, huge.  Nothing is raised, and time is linear."""

import time

from collections.abc import Mapping
from pathlib import Path

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.bounce import Explanation, Kind, Reason, explain


MEGABYTE = 1_048_576
TWENTY = 20 * MEGABYTE
LONGEST_SECONDS = 5.0
"""Of processor time for 20 MB; a quadratic reader would take hours."""


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r", b"\n"])
def test_line_ends_do_not_matter(line_end: bytes, fixture_bytes: Mapping[str, bytes]) -> None:
    """CRLF, CR and LF say the same."""
    for file, raw in fixture_bytes.items():
        plain = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

        assert explain(plain) == explain(plain.replace(b"\n", line_end)), file


def test_every_truncation_is_survived(fixture_bytes: Mapping[str, bytes]) -> None:
    """Cut anywhere, a bounce is still explained as something."""
    for raw in fixture_bytes.values():
        for cut in range(0, len(raw), max(1, len(raw) // 40)):
            assert isinstance(explain(raw[:cut]), Explanation)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\r\n \t", b"From "])
def test_next_to_nothing(raw: bytes) -> None:
    """Empty input is no bounce, and no error."""
    found = explain(raw)

    assert (Kind.NOT_A_BOUNCE, ()) == (found.kind, found.recipients)


@pytest.mark.parametrize("raw", [b"\x00", b"\xff\xfe", b"{", b"[]", b"See you on Monday, Jane\n"])
def test_nothing_readable(raw: bytes) -> None:
    """What neither is a message nor quotes a refusal is not called well: it was not read."""
    found = explain(raw)

    assert (Kind.UNREADABLE, ()) == (found.kind, found.recipients)
    assert "Postfix" in found.title


def test_unknown_charset_and_bad_encoding() -> None:
    """A charset nobody knows, base64 that is none: what can be read is read."""
    raw = (
        b"From: MAILER-DAEMON@example.org\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=x-martian\nContent-Transfer-Encoding: base64\n\n"
        b"<a@example.net>: 550 5.1.1 User unknown \xff\xfe\n"
    )

    assert ["a@example.net"] == [one.recipient for one in explain(raw).recipients]


HUGE = {
    "one line": b"a" * TWENTY,
    "angle brackets": b"<" * TWENTY,
    "at signs": b"@" * TWENTY,
    "addresses": b"<a@example.net>: 550 no\n" * (TWENTY // 24),
    "html": b"Content-Type: text/html\n\n" + b"<a <b" * (TWENTY // 5),
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * (TWENTY // 5),
    "nested": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * (TWENTY // 46),
    "folded": b"Subject: x\n" + b" y\n" * (TWENTY // 3),
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * (TWENTY // 14),
    "fields": b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: a\n" * (TWENTY // 19),
    "nameless recipients": b"Content-Type: multipart/report; boundary=b\n\n--b\n\n"
    + b"nobody is named\n" * 4_000
    + b"\n--b\nContent-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a\nAction: failed\n\n" * (TWENTY // 45),
    "json": b"[" * TWENTY,
    "json strings": b'{"Message":"' + b"[" * TWENTY,
    "from lines": b"From a Fri Jan  2 03:04:05 2026\nA: b\n\n" * (TWENTY // 41),
    "quotes": b">" * TWENTY,
    "digits": b"From: MAILER-DAEMON\nSubject: undeliverable\n\n" + b"5.1." * (TWENTY // 4),
    "blanks": b"From: MAILER-DAEMON\nSubject: undeliverable\n\n" + b" " * TWENTY,
    "base64": b"Content-Transfer-Encoding: base64\nSubject: failure notice\n\n"
    + b"A\n" * (TWENTY // 2),
}


@pytest.mark.parametrize("shape", list(HUGE))
def test_twenty_megabytes(shape: str) -> None:
    """Linear time, whatever the shape."""
    started = time.process_time()
    explain(HUGE[shape])

    assert LONGEST_SECONDS > time.process_time() - started


def test_a_huge_attachment_does_not_hide_the_report(fixture_bytes: Mapping[str, bytes]) -> None:
    """A bounce that returns 20 MB of message is explained as if it returned nothing."""
    raw = fixture_bytes["gmail-5.7.26-dmarc.eml"]
    huge = raw.replace(b"\nHello.\n", b"\n" + b"SGVsbG8u" * 9 * (TWENTY // 73) + b"\n")

    assert explain(raw) == explain(huge)


def test_many_recipients() -> None:
    """A thousand recipients in one report are a thousand answers."""
    fields = "".join(
        f"\nFinal-Recipient: rfc822; u{n}@example.net\nAction: failed\nStatus: 5.1.1\n"
        for n in range(1000)
    )
    raw = (
        "From: MAILER-DAEMON@example.org\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n"
        f"{fields}\n--b--\n"
    )

    found = explain(raw.encode())
    assert 1000 == len(found.recipients)
    assert {Reason.USER_UNKNOWN} == {one.reason for one in found.recipients}


@given(st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes(raw: bytes) -> None:
    """On anything at all it returns."""
    assert isinstance(explain(raw), Explanation)


PIECES = """Final-Recipient: rfc822; a@example.net
Status: 5.1.1
Diagnostic-Code: smtp; 550 no
Content-Type: multipart/report; boundary=b
Content-Type: message/delivery-status
Content-Type: message/feedback-report
--b
--b--
<a@example.net>:
From: MAILER-DAEMON
Subject: failure notice
The response was:
CustomFromDenied
550 5.7.1 no
{"eventType":"Bounce","bounce":{}}
From x Fri Jan  2 03:04:05 2026
<<< 550 no
>>> DATA
 folded
Original-Rcpt-To: a@example.net
"""
WORDS = st.sampled_from(PIECES.split("\n"))


@given(st.lists(WORDS, max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=300, deadline=None)
def test_pieces_of_bounces_in_any_order(lines: list[str], line_end: str) -> None:
    """Every piece of a bounce, anywhere: it returns, and says the same twice."""
    raw = line_end.join(lines).encode()
    found = explain(raw)

    assert found == explain(raw)
    assert all(one.reason in Reason for one in found.recipients)


def test_corpus_survives_mutilation(corpus: Path) -> None:
    """Each real bounce, cut in the middle, shifted, and with CR alone."""
    for path in sorted((corpus / "mails").iterdir())[::3]:
        raw = path.read_bytes()
        for broken in (raw[: len(raw) // 2], raw[len(raw) // 3 :], raw.replace(b"\n", b"\r")):
            assert isinstance(explain(broken), Explanation)
