"""Reading what is no XML: the same whichever way it is cut, and nothing looked at twice."""

from itertools import pairwise
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.reports import tolerant
from sendas.reports.tolerant import MAX_BETWEEN, end_tags


NAMES = {"row", "count"}
PIECES = st.sampled_from(
    [
        *(b"<row>", b"</row>", b"<count>", b"3", b"</count>", b"<row/>", b"</D:ROW >"),
        *(b"<!--", b"-->", b"<", b">", b" x ", b"<d:row a='b'>", b"y" * 1500),
        *(b"<row " + b"z" * 990 + b">", b"\xff", "ä".encode()),
    ]
)


def read(chunks: list[bytes]) -> list[tuple[str, str]]:
    """All that ends in them."""
    return [one for found in end_tags(chunks, NAMES) for one in found]


@given(st.lists(PIECES, max_size=40), st.lists(st.integers(0, 20_000), max_size=8))
def test_it_is_read_alike_however_it_is_cut(pieces: list[bytes], at: list[int]) -> None:
    """Whole, and in chunks: the same elements with the same text."""
    raw = b"".join(pieces)
    cuts = sorted({min(one, len(raw)) for one in at} | {0, len(raw)})

    assert read([raw]) == read([raw[a:b] for a, b in pairwise(cuts)])


def test_text_without_a_tag_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte in a thousand chunks: the searches together see little more than a megabyte.

    The fuzzer found a report of 62 KB, packed, that took seconds: each chunk had
    everything since the last tag searched again.
    """
    searched, real = 0, tolerant._tags  # noqa: SLF001  the one that searches

    def counted(text: str, tag: Any, position: int) -> Any:  # noqa: ANN401  passed on
        nonlocal searched
        searched += len(text) - position
        return real(text, tag, position)

    monkeypatch.setattr(tolerant, "_tags", counted)
    size = MAX_BETWEEN // 1000
    read([b"x" * size] * 1000)

    assert searched < 1000 * (size + 1300)
