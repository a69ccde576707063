"""What an authoritative server finds in a zone, and how TXT values are quoted."""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from sendas_lab.dns.zone import (
    Kind,
    RecordSet,
    ZoneData,
    look_up,
    parents,
    txt_strings,
    txt_value,
    zone_data,
)


SOA = "ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 300"


def zone(*record_sets: RecordSet) -> ZoneData:
    """example.com with SOA, and these records."""
    return zone_data("example.com", [RecordSet("example.com", "SOA", 900, (SOA,)), *record_sets])


def record(name: str, record_type: str, *values: str) -> RecordSet:
    """A record set with a TTL of 300 s."""
    return RecordSet(name, record_type, 300, values)


ZONE = zone(
    record("www.example.com", "CNAME", "web.example.com."),
    record("web.example.com", "A", "192.0.2.80"),
    record("shop.example.com", "CNAME", "shops.example.net."),
    record("_dmarc.example.com", "TXT", '"v=DMARC1; p=none"'),
    record("a.b.example.com", "A", "192.0.2.81"),
    record("*.wild.example.com", "TXT", '"any"'),
    record("sub.example.com", "NS", "ns1.example.org."),
)


@pytest.mark.parametrize(
    ("name", "record_type", "kind", "types"),
    [
        ("_dmarc.example.com", "TXT", Kind.ANSWER, ["TXT"]),
        ("www.example.com", "A", Kind.ANSWER, ["CNAME", "A"]),
        ("www.example.com", "CNAME", Kind.ANSWER, ["CNAME"]),
        ("www.example.com", "TXT", Kind.NO_DATA, ["CNAME"]),
        ("shop.example.com", "A", Kind.ANSWER, ["CNAME"]),
        ("_dmarc.example.com", "A", Kind.NO_DATA, []),
        ("b.example.com", "A", Kind.NO_DATA, []),
        ("nope.example.com", "A", Kind.NO_SUCH_NAME, []),
        ("x.wild.example.com", "TXT", Kind.ANSWER, ["TXT"]),
        ("x.y.wild.example.com", "TXT", Kind.ANSWER, ["TXT"]),
        ("x.wild.example.com", "A", Kind.NO_DATA, []),
        ("x.sub.example.com", "A", Kind.REFERRAL, []),
    ],
)
def test_finds(name: str, record_type: str, kind: Kind, types: list[str]) -> None:
    """RFC 1034, 4.3.2, with RFC 4592 for wildcards and empty non-terminals."""
    found = look_up(ZONE, name, record_type)

    assert kind is found.kind
    assert types == [record_set.type for record_set in found.answer]


@pytest.mark.parametrize("name", ["nope.example.com", "b.example.com"])
def test_says_no_with_the_soa(name: str) -> None:
    """A negative answer carries the SOA, from which resolvers take the negative TTL."""
    (soa,) = look_up(ZONE, name, "A").authority

    assert "SOA" == soa.type


def test_gives_up_on_a_circle() -> None:
    """Two CNAMEs that name each other end the search."""
    circle = zone(
        record("a.example.com", "CNAME", "b.example.com."),
        record("b.example.com", "CNAME", "a.example.com."),
    )

    assert Kind.ANSWER is look_up(circle, "a.example.com", "A").kind


def test_a_wildcard_does_not_reach_below_a_name_that_exists() -> None:
    """RFC 4592, 2.2.1: the closest encloser decides."""
    wild = zone(record("*.example.com", "A", "192.0.2.1"), record("x.example.com", "MX", "1 y."))

    assert Kind.NO_SUCH_NAME is look_up(wild, "a.x.example.com", "A").kind


def test_parents() -> None:
    """A name, then every name above it."""
    assert ("a.example.com", "example.com", "com") == parents("a.example.com")
    assert () == parents("")


@given(st.text(st.characters(max_codepoint=0xFF), max_size=700))
def test_txt_survives_quoting(text: str) -> None:
    """Reading what was quoted gives the same bytes, in strings of at most 255."""
    strings = txt_strings(txt_value(text))

    assert text.encode("latin-1") == b"".join(strings)
    assert all(len(string) <= 255 for string in strings)


@given(st.text(max_size=200))
def test_txt_reads_anything(text: str) -> None:
    """Whatever a person pastes as a TXT value is read without an exception."""
    assert all(isinstance(string, bytes) for string in txt_strings(text))


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        ('"a" "b"', (b"a", b"b")),
        ('"a""b"', (b"a", b"b")),
        ("bare words", (b"bare", b"words")),
        (r'"say \"hi\""', (b'say "hi"',)),
        (r'"\195\169"', (b"\xc3\xa9",)),
        ('""', (b"",)),
    ],
)
def test_txt_strings(value: str, strings: tuple[bytes, ...]) -> None:
    """Zone-file quoting, as RFC 1035, 5.1 has it."""
    assert strings == txt_strings(value)
