"""From evidence to diagnosis, and what a program should make of it."""

from collections.abc import Iterable
from dataclasses import replace

from sendas.doctor.diagnose import diagnose
from sendas.doctor.evidence import Evidence
from sendas.doctor.judge import codes_of, judge
from sendas.doctor.model import Diagnosis, Rule, Status
from sendas.doctor.registry import all_rules


def examine(
    evidence: Evidence, *, only: Iterable[str] = (), rules: Iterable[Rule] | None = None
) -> Diagnosis:
    """Judge *evidence* and find the roots; pure but for loading the rules.

    *only* holds codes or layers.  Every rule is judged all the same, so that
    what is shown still names its true cause: the diagnosis then holds the
    findings chosen, and those they were skipped or explained by; the others are
    not shown, and count for the exit status.

    Raises:
        NoSuchRule: One of *only* is neither a code nor a layer.
    """
    rules = all_rules() if rules is None else tuple(rules)
    chosen = codes_of(only, rules)
    whole = diagnose(evidence.subject, judge(evidence, rules), rules)
    if evidence.proof is not None:
        whole = replace(whole, journeys=evidence.proof.journeys)
    return _narrowed(whole, chosen) if chosen else whole


def _narrowed(whole: Diagnosis, chosen: frozenset[str]) -> Diagnosis:
    asked = [finding for finding in whole.findings if finding.code in chosen]
    blamed = {code for f in asked for code in (f.skipped_because, f.explained_by) if code}
    kept = chosen | blamed
    return replace(
        whole,
        roots=tuple(code for code in whole.roots if code in kept),
        findings=tuple(finding for finding in whole.findings if finding.code in kept),
        not_shown=tuple(f for f in whole.findings if f.code not in kept and f.status in _NOT_WELL),
    )


_NOT_WELL = frozenset({Status.FAIL, Status.UNKNOWN, Status.CRASHED})


def exit_status(diagnosis: Diagnosis) -> int:
    """0 well, 1 something is wrong with the mail, 3 could not look.

    A rule of ours that broke counts as not having looked, and what is not shown as what is.
    """
    ended = {finding.status for finding in (*diagnosis.findings, *diagnosis.not_shown)}
    if Status.FAIL in ended:
        return 1
    return 3 if ended & {Status.UNKNOWN, Status.CRASHED} else 0
