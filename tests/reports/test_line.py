"""Reports as lines: what is written is read, and what is twice is the same."""

import json

from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st
from made_reports import ARF, HEAD, ROW, WHOLE, aggregate_xml, gzipped, tls_report, zipped

from sendas.reports.line import (
    Carried,
    FailureLine,
    Line,
    LostLine,
    MalformedLine,
    Origin,
    ReportLine,
    RowLine,
    TlsLine,
    lines_of,
    read_line,
    write_line,
)
from sendas.reports.unpack import documents, of_bytes


TLS = json.dumps(tls_report()).encode()
PROVEN = Origin(Carried.PROVEN, "example.net", "ses-id-1")


def lines(raw: bytes, origin: Origin | None = None) -> list[Line]:
    """The lines of everything in *raw*."""
    found = documents("in", of_bytes(raw))
    return [line for one in found for line in lines_of(one, origin)]


def test_a_report_is_its_rows_and_then_itself() -> None:
    """The last line says how much came before it."""
    row, whole = lines(gzipped(WHOLE), PROVEN)

    assert isinstance(row, RowLine)
    assert isinstance(whole, ReportLine)
    assert (ROW, HEAD.policies[0]) == (row.row, row.policy)
    assert (1, 3, "in") == (whole.lines, whole.mails, whole.place)
    assert row.about == whole.about
    assert ("example.com", "r-1", "example.net") == (
        row.about.domain,
        row.about.report_id,
        row.about.reporter,
    )


@pytest.mark.parametrize("raw", [WHOLE, TLS, ARF, b"nothing"])
def test_every_line_is_read_as_it_was_written(raw: bytes) -> None:
    """Through JSON and back, one line each."""
    for line in lines(raw, PROVEN):
        written = write_line(line)
        assert 1 == written.count(b"\n")
        assert line == read_line(written)


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_breaks_a_line(org: str, comment: str) -> None:
    """Lone surrogates and line separators come back as they were."""
    row, _ = lines(WHOLE)
    assert isinstance(row, RowLine)
    strange = replace(row, about=replace(row.about, org=org), row=ROW._replace(spf=comment))

    assert strange == read_line(write_line(strange))
    assert 1 == len(write_line(strange).splitlines())


def test_each_kind_of_report_is_its_own_kind_of_line() -> None:
    """In one archive, a broken one beside them."""
    found = lines(
        zipped({"a.xml": WHOLE, "b.json": TLS, "c.eml": ARF, "d": b"\0", "e.xml": b"<x"})
    )

    assert [
        RowLine,
        ReportLine,
        TlsLine,
        ReportLine,
        FailureLine,
        ReportLine,
        LostLine,
        LostLine,
    ] == [type(line) for line in found]


def test_the_same_report_has_the_same_key_however_it_comes() -> None:
    """So that what comes twice counts once."""
    keys = {
        line.about.key
        for raw in (WHOLE, gzipped(WHOLE), zipped({"x": WHOLE}))
        for line in lines(raw)
        if isinstance(line, ReportLine)
    }

    assert 1 == len(keys)


@pytest.mark.parametrize(
    "other",
    [
        Origin(Carried.PROVEN, "evil.example", "ses-id-2"),
        Origin(Carried.UNPROVEN, "example.net", "ses-id-2"),
    ],
)
def test_nobody_can_take_the_place_of_anothers_report(other: Origin) -> None:
    """A forged copy of a report has another key than the receiver's own."""
    (_, mine), (_, forged) = lines(WHOLE, PROVEN), lines(WHOLE, other)

    assert isinstance(mine, ReportLine)
    assert isinstance(forged, ReportLine)
    assert mine.about.key != forged.about.key


def test_another_report_has_another_key() -> None:
    """By its id, its days, its domain."""
    keys = set()
    for head in (HEAD, replace(HEAD, report_id="r-2"), replace(HEAD, end=1_700_090_000)):
        *_, whole = lines(aggregate_xml(head, [ROW]))
        assert isinstance(whole, ReportLine)
        keys.add(whole.about.key)

    assert 3 == len(keys)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"no", b'{"schema": 2}', b'{"schema": 1, "line": "dmarc"}']
)
def test_what_is_no_line_is_one_error(raw: bytes) -> None:
    """Its own."""
    with pytest.raises(MalformedLine):
        read_line(raw)


def test_two_reports_without_an_id_are_two() -> None:
    """The same reporter and day, another content; and the same content, packed or not, is one."""
    bare = replace(HEAD, report_id="")
    one = aggregate_xml(bare, [ROW])
    other = aggregate_xml(bare, [ROW._replace(source_ip="198.51.100.99", mails=70)])

    keys = [
        next(line.about.key for line in lines(raw) if isinstance(line, ReportLine))
        for raw in (one, other, gzipped(one), zipped({"r.xml": one}))
    ]

    assert keys[0] != keys[1]
    assert keys[0] == keys[2] == keys[3]
    tls = [json.dumps(tls_report() | {"report-id": "", "x": n}).encode() for n in (1, 2, 2)]
    found = [
        next(line.about.key for line in lines(raw) if isinstance(line, TlsLine)) for raw in tls
    ]
    assert found[0] != found[1] == found[2]
