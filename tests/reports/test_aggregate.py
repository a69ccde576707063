"""DMARC aggregate reports: every form they come in, and what is made to do harm."""

import tracemalloc

from dataclasses import replace

import pytest

from hypothesis import given
from hypothesis import strategies as st
from made_reports import HEAD, ROW, WHOLE, aggregate_xml, opener

from sendas.reports.aggregate import read_aggregate
from sendas.reports.model import (
    Batch,
    DkimResult,
    Head,
    MalformedReport,
    Override,
    Published,
    Row,
    SpfResult,
    seconds,
)


def read(raw: bytes, size: int = 65_536) -> tuple[Head, list[Row]]:
    """The last head and all rows."""
    batches = list(read_aggregate(opener(raw, size)))
    assert batches[-1].last
    return batches[-1].head, [row for batch in batches for row in batch.rows]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=30)
words = (
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
    .map(str.lower)
    .filter(lambda text: text == text.lower())
)
results = st.sampled_from(["pass", "fail", "none", "neutral", "softfail", "temperror", ""])
rows = st.builds(
    Row,
    source_ip=words,
    mails=st.integers(0, 10**12),
    disposition=st.sampled_from(["none", "quarantine", "reject", "pass", ""]),
    dkim=st.sampled_from(["pass", "fail", ""]),
    spf=st.sampled_from(["pass", "fail", ""]),
    reasons=st.lists(st.builds(Override, words, texts), max_size=3).map(tuple),
    header_from=words,
    envelope_from=texts,
    envelope_to=texts,
    dkim_results=st.lists(st.builds(DkimResult, texts, texts, results, texts), max_size=3).map(
        tuple
    ),
    spf_results=st.lists(st.builds(SpfResult, texts, texts, results, texts), max_size=3).map(
        tuple
    ),
)


@given(st.lists(rows, max_size=5), st.integers(1, 200))
def test_what_was_written_is_read_whatever_the_chunks(written: list[Row], size: int) -> None:
    """Every value comes back as it was written, wherever the bytes are cut into chunks."""
    head, found = read(aggregate_xml(HEAD, written), size)

    assert written == found
    assert HEAD == head


@given(st.data())
def test_a_report_that_is_cut_off_gives_what_came_before(data: st.DataObject) -> None:
    """Cut at any byte, no row is invented or changed; at most the last ones are missing."""
    written = [ROW._replace(source_ip=f"192.0.2.{number}", mails=number) for number in range(4)]
    raw = aggregate_xml(HEAD, written)
    cut = data.draw(st.integers(0, len(raw.rstrip()) - 1))

    try:
        head, found = read(raw[:cut], data.draw(st.integers(1, 500)))
    except MalformedReport:
        found, head = [], replace(HEAD, remarks=("none",))

    assert written[: len(found)] == found
    assert head.remarks


@given(st.binary(max_size=400), st.integers(0, 1500), st.integers(0, 200))
def test_no_bytes_at_all_break_it(noise: bytes, at: int, lost: int) -> None:
    """Whatever is put into a report or lost from it, there are rows or one clear error."""
    raw = WHOLE[:at] + noise + WHOLE[at + lost :]

    try:
        _, found = read(raw)
    except MalformedReport as error:
        why, well = str(error), False
    else:
        why, well = "", bool(all(isinstance(one, Row) for one in found))

    assert well or why


@pytest.mark.parametrize(
    "root",
    [
        'feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
        'feedback xmlns="http://dmarc.org/dmarc-xml/0.1"',
        'feedback xmlns:xsd="http://www.w3.org/2001/XMLSchema"',
    ],
)
def test_every_namespace_and_none_is_the_same_report(root: str) -> None:
    """RFC 9990's namespace, that of dmarc.org's schema (RFC 7489, appendix C), and others."""
    assert (HEAD, [ROW]) == read(aggregate_xml(HEAD, [ROW], root))


def test_a_prefix_is_no_other_element() -> None:
    """A namespace may be bound to a prefix; then every element carries it."""
    raw = WHOLE.replace(b"</", b"</d:").replace(b"<", b"<d:").replace(b"<d:/d:", b"</d:")
    raw = raw.replace(b"<d:?", b"<?").replace(
        b"<d:feedback>", b'<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0">'
    )

    assert (HEAD, [ROW]) == read(raw)


def test_case_of_elements_and_results_does_not_matter() -> None:
    """Some write ``<Source_IP>``, some ``Pass``."""
    raw = WHOLE.replace(b"source_ip>", b"Source_IP>").replace(b"dkim>", b"DKIM>")
    raw = raw.replace(b">pass<", b">Pass<").replace(b">none<", b">NONE<", 1)

    head, found = read(raw)

    assert [ROW] == found
    assert "NONE" == head.policies[0].p


def test_what_another_namespace_adds_is_passed_over() -> None:
    """RFC 9990 lets receivers add elements; a ``domain`` within theirs is not the signature's."""
    extra = b"<x:arc xmlns:x='urn:x'><domain>evil.example</domain><result>fail</result></x:arc>"
    raw = WHOLE.replace(b"<auth_results>", b"<auth_results>" + extra).replace(
        b"<identifiers>", b"<extension><count>9</count></extension><identifiers>"
    )

    assert [ROW] == read(raw)[1]


def test_order_does_not_matter() -> None:
    """Metadata and policy behind the records, results before domains."""
    metadata = WHOLE[WHOLE.index(b"<report_metadata>") : WHOLE.index(b"<record>")]
    raw = WHOLE.replace(metadata, b"").replace(b"</feedback>", metadata + b"</feedback>")
    signature = b"<domain>example.com</domain><selector>s1</selector><result>pass</result>"
    turned = b"<result>pass</result><selector>s1</selector><domain>example.com</domain>"
    raw = raw.replace(signature, turned)

    assert (HEAD, [ROW]) == read(raw)


def test_comments_cdata_and_entities_of_xml_are_read_as_xml_means_them() -> None:
    """Not by looking for tags."""
    raw = WHOLE.replace(b"<record>", b"<!-- <record><count>7</count></record> --><record>")
    raw = raw.replace(b"looks forwarded", b"<![CDATA[a < b]]> &amp; &#99;")

    assert [ROW._replace(reasons=(Override("forwarded", "a < b & c"),))] == read(raw)[1]


def test_a_missing_element_is_empty_and_a_record_without_count_is_named() -> None:
    """Missing is not ``fail``, nor ``none``; a record that says nothing is not lost silently."""
    raw = WHOLE.replace(b"<spf>fail</spf>", b"").replace(
        b"</feedback>", b"<record><row><source_ip>192.0.2.9</source_ip></row></record></feedback>"
    )

    head, found = read(raw)

    assert [ROW._replace(spf="")] == found
    assert ("1 of its records have no source or no count: left out",) == head.remarks


def test_several_policies_and_several_reports() -> None:
    """Some put two policies into a report, some two reports into a file."""
    two = replace(HEAD, policies=(*HEAD.policies, Published("sub.example.com", "reject")))
    other = replace(HEAD, report_id="r-2")
    raw = aggregate_xml(two, [ROW]) + aggregate_xml(other, [ROW, ROW])

    batches = list(read_aggregate(opener(raw)))

    heads = [batch.head for batch in batches if batch.last]
    assert [two, other] == [replace(head, remarks=()) for head in heads]
    assert 3 == sum(len(batch.rows) for batch in batches)
    assert "junk after document element" in heads[-1].remarks[0]


def test_reports_within_a_wrapper_are_found() -> None:
    """Somebody may export many reports as one document."""
    inner = WHOLE.partition(b"?>")[2]
    batches = list(read_aggregate(opener(b"<reports>" + inner + inner + b"</reports>")))

    assert [HEAD, HEAD] == [batch.head for batch in batches if batch.last]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_other_encodings_are_read_as_declared(encoding: str) -> None:
    """XML says how it is encoded, or a byte order mark does."""
    declared = encoding.removesuffix("-sig")
    text = WHOLE.decode().replace("Receiver", "Empfänger").replace("UTF-8", declared)

    assert "Example Empfänger" == read(text.encode(encoding))[0].org_name


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        (b"looks forwarded", b"a < b & c", "a < b & c"),
        (b"looks forwarded", b"caf\xe9 bar", "caf bar"),
        (b'encoding="UTF-8"', b'encoding="utf8\xa0"', "looks forwarded"),
        (b"<?xml", b"garbage <?xml", "looks forwarded"),
        (b"</feedback>", b"", "looks forwarded"),
        (b"looks forwarded", b"a\x01b", "ab"),
        (b"</auth_results>", b"", "looks forwarded"),
    ],
)
def test_a_report_that_is_no_xml_is_read_by_its_names(
    was: bytes, becomes: bytes, reason: str
) -> None:
    """What the receiver meant is plain; the remark says how it was read."""
    head, found = read(WHOLE.replace(was, becomes))

    assert [ROW._replace(reasons=(Override("forwarded", reason),))] == found
    assert HEAD == replace(head, remarks=())
    assert "read by its names alone" in head.remarks[-1]


def test_rows_before_the_fault_are_not_counted_twice() -> None:
    """The strict reading gave them already when the tolerant one starts again."""
    written = [ROW._replace(mails=number) for number in range(500)]
    raw = aggregate_xml(HEAD, written).replace(b"</feedback>", b"<&")

    assert written == read(raw, 1000)[1]


DEEP = b"<row>" * 30_000
LAUGHS = b'<!DOCTYPE f [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (WHOLE.replace(b"<feedback>", LAUGHS + b"<feedback>"), "DOCTYPE"),
        (b"<!DOCTYPE f SYSTEM 'file:///etc/passwd'><feedback/>", "DOCTYPE"),
        (b"x <!DocType f [<!ENTITY a 'b'>]><feedback><record/>", "DOCTYPE"),
        (WHOLE.replace(b"<record>", DEEP), "nested more than"),
        (b"<feedback><x>" + DEEP, "nested more than"),
        (b"<feedback>" + b" " * 3_000_000, "longer than"),
        (b"<feedback a='" + b"x" * 3_000_000, "longer than"),
        (b"<feedback><email>" + b"x" * 3_000_000, "longer than"),
        (b"<feedback>" + b"".join(b"<a%d/>" % n for n in range(9000)), "more names"),
        (b"<feedback><record>" + b"<count>1</count>" * 20_000, "more names or values"),
        (b"< feedback " + b"x" * 3_000_000, "no end of a value"),
        (b"", "no DMARC report"),
        (b"<html><body>Hello</body></html>", "no DMARC report"),
        (b"<feedback></feedback>", "no DMARC report"),
    ],
)
def test_what_is_no_report_or_a_bomb_is_one_line(raw: bytes, why: str) -> None:
    """Refused by name; nothing is expanded, and no traceback comes of it."""
    with pytest.raises(MalformedReport, match=why) as caught:
        read(raw)

    assert "\n" not in str(caught.value)


def test_memory_does_not_grow_with_the_report() -> None:
    """A report of 20,000 records (12 MB) is read in a few MB: it is never held."""
    before, after = aggregate_xml(HEAD, []).split(b"</feedback>")
    record = WHOLE[WHOLE.index(b"<record>") : WHOLE.index(b"</feedback>")] * 100

    def chunks() -> object:
        yield before
        for _ in range(200):
            yield from (record[at : at + 65_536] for at in range(0, len(record), 65_536))
        yield b"</feedback>" + after

    tracemalloc.start()
    try:
        seen = sum(len(batch.rows) for batch in read_aggregate(chunks))  # type: ignore[arg-type]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 20_000 == seen
    assert most < 4_000_000


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1700000000", 1_700_000_000),
        ("1700000000.5", 1_700_000_000),
        ("1700000000123", 1_700_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000),
        ("2023-11-14", 1_699_920_000),
        ("", None),
        ("soon", None),
        ("9" * 18, None),
    ],
)
def test_times_are_read_as_receivers_write_them(text: str, at: int | None) -> None:
    """Seconds are the rule; milliseconds and ISO 8601 are found too."""
    assert at == seconds(text)


def test_a_report_without_times_says_so() -> None:
    """The rows count all the same."""
    head, found = read(WHOLE.replace(b"1700000000", b"soon"))

    assert (None, [ROW]) == (head.begin, found)
    assert ("it does not say which time it is about",) == head.remarks


def test_batches_are_of_one_report_each() -> None:
    """A batch carries the head that its rows belong to."""
    batches = list(read_aggregate(opener(WHOLE)))

    assert Batch(HEAD, (ROW,), last=True) == batches[-1]


@pytest.mark.parametrize(
    "name", ["UTF-u", "klingon", "utf-7", "gb2312", "shift_jis", "hex", "rot13", "idna", "x" * 400]
)
def test_an_encoding_that_nobody_reads_breaks_nothing(name: str) -> None:
    """Whatever a maker declares: the rows are read by their names, and the report says so."""
    raw = WHOLE.replace(b'encoding="UTF-8"', f'encoding="{name}"'.encode())
    assert raw != WHOLE

    batches = list(read_aggregate(lambda: [raw]))

    assert [ROW] == [row for batch in batches for row in batch.rows]
    assert batches[-1].head.remarks
