"""Address fields: RFC 5322's own examples, and what people write instead."""

# ruff: noqa: E501  tables: one case a line

import time

from email.headerregistry import Address
from email.utils import getaddresses

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.mail import mailboxes
from sendas.mail.mailboxes import MAX_FIELD, Mailbox, parse_mailboxes, read_mailboxes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 5322, appendix A.1.2, A.1.3, A.5 and A.6.1.
        ('"Joe Q. Public" <john.q.public@example.com>', [("Joe Q. Public", "john.q.public@example.com")]),
        (
            "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            [("Mary Smith", "mary@x.test"), ("", "jdoe@example.org"), ("Who?", "one@y.test")],
        ),
        ('"Giant; \\"Big\\" Box" <sysservices@example.net>', [('Giant; "Big" Box', "sysservices@example.net")]),
        (
            "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            [("Ed Jones", "c@a.test"), ("", "joe@where.test"), ("John", "jdoe@one.test")],
        ),
        ("Undisclosed recipients:;", []),
        ("Joe Q. Public <john.q.public@example.com>", [("Joe Q. Public", "john.q.public@example.com")]),
        ("Mary Smith <@node.test:mary@example.net>, , <jdoe@test  . example>", [("Mary Smith", "mary@example.net"), ("", "jdoe@test.example")]),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        ("jane@x.net (Jane \\(J\\) Doe)", [("Jane (J) Doe", "jane@x.net")]),
        ("Jane <jane@x.net>; Joe <joe@x.net>", [("Jane", "jane@x.net"), ("Joe", "joe@x.net")]),
        ("a@b.example c@d.example", [("c@d.example", "a@b.example")]),
        ("", []),
        (",,;:", []),
    ],
)  # fmt: skip
def test_reads(value: str, expected: list[tuple[str, str]]) -> None:
    """Names are unquoted and decoded, routes and comments are not addresses."""
    assert [Mailbox(*pair) for pair in expected] == list(parse_mailboxes(value))


names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda name: "=?" not in name and "@" not in name
)


@given(st.lists(names, min_size=1, max_size=4))
def test_reads_what_the_standard_library_writes(written: list[str]) -> None:
    """Any name, quoted by Python's email package, comes back."""
    text = ", ".join(str(Address(name, "user", "example.net")) for name in written)

    assert [Mailbox(name, "user@example.net") for name in written] == list(parse_mailboxes(text))


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z ]{1,12}[A-Za-z]", fullmatch=True), st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.[a-z]{2,4}", fullmatch=True)), min_size=1, max_size=4))  # fmt: skip
def test_agrees_with_getaddresses(pairs: list[tuple[str, str]]) -> None:
    """On plain lists it finds what email.utils finds."""
    text = ", ".join(f"{name} <{address}>" for name, address in pairs)
    theirs = [(" ".join(name.split()), address) for name, address in getaddresses([text])]

    assert theirs == [(box.name, box.address) for box in parse_mailboxes(text)]


@given(st.binary(max_size=300))
def test_reads_anything(value: bytes) -> None:
    """No bytes make it fail, and no name has more than one line."""
    for box in read_mailboxes(value):
        assert "\n" not in box.name
        assert "\r" not in box.name


@pytest.mark.parametrize(
    "piece", ["(", '"\\', "<", "[", '"', "@", ":", "a@b ", "\\(", "<a@b.c>,", "()", "=?", '"a']
)
def test_time_is_linear(piece: str) -> None:
    """What opens a thousand times and never closes costs no more than what does."""
    value = (piece * MAX_FIELD)[:MAX_FIELD].encode()
    started = time.perf_counter()
    read_mailboxes(value)

    assert time.perf_counter() - started < 2


@given(
    st.from_regex(
        r"[\"A-Za-z0-9 .'_-]{0,12}[ ]?<[a-z0-9.+-]{1,6}@[a-z0-9.-]{1,9}>", fullmatch=True
    )
)
def test_the_short_cut_reads_what_the_parser_reads(text: str) -> None:
    """The pattern for what nearly every mail has gives nothing but what the parser would."""
    assert mailboxes._parsed(text) == parse_mailboxes(text)  # noqa: SLF001  the law is about the two
