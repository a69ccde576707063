"""What people write for SPF, and the record that they meant: nobody whom they named is lost."""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.auth.spf import parse_spf
from sendas.auth.spf_repair import behind_all, meant_as_spf, repair


CASES = {
    "v=spf1 include: amazonses.com ~all": "v=spf1 include:amazonses.com ~all",
    "v=spf1 include.amazonses.com ~all": "v=spf1 include:amazonses.com ~all",
    "v=spf1 ip4:203.0.113.7 include:amazonses.com~all": (
        "v=spf1 ip4:203.0.113.7 include:amazonses.com ~all"
    ),
    "v=spf1 include:amazonses.com ip4:203.0.113.7~all": (
        "v=spf1 include:amazonses.com ip4:203.0.113.7 ~all"
    ),
    "v=spf1 include:amazonses.cominclude:_spf.google.com ~all": (
        "v=spf1 include:amazonses.com include:_spf.google.com ~all"
    ),
    "v=spf1 include:amazonses.com, include:_spf.google.com ~all": (
        "v=spf1 include:amazonses.com include:_spf.google.com ~all"
    ),
    "v=spf1 include:amazonses.com,include:_spf.google.com,~all": (
        "v=spf1 include:amazonses.com include:_spf.google.com ~all"
    ),
    "v=spf1 include:_spf.google.com ~all include:amazonses.com -all": (
        "v=spf1 include:_spf.google.com include:amazonses.com ~all"
    ),
    "v=spf1 -all include:amazonses.com": "v=spf1 include:amazonses.com -all",
    '"v=spf1 include:amazonses.com ~all"': "v=spf1 include:amazonses.com ~all",
    "v=spf1; include:amazonses.com ~all": "v=spf1 include:amazonses.com ~all",
    "spf1 include:amazonses.com -all": "v=spf1 include:amazonses.com -all",
    "v=spf1 inlcude:amazonses.com a mx ~all": "v=spf1 include:amazonses.com a mx ~all",
    "v=spf1 a mx ip4:192.0.2.0/24 -all": "v=spf1 a mx ip4:192.0.2.0/24 -all",
    "v=spf1 redirect=_spf.example.net": "v=spf1 redirect=_spf.example.net",
}


@pytest.mark.parametrize("text", CASES)
def test_a_record_is_read_as_it_was_meant(text: str) -> None:
    """Every sender that was named is in the record that comes back."""
    repaired = repair(text)

    assert CASES[text] == repaired.text
    assert () == repaired.left_out


def test_what_names_nobody_is_left_out_and_told() -> None:
    """A word without a meaning is not thrown away in silence."""
    repaired = repair("v=spf1 include:amazonses.com 37signals ~all")

    assert "v=spf1 include:amazonses.com ~all" == repaired.text
    assert ("37signals",) == repaired.left_out


@pytest.mark.parametrize(
    "text",
    ['"v=spf1 -all"', "v=spf1; a -all", "spf1 a -all", "\u201cv=spf1 a -all\u201d", "v = spf1 a"],
)
def test_what_receivers_pass_over_is_recognised(text: str) -> None:
    """As a person typed it, and as the DNS answers it: each byte of UTF-8 a character."""
    assert meant_as_spf(text.encode().decode("latin-1"))


@pytest.mark.parametrize(
    "text", ["v=spf1 -all", "google-site-verification=spf1", "v=DMARC1; p=none", "spf-report=x"]
)
def test_other_texts_are_left_alone(text: str) -> None:
    """Real SPF, and what is no SPF."""
    assert not meant_as_spf(text)


@given(
    st.lists(
        st.sampled_from(["include:a.example", "ip4:192.0.2.1", "mx", "a", "?all", "j.", "-all"]),
        max_size=8,
    )
)
def test_a_repaired_record_can_be_read_and_is_repaired_once(words: list[str]) -> None:
    """Whatever comes in, the result parses, hides nothing behind all, and stays as it is."""
    repaired = repair(" ".join(["v=spf1", *words]))

    parse_spf(repaired.text)
    assert () == behind_all(repaired.text)
    assert repaired.text == repair(repaired.text).text


@given(st.text(max_size=80))
def test_anything_is_survived(text: str) -> None:
    """No text breaks it."""
    parse_spf(repair(text).text)
    meant_as_spf(text)
