"""The pages about the rules."""

from pathlib import Path

from sendas.doctor.pages import INDEX, pages
from sendas.doctor.registry import all_rules
from sendas.pages import write_folder


COMMITTED = Path(__file__).parents[2] / "docs" / "rules"


def test_the_committed_pages_are_up_to_date() -> None:
    """`python -m sendas.pages` would change nothing."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.glob("*.md")}

    assert pages(all_rules()) == committed


def test_every_rule_has_its_page_and_its_line() -> None:
    """The index links them all."""
    made = pages(all_rules())

    assert {INDEX, *(f"{rule.code}.md" for rule in all_rules())} == set(made)
    assert all(f"[{rule.code}]({rule.code}.md)" in made[INDEX] for rule in all_rules())


def test_a_page_of_no_rule_is_taken_away(tmp_path: Path) -> None:
    """The folder holds the rules' pages and nothing else."""
    (tmp_path / "OLD001.md").write_text("gone")
    write_folder(tmp_path, pages(all_rules()[:1]))

    assert {INDEX, *(f"{rule.code}.md" for rule in all_rules()[:1])} == {
        path.name for path in tmp_path.iterdir()
    }
