"""Mails made after public reports about forwarders: each with the right answer, judged as Gmail would.

The reader is Python's email package and the lab's SES, neither of which is what
made the copy.  Reports: the trackers named in each case; the mails are made up.
"""

# ruff: noqa: E501  tables: one case a line

import email
import email.policy
import re

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.ses import message as lab

from sendas.forward.counters import Counters
from sendas.forward.decision import Decision, Forward, Quarantine, Reason
from sendas.forward.facts import read_facts
from sendas.forward.plan import plan
from sendas.forward.rewrite import rewrite
from sendas.forward.routes import RoutedDomain, Routes, To
from sendas.mail.headers import read_head
from sendas.ses.notices import Receipt, Verdict, Verdicts


OWNER, OURS, JANE = "owner@gmail.example", "forwarded@example.com", "jane@example.net"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
CLEAN = Verdicts(*[Verdict.PASS] * 5)
ROUTES = Routes(
    {
        "example.com": RoutedDomain(
            "example.com", OURS, OWNER, {"info": To((OWNER,)), "me": To((OWNER,))}
        )
    }
)
BODY = b"Hello,\r\nbody.\r\n"


def mk(*lines: bytes, body: bytes = BODY, **fields: bytes | None) -> bytes:
    """A mail of Jane's; *fields* replace its own, None leaves one out."""
    named: dict[str, bytes | None] = {
        "From": b"Jane Doe <jane@example.net>",
        "To": b"info@example.com",
        "Subject": b"Hello",
        "Date": b"Fri, 2 Jan 2026 12:04:03 +0100",
        "Message-ID": b"<1@example.net>",
    }
    named |= {key.replace("_", "-"): value for key, value in fields.items()}
    head = b"".join(k.encode() + b": " + v + b"\r\n" for k, v in named.items() if v is not None)
    return head + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


@dataclass(frozen=True)
class Case:
    """One mail, and what its owner must see: *reply* whom an answer reaches."""

    raw: bytes
    author: str = JANE
    reply: tuple[str, ...] = (JANE,)
    orig_id: bytes | None = b"<1@example.net>"
    shown: str = ""
    reverse_path: str = JANE
    path: str = "info@example.com"


def case(raw: bytes, **more: Any) -> Case:  # noqa: ANN401  the fields of a case
    """As the table writes it."""
    if "rp" in more:
        more["reverse_path"] = more.pop("rp")
    if "reply" in more:
        more["reply"] = tuple(more["reply"])
    return Case(raw, **more)


CASES = {
    "F01 fx-private-relay#3959 nested brackets": case(
        mk(From=b"Like This <Like This <jane@example.net>>")
    ),
    "F02 fx-private-relay#3959 unquoted comma": case(mk(From=b"Like, This! <jane@example.net>")),
    "F03 fx-private-relay#3959 windows-1252": case(
        mk(From=b"=?windows-1252?Q?Place_de_march=E9?= <jane@example.net>"),
        shown="Place de marché",
    ),
    "F04 aws-lambda-ses-forwarder#91 address as phrase": case(
        mk(From=b"jane@example.net <jane@example.net>")
    ),
    "F05 fx-private-relay#523 raw latin-1 umlaut": case(
        mk(From='"Sören H" <jane@example.net>'.encode("latin-1")), shown="Sören H"
    ),
    "F06 fx-private-relay#1887 no domain in From": case(mk(From=b"Jane Doe <jane>")),
    "F07 ivpn/mailx#64 Reply-To with double dot": case(
        mk(b"Reply-To: jane..doe@example.net"), reply=["jane..doe@example.net"]
    ),
    "F08 addy#312 SMTPUTF8 author": case(
        mk(From="Jörg <jörg@example.net>".encode()), author="", reply=[]
    ),
    "F09 SMTPUTF8 in Reply-To beside a good one": case(
        mk("Reply-To: Jörg <jörg@example.net>, Jane <jane@example.net>".encode())
    ),
    "F10 cypht#1422 Reply-To is the alias itself": case(mk(b"Reply-To: info@example.com")),
    "F11 Reply-To is our forwarding address": case(mk(b"Reply-To: forwarded@example.com")),
    "F12 two Reply-To fields, first unusable": case(
        mk(b"Reply-To: noreply", b"Reply-To: desk@example.net"), reply=["desk@example.net"]
    ),
    "F13 Reply-To: group syntax": case(
        mk(b"Reply-To: Desk: desk@example.net, jane@example.net;"),
        reply=["desk@example.net", "jane@example.net"],
    ),
    "F14 mailing list, Reply-To is the list": case(
        mk(
            b"Reply-To: list@lists.example.org",
            b"List-Id: <list.lists.example.org>",
            b"List-Post: <mailto:list@lists.example.org>",
            b"Precedence: list",
        ),
        reply=["list@lists.example.org"],
    ),
    "F15 simple-login#492 Teams invite (text/calendar)": case(
        mk(
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/alternative; boundary="_000_X_"',
            b"Content-Class: urn:content-classes:calendarmessage",
            body=b'--_000_X_\r\nContent-Type: text/plain; charset="us-ascii"\r\n\r\nTeams\r\n--_000_X_\r\nContent-Type: text/calendar; charset="utf-8"; method=REQUEST\r\nContent-Transfer-Encoding: base64\r\n\r\nQkVHSU46VkNBTEVOREFS\r\n--_000_X_--\r\n',
        )
    ),
    "F16 S/MIME opaque + winmail.dat": case(
        mk(
            b"MIME-Version: 1.0",
            b'Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname="smime.p7m"',
            b"X-MS-TNEF-Correlator: <1@example.net>",
            body=b"MIIB\r\n",
        )
    ),
    "F17 header injection by encoded name": case(
        mk(From=b"=?utf-8?Q?Jane=0D=0ABcc:_x@evil.example=0D=0AX-Y:_?= <jane@example.net>")
    ),
    "F18 name pretends another address": case(
        mk(From=b"=?utf-8?Q?ceo=40bank.example_=3Cceo=40bank.example=3E?= <jane@example.net>")
    ),
    "F19 relay MPP-3576 name of 3000 characters": case(
        mk(From=b'"' + b"A" * 900 + b"\r\n " + b"B" * 900 + b'" <jane@example.net>')
    ),
    "F20 References of 200 ids in one line (>998)": case(
        mk(
            b"References: " + b" ".join(b"<%d@mail.example.net>" % i for i in range(200)),
            b"In-Reply-To: <199@mail.example.net>",
        )
    ),
    "F21 no Message-ID, In-Reply-To only (thread)": case(
        mk(b"In-Reply-To: <our-sent-1@eu-west-1.amazonses.com>", Message_ID=None), orig_id=None
    ),
    "F22 Date invalid and twice": case(
        mk(b"Date: Thu, 1 Jan 1970 00:00:00 +0000", Date=b"yesterday")
    ),
    "F23 Subject twice, 8-bit": case(
        mk("Subject: zweites Ü".encode("latin-1"), Subject="Grüße".encode())
    ),
    "F24 forwarder#123 empty header name, #111 Delivered-To twice": case(
        mk(b": x", b"Delivered-To: a@example.net", b"Delivered-To: b@example.net")
    ),
    "F25 To: undisclosed-recipients (Bcc to alias)": case(mk(To=b"undisclosed-recipients:;")),
    "F26 ARC set + DKIM twice + Feedback-ID": case(
        mk(
            b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=google.com; b=x",
            b"ARC-Message-Signature: i=1; a=rsa-sha256; d=google.com; h=from; bh=x; b=y",
            b"ARC-Authentication-Results: i=1; mx.google.com; dkim=pass",
            b"DKIM-Signature: v=1; d=example.net; b=x",
            b"DKIM-Signature: v=1; d=amazonses.com; b=y",
            b"Feedback-ID: 1:2:AmazonSES",
        )
    ),
    "F27 From only null mailbox, automatic": case(mk(From=b"<>"), rp="", author="", reply=()),
    "F28 Resent-* block twice (redirected mail)": case(
        mk(
            b"Resent-From: bob@example.net",
            b"Resent-To: info@example.com",
            b"Resent-Message-ID: <r1@example.net>",
            b"Resent-Date: Fri, 2 Jan 2026 12:04:03 +0100",
            b"Resent-From: carl@example.net",
            b"Resent-To: bob@example.net",
            b"Resent-Message-ID: <r2@example.net>",
            b"Resent-Date: Fri, 2 Jan 2026 12:04:03 +0100",
        )
    ),
    "F29 IDN domain raw UTF-8 in From": case(
        mk(From="Jane <jane@exämple.net>".encode()), author="", reply=["jane@xn--exmple-cua.net"]
    ),
    "F30 plus and upper case at the envelope": case(mk(), path="INFO+Shop@EXAMPLE.COM"),
    "F31 From tab-folded, no space after colon": case(
        b'From:\r\n\t"Doe,\r\n\t Jane" <jane@example.net>\r\nTo:info@example.com\r\nSubject:x\r\nMessage-ID:<1@example.net>\r\n\r\n'
        + BODY
    ),
    "F32 Message-ID folded, with comment, Outlook style": case(
        mk(Message_ID=b"\r\n <1@example.net>")
    ),
    "F33 binary 8BITMIME body with NUL and lone CR": case(
        mk(b"Content-Transfer-Encoding: binary", body=b"\x00\xff\r\r\n.\r\n..\r\n\xfe")
    ),
    'F34 Outlook "Jane via list" + Sender + X-Original-From already there': case(
        mk(
            b"Sender: list-bounces@lists.example.org",
            b"X-Original-From: Evil <evil@example.org>",
            b"X-Original-Message-ID: <evil@example.org>",
        )
    ),
    "F35 In-Reply-To with several ids and References missing": case(
        mk(b"In-Reply-To: <a@x.example> <b@y.example>")
    ),
    "F36 Mail-Followup-To/Disposition-Notification-To/List-Unsubscribe kept": case(
        mk(
            b"Disposition-Notification-To: jane@example.net",
            b"List-Unsubscribe: <https://x.example/u>",
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        )
    ),
    "F37 anonaddy reply: From = our own alias (self-sent)": case(
        mk(From=b"Me <me@example.com>"),
        author="me@example.com",
        rp="me@example.com",
        reply=("me@example.com",),
    ),
    "F39 auto-reply from Gmail (X-Autoreply) #19": case(
        mk(b"Auto-Submitted: auto-replied", b"X-Autoreply: yes", b"Precedence: bulk")
    ),
    'F40 Reply-To obfuscated: "reply-to equals alias" among two': case(
        mk(b"Reply-To: info@example.com, jane@example.net")
    ),
    "F41 Reply-To two unquoted-comma names": case(mk(b"Reply-To: Doe, Jane <jane@example.net>")),
    "F42 Apple Hide My Email reverse alias local part": case(
        mk(From=b'"Shop" <shop_at_example_org_abc123_def@privaterelay.example>'),
        reply=("shop_at_example_org_abc123_def@privaterelay.example",),
        author="shop_at_example_org_abc123_def@privaterelay.example",
    ),
    "F43 References > 64 KB (very old thread)": case(
        mk(b"References: " + b"\r\n ".join(b"<%040d@mail.example.net>" % i for i in range(1500)))
    ),
    "F44 RFC 2047 in Reply-To address part": case(mk(b"Reply-To: =?utf-8?q?jane?=@example.net")),
    "F45 Reply-To: <mailto:jane@example.net>": case(mk(b"Reply-To: <mailto:jane@example.net>")),
}


def copy_of(one: Case) -> bytes:
    """The copy that goes out."""
    head = read_head(one.raw)
    facts = read_facts(head, one.reverse_path)
    (decision,) = decided(one)
    assert isinstance(decision, Forward), decision
    return bytes(rewrite(head, decision, "id1", facts.authors))


def decided(one: Case) -> tuple[Decision, ...]:
    """What becomes of it."""
    facts = read_facts(read_head(one.raw), one.reverse_path)
    receipt = Receipt("id1", one.reverse_path, (one.path,), NOW, CLEAN)
    return plan(receipt, facts, len(one.raw), ROUTES, Counters(), NOW)


@pytest.mark.parametrize("name", CASES)
def test_the_copy_is_read_as_it_is_meant(name: str) -> None:
    """One From, ours, that shows the author; one Reply-To that answers; the thread; the body."""
    one = CASES[name]
    out = copy_of(one)
    head = read_head(out)
    read = email.message_from_bytes(out, policy=email.policy.default)

    assert one.raw[read_head(one.raw).body :] == out[head.body :]
    (from_,) = read.get_all("From", [])
    assert [OURS] == [a.addr_spec for a in from_.addresses]
    name_shown = from_.addresses[0].display_name
    # Python puts a blank between encoded words, where RFC 2047, 6.2 has none.
    assert one.author.replace("@", "at").lower() in name_shown.replace(" ", "").lower()
    assert one.shown in name_shown
    replies = read.get_all("Reply-To", [])
    assert len(replies) <= 1
    answered = [a.addr_spec.lower() for field in replies for a in field.addresses]
    assert {r.lower() for r in one.reply} <= set(answered)
    assert OURS not in answered
    block = out[: head.body]
    if one.orig_id:
        assert one.orig_id in b" ".join((head.get(b"references") or b"").split())
    assert [] == list(faults_of(block))


def faults_of(block: bytes) -> Iterable[str]:
    """What SES or Gmail would refuse, or must not be told."""
    parsed = lab.parse(lab.crlf(block))
    if lab.repeated_once_only(parsed):
        yield f"repeated {lab.repeated_once_only(parsed)}"
    if lab.too_long_line(parsed.header_block()):
        yield "long line"
    if parsed.empty_name:
        yield "empty name"
    for line in block.split(b"\r\n"):
        ours = re.match(rb"(?i)(from|reply-to|x-forwarded-for|references):", line)
        if ours and any(char > 126 for char in line):
            yield f"8 bit in {line[:60]!r}"
        if b"\n" in line or b"\r" in line:
            yield f"bare line end in {line[:60]!r}"
    if re.search(rb"(?im)^bcc:", block):
        yield "Bcc"


def test_the_page_says_how_many_there_are() -> None:
    """docs/receiving.md counts the cases above, and the loop below."""
    page = (Path(__file__).parents[2] / "docs" / "receiving.md").read_text("utf-8")
    said = re.search(r"Of (\d+) mails made after public reports .*?(\d+) go on", page, re.DOTALL)

    assert said
    assert (str(len(CASES) + 1), str(len(CASES))) == said.groups()
    assert ["F08", "F27"] == [name.split()[0] for name, one in CASES.items() if not one.reply]


def test_a_mark_of_the_same_path_is_a_loop() -> None:
    """F38: it has been here before."""
    (decision,) = decided(Case(mk(b"X-Sendas-Forwarded: info@example.com")))

    assert isinstance(decision, Quarantine)
    assert Reason.LOOP is decision.reason


@pytest.mark.parametrize(
    ("value", "answered"),
    [
        # Variants of F09 to F12, F40, F41, F44 and F45: the kind, not the string.
        (b"Roe, Jim <jim@example.org>", {"jim@example.org"}),
        (b"<MAILTO:jim@example.org>, desk@example.org", {"jim@example.org", "desk@example.org"}),
        (b"=?utf-8?q?jim=40example=2Eorg?=", {JANE}),
        (b"Jim <=?utf-8?q?jim?=@example.org>", {"jim@example.org"}),
        (b"J\xf6rg <joerg@example.org>", {"joerg@example.org"}),
        (b"jim at example dot org", {JANE}),
        (b"INFO+shop@Example.COM", {JANE}),
        (b"Info <info@example.com>, forwarded@example.com", {JANE}),
        (b"forwarded@example.com, jim@example.org", {"jim@example.org"}),
        (b"undisclosed-recipients:;", {JANE}),
        (b"jim@example.org (Jim (the other))", {"jim@example.org"}),
        (b'"Roe, Jim" <jim@example.org>', {"jim@example.org"}),
    ],
)
def test_whom_an_answer_reaches(value: bytes, answered: set[str]) -> None:
    """By a strict reader: never the owner himself, never our forwarding address."""
    out = copy_of(Case(mk(b"Reply-To: " + value)))
    read = email.message_from_bytes(out, policy=email.policy.default)

    (field,) = read.get_all("Reply-To")
    assert answered == {a.addr_spec.lower() for a in field.addresses}
    assert [] == list(faults_of(out[: read_head(out).body]))


def test_a_good_reply_to_keeps_its_bytes() -> None:
    """What every reader reads alike is not touched."""
    line = b'Reply-To: "Roe, Jim" <jim@example.org>,\r\n\t=?utf-8?q?D=C3=A9sk?= <desk@example.org>\r\n'

    assert line in copy_of(Case(mk(line.removesuffix(b"\r\n"))))


STRAY = b"this line can be no field"


@pytest.mark.parametrize("stray", [STRAY, b"***", b"=20", b"X Y: z", b"\xff\xfe", b"<html>"])
def test_a_stray_line_does_not_end_the_header(stray: bytes) -> None:
    """The MIME structure behind it is kept, and the line is not passed on."""
    raw = mk(stray, b"MIME-Version: 1.0", b"Content-Type: text/html; charset=utf-8")
    out = copy_of(Case(raw))
    read = email.message_from_bytes(out, policy=email.policy.default)

    assert "text/html" == read.get_content_type()
    assert BODY == out[read_head(out).body :]
    assert stray not in out[: read_head(out).body].split(b"\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b"no empty line before me\r\nanother: one\r\nmore\r\n",
        b"Dear Jane\r\nremember: milk\r\n\r\nyours\r\n",
    ],
)
def test_a_body_without_its_empty_line_is_not_lost(body: bytes) -> None:
    """Where what follows is no header of a mail, the body begins there."""
    raw = mk(body=b"").removesuffix(b"\r\n") + body

    assert copy_of(Case(raw)).endswith(body)


def test_a_field_of_megabytes_is_left_out() -> None:
    """Its work would be done again for each target; the mail goes without it."""
    raw = mk(b"X-Big: " + b"a, " * 1_500_000, b"References: <0@example.net>")

    assert len(copy_of(Case(raw))) < 4096


def test_line_ends_become_crlf() -> None:
    """A bare LF in the first line makes no header of bare LFs."""
    raw = mk().replace(b"\r\n", b"\n", 1)
    out = copy_of(Case(raw))

    assert [] == list(faults_of(out[: read_head(out).body]))


@pytest.mark.parametrize(
    "forged",
    [
        b"amazonses.com 1; dkim=pass",
        b"amazonses.com;dkim=pass",
        b'"amazonses.com"; dkim=pass',
        b"(x) AmazonSES.com (y) 1 (z); dkim=pass",
        b"amazonses.com",
    ],
)
def test_results_in_sess_name_do_not_pass(forged: bytes) -> None:
    """RFC 8601, 5: whoever acts for SES lets nobody else's word in SES's name through."""
    out = copy_of(
        Case(
            mk(
                b"Authentication-Results: amazonses.com; spf=pass",
                b"Authentication-Results: " + forged,
            )
        )
    )

    assert b"\nAuthentication-Results:" not in out
    assert 1 == out.count(b"X-Sendas-Authentication-Results:")
