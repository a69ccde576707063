"""A page per rule, made from its docstring; ``python -m sendas.pages`` writes them."""

from collections.abc import Iterable, Mapping

from sendas.doctor.model import Rule
from sendas.doctor.registry import LAYERS


INDEX = "README.md"
_COLUMNS = ("| code | the state wished for | owner |", "|---|---|---|")

_SAYS = "Made from the rules' docstrings by `python -m sendas.pages`."


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
