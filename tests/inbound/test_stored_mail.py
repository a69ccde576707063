"""What SES wrote on top of a stored mail, and what a sender wrote in the same words."""

import pytest

from sendas.inbound.stored_mail import NotFromSes, receipt_of_head
from sendas.mail.headers import read_head
from sendas.ses.notices import DmarcPolicy, S3Object, Verdict


PLACE = S3Object("bucket", "inbound/id1")
RESULTS = "spf=fail (x) client-ip=192.0.2.1; dkim=fail header.i=@example.net;"
TAIL = " dmarc=fail (p=REJECT dis=NONE) header.from=example.net;"


def stored(
    results: str = RESULTS + TAIL, reverse_path: str = "jane@example.net", below: str = ""
) -> bytes:
    """A mail as SES stores it (FACTS 8.2)."""
    return (
        f"Return-Path: <{reverse_path}>\r\n"
        "Received: from mail.example.net (mail.example.net [192.0.2.1])\r\n"
        " by inbound-smtp.us-east-1.amazonaws.com with SMTP id abc123\r\n"
        " for me@example.com;\r\n Sun, 29 Nov 2026 12:00:00 +0000 (UTC)\r\n"
        "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
        f"Authentication-Results: amazonses.com;\r\n {results}\r\n"
        "X-SES-RECEIPT: AEFB\r\n"
        f"{below}From: Jane <jane@example.net>\r\n\r\ntext\r\n"
    ).encode()


def verdicts(raw: bytes) -> tuple[Verdict, Verdict, Verdict]:
    """SPF, DKIM and DMARC."""
    found = receipt_of_head(read_head(raw), "id1", PLACE).verdicts
    return found.spf, found.dkim, found.dmarc


def test_ses_own_word_is_read() -> None:
    """Verdicts, the policy that failed, whom it is for, when it came."""
    receipt = receipt_of_head(read_head(stored()), "id1", PLACE)

    assert (Verdict.FAIL, Verdict.FAIL, Verdict.FAIL) == verdicts(stored())
    assert DmarcPolicy.REJECT is receipt.dmarc_policy
    assert ("jane@example.net", ("me@example.com",)) == (
        receipt.reverse_path,
        receipt.forward_paths,
    )
    assert (Verdict.PASS, Verdict.PASS) == (receipt.verdicts.spam, receipt.verdicts.virus)


@pytest.mark.parametrize(
    "results",
    [
        "spf=fail (x) envelope-from=spf=pass@evil.example;" + TAIL,
        "spf=fail (a; spf=pass; dkim=pass; dmarc=pass)" + TAIL,
        "spf=fail smtp.mailfrom=dmarc=pass@evil.example;" + TAIL,
        "spf=fail (x) helo=dkim=pass;" + TAIL,
    ],
)
def test_what_the_sender_chose_passes_nothing(results: str) -> None:
    """Reverse-path, HELO and comments stand in SES's field as their sender wrote them."""
    assert Verdict.PASS not in verdicts(stored(results))


@pytest.mark.parametrize(
    ("reverse_path", "results"),
    [
        ('"x; spf=pass"@evil.example', 'spf=fail smtp.mailfrom="x; spf=pass"@evil.example;'),
        ("x;dmarc=pass@evil.example", "spf=fail smtp.mailfrom=x;dmarc=pass@evil.example;"),
    ],
)
def test_a_doubtful_field_decides_nothing(reverse_path: str, results: str) -> None:
    """Where quotes or semicolons could forge a result, there is none: GRAY."""
    found = verdicts(stored(results, reverse_path))

    assert (Verdict.GRAY, Verdict.GRAY, Verdict.GRAY) == found


def test_a_field_below_ses_lines_is_the_senders() -> None:
    """By position: what stands below X-SES-RECEIPT came with the mail."""
    forged = "Authentication-Results: amazonses.com; spf=pass; dkim=pass; dmarc=pass\r\n"

    assert Verdict.PASS not in verdicts(stored(below=forged))


def test_what_ses_did_not_write_is_no_receipt() -> None:
    """A file that somebody put into the bucket."""
    with pytest.raises(NotFromSes):
        verdicts(b"Received: from x by y; Sun, 29 Nov 2026 12:00:00 +0000\r\n\r\ntext")
