"""All the rules there are, as one set."""

from dataclasses import replace

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.registry import LAYERS, all_rules, mistakes


A = Rule("A", "a wish", Layer.DNS, Owner.DNS, Severity.HIGH, lambda _: None)


def test_the_rules_fit_together() -> None:
    """Unique codes; needs and explanations name rules and do not go round in a circle."""
    assert () == mistakes(all_rules())


def test_every_rule_has_a_page_that_begins_with_its_code() -> None:
    """The module's docstring: ``DNS018: the domain publishes one DMARC record.``."""
    strays = [rule.code for rule in all_rules() if not rule.page.startswith(f"{rule.code}: ")]

    assert [] == strays


def test_rules_stand_by_layer_then_code() -> None:
    """So that a report reads in the same order every time."""
    places = [(LAYERS.index(rule.layer), rule.code) for rule in all_rules()]

    assert sorted(places) == places


def test_mistakes_are_told() -> None:
    """Each kind of them, naming the rule."""
    assert ("A is the code of 2 rules",) == mistakes([A, A])
    assert ("A names B, which is no rule",) == mistakes([replace(A, explained_by=("B",))])
    circle = [replace(A, needs=("B",)), replace(A, code="B", needs=("A",))]
    assert all(told.startswith("needs goes round: ") for told in mistakes(circle))
    assert 1 == len(mistakes(circle))
