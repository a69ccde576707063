"""From findings to causes: which faults are roots, and which only follow from one.

A failing finding is explained by another when a chain of ``explained_by``
leads from the one to the other (RULES, section 12).  A chain is cut by a link
that was looked at and found well: what works passes no fault on.  Whatever no
other fault explains is a root, however many there are: two independent faults
stay two.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sendas.doctor.evidence import Subject
from sendas.doctor.model import Diagnosis, Finding, Rule, Severity, Status


_SEVERITIES = tuple(Severity)
_HOLDS = frozenset({Status.OK, Status.INFO})


def diagnose(subject: Subject, findings: Iterable[Finding], rules: Iterable[Rule]) -> Diagnosis:
    """The whole answer; roots stand in the order in which to mend them.

    That is by severity, then in the order of *findings*; what must be mended first stands
    in front whatever its severity (``Rule.after``).  ``explained_by`` of a failing or
    warning finding holds the root it goes back to by the shortest way.
    """
    findings, rules = tuple(findings), tuple(rules)
    explainers = {rule.code: rule.explained_by for rule in rules}
    status = {finding.code: finding.status for finding in findings}

    blamed = [
        replace(finding, explained_by=_root(finding.code, explainers, status))
        if finding.status in {Status.FAIL, Status.WARN}
        else finding
        for finding in findings
    ]
    roots = sorted(
        (f for f in blamed if f.status is Status.FAIL and f.explained_by is None),
        key=lambda finding: _SEVERITIES.index(finding.severity),
    )
    first = {rule.code: rule.after for rule in rules}
    ordered = _in_turn([root.code for root in roots], first)
    return Diagnosis(subject.domain, subject.region, ordered, tuple(blamed), relay=subject.relay)


def _in_turn(codes: list[str], first: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """*codes* in their order, but each behind those of *first* that are among them."""
    done: dict[str, None] = {}
    for code in codes:
        for one in (*first.get(code, ()), code):
            if one in codes:
                done[one] = None
    return tuple(done)


def _root(
    code: str, explainers: Mapping[str, tuple[str, ...]], status: Mapping[str, Status]
) -> str | None:
    """The root that *code* goes back to; None if nothing that failed explains it."""
    root, seen = code, {code}
    while nearest := _nearest(root, explainers, status, seen):
        root = nearest
        seen.add(root)
    return None if root == code else root


def _nearest(
    code: str,
    explainers: Mapping[str, tuple[str, ...]],
    status: Mapping[str, Status],
    seen: set[str],
) -> str | None:
    """The failing finding fewest steps up from *code*; a rule's own order breaks a tie."""
    visited = set(seen)
    queue = deque(explainers.get(code, ()))
    while queue:
        explainer = queue.popleft()
        if explainer in visited or status.get(explainer) in _HOLDS:
            continue
        if status.get(explainer) is Status.FAIL:
            return explainer
        visited.add(explainer)
        queue.extend(explainers.get(explainer, ()))
    return None
