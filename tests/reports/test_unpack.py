"""Reports are found in whatever they come in, by what the bytes say."""

import base64
import contextlib
import json
import tracemalloc
import zlib

from email.message import EmailMessage
from pathlib import Path

import pytest

from hypothesis import given
from hypothesis import strategies as st
from made_reports import (
    ARF,
    HEAD,
    PLAIN,
    ROW,
    WHOLE,
    aggregate_xml,
    gzipped,
    tls_report,
    zipped,
)

from sendas.mail.mbox import iter_mbox
from sendas.reports.aggregate import read_aggregate
from sendas.reports.model import Kind, MalformedReport
from sendas.reports.unpack import Document, Limits, Unreadable, documents, of_bytes


TLS = json.dumps(tls_report()).encode()


def found_in(raw: bytes, limits: Limits | None = None) -> list[tuple[str, str]]:
    """Kind and place of each document; for what is unreadable, why."""
    return [
        (str(one.kind), one.place) if isinstance(one, Document) else ("", str(one))
        for one in documents("in", of_bytes(raw), limits)
    ]


def kinds(raw: bytes) -> list[str]:
    """Only the kinds."""
    return [kind for kind, _ in found_in(raw)]


def mail(
    content: bytes, kind: str = "application/gzip", name: str = "r.xml.gz", text: str = "Hello"
) -> bytes:
    """A mail with one attachment."""
    message = EmailMessage()
    message["From"] = "dmarc@example.net"
    message["Subject"] = "Report Domain: example.com"
    message.set_content(text)
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def mbox(*mails: bytes) -> bytes:
    """An mbox."""
    line = b"From dmarc@example.net Sat Nov 28 12:00:00 2026\n"
    return b"\n".join(line + one for one in mails)


@pytest.mark.parametrize(
    "packed",
    [
        WHOLE,
        b"\xef\xbb\xbf\r\n  " + WHOLE,
        gzipped(WHOLE),
        gzipped(gzipped(WHOLE)),
        gzipped(WHOLE) + b"\0" * 50,
        zlib.compress(WHOLE),
        zipped({"a.xml": WHOLE}),
        zipped({"__MACOSX/._a.xml": b"\0\5", "a.xml": WHOLE}),
        zipped({"a.xml.gz": gzipped(WHOLE)}),
        gzipped(zipped({"a.xml": WHOLE})),
        zipped({"inner.zip": zipped({"a.xml": WHOLE})}),
        base64.encodebytes(gzipped(WHOLE)),
        mail(gzipped(WHOLE)),
        mail(zipped({"a.xml": WHOLE}), "application/zip", "a.zip"),
        mail(gzipped(WHOLE), "application/zip", "a.zip"),
        mail(zipped({"a.xml": WHOLE}), "application/gzip", "a.xml.gz"),
        mail(WHOLE, "application/octet-stream", "a.dat"),
        mail(WHOLE, "application/xml", "a.xml"),
        mail(mail(gzipped(WHOLE)), "application/octet-stream", "forwarded.eml"),
        mbox(mail(gzipped(WHOLE))),
        gzipped(mbox(mail(gzipped(WHOLE)))),
        b"Content-Type: application/gzip\nSubject: x\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(gzipped(WHOLE)),
        b"Content-Type: text/plain\nSubject: x\n\n" + base64.encodebytes(gzipped(WHOLE)),
        b"Content-Type: text/plain\nSubject: x\n\n" + WHOLE,
    ],
)
def test_an_aggregate_report_is_found_however_it_is_packed_or_labelled(packed: bytes) -> None:
    """Names and types are wrong too often; what is read is the whole report."""
    (document,) = documents("in", of_bytes(packed))

    assert isinstance(document, Document)
    assert Kind.DMARC == document.kind
    for _ in range(2):
        (batch,) = read_aggregate(document.open)
        assert (HEAD, (ROW,)) == (batch.head, batch.rows)


@pytest.mark.parametrize(
    "packed", [TLS, gzipped(TLS), mail(gzipped(TLS), "application/tlsrpt+gzip")]
)
def test_a_tls_report_is_found(packed: bytes) -> None:
    """RFC 8460, 5.3: plain or gzip, attached."""
    assert ["tls"] == kinds(packed)


@pytest.mark.parametrize("packed", [ARF, PLAIN, mbox(ARF), zipped({"a.eml": ARF})])
def test_a_failure_report_is_found(packed: bytes) -> None:
    """A whole mail."""
    assert ["failure"] == kinds(packed)


def test_many_reports_in_one_input_are_all_found() -> None:
    """And each tells where it was."""
    raw = mbox(
        mail(zipped({"a.xml": WHOLE, "b.json": TLS}), "application/zip", "two.zip"),
        ARF,
        mail(b"\x89PNG\r\n", "image/png", "logo.png"),
        mail(gzipped(WHOLE)),
    )

    assert [
        ("dmarc", "in, mail 1, two.zip, a.xml"),
        ("tls", "in, mail 1, two.zip, b.json"),
        ("failure", "in, mail 2"),
        ("", "in, mail 3, logo.png: it is no report: it looks like a picture"),
        ("dmarc", "in, mail 4, r.xml.gz"),
    ] == found_in(raw)


LOCKED = bytearray(zipped({"a.xml": WHOLE}))
LOCKED[6] |= 1
LOCKED[LOCKED.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 50, "neither XML nor JSON"),
        (b"just some text without anything", "text of another kind"),
        (b"%PDF-1.7", "a PDF file"),
        (b"<html>x</html>", "a web page"),
        (gzipped(b""), "empty"),
        (gzipped(b"hello"), "text of another kind"),
        (gzipped(WHOLE)[:6], "breaks off"),
        (zipped({}), "nothing in it"),
        (zipped({"a.xml": WHOLE})[:-30], "no whole zip file"),
        (bytes(LOCKED), "password"),
        (mail(b"", text="An ordinary letter."), "mail without a report"),
        (b"From: a@example.net\nSubject: hello\n\nhello\n", "mail without a report"),
        (zipped({"a.bin": b"\0" * 200_000_000}), "more than 100 MB"),
    ],
)
def test_what_is_no_report_is_one_line(raw: bytes, why: str) -> None:
    """With its place, and without a traceback; memory stays within what may be held."""
    (found,) = documents("in", of_bytes(raw))

    assert isinstance(found, Unreadable)
    assert why in found.why
    assert "\n" not in str(found)


def test_archives_in_archives_end_somewhere() -> None:
    """Packed ten times over, or a thousand files: refused, and said."""
    raw = WHOLE
    for _ in range(10):
        raw = zipped({"a.zip": raw})

    assert "packed more than" in found_in(raw)[0][1]
    many = found_in(zipped({f"{n}.xml": WHOLE for n in range(30)}), Limits(members=10))
    assert [9, "there are more than 10 files"] == [
        len(many) - 1,
        many[-1][1].partition(": ")[2][:28],
    ]


def test_a_report_that_unpacks_to_too_much_is_read_up_to_there() -> None:
    """The rows that came before count, and the remark says what was refused."""
    raw = gzipped(aggregate_xml(HEAD, [ROW] * 4000))
    (document,) = documents("in", of_bytes(raw), Limits(report_bytes=1024**2))
    assert isinstance(document, Document)

    batches = list(read_aggregate(document.open))

    assert 1000 < sum(len(batch.rows) for batch in batches) < 4000
    assert "unpacks to more than 1 MB" in batches[-1].head.remarks[-1]


def test_a_damaged_archive_gives_what_came_before() -> None:
    """A mail that was cut: the rows up to there are true."""
    raw = gzipped(aggregate_xml(HEAD, [ROW._replace(mails=n) for n in range(3000)]))
    (document,) = documents("in", of_bytes(raw[:-200]))
    assert isinstance(document, Document)

    batches = list(read_aggregate(document.open))

    rows = [row for batch in batches for row in batch.rows]
    assert [ROW._replace(mails=n) for n in range(len(rows))] == rows
    assert rows
    assert "breaks off" in batches[-1].head.remarks[-1]


def test_a_zip_bomb_costs_no_memory() -> None:
    """300 MB of blanks within a report, 300 kB packed: refused within some MB."""
    raw = zipped({"a.xml": b"<feedback>" + b" " * 300_000_000})
    tracemalloc.start()
    try:
        (document,) = documents("in", of_bytes(raw))
        assert isinstance(document, Document)
        with pytest.raises(MalformedReport, match="longer than"):
            list(read_aggregate(document.open))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 8_000_000


@given(
    st.sampled_from(
        [WHOLE, gzipped(WHOLE), zipped({"a.xml": WHOLE}), mail(gzipped(WHOLE)), mbox(ARF)]
    ),
    st.binary(max_size=100),
    st.integers(0, 900),
    st.integers(0, 60),
)
def test_no_bytes_break_it(raw: bytes, noise: bytes, at: int, lost: int) -> None:
    """Everything found can be read or is refused by its own error."""
    for one in documents("in", of_bytes(raw[:at] + noise + raw[at + lost :])):
        if isinstance(one, Document) and one.kind is Kind.DMARC:
            with contextlib.suppress(MalformedReport):
                assert all(batch.head for batch in read_aggregate(one.open))


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6), st.sampled_from([b"\n", b"\r\n"]))
def test_an_mbox_is_split_as_it_is_read(sizes: list[int], eol: bytes) -> None:
    """Messages of any length come out as they went in."""
    mails = [
        b"From: a@example.net\nSubject: %d\n\n" % number + b"line of text\n" * size
        for number, size in enumerate(sizes)
    ]
    raw = mbox(*mails).replace(b"\n", eol)

    assert mails == [one.rstrip(b"\n") + b"\n" for one in iter_mbox(of_bytes(raw)(), 10**9)] or (
        [one.rstrip() for one in mails]
        == [one.rstrip() for one in iter_mbox(of_bytes(raw)(), 10**9)]
    )


def test_an_mbox_of_many_blocks_is_split_wherever_the_blocks_end(tmp_path: Path) -> None:
    """2.5 MB of mails of 1,300 bytes: separators lie across the blocks that are read."""
    one = b"From: a@example.net\nSubject: x\n\n" + b"text of a line\n" * 85
    path = tmp_path / "box"
    path.write_bytes(mbox(*[one] * 1900).replace(b"\n", b"\r\n"))

    with path.open("rb") as file:
        found = list(iter_mbox(file, 10**9))

    assert {one.rstrip()} == {mail.rstrip() for mail in found}
    assert 1900 == len(found)


def test_a_mail_in_an_mbox_that_is_too_long_is_cut_and_the_next_one_is_whole() -> None:
    """Nothing else is lost by it."""
    long, short = b"Subject: long\n\n" + b"x" * 79 + b"\n" * 1, b"Subject: short\n\nhello\n"
    raw = mbox(long + b"y\n" * 2_000_000, short)

    found = list(iter_mbox(of_bytes(raw)(), 1_500_000))

    assert [1_499_952, short] == [len(found[0]), found[1]]
