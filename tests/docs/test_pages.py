"""The pages tell the truth about what is in the checkout."""

import re

from collections.abc import Iterator
from pathlib import Path

import pytest

from sendas.cli import VERBS
from sendas.doctor.registry import all_rules


ROOT = Path(__file__).parents[2]
ARCHITECTURE = ROOT / "docs/architecture.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def names(pages: list[Path]) -> list[str]:
    """What to call each page in the test's report."""
    return [str(page.relative_to(ROOT)) for page in pages]


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture of a page is a file of the checkout."""
    broken = [target for target in links(page.read_text()) if not (page.parent / target).exists()]

    assert [] == broken


def links(text: str) -> Iterator[str]:
    """The relative targets of a page's links, without their anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path = target.partition("#")[0]
        if path and "://" not in target and not target.startswith("mailto:"):
            yield path


def test_architecture_names_files_that_are_there() -> None:
    """Every ``room/file.py`` of the page is a file of sendas or, as ``lab/…``, of the lab."""
    said = set(re.findall(r"`((?:[a-z_0-9]+/)+[a-z_0-9]+\.(?:py|json))", ARCHITECTURE.read_text()))
    homes = (ROOT / "src/sendas", ROOT / "lab/src/sendas_lab")
    missing = {
        name
        for name in said
        if not any((home / name.removeprefix("lab/")).exists() for home in homes)
    }

    assert said
    assert set() == missing


def test_sources_name_files_that_are_there() -> None:
    """A test, bench or page that a source, a page or a make target names is in the checkout."""
    named = re.compile(r"(?<![\w/.-])(?:tests|bench|docs|fuzz)/[\w./-]+\.(?:py|md|tsv)\b")
    places = [*PAGES, ROOT / "Makefile"]
    for folder in ("src", "lab/src", "tests", "bench", "fuzz"):
        places += (ROOT / folder).rglob("*.py")
    missing = {
        f"{place.relative_to(ROOT)}: {name}"
        for place in places
        for name in named.findall(place.read_text())
        if not (ROOT / name).exists()
    }

    assert set() == missing


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_commands_exist(page: Path) -> None:
    """A page that says `sendas VERB` names a verb that there is."""
    said = set(re.findall(r"(?:`|^\s*\$? ?)sendas ([a-z]+)\b", page.read_text(), re.MULTILINE))

    assert set() == said - set(VERBS)


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_codes_exist(page: Path) -> None:
    """A page that names a finding's code names a rule of the doctor, or none at all."""
    known = {rule.code for rule in all_rules()}
    families = {code.rstrip("0123456789") for code in known}
    said = set(re.findall(r"\b([A-Z]{2,5}\d{3})\b", page.read_text()))

    assert set() == {code for code in said if code.rstrip("0123456789") in families} - known


def test_every_document_is_reachable() -> None:
    """The README leads, directly or over another page, to everything in docs."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting.extend((page.parent / target).resolve() for target in links(page.read_text()))

    docs = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert set() == docs - reached
