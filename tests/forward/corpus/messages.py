"""Odd and hostile mails of our own, by name, as a sender's server hands them to SES.

Nothing here was received by anybody: each one is made to hold one oddity that
standards allow, or that PEERS 1.2 and 1.3, FACTS 21 or other people's bug
reports tell of.  `corpus()` gives the sender's bytes, `as_stored()` puts SES's
own header lines on top, as an S3 action stores it.

Loaded by path (tests are no package): see tests/forward/conftest.py and
fuzz/fuzz_forward.py.
"""

# ruff: noqa: E501  a table: one mail a line reads better than a folded one

import base64

from collections.abc import Iterator


CRLF = b"\r\n"
TEXT = b"Hello,\r\nthis is the body.\r\n"
HEADERS = {
    "From": b"Jane Doe <jane@example.net>",
    "To": b"info@example.com",
    "Subject": b"Hello",
    "Date": b"Fri, 2 Jan 2026 12:04:03 +0100",
    "Message-ID": b"<1@example.net>",
}
SES_LINES = (
    b"Return-Path: <jane@example.net>\r\n"
    b"Received: from mail.example.net (mail.example.net [192.0.2.1])\r\n"
    b" by inbound-smtp.us-east-1.amazonaws.com with SMTP id d6iitobk75ur44p8kdnnp7g2n800\r\n"
    b" for info@example.com;\r\n"
    b" Fri, 02 Jan 2026 11:04:05 +0000 (UTC)\r\n"
    b"X-SES-Spam-Verdict: PASS\r\n"
    b"X-SES-Virus-Verdict: PASS\r\n"
    b"Received-SPF: pass (spfCheck: domain of example.net designates 192.0.2.1 as permitted"
    b" sender) client-ip=192.0.2.1; envelope-from=jane@example.net; helo=mail.example.net;\r\n"
    b"Authentication-Results: amazonses.com;\r\n"
    b" spf=pass (spfCheck: domain of example.net) smtp.mailfrom=jane@example.net;\r\n"
    b" dkim=pass header.i=@example.net;\r\n"
    b" dmarc=pass header.from=example.net;\r\n"
    b"X-SES-RECEIPT: AEFBQUFBQUFBQUFHVGVKb0R0U2RTVHVKb0R0U2RTVHVKb0R0U2RTVA==\r\n"
    b"X-SES-DKIM-SIGNATURE: a=rsa-sha256; q=dns/txt; b=c2VuZGFz; c=relaxed/simple; s=lab;\r\n"
)


def as_stored(raw: bytes) -> bytes:
    """The mail as SES stores it: its own lines on top of what came."""
    return SES_LINES + raw


def mail(*extra: bytes, body: bytes = TEXT, eol: bytes = CRLF, **changed: bytes | None) -> bytes:
    """A plain mail; *changed* replaces or (None) omits a field, *extra* are lines below.

    A keyword writes its field's hyphens as underscores.
    """
    fields = dict(HEADERS)
    lines = list(extra)
    for name, value in changed.items():
        written = name.replace("_", "-")
        fields.pop(written, None)
        if value is not None:
            lines.insert(0, written.encode() + b": " + value)
    head = [name.encode() + b": " + value for name, value in fields.items()] + lines
    return b"".join(line + eol for line in head) + eol + body


def multipart(
    *parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"=_b"
) -> tuple[bytes, bytes]:
    """A Content-Type line and the body that goes with it."""
    delimiter = b"--" + boundary
    body = b"".join(delimiter + CRLF + part + CRLF for part in parts) + delimiter + b"--" + CRLF
    return b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"', body


FROM_FIELDS: dict[str, tuple[bytes, str]] = {
    # name of the case: (the field's value, the name that the owner sees)
    "plain": (b"Jane Doe <jane@example.net>", "Jane Doe (jane at example.net)"),
    "address-only": (b"jane@example.net", "jane at example.net"),
    "angle-only": (b"<jane@example.net>", "jane at example.net"),
    "quoted-comma": (b'"Doe, Jane" <jane@example.net>', "Doe, Jane (jane at example.net)"),
    "bare-comma": (b"Doe, Jane <jane@example.net>", "Doe, Jane (jane at example.net)"),
    "comment-name": (b"jane@example.net (Jane Doe)", "Jane Doe (jane at example.net)"),
    "angle-in-name": (b'"Jane <CEO>" <jane@example.net>', "Jane <CEO> (jane at example.net)"),
    "bare-angle-in-name": (b"Jane <CEO> <jane@example.net>", "Jane <CEO> (jane at example.net)"),
    "quote-in-name": (b'"Jane \\"JD\\" Doe" <jane@example.net>', 'Jane "JD" Doe (jane at example.net)'),
    "backslash-in-name": (b'"a\\\\b" <jane@example.net>', "a\\b (jane at example.net)"),
    "two-authors": (
        b"Jane <jane@example.net>, Joe <joe@example.org>", "Jane (jane at example.net) and 1 more",
    ),
    "three-authors": (b"a@x.example, b@x.example, c@x.example", "a at x.example and 2 more"),
    "group": (b"Friends: jane@example.net, joe@example.org;", "jane at example.net and 1 more"),
    "empty-group": (b"undisclosed-recipients:;", "jane at example.net"),
    "route": (b"<@a.example,@b.example:jane@example.net>", "jane at example.net"),
    "name-is-address": (b'"jane@example.net" <jane@example.net>', "jane at example.net"),
    "name-is-other-address": (
        b'"ceo@bank.example" <jane@example.net>', "ceo at bank.example (jane at example.net)",
    ),
    "encoded-b": (b"=?utf-8?B?SsOpIETDtg==?= <jane@example.net>", "Jé Dö (jane at example.net)"),
    "encoded-q": (b"=?iso-8859-1?Q?J=E9_D=F6?= <jane@example.net>", "Jé Dö (jane at example.net)"),
    "encoded-twice": (
        b"=?utf-8?Q?J=C3=A9?= =?utf-8?Q?_D=C3=B6?= <jane@example.net>", "Jé Dö (jane at example.net)",
    ),
    "encoded-in-quotes": (b'"=?utf-8?Q?J=C3=A9?=" <jane@example.net>', "Jé (jane at example.net)"),
    "encoded-unknown-charset": (b"=?x-unknown?Q?Jane?= <jane@example.net>", "Jane (jane at example.net)"),
    "encoded-at": (b"=?utf-8?Q?boss=40bank=2Eexample?= <jane@example.net>", "boss at bank.example (jane at example.net)"),
    "encoded-newline": (b"=?utf-8?Q?Jane=0D=0ABcc=3A_x=40y=2Eexample?= <jane@example.net>", "Jane Bcc: x at y.example (jane at example.net)"),
    "encoded-nul": (b"=?utf-8?Q?Ja=00ne?= <jane@example.net>", "Ja ne (jane at example.net)"),
    "encoded-right-to-left": (b"=?utf-8?B?4oCuZW5hSg==?= <jane@example.net>", "enaJ (jane at example.net)"),
    "encoded-broken": (b"=?utf-8?B?!!!?= <jane@example.net>", ""),
    "encoded-unclosed": (b"=?utf-8?B?SsOp <jane@example.net>", "=?utf-8?B?SsOp (jane at example.net)"),
    "raw-utf8": ("Jané Dö <jane@example.net>".encode(), "Jané Dö (jane at example.net)"),
    "raw-latin1": (b"Jan\xe9 <jane@example.net>", "Jané (jane at example.net)"),
    "raw-iso2022jp": (b"\x1b$B;3ED\x1b(B <jane@example.net>", "山田 (jane at example.net)"),
    "emoji": ("🦊 Fox <jane@example.net>".encode(), "🦊 Fox (jane at example.net)"),
    "folded": (b"Jane\r\n Doe\r\n\t<jane@example.net>", "Jane Doe (jane at example.net)"),
    "folded-in-quotes": (b'"Jane\r\n Doe" <jane@example.net>', "Jane Doe (jane at example.net)"),
    "folded-first": (b"\r\n Jane Doe <jane@example.net>", "Jane Doe (jane at example.net)"),
    "folded-in-angle": (b"Jane <jane@\r\n example.net>", ""),
    "many-blanks": (b"   Jane \t  Doe    <jane@example.net>  ", "Jane Doe (jane at example.net)"),
    "empty": (b"", "jane at example.net"),
    "null-address": (b"<>", "jane at example.net"),
    "name-without-address": (b"Jane Doe", "Jane Doe (jane at example.net)"),
    "unclosed-angle": (b"Jane <jane@example.net", "Jane (jane at example.net)"),
    "unclosed-quote": (b'"Jane <jane@example.net>', "Jane (jane at example.net)"),
    "unclosed-comment": (b"jane@example.net (Jane", ""),
    "nested-comment": (b"(Jane (the) Doe) <jane@example.net>", "Jane (the) Doe (jane at example.net)"),
    "no-brackets": (b"Jane Doe jane@example.net", "Jane Doe (jane at example.net)"),
    "quoted-local": (b'"jane doe"@example.net', '"jane doe" at example.net'),
    "domain-literal": (b"jane@[192.0.2.1]", "jane at [192.0.2.1]"),
    "idn-domain": ("Jane <jane@bücher.example>".encode(), "Jane (jane at bücher.example)"),
    "utf8-local": ("Jané <jané@example.net>".encode(), "Jané (jané at example.net)"),
    "double-at": (b"jane@@example.net", ""),
    "semicolons": (b"jane@example.net; joe@example.org", "jane at example.net and 1 more"),
    "colon-in-name": (b"Re: Max <jane@example.net>", "Max (jane at example.net)"),
    "long-name": (b'"' + b"J" * 900 + b'" <jane@example.net>', "J" * 63 + "… (jane at example.net)"),
    "long-address": (b"j" * 100 + b"@" + b"x" * 60 + b".example", ""),
    "hundred-authors": (b", ".join(b"a%d@x.example" % n for n in range(100)), "a0 at x.example and 99 more"),
    "our-own-domain": (b"Info <info@example.com>", "Info (info at example.com)"),
    "html-name": (b'"<script>alert(1)</script>" <jane@example.net>', "<script>alert(1)</script> (jane at example.net)"),
}  # fmt: skip


def _from_fields() -> Iterator[tuple[str, bytes]]:
    for name, (value, _) in FROM_FIELDS.items():
        yield f"from-{name}", mail(From=value)
    for name, blanks in {"none": b"", "many": b"     ", "tab": b"\t"}.items():
        yield f"from-blank-{name}", mail(b"From:" + blanks + b"<jane@example.net>", From=None)
    yield "from-missing", mail(From=None)
    yield "from-missing-sender-there", mail(From=None, Sender=b"Joe <joe@example.org>")
    yield "from-twice", mail(b"From: Joe <joe@example.org>")
    yield "from-lower-case", mail(b"from: Jane <jane@example.net>", From=None)
    yield "from-blank-before-colon", mail(b"From : Jane <jane@example.net>", From=None)
    yield "from-last", mail(b"X-A: 1", b"From: Jane <jane@example.net>", From=None)


def _headers() -> Iterator[tuple[str, bytes]]:  # noqa: PLR0915  a table too
    yield "reply-to", mail(Reply_To=b"Desk <desk@example.net>")
    yield "reply-to-twice", mail(b"Reply-To: b@example.net", Reply_To=b"a@example.net")
    yield "reply-to-empty", mail(Reply_To=b"")
    yield "reply-to-unreadable", mail(Reply_To=b"nobody here")
    yield "reply-to-utf8", mail(Reply_To="Jané <jané@example.net>".encode())
    yield "sender", mail(Sender=b"Secretary <sec@example.net>")
    yield "sender-folded", mail(Sender=b"Secretary\r\n <sec@example.net>")
    yield "message-id-folded", mail(Message_ID=b"\r\n <1234567890@example.net>")
    yield "message-id-missing", mail(Message_ID=None)
    yield "message-id-no-brackets", mail(Message_ID=b"1@example.net")
    yield "message-id-twice", mail(b"Message-ID: <2@example.net>")
    yield "message-id-huge", mail(Message_ID=b"<" + b"x" * 980 + b"@example.net>")
    yield "message-id-blanks", mail(Message_ID=b"< 1 @ example.net >")
    yield (
        "references",
        mail(References=b"<a@x.example> <b@x.example>", In_Reply_To=b"<b@x.example>"),
    )
    yield "references-folded", mail(References=b"<a@x.example>\r\n\t<b@x.example>")
    yield "references-own-id", mail(References=b"<1@example.net>")
    yield (
        "references-many",
        mail(References=b"\r\n ".join(b"<%d@x.example>" % n for n in range(300))),
    )
    yield (
        "references-one-line",
        mail(References=b" ".join(b"<%d@x.example>" % n for n in range(300))),
    )
    yield "references-twice", mail(b"References: <z@x.example>", References=b"<a@x.example>")
    yield "in-reply-to-only", mail(In_Reply_To=b"<b@x.example>")
    yield "in-reply-to-prose", mail(In_Reply_To=b"Your message of Friday <b@x.example>")
    yield (
        "dkim-twice",
        mail(
            b"DKIM-Signature: v=1; d=a.example; b=x", DKIM_Signature=b"v=1; d=b.example;\r\n b=y"
        ),
    )
    yield "domainkey", mail(DomainKey_Signature=b"a=rsa-sha1; d=a.example; b=x")
    yield (
        "arc",
        mail(
            ARC_Seal=b"i=1; a=rsa-sha256; cv=none; d=x.example; b=abc",
            ARC_Authentication_Results=b"i=1; x.example; spf=pass",
        ),
    )
    yield "delivered-to-twice", mail(b"Delivered-To: b@example.org", Delivered_To=b"a@example.org")
    yield "feedback-id", mail(Feedback_ID=b"1.us-east-1.abc:AmazonSES")
    yield "bounces-to", mail(Bounces_to=b"x@example.org")
    yield (
        "ses-control",
        mail(
            b"X-SES-CONFIGURATION-SET: evil",
            b"x-ses-source-arn: arn:aws:ses:us-east-1:123456789012:identity/evil.example",
            b"X-SES-MESSAGE-TAGS: a=b",
            b"X-Ses-From-Arn: x",
        ),
    )
    yield "ses-control-folded", mail(b"X-SES-CONFIGURATION-SET:\r\n evil")
    yield "ses-control-behind-cr", mail(b"X-A: 1\rX-SES-CONFIGURATION-SET: evil")
    yield (
        "forged-verdict",
        mail(
            b"X-SES-Spam-Verdict: PASS",
            b"Authentication-Results: amazonses.com; dmarc=pass header.from=bank.example",
        ),
    )
    yield "forged-google-results", mail(b"Authentication-Results: mx.google.com; dkim=pass")
    yield (
        "forged-sendas",
        mail(
            b"X-Sendas-Id: forged", b"X-Sendas-Authentication-Results: amazonses.com; dmarc=pass"
        ),
    )
    yield "marked-elsewhere", mail(b"X-Sendas-Forwarded: someone@example.org")
    yield "return-path-own", mail(Return_Path=b"<other@example.net>")
    yield "content-type-twice", mail(b"Content-Type: text/html", Content_Type=b"text/plain")
    yield "mime-version-twice", mail(b"MIME-Version: 1.0", b"MIME-Version: 1.0")
    yield "subject-twice", mail(b"Subject: second")
    yield "subject-missing", mail(Subject=None)
    yield "subject-empty", mail(Subject=b"")
    yield "subject-8bit", mail(Subject=b"caf\xe9")
    yield "subject-utf8", mail(Subject="Grüße 🦊".encode())
    yield "subject-folded-blank-line", mail(Subject=b"a\r\n \r\n b")
    yield "subject-huge", mail(Subject=b"word " * 20_000)
    yield "subject-huge-one-word", mail(Subject=b"w" * 4_000)
    yield "subject-huge-utf8", mail(Subject="ü".encode() * 5_000)
    yield "comments-twice", mail(b"Comments: a", b"Comments: b", b"Keywords: a", b"Keywords: b")
    yield "date-missing", mail(Date=None)
    yield "date-nonsense", mail(Date=b"yesterday")
    yield "to-missing", mail(To=None)
    yield "to-folded", mail(To=b"one@example.com,\r\n two@example.com")
    yield "to-thirty", mail(To=b",\r\n ".join(b"u%d@example.com" % n for n in range(30)))
    yield "to-sixty", mail(To=b", ".join(b"u%d@example.org" % n for n in range(60)))
    yield "bcc-left-in", mail(Bcc=b"secret@example.org")
    yield (
        "resent",
        mail(
            b"Resent-From: joe@example.org",
            b"Resent-To: info@example.com",
            b"Resent-Message-ID: <r@x.example>",
        ),
    )
    yield "received-many", mail(*[b"Received: from a by b; Fri, 2 Jan 2026 12:00:00 +0000"] * 60)
    yield "header-thousand", mail(*[b"X-H-%d: %d" % (n, n) for n in range(1000)])
    yield "header-huge", mail(b"X-Huge: " + b"0123456789 " * 30_000)
    yield "header-huge-name", mail(b"X-" + b"n" * 1200 + b": value")
    yield "header-folded-thousandfold", mail(b"X-Folds: a" + b"\r\n b" * 1000)
    yield "header-empty-value", mail(b"X-Empty:")
    yield "header-only-fold", mail(b"X-Fold:\r\n value")
    yield "header-odd-name", mail(b"!#$%&'*+-.^_`|~: odd")
    yield "header-8bit-value", mail(b"X-Bytes: " + bytes(range(128, 256)))
    yield "header-blank-line-in-fold", mail(b"X-A: a\r\n   \r\n b", b"X-B: b")
    yield "header-trailing-blanks", mail(b"X-A: a   \t")
    yield "header-bare-cr", mail(b"X-A: a\rb")
    yield "header-bare-lf", mail(b"X-A: a\nX-B: b")
    yield "header-nul", mail(b"X-A: a\0b")
    yield "header-crcrlf", mail(eol=b"\r\r\n")
    yield "header-no-colon", mail(b"this is no field")
    yield "header-empty-name", mail(b": no name")
    yield "header-mbox-from-line", b"From jane@example.net Fri Jan  2 12:04:03 2026\r\n" + mail()
    yield (
        "header-mbox-quoted-from-line",
        b">From jane@example.net Fri Jan  2 12:04:03 2026\r\n" + mail(),
    )
    yield "header-byte-order-mark", b"\xef\xbb\xbf" + mail()
    yield (
        "header-disposition",
        mail(
            Disposition_Notification_To=b"jane@example.net", Return_Receipt_To=b"jane@example.net"
        ),
    )
    yield (
        "auto-reply",
        mail(Auto_Submitted=b"auto-replied", Precedence=b"junk", X_Autoreply=b"yes"),
    )
    yield "auto-submitted-no", mail(Auto_Submitted=b"no (a person)")
    yield "thread-index", mail(Thread_Index=b"AdXyz==", Thread_Topic=b"Hello")
    yield (
        "list-mail",
        mail(
            List_Id=b"Talk <talk.lists.example.org>",
            List_Unsubscribe=b"<https://lists.example.org/u>,\r\n <mailto:u@lists.example.org>",
            List_Unsubscribe_Post=b"List-Unsubscribe=One-Click",
            List_Post=b"<mailto:talk@lists.example.org>",
            Precedence=b"list",
            Errors_To=b"talk-bounces@lists.example.org",
            Sender=b"talk-bounces@lists.example.org",
        ),
    )
    yield "list-id-twice", mail(b"List-Id: <b.example>", List_Id=b"<a.example>")


def _bodies() -> Iterator[tuple[str, bytes]]:
    for name, body in {
        "empty": b"", "no-newline": b"the code is 123456", "latin1": b"caf\xe9\r\n",
        "utf8": "Grüße\r\n".encode(), "binary": bytes(range(256)), "nul": b"a\0b\r\n",
        "bare-lf": b"a\nb\n", "bare-cr": b"a\rb\r", "mixed": b"a\rb\nc\r\nd", "dots": b".\r\n..\r\n.x\r\n",
        "only-newlines": b"\r\n\r\n\r\n", "from-line": b"From here on\r\n>From there\r\n",
        "looks-like-header": b"Subject: not a header\r\nFrom: nobody\r\n\r\nmore\r\n",
        "long-line": b"x" * 5000 + b"\r\n", "cp850": b"\x81\x84\x94\r\n", "utf16": "Grüße".encode("utf-16"),
        "lone-crlf-dot": b"\r\n.\r\n", "smuggled": b"a\n.\nMAIL FROM:<x@y.example>\n", "one-byte": b"x",
        "starts-with-blank": b" indented\r\n", "trailing-blanks": b"a   \r\n\t\r\n",
    }.items():  # fmt: skip
        yield f"body-{name}", mail(body=body)
    yield (
        "body-quoted-printable",
        mail(Content_Transfer_Encoding=b"quoted-printable", body=b"Gr=C3=BC=C3=9Fe=\r\n\r\n"),
    )
    yield "body-base64", mail(Content_Transfer_Encoding=b"base64", body=b"SGVsbG8=\r\n")
    yield (
        "body-unknown-charset",
        mail(Content_Type=b"text/plain; charset=cp-850", body=b"\x81\r\n"),
    )
    yield "body-encoding-nonsense", mail(Content_Transfer_Encoding=b"x-none")
    yield "body-megabyte", mail(body=(b"x" * 76 + CRLF) * 13_000)


def _no_header() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "only-newline", b"\r\n"
    yield "only-text", b"Hello there\r\nsecond line\r\n"
    yield "only-text-no-newline", b"Hello there"
    yield "only-body", b"\r\nHello there\r\n"
    yield "headers-only", b"".join(k.encode() + b": " + v + CRLF for k, v in HEADERS.items())
    yield "headers-only-no-newline", b"From: Jane <jane@example.net>\r\nSubject: x"
    yield (
        "headers-then-text",
        b"From: Jane <jane@example.net>\r\nSubject: x\r\nHello there,\r\nbye\r\n",
    )
    yield "headers-lf", mail(eol=b"\n", body=b"Hello\n")
    yield "headers-cr", mail(eol=b"\r", body=b"Hello\r")
    yield "headers-lf-body-crlf", mail(eol=b"\n")
    yield "headers-mixed", mail(b"X-A: a\nX-B: b\rX-C: c")
    yield "fold-first", b" folded\r\n" + mail()
    yield "blank-line-first", b"   \r\n" + mail()
    yield "garbage", bytes(range(256)) * 40
    yield "colons", b":::\r\n" * 50


def _mime() -> Iterator[tuple[str, bytes]]:
    text = b"Content-Type: text/plain\r\n\r\nHi"
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hi</p>"
    pdf = (
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(b"%PDF" * 300)
    )
    line, body = multipart(text, html, kind=b"alternative")
    yield "mime-alternative", mail(line, body=body)
    line, body = multipart(text, pdf)
    yield "mime-attachment", mail(line, body=body)
    inner_line, inner = multipart(text, html, kind=b"alternative", boundary=b"inner")
    line, body = multipart(inner_line + b"\r\n\r\n" + inner, pdf)
    yield "mime-nested", mail(line, body=body)
    deep = text
    for depth in range(40):
        line, deep_body = multipart(deep, boundary=b"d%d" % depth)
        deep = line + b"\r\n\r\n" + deep_body
    yield "mime-nested-forty", mail(body=b"")[:-2] + deep
    yield (
        "mime-unclosed",
        mail(b'Content-Type: multipart/mixed; boundary="x"', body=b"--x\r\n\r\nHi"),
    )
    yield (
        "mime-no-boundary",
        mail(b"Content-Type: multipart/mixed", body=b"--x\r\n\r\nHi\r\n--x--\r\n"),
    )
    yield (
        "mime-boundary-in-header-fold",
        mail(
            b'Content-Type: multipart/mixed;\r\n boundary="x"', body=b"--x\r\n\r\nHi\r\n--x--\r\n"
        ),
    )
    yield (
        "mime-empty-parts",
        mail(b"Content-Type: multipart/mixed; boundary=x", body=b"--x\r\n--x\r\n--x--\r\n"),
    )
    signed, body = multipart(
        text,
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nMIIB',
        kind=b"signed",
    )
    yield (
        "smime-signed",
        mail(signed + b';\r\n protocol="application/pkcs7-signature"; micalg=sha-256', body=body),
    )
    yield (
        "smime-encrypted",
        mail(
            b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
            b"Content-Transfer-Encoding: base64",
            body=base64.encodebytes(bytes(600)),
        ),
    )
    pgp, body = multipart(
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----",
        kind=b"encrypted",
    )
    yield "pgp-encrypted", mail(pgp + b'; protocol="application/pgp-encrypted"', body=body)
    yield (
        "calendar",
        mail(
            b"Content-Type: text/calendar; method=REQUEST; charset=utf-8",
            body=b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nORGANIZER:mailto:jane@example.net\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        ),
    )
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1"
    dsn, body = multipart(
        text, status, b"Content-Type: message/rfc822\r\n\r\n" + mail(), kind=b"report"
    )
    yield (
        "dsn",
        mail(
            dsn + b"; report-type=delivery-status",
            Auto_Submitted=b"auto-replied",
            From=b"Mail Delivery System <MAILER-DAEMON@mx.example.net>",
            body=body,
        ),
    )
    mdn, body = multipart(
        text,
        b"Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed",
        kind=b"report",
    )
    yield "read-receipt", mail(mdn + b"; report-type=disposition-notification", body=body)
    yield "message-attached", mail(b"Content-Type: message/rfc822", body=mail(Subject=b"inner"))
    yield "uuencoded", mail(body=b"begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n")
    yield (
        "winmail",
        mail(
            b'Content-Type: application/ms-tnef; name="winmail.dat"',
            body=b"\x78\x9f\x3e\x22" + bytes(60),
        ),
    )
    yield "yenc", mail(body=b"=ybegin line=128 size=3 name=a\r\n\x8b\x8c\x8d\r\n=yend size=3\r\n")


def corpus() -> dict[str, bytes]:
    """Every mail by its name, as the sender's server handed it over."""
    found: dict[str, bytes] = {}
    for group in (_from_fields, _headers, _bodies, _no_header, _mime):
        for name, raw in group():
            if name in found:
                raise ValueError(name)
            found[name] = raw
    return found
