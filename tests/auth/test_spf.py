"""SPF records: what they hold, where they break, and how advice changes them."""

import contextlib

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.spf import MalformedSpf, Mechanism, Qualifier, extend, merge, parse_spf
from sendas.auth.spf_macros import BadMacro, Macro, parse_macros


words = st.sampled_from(
    [
        "a",
        "mx",
        "ptr",
        "-all",
        "~all",
        "include:x.example.com",
        "ip4:192.0.2.0/24",
        "ip6:::1",
        "a/24//64",
    ]
)


@given(st.text())
def test_reads_or_says_why_not(text: str) -> None:
    """Any text is a record or a MalformedSpf, never anything else."""
    for candidate in (text, f"v=spf1 {text}"):
        with contextlib.suppress(MalformedSpf):
            parse_spf(candidate)


@given(st.lists(words, max_size=8))
def test_reads_every_term(terms: list[str]) -> None:
    """Terms come back in order, as written."""
    record = parse_spf(" ".join(["v=spf1", *terms]))

    assert terms == [term.text for term in record.terms]


@pytest.mark.parametrize(
    ("text", "term", "at"),
    [
        ("v=spf1 ip4:192.0.2.300 -all", "ip4:192.0.2.300", 7),
        ("v=spf1 mx inlcude:amazonses.com ~all", "inlcude:amazonses.com", 10),
        ("v=spf1 include: ~all", "include:", 7),
        ("v=spf1 -all.", "-all.", 7),
        ("spf1 -all", "spf1 -all", 0),
    ],
)
def test_points_at_the_mistake(text: str, term: str, at: int) -> None:
    """The word that breaks the record, and its place."""
    with pytest.raises(MalformedSpf) as refusal:
        parse_spf(text)

    assert (term, at) == (refusal.value.term, refusal.value.at)


def test_what_follows_all_is_never_tried() -> None:
    """RFC 7208, 5.1: mechanisms after ``all`` are ignored, and so is ``redirect``."""
    record = parse_spf("v=spf1 ?all a redirect=example.net")

    assert [Mechanism.ALL] == [directive.mechanism for directive in record.reachable]
    assert Qualifier.NEUTRAL is record.reachable[0].qualifier
    assert record.redirect is None


@pytest.mark.parametrize(
    ("text", "extended"),
    [
        ("v=spf1 -all", "v=spf1 include:amazonses.com -all"),
        (
            "v=spf1 mx ~all exp=x.example.com",
            "v=spf1 mx include:amazonses.com ~all exp=x.example.com",
        ),
        ("v=spf1 redirect=example.net", "v=spf1 include:amazonses.com redirect=example.net"),
        ("v=spf1 a", "v=spf1 a include:amazonses.com"),
        ("v=spf1 +include:AmazonSES.com ~all", "v=spf1 +include:AmazonSES.com ~all"),
    ],
)
def test_extending_keeps_the_rest(text: str, extended: str) -> None:
    """The new term stands where it is tried; a record that has it stays as it is."""
    assert extended == extend(text, "include:amazonses.com")


def test_merging_lets_everyone_send() -> None:
    """Two records become one; the softer end wins, for it refuses nobody new."""
    merged = merge(["v=spf1 mx include:a.example -all", "v=spf1 include:b.example mx ~all"])

    assert "v=spf1 mx include:a.example include:b.example ~all" == merged


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 redir" + "a" * 100_000 + "]\na",
        "v=spf1 redirect=x." + "a" * 100_000 + "_",
        "v=spf1 include:x." + "a-" * 50_000 + "_",
        "v=spf1 redirect=" + ".a" * 50_000 + "_",
    ],
)
def test_a_long_word_takes_no_square_time(text: str) -> None:
    """The fuzzer found words whose every shorter beginning was tried: minutes for 200 KB."""
    with pytest.raises(MalformedSpf):
        parse_spf(text)


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000 + "200"])
def test_a_macro_may_keep_more_parts_than_there_are(digits: str) -> None:
    """RFC 7208, 7.3: all of them are kept then, however long the number is."""
    (macro,) = parse_macros("%{d" + digits + "}").parts

    assert isinstance(macro, Macro)
    assert "a.b.example" == macro.expand({"d": "a.b.example"})


def test_no_part_kept_is_a_mistake_however_it_is_written() -> None:
    """RFC 7208, 7.3: the number of parts must not be zero."""
    with pytest.raises(BadMacro, match="keeping 0 parts"):
        parse_macros("%{d" + "0" * 5000 + "}")
