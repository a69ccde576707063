"""``sendas rule``: what a finding's code means, at length."""

import difflib
import re

from typing import Annotated

import typer

from sendas.doctor.model import Layer, Rule
from sendas.errors import UsageError


class UnknownCode(UsageError):
    """No rule has that code."""


def command(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE|LAYER", help="Such as DNS018, or dns.")
    ] = None,
) -> None:
    """Show what a finding's code means, at length; without a code, list them all.

    Example: sendas rule DNS018
    """
    from sendas.doctor.registry import all_rules

    rules = all_rules()
    layers = [layer for layer in Layer if code is None or layer.value == code.casefold()]
    if layers:
        typer.echo("\n\n".join(_listed(layer, rules) for layer in layers))
        return
    by_code = {_spelling(rule.code): rule for rule in rules}
    rule = by_code.get(_spelling(code or ""))
    if rule is None:
        raise UnknownCode(_suggestion(code or "", [rule.code for rule in rules]))
    typer.echo(_page(rule))


def _listed(layer: Layer, rules: tuple[Rule, ...]) -> str:
    here = [f"  {rule.code:<8} {rule.title}" for rule in rules if rule.layer is layer]
    return "\n".join([layer.value, *here])


def _page(rule: Rule) -> str:
    from sendas.doctor.render.labels import OWNERS

    facts = [
        f"layer       {rule.layer}",
        f"whose       {OWNERS[rule.owner]}",
        f"severity    {rule.severity}",
        f"needs       {', '.join(rule.needs)}" if rule.needs else "",
        f"explained   by {', '.join(rule.explained_by)}" if rule.explained_by else "",
    ]
    return "\n".join([rule.page, "", *filter(None, facts)])


def _spelling(code: str) -> str:
    """One spelling for all that people type: ``dns-18``, ``DNS018``."""
    letters, digits = re.sub(r"[\s_-]", "", code).upper(), ""
    if found := re.fullmatch(r"([A-Z]+)0*(\d+)", letters):
        letters, digits = found[1], found[2]
    return letters + digits


def _suggestion(code: str, codes: list[str]) -> str:
    near = difflib.get_close_matches(code.upper(), codes, n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(near)}" if near else "`sendas rule` lists them all"
    return f"no rule has the code {code!r}; {hint}"
