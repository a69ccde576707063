"""What the code and its pages cite can be opened: facts, catalogue rows, standards."""

import re

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs/facts"
CITING = ("src", "lab/src", "tests", "bench", "fuzz", "docs")
SUFFIXES = {".py", ".md", ".html"}

NUMBER = r"\d+(?:\.\d+)?"
CITED = re.compile(rf"\b(FACTS|PEERS|RULES),?\s(?:section\s)?((?:{NUMBER})|[A-Z]+-\d+)")
RFC = re.compile(r"\bRFC (\d{3,5})\b")


def citing_files() -> Iterator[Path]:
    """Every text that may cite."""
    for folder in CITING:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SUFFIXES and "__pycache__" not in path.parts:
                yield path


@cache
def citable() -> dict[str, frozenset[str]]:
    """What each word's numbers may be: headings of the facts, rows of the catalogue."""
    pages = {path.name: path.read_text() for path in FACTS.glob("*.md")}
    catalogue, peers = pages.pop("catalogue.md"), pages.pop("peers.md")
    heading = re.compile(rf"^#+ ({NUMBER})\.? ", re.MULTILINE)
    rows = re.findall(r"^\| ([A-Z]+-\d+)\b", catalogue, re.MULTILINE)
    return {
        "FACTS": frozenset(heading.findall("\n".join(pages.values()))),
        "RULES": frozenset(heading.findall(catalogue)) | frozenset(rows),
        "PEERS": frozenset(heading.findall(peers)),
    }


def test_every_cited_fact_can_be_opened() -> None:
    """`FACTS 8.3`, `RULES DNS-02` and `PEERS 1.3` are sections or rows of docs/facts."""
    lost = {
        f"{path.relative_to(ROOT)}: {word} {number}"
        for path in citing_files()
        for word, number in CITED.findall(path.read_text())
        if number not in citable()[word]
    }

    assert set() == lost


def test_every_cited_rfc_is_listed() -> None:
    """docs/standards.md says how far each is followed."""
    listed = set(RFC.findall((ROOT / "docs/standards.md").read_text()))
    cited = {
        number
        for path in citing_files()
        if path.parent.name != "facts"
        for number in RFC.findall(path.read_text())
    }

    assert set() == cited - listed


@pytest.mark.parametrize(
    ("word", "number"), [("FACTS", "99.9"), ("RULES", "DNS-999"), ("PEERS", "9.9")]
)
def test_a_lost_citation_is_seen(word: str, number: str) -> None:
    """What is not there is not taken for there."""
    assert [(word, number)] == CITED.findall(f"as {word} {number} says")
    assert number not in citable()[word]
