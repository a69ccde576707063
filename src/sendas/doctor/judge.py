"""Every rule over the evidence: values in, findings out.

A rule that cannot answer never stops the others, and none of the four ways of
not answering is mistaken for another: UNKNOWN (nobody answered), SKIPPED (a
need does not hold), CRASHED (our rule broke), and no finding at all (the
question does not arise, or was no part of this run).
"""

from collections.abc import Iterable
from dataclasses import replace
from graphlib import TopologicalSorter

from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Finding, Rule, Status, Verdict
from sendas.doctor.needed import needed
from sendas.errors import CouldNotLook, NotAsked, UsageError


BLOCKING = frozenset({Status.FAIL, Status.UNKNOWN, Status.SKIPPED, Status.CRASHED})
"""How a need may end so that what needs it is skipped."""

_A_RULES_OWN = frozenset({Status.OK, Status.INFO, Status.WARN, Status.FAIL})


class NoSuchRule(UsageError):
    """A code or layer that no rule has."""


def judge(evidence: Evidence, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """One finding for each rule whose question arises, in the order of *rules*.

    A need that is not among *rules* counts as holding.
    """
    by_code = {rule.code: rule for rule in rules}
    order = TopologicalSorter({code: rule.needs for code, rule in by_code.items()})

    found: dict[str, Finding] = {}
    for code in order.static_order():
        if rule := by_code.get(code):
            finding = _skipped(rule, found) or _asked(rule, evidence)
            if finding:
                found[code] = finding
    return tuple(found[code] for code in by_code if code in found)


def unasked(evidence: Evidence, rules: Iterable[Rule]) -> dict[str, str]:
    """What rules looked for and the run had not asked, by code.

    Tests of observing hold this small: a question forgotten there would
    otherwise pass as one that does not arise.
    """
    missing: dict[str, str] = {}
    for rule in rules:
        try:
            rule.judge(evidence)
        except NotAsked as absence:
            missing[rule.code] = str(absence)
        except Exception:  # noqa: BLE001, S112  ``judge`` reports all else
            continue
    return missing


def codes_of(only: Iterable[str], rules: Iterable[Rule]) -> frozenset[str]:
    """The codes that *only*, codes and layers in any case, stand for.

    Raises:
        NoSuchRule: One of *only* is neither.
    """
    rules = tuple(rules)
    chosen: set[str] = set()
    for word in only:
        named = {r.code for r in rules if word.casefold() in {r.code.casefold(), r.layer.value}}
        if not named:
            msg = f"{word!r} is neither a rule's code nor a layer; `sendas rule` lists both"
            raise NoSuchRule(msg)
        chosen |= named
    return frozenset(chosen)


def _skipped(rule: Rule, found: dict[str, Finding]) -> Finding | None:
    """The finding of a rule one of whose needs does not hold; it names the first to blame."""
    blocking = (found[need] for need in rule.needs if need in found)
    for need in blocking:
        if need.status in BLOCKING:
            code = need.skipped_because or need.code
            return _ended(
                rule,
                Status.SKIPPED,
                f"not judged: {rule.title}",
                f"{code} comes first",
                skipped_because=code,
            )
    return None


def _asked(rule: Rule, evidence: Evidence) -> Finding | None:
    try:
        verdict = rule.judge(evidence)
    except NotAsked:
        return None
    except CouldNotLook as silence:
        unknown = _ended(rule, Status.UNKNOWN, f"not known: {rule.title}", str(silence))
        return replace(unknown, help=needed(str(silence)))
    except Exception as error:  # noqa: BLE001  a broken rule is a result, and the others go on
        # The type only: a message may quote what was looked at.
        return _ended(rule, Status.CRASHED, f"our rule broke: {rule.title}", type(error).__name__)
    if verdict is None:
        return None
    if verdict.status not in _A_RULES_OWN:
        cause = f"it answered {verdict.status}"
        return _ended(rule, Status.CRASHED, f"our rule broke: {rule.title}", cause)
    return _said(rule, verdict)


def _ended(
    rule: Rule, status: Status, title: str, cause: str, *, skipped_because: str | None = None
) -> Finding:
    return Finding(
        code=rule.code,
        layer=rule.layer,
        status=status,
        severity=rule.severity,
        owner=rule.owner,
        title=title,
        cause=cause,
        skipped_because=skipped_because,
    )


def _said(rule: Rule, verdict: Verdict) -> Finding:
    return Finding(
        code=rule.code,
        layer=rule.layer,
        status=verdict.status,
        severity=verdict.severity or rule.severity,
        owner=verdict.owner or rule.owner,
        title=verdict.title,
        cause=verdict.cause,
        exhibits=verdict.exhibits,
        help=verdict.help,
    )
