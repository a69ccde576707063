"""Every rule there is, found by walking ``sendas.doctor.rules``.

A rule is a module with a constant RULE; the module's docstring is its long
page.  Nothing is listed twice: adding a file adds the rule.
"""

import functools
import importlib
import pkgutil

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from types import ModuleType

import sendas.doctor.rules

from sendas.doctor.model import Layer, Rule


LAYERS = tuple(Layer)


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by layer and then by code; the page is the module's docstring."""
    found = (_rule(module) for module in _modules(sendas.doctor.rules))
    return tuple(sorted((rule for rule in found if rule), key=_place))


def mistakes(rules: Iterable[Rule]) -> tuple[str, ...]:
    """What is wrong with *rules* as a set, one line each; a test holds this empty.

    Codes are unique, every code that is mentioned exists, and neither needs
    nor explanations go round in a circle.
    """
    rules = tuple(rules)
    codes = Counter(rule.code for rule in rules)
    twice = [f"{code} is the code of {count} rules" for code, count in codes.items() if count > 1]
    unknown = [
        f"{rule.code} names {code}, which is no rule"
        for rule in rules
        for code in (*rule.needs, *rule.explained_by)
        if code not in codes
    ]
    return (
        *twice,
        *unknown,
        *_circle("needs", {rule.code: rule.needs for rule in rules}),
        *_circle("explained_by", {rule.code: rule.explained_by for rule in rules}),
    )


def _circle(relation: str, graph: dict[str, tuple[str, ...]]) -> Iterator[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"{relation} goes round: {' -> '.join(error.args[1])}"


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for entry in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not entry.ispkg:
            yield importlib.import_module(entry.name)


def _rule(module: ModuleType) -> Rule | None:
    rule = getattr(module, "RULE", None)
    if not isinstance(rule, Rule):
        return None
    return rule if rule.page else replace(rule, page=(module.__doc__ or "").strip())


def _place(rule: Rule) -> tuple[int, str]:
    return LAYERS.index(rule.layer), rule.code
