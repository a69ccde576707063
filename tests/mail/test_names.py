"""One table of domains and addresses, which holds wherever one is read.

Expected A-labels are those of UTS 46's own examples, of the registries (DENIC for .de), or
of Python's codec where IDNA 2003 and 2008 agree.
"""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from written_names import ADDRESSES, DOMAINS, NO_ADDRESSES, NO_DOMAINS

from sendas.mail.address import Address, MalformedAddress, is_plain_address
from sendas.mail.domain import Domain, MalformedDomain, ascii_domain


@pytest.mark.parametrize(("text", "ascii_", "shown"), DOMAINS)
def test_a_domain_is_read(text: str, ascii_: str, shown: str) -> None:
    """A-labels for machines, U-labels for people; reading either again gives the same."""
    found = Domain(text)

    assert (ascii_, shown) == (str(found), found.unicode)
    assert found == Domain(found.unicode) == Domain.of_labels(found)


@pytest.mark.parametrize("text", NO_DOMAINS)
def test_no_domain_is_refused(text: str) -> None:
    """One printable line shows what was written and what to write."""
    with pytest.raises(MalformedDomain) as refusal:
        Domain(text)

    assert str(refusal.value).isprintable()
    assert refusal.value.remedy


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_an_address_is_read(text: str, address: str) -> None:
    """Its domain in A-labels, its local-part as it was."""
    found = Address(text)

    assert address == found
    assert address == f"{found.local_part}@{found.domain}"
    assert found == Address(found.unicode)
    assert is_plain_address(found)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_no_address_is_refused(text: str) -> None:
    """One printable line, and no second reader takes it."""
    with pytest.raises(MalformedAddress) as refusal:
        Address(text)

    assert str(refusal.value).isprintable()
    assert not is_plain_address(text)


@given(
    st.text() | st.from_regex(r"[a-zß. -]{1,20}@?[a-z0-9äß.-]{1,20}\.(com|de|一)", fullmatch=True)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else happens, and what was read reads the same again."""
    for read, refusal in ((Domain, MalformedDomain), (Address, MalformedAddress)):
        try:
            found = read(text)
        except refusal:
            continue
        assert found.isascii()
        assert found == read(found) == read(found.unicode)


def test_what_is_made_of_a_domain_is_none() -> None:
    """Only reading makes one: a part or a sum may be anything."""
    domain = Domain("example.com")

    assert str is type(domain + "!") is type(domain.upper()) is type(f"{domain}")
    with pytest.raises(AttributeError):
        domain.label = "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("text", "ascii_", "shown"), DOMAINS)
def test_the_function_needs_no_tables(
    text: str, ascii_: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda's Python has no `idna`; of names in U-labels it makes the same A-labels."""
    monkeypatch.setitem(__import__("sys").modules, "idna", None)

    assert ascii_ == Domain(shown)
    assert ascii_ == ascii_domain(shown)
    assert text
