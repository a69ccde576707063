"""SES's lines on top of a received mail: what can be believed, and what is forged.

The shape of the header is that of mail SES stored in S3, as the lab writes it and
as FACTS 8.2 lists it; the folded one is made after such a mail's.
"""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.ses_trace import Result, Trace, aligned, read_trace, without_comments
from sendas.mail.message import read_message


RECEIVED = (
    "Received: from mail-sor-f41.google.com (mail-sor-f41.google.com [198.51.100.129])\r\n"
    " by inbound-smtp.us-east-2.amazonaws.com with SMTP id d6iitobk75ur44p8kdnnp7g2n800\r\n"
    " for me@example.com;\r\n Sun, 22 Nov 2026 05:00:00 +0000 (UTC)\r\n"
)
RESULTS = (
    "Authentication-Results: amazonses.com;\r\n"
    " spf=pass (spfCheck: domain of google.com designates 198.51.100.129 as permitted sender)"
    " client-ip=198.51.100.129; envelope-from=gmail-noreply@google.com;"
    " helo=mail-sor-f41.google.com;\r\n dkim=pass header.i=@google.com;\r\n"
    " dmarc=pass header.from=google.com;\r\n"
)
RECEIPT = "X-SES-RECEIPT: AEFBQUFBQUFBQUFH\r\n"


def head(
    *more: str,
    path: str = "<gmail-noreply@google.com>",
    received: str = RECEIVED,
    results: str = RESULTS,
    receipt: str = RECEIPT,
) -> bytes:
    """A stored mail: SES's lines, then what came with it."""
    own = f"Return-Path: {path}\r\n{received}X-SES-Spam-Verdict: PASS\r\n{results}{receipt}"
    return (own + "".join(more) + "\r\nhello\r\n").encode()


def trace(raw: bytes) -> Trace | None:
    """What is read of it."""
    return read_trace(read_message(raw).headers)


def test_reads_what_ses_wrote() -> None:
    """Where it came from, for whom, and what was found."""
    seen = trace(head())

    assert seen is not None
    assert "" == seen.doubt
    assert ("mail-sor-f41.google.com", "198.51.100.129") == (seen.source_name, seen.source_ip)
    assert "me@example.com" == seen.forward_path
    assert ("google.com",) == seen.signed_by
    assert (Result("spf", "pass", ""),) == seen.of("spf")
    assert (Result("dmarc", "pass", "google.com"),) == seen.of("dmarc")
    assert "PASS" == seen.spam


def test_results_that_came_with_the_mail_do_not_count() -> None:
    """A sender may write any Authentication-Results; it stands below SES's lines."""
    seen = trace(
        head(
            "Authentication-Results: amazonses.com; dkim=pass header.i=@google.com\r\n",
            results="Authentication-Results: amazonses.com; dkim=fail header.i=@google.com\r\n",
        )
    )

    assert seen is not None
    assert () == seen.signed_by


def test_no_results_of_ses_are_not_replaced_by_the_senders() -> None:
    """Where SES wrote none, there are none."""
    seen = trace(head(RESULTS, results=""))

    assert seen is not None
    assert () == seen.results
    assert "SES wrote 0 Authentication-Results" in seen.doubt


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: x\r\n\r\nhello",
        head(receipt=""),
        head(received="Received: from a (a [192.0.2.1]) by mx.example.net\r\n"),
        head(received="Received: by inbound-smtp.us-east-2.amazonaws.com\r\n"),
        head(received=RECEIVED.replace("amazonaws.com", "amazonaws.com.example.net")),
    ],
)
def test_a_mail_that_did_not_come_through_ses(raw: bytes) -> None:
    """There is nothing to believe."""
    assert trace(raw) is None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (head(path='<"x; dkim=pass header.i=@google.com"@evil.example>'), "reverse-path"),
        (head(path="<x;dkim=pass@evil.example>"), "reverse-path"),
        (
            head(received=RECEIVED.replace("from mail-sor-f41.google.com", "from x;dkim=pass")),
            "sending host",
        ),
        (head(results='Authentication-Results: amazonses.com; spf=pass "x"\r\n'), "quotes"),
        (head(results="Authentication-Results: amazonses.com; spf=pass (x\r\n"), "comment"),
        (head(results="Authentication-Results: mx.evil.example; dkim=pass\r\n"), "not by"),
        (head(results=RESULTS + RESULTS), "SES wrote 2"),
    ],
)
def test_what_a_sender_could_write_into_ses_lines(raw: bytes, why: str) -> None:
    """Reverse-path and HELO are the sender's words: odd ones make everything doubtful."""
    seen = trace(raw)

    assert seen is not None
    assert why in seen.doubt
    assert () == seen.results


def test_the_null_reverse_path_is_plain() -> None:
    """Bounces have it (RFC 5321, 4.5.5)."""
    seen = trace(head(path="<>"))

    assert seen is not None
    assert ("", "") == (seen.doubt, seen.reverse_path)


def test_a_result_in_a_comment_is_none() -> None:
    """RFC 8601, 2.2: comments may stand anywhere."""
    seen = trace(
        head(results="Authentication-Results: amazonses.com; dkim=fail (a (b); dkim=pass) x\r\n")
    )

    assert seen is not None
    assert (Result("dkim", "fail"),) == seen.results


@given(st.binary())
def test_any_bytes_can_be_read(raw: bytes) -> None:
    """Nothing raises, and without SES's lines nothing is believed."""
    trace(raw)
    trace(head() + raw)


@given(st.text(alphabet='();= \\"abc'))
def test_comments_are_taken_out_or_the_text_is_refused(text: str) -> None:
    """No parenthesis is left."""
    bare = without_comments(text)

    assert bare is None or not set(bare) & set("()")


@pytest.mark.parametrize(
    ("signer", "author", "expected"),
    [
        ("example.com", "example.com", True),
        ("mail.example.com", "example.com", True),
        ("example.com", "news.example.com", True),
        ("EXAMPLE.com.", "example.com", True),
        ("badexample.com", "example.com", False),
        ("example.com.evil.example", "example.com", False),
        ("", "example.com", False),
        ("amazonses.com", "example.com", False),
    ],
)
def test_alignment(signer: str, author: str, *, expected: bool) -> None:
    """Whole labels are compared."""
    assert expected is aligned(signer, author)
