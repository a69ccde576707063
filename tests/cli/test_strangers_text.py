"""A stranger's text cannot repaint a terminal, turn a line round, or make two lines of one."""

import re

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from typed import Type

from sendas.text import one_line, visible, visible_lines, without_unseen


SRC = Path(__file__).resolve().parents[2] / "src" / "sendas"
# Escape and CSI, bell, NUL, the line separators, and Unicode's direction marks (UAX 9, 2).
HOSTILE = "\x1b[2J|\x9b31m|\x07|\0|\u2028|\u2029|\x85|\u202e|\u2066|\u200f|\u061c|\r|\x0b"
BAD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]"
)


@given(st.text())
def test_whatever_is_shown_prints(text: str) -> None:
    """By Unicode's own categories, which str.isprintable knows."""
    assert visible(text).isprintable()
    assert one_line(text).isprintable()
    assert without_unseen(text).isprintable()
    assert visible_lines(text).count("\n") == text.count("\n")
    assert visible_lines(text).replace("\n", "").isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_prints_is_left_as_it_is(text: str) -> None:
    """Every script, not only ASCII."""
    assert text == visible(text) == visible_lines(text) == without_unseen(text)


def test_it_is_made_safe_in_one_place() -> None:
    """Nobody else replaces what does not print, character by character."""
    copies = [
        str(file.relative_to(SRC))
        for file in SRC.rglob("*.py")
        if re.search(r"\w if \w+\.isprintable\(\) else", file.read_text(encoding="utf-8"))
    ]

    assert ["text.py"] == copies


def test_a_bounce_of_such_text(type_: Type, tmp_path: Path) -> None:
    """In what the server said."""
    notice = tmp_path / "notice.txt"
    said = f"550 5.1.1 <a@example.net>: User unknown, gone {HOSTILE}\n"
    notice.write_text(said, encoding="utf-8", newline="")

    for words in ((), ("--json",)):
        run = type_("bounce", str(notice), *words)
        assert "gone" in run.out
        assert not BAD.search(run.out + run.err)
