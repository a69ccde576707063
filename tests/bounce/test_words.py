"""What servers say, and what reports look like, that no committed mail shows.

The replies are those of Postfix, Exim, Sendmail, qmail, Exchange, Dovecot, block lists and
providers, written down from their sources and documentation; the reports are made up after
the programs named.
"""

import csv
import json

from pathlib import Path

import pytest

from sendas.bounce import Kind, explain


TABLES = Path(__file__).parent / "tables"
RETURNED = """
Received: from x.example by y.example; Fri, 2 Jan 2026 03:04:05 +0000
Received: from z.example by x.example; Fri, 2 Jan 2026 03:04:05 +0000
From: me@example.com
To: somebody.else@example.org
Subject: Invoice 4711

Hello.
"""


def _replies() -> list[tuple[str, str]]:
    with (TABLES / "replies.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["reply"], row["reason"]) for row in rows]


def _reports() -> list[dict[str, str]]:
    written = json.loads((TABLES / "free_text.json").read_text(encoding="utf-8"))
    return [{**one, "text": "\n".join(one["lines"])} for one in written]


@pytest.mark.parametrize(("reply", "reason"), _replies())
def test_reply_in_a_notification(reply: str, reason: str) -> None:
    """As Postfix's delivery status quotes it."""
    vague = "4.0.0" if reply.startswith("4") else "5.0.0"
    raw = (
        "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; boundary=b\n\n--b\n\n"
        f"<a@example.net>: host mx.example.net[192.0.2.1] said: {reply}\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: {vague}\n"
        f"Diagnostic-Code: smtp; {reply}\n\n--b--\n"
    )

    assert [("a@example.net", reason)] == [
        (one.recipient, str(one.reason)) for one in explain(raw.encode()).recipients
    ]


@pytest.mark.parametrize("report", _reports(), ids=lambda report: report["name"])
def test_report_in_plain_words(report: dict[str, str]) -> None:
    """The recipient, the reason and the code, from words meant for people."""
    raw = (
        f"From: {report['sender']}\nTo: me@example.com\nSubject: {report['subject']}\n"
        f"Date: Fri, 2 Jan 2026 03:04:11 +0000\n\n{report['text']}{RETURNED}"
    )

    assert [("a@example.net", report["reason"], report["status"])] == [
        (one.recipient, str(one.reason), one.status) for one in explain(raw.encode()).recipients
    ]


@pytest.mark.parametrize("name", ["exim-delay", "gmail-delay"])
def test_warnings_are_delays(name: str) -> None:
    """While the sending side goes on trying, nothing has failed."""
    report = next(one for one in _reports() if one["name"] == name)
    raw = f"From: {report['sender']}\nSubject: {report['subject']}\n\n{report['text']}"
    found = explain(raw.encode())

    assert (Kind.DELAY, [False]) == (found.kind, [one.hard for one in found.recipients])
