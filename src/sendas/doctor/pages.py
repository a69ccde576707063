"""``python -m sendas.doctor.pages docs/rules``: a page per rule, made from its docstring."""

import argparse

from collections.abc import Iterable, Mapping
from pathlib import Path

from sendas.doctor.files import write_whole
from sendas.doctor.model import Rule
from sendas.doctor.registry import LAYERS, all_rules


INDEX = "README.md"
_COLUMNS = ("| code | the state wished for | owner |", "|---|---|---|")

_SAYS = "Made from the rules' docstrings by `python -m sendas.doctor.pages docs/rules`."


def pages(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Each page's file name and Markdown text, the index among them."""
    rules = tuple(rules)
    return {INDEX: _index(rules)} | {f"{rule.code}.md": _page(rule) for rule in rules}


def _index(rules: tuple[Rule, ...]) -> str:
    lines = ["# What the doctor asks", "", f"{_SAYS}  `sendas rule CODE` shows the same page."]
    for layer in LAYERS:
        here = [rule for rule in rules if rule.layer is layer]
        if here:
            lines += ["", f"## {layer}", "", *_COLUMNS]
        lines += [
            f"| [{rule.code}]({rule.code}.md) | {_cell(rule.title)} | `{rule.owner}` |"
            for rule in here
        ]
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> str:
    headline, _, rest = rule.page.partition("\n")
    lines = [f"# {headline}", ""]
    if rest.strip():
        lines += [rest.strip(), ""]
    lines += [f"- layer: {rule.layer}", f"- owner: `{rule.owner}`", f"- severity: {rule.severity}"]
    lines += _codes("needs", rule.needs) + _codes("explained by", rule.explained_by)
    return "\n".join(lines) + "\n"


def _codes(relation: str, codes: tuple[str, ...]) -> list[str]:
    linked = ", ".join(f"[{code}]({code}.md)" for code in codes)
    return [f"- {relation}: {linked}"] if codes else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write(folder: Path, rules: Iterable[Rule]) -> None:
    """Make *folder* hold exactly the pages of *rules*."""
    wanted = pages(rules)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in folder.glob("*.md")} - set(wanted):
        (folder / stale).unlink()
    for name, text in wanted.items():
        write_whole(folder / name, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder, all_rules())
