"""The header as bytes: where it ends, and a splice that leaves the rest alone."""

import email
import time
import tracemalloc

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.mail import headers
from sendas.mail.headers import MAX_LINE, mend, read_head, splice


MEGABYTES = 5 * 1024 * 1024
PIECES = [
    b"A: 1\r\n", b"a: 2\r\n", b"B :3\r\n", b"C:\r\n", b" fold\r\n", b"\t\r\n", b"\r\n",
    b"A: \0\r\n", b"x" * 999 + b":y\r\n", b"no field\r\n", b"\n", b"\r", b"D: 4\n", b"E: 5",
]  # fmt: skip
"""What headers are made of, and what breaks them."""


@pytest.mark.parametrize(
    ("content", "keys", "body", "whole"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", [b"a", b"b"], b"body", True),
        (b"A: 1\r\n folded\r\nB: 2\r\n\r\nbody", [b"a", b"b"], b"body", True),
        (b"A: 1\nB: 2\n\nbody", [b"a", b"b"], b"body", True),
        (b"A: 1\rB: 2\r\rbody", [b"a", b"b"], b"body", True),
        (b"A: 1\r\r\nB: 2\r\r\n\r\r\nbody", [b"a", b"b"], b"body", True),
        (b"A: 1\r\nno field\r\n", [b"a"], b"no field\r\n", True),
        (b"A: 1\r\n\r\n", [b"a"], b"", True),
        (b"A: 1\r\n", [b"a"], b"", False),
        (b"A: 1", [b"a"], b"", False),
        (b"A: 1\r\n \r\n 2\r\n\r\nbody", [b"a"], b"body", True),
        (b"A : 1\r\n\r\nbody", [b"a"], b"body", True),
        (b": 1\r\n\r\nbody", [], b": 1\r\n\r\nbody", True),
        (b" fold\r\n\r\nbody", [], b" fold\r\n\r\nbody", True),
        (b"\r\nbody", [], b"body", True),
        (b"", [], b"", True),
        (b"caf\xe9: 1\r\n\r\n", [], b"caf\xe9: 1\r\n\r\n", True),
    ],
)
def test_finds_the_fields(content: bytes, keys: list[bytes], body: bytes, whole: bool) -> None:  # noqa: FBT001  a column
    """RFC 5322, 2.1 and 2.2.3, and how Postfix reads what breaks them."""
    head = read_head(content)

    assert keys == [span[0] for span in head.spans]
    assert (body, whole) == (content[head.body :], head.whole)


@pytest.mark.parametrize(
    ("content", "spliced"),
    [
        (b"A: x\r2026\r\nB: 2\r\n\r\nbody", b"A: x\r\n 2026\r\nB: 2\r\n\r\n"),
        (
            b"A: 1\r\nS: x\ny\r\n z\r\nB: 2\r\n\r\nbody",
            b"A: 1\r\nS: x\r\n y\r\n z\r\nB: 2\r\n\r\n",
        ),
        (b"A: 1\r\nS: x\ny\r\n\r\nbody", b"A: 1\r\nS: x\r\n y\r\n\r\n"),
        (b"A: 1\nS: x\ry\nB: 2\n\nbody", b"A: 1\r\nS: x\r\n y\r\nB: 2\r\n\r\n"),
    ],
)
def test_a_stray_line_end_ends_no_header(content: bytes, spliced: bytes) -> None:
    """A bare CR or LF within a value is a fold, or Content-Type would arrive as text."""
    head = read_head(content)

    assert b"body" == content[head.body :]
    assert spliced == splice(head, b"", (), {})
    assert b"\n" not in b"".join(head.value(number) for number in range(len(head.spans)))


@pytest.mark.parametrize(
    "content",
    [
        b"A: 1\r\nno field\r\n",
        b"A: 1\nno field\nB: 2\n\nbody",
        b"A: 1\rno field\rB: 2\r\rbody",
        b"A: 1\r\nS: x\nno field\r\nmore\r\n",
    ],
)
def test_a_body_without_its_empty_line_is_no_stray(content: bytes) -> None:
    """The message's own line end was before it, or what follows is no header."""
    head = read_head(content)

    assert content[head.body :].startswith(b"no field")


def test_gives_values_unfolded() -> None:
    """The first of a name, or all of them, without line ends."""
    head = read_head(b"A: 1\r\n\t2\r\nB: x\r\nA:  3 \r\n\r\n")

    assert b"1\t2" == head.get(b"a")
    assert [b"1\t2", b"3"] == list(head.all(b"a"))
    assert head.get(b"c") is None


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        (b"A: 1\r\n", b"A: 1\r\n"),
        (b"A : 1\r\n", b"A: 1\r\n"),
        (b"A: 1\n 2\r 3", b"A: 1\r\n 2\r\n 3\r\n"),
        (b"A: 1\r\n  \t\r\n 2\r\n", b"A: 1\r\n 2\r\n"),
        (b"A: 1\0 2\r\n", b"A: 1 2\r\n"),
        (b"A: " + b"x " * 800 + b"\r\n", b"A: " + b"x " * 496 + b"x\r\n " + b"x " * 303 + b"\r\n"),
        (b"A: 1\r\n" + b" " * 1500 + b"2\r\n", b"A: 1\r\n 2\r\n"),
        (b"A:" + b"\t" * 1500 + b"2\r\n", b"A: 2\r\n"),
        (b"A: 1\n2\r\n", b"A: 1\r\n 2\r\n"),
        (b"A: " + b"x" * 1500 + b"\r\n", b"A: " + b"x" * 995 + b"\r\n " + b"x" * 505 + b"\r\n"),
        (b"n" * 1500 + b": x\r\n", b""),
    ],
)
def test_mends_one_field(raw: bytes, mended: bytes) -> None:
    """Only what no two receivers read alike is changed."""
    assert mended == mend(raw, b"\r\n")


@given(st.binary(max_size=3000).map(lambda value: value.replace(b"\r", b"").replace(b"\n", b"")))
def test_folding_loses_nothing_but_blanks(value: bytes) -> None:
    """Every line fits, and unfolded the value is as before but for blanks and NUL."""
    mended = mend(b"A: " + value + b"\r\n", b"\r\n")

    assert max(map(len, mended.split(b"\r\n"))) <= MAX_LINE
    for blank in (b" ", b"\t", b"\0", b"\r\n"):
        mended, value = mended.replace(blank, b""), value.replace(blank, b"")
    assert b"A:" + value == mended


def test_folding_cuts_no_character() -> None:
    """A raw UTF-8 word of 2,000 bytes is cut between characters."""
    for line in mend(b"A: " + "ü".encode() * 1000 + b"\r\n", b"\r\n").split(b"\r\n"):
        line.decode("utf-8")


field_names = st.sampled_from([b"A", b"Subject", b"X-1", b"!#$%&'*", b"Received", b"n" * 70])
words = st.binary(min_size=1, max_size=12).map(lambda raw: bytes(33 + one % 222 for one in raw))
fields = st.lists(
    st.tuples(field_names, st.lists(words, min_size=1, max_size=4)), min_size=1, max_size=8
).map(lambda found: b"".join(n + b": " + b"\r\n ".join(v) + b"\r\n" for n, v in found))


@settings(max_examples=40, deadline=None)
@given(fields, st.binary(max_size=50))
def test_a_splice_of_nothing_is_the_identity(header: bytes, body: bytes) -> None:
    """A clean mail with no change goes out as it came in."""
    head = read_head(header + b"\r\n" + body)

    assert header + b"\r\n" == splice(head, b"", (), {})
    assert body == head.content[head.body :]


@settings(max_examples=40, deadline=None)
@given(fields, st.data())
def test_a_splice_changes_only_what_it_names(header: bytes, data: st.DataObject) -> None:
    """Dropped fields go, replaced ones change, the rest keeps its bytes and order."""
    head = read_head(header + b"\r\n")
    numbers = st.sets(st.integers(0, len(head.spans) - 1))
    dropped, replaced = data.draw(numbers), data.draw(numbers)
    wanted = b"Top: 1\r\n"
    for number in range(len(head.spans)):
        if number in replaced:
            wanted += b"New: 1\r\n"
        elif number not in dropped:
            wanted += head.raw(number)

    assert wanted + b"\r\n" == splice(
        head, b"Top: 1\r\n", dropped, dict.fromkeys(replaced, b"New: 1\r\n")
    )


@settings(max_examples=40, deadline=None)
@given(fields)
def test_agrees_with_the_standard_library(header: bytes) -> None:
    """Python's parser finds the same fields in a clean header."""
    theirs = email.message_from_bytes(header + b"\r\n")

    assert [name.lower().encode() for name in theirs.keys()] == [  # noqa: SIM118  a Message's keys repeat, and are no dict's
        span[0] for span in read_head(header + b"\r\n").spans
    ]


@given(st.binary(max_size=500))
def test_reads_any_bytes(content: bytes) -> None:
    """Anything can be read, and the spans lie one after the other without a gap."""
    head = read_head(content)
    position = 0
    for _, start, colon, end in head.spans:
        assert position == start <= colon <= end
        position = end

    assert position == head.end <= head.body <= len(content)


@pytest.mark.parametrize(
    "content",
    [
        b"A" * MEGABYTES + b": x",
        b"A: " + b"w" * MEGABYTES,
        b"A: " + b"x " * (MEGABYTES // 2),
        b"A" + b" " * MEGABYTES + b": x",
        b"A : 1" + b"\r\n a" * (MEGABYTES // 4),
        b"A: 1\r\n" + b" " * MEGABYTES + b"2",
        b"A: 1\r\n" + b" \r\n" * (MEGABYTES // 3),
        b"A: 1" + b"\r a" * (MEGABYTES // 3) + b"\r\n\r\n",
        b"A: 1" + b"\r" * MEGABYTES,
        b"A: 1\r\n" * (MEGABYTES // 6),
        b"From " * (MEGABYTES // 5),
        b"A: \0" * (MEGABYTES // 4),
    ],
)
def test_time_is_linear(content: bytes) -> None:
    """Five megabytes of one oddity are read and mended in a moment; squared they take hours."""
    started = time.perf_counter()
    head = read_head(content)
    splice(head, b"", (), {number: head.mended(number) for number in range(len(head.spans))})

    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    "content",
    [
        b"A : 1" + b"\r\n a" * (MEGABYTES // 4) + b"\r\n\r\n",
        b"A: 1" + b"\r\n " * (MEGABYTES // 3) + b"2\r\n\r\n",
        b"A: " + b"w" * MEGABYTES + b"\r\n\r\n",
    ],
)
def test_memory_is_linear(content: bytes) -> None:
    """A header of nothing but short lines does not cost a hundred times itself."""
    tracemalloc.start()
    head = read_head(content)
    splice(head, b"", (), {number: head.mended(number) for number in range(len(head.spans))})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * len(content)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_the_fast_reading_is_the_same(raw: bytes) -> None:
    """Where every line ends with CRLF a simpler pattern reads; it finds the same fields."""
    found = read_head(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headers, "_CLEAN_MOST", 0)
        slowly = read_head(raw)

    assert slowly == found
