"""Two mistakes at once, of two layers: both are roots, each at its own place."""

import json

from collections.abc import Iterator
from dataclasses import asdict

from algebra.account import account_mutants
from algebra.judged import Judged
from algebra.mutant import Harm, Mutant
from algebra.records import record_mutants
from sendas.doctor.model import Diagnosis
from sendas.play.scene import Scene


PAIRED = ("manual", "reject", "ireland")
"""The worlds in which mistakes are paired."""
_IN_DNS = {"DKIM 1", "DKIM 2", "MX"}
_AT_AWS = {"account", "suppression list", "user's policy", "filter", "configuration set"}
"""What neither causes nor hides a mistake in the records."""
_EACH = 3
"""So many mistakes of a kind: a pair adds nothing to the hundredth slip of one letter."""


def pairs(world: str, scene: Scene) -> Iterator[tuple[Mutant, Mutant]]:
    """Each of some mistakes in the DNS with each of some at AWS, all of which break mail."""
    in_dns = _some(record_mutants(world, scene), _IN_DNS)
    at_aws = _some(account_mutants(world, scene), _AT_AWS)
    for one in in_dns:
        for other in at_aws:
            yield one, other


def _some(mutants: Iterator[Mutant], elements: set[str]) -> list[Mutant]:
    found: dict[tuple[str, str], list[Mutant]] = {}
    for one in mutants:
        if one.harm is Harm.BREAKS and one.element in elements and one.roots == 1:
            found.setdefault((one.element, one.mistake), []).append(one)
    return [one for some in found.values() for one in some[:_EACH]]


def judged_pair(pair: tuple[Mutant, Mutant], diagnosis: Diagnosis) -> Judged:
    """Whether each has a root of its own that speaks of its place, and there is no third."""
    roots = [f for f in diagnosis.findings if f.code in diagnosis.roots]
    texts = {f.code: json.dumps(asdict(f), default=str).lower() for f in roots}
    missing = [
        str(one)
        for one in pair
        if not any(
            not one.places or any(place.lower() in text for place in one.places)
            for text in texts.values()
        )
    ]
    unsound = "" if roots else "no root"
    wrong = ""
    if missing:
        wrong = f"nothing of {missing[0]} among {', '.join(diagnosis.roots)}"
    elif len(roots) != len(pair):
        wrong = f"{len(roots)} roots: {', '.join(diagnosis.roots)}"
    first, second = pair
    both = Mutant(
        first.world, f"{first.element} and {second.element}", first.mistake,
        f"{first.detail} with {second.mistake} {second.detail}", (), Harm.BREAKS, first.act, 2,
    )  # fmt: skip
    return Judged(both, Harm.BREAKS, diagnosis.roots, unsound, "" if unsound else wrong)
