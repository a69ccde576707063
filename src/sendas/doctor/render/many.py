"""Many diagnoses as one report: a line for each domain, then what fails, the same thing once.

For programs one object, ``sendas.doctor-all/1``, whose domains are ``sendas.doctor/1``.
"""

import json

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sendas.doctor.model import Diagnosis, Finding, Status
from sendas.doctor.render import json_document, terminal
from sendas.doctor.render.labels import count, not_shown
from sendas.doctor.render.not_looked_at import not_looked_at
from sendas.doctor.render.silences import silences
from sendas.text import one_line


SCHEMA = "sendas.doctor-all/1"
_MOST_NAMED = 5
"""Domains named over what they share; the lines above name each."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One domain's diagnosis, and the AWS profile that the file says, if one."""

    diagnosis: Diagnosis
    profile: str | None = None


def as_json(judged: Sequence[Judged]) -> str:
    """The one object, ASCII only."""
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "domains": [
            json_document.document(one.diagnosis) | {"profile": one.profile} for one in judged
        ],
    }
    return json.dumps(whole, indent=2) + "\n"


def as_text(judged: Sequence[Judged], look: terminal.Look) -> str:
    """A line for each domain, the details of what fails, and a line that sums it up."""
    parts = [*_lines(judged, look), ""]
    for detail in _details(judged):
        # The last line of each report sums up one domain; here the last of all does.
        text = terminal.render(detail, replace(look, whole=False))
        parts += [text.rstrip().rpartition("\n")[0].rstrip(), ""]
    return "\n".join([*parts, *_unseen(judged, look), _summary(judged), ""])


def _unseen(judged: Sequence[Judged], look: terminal.Look) -> Iterator[str]:
    """Why something could not be looked at, each reason once, with the domains it holds for."""
    reasons: dict[str, dict[str, None]] = {}
    for one in judged:
        for silence in silences(one.diagnosis):
            reasons.setdefault(one_line(silence.reason), {})[one_line(one.diagnosis.domain)] = None
    for reason, names in reasons.items():
        more = len(names) - _MOST_NAMED
        told = ", ".join([*names][:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        yield f"{look.mark(Status.UNKNOWN)} could not look: {reason} ({told})"
    if reasons:
        yield ""


def _lines(judged: Sequence[Judged], look: terminal.Look) -> Iterator[str]:
    width = max((len(one.diagnosis.domain) for one in judged), default=0)
    for one in judged:
        status, said = _said(one.diagnosis)
        where = one_line(one.diagnosis.region) + (f" ({one.profile})" if one.profile else "")
        name = one_line(one.diagnosis.domain)
        yield f"{look.mark(status)} {name:<{width}}  {where}  {said}"


def _said(diagnosis: Diagnosis) -> tuple[Status, str]:
    """How it ended for one domain, in the words of its line."""
    ended = [finding.status for finding in diagnosis.findings]
    if Status.FAIL in ended:
        by_code = {finding.code: finding for finding in diagnosis.findings}
        roots = [f"{code} {one_line(by_code[code].title)}" for code in diagnosis.roots]
        return Status.FAIL, "; ".join(roots)
    if diagnosis.not_shown:
        fails = any(one.status is Status.FAIL for one in diagnosis.not_shown)
        return Status.FAIL if fails else Status.UNKNOWN, f"not shown: {not_shown(diagnosis)}"
    unseen = ended.count(Status.UNKNOWN) + ended.count(Status.CRASHED)
    if unseen:
        return Status.UNKNOWN, f"{count(unseen, 'check')} could not look"
    warnings = ended.count(Status.WARN)
    if warnings:
        return Status.WARN, f"nothing fails; {count(warnings, 'warning')}"
    return Status.OK, "nothing wrong in what was looked at"


def _details(judged: Sequence[Judged]) -> Iterator[Diagnosis]:
    """What fails: a diagnosis for each cause, that several domains share it said once."""
    alike: dict[Finding, list[Diagnosis]] = {}
    for one in judged:
        by_code = {finding.code: finding for finding in one.diagnosis.findings}
        for code in one.diagnosis.roots:
            alike.setdefault(by_code[code], []).append(one.diagnosis)
    for root, whole in alike.items():
        follow = tuple(
            {
                finding.code: finding
                for one in whole
                for finding in one.findings
                if root.code in {finding.explained_by, finding.skipped_because}
            }.values()
        )
        regions = dict.fromkeys(one.region for one in whole)
        yield Diagnosis(_names(whole), ", ".join(regions), (root.code,), (root, *follow))


def _names(whole: Sequence[Diagnosis]) -> str:
    names = [one.domain for one in whole]
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _summary(judged: Sequence[Judged]) -> str:
    ended = [_said(one.diagnosis)[0] for one in judged]
    fail, unseen, warned = (ended.count(one) for one in (Status.FAIL, Status.UNKNOWN, Status.WARN))
    told = [f"{count(fail, 'domain')} with something failing"] if fail else []
    told += [f"{unseen} could not be looked at whole"] if unseen else []
    told += [f"{warned} with warnings"] if warned else []
    told = told or ["nothing wrong in what was looked at"]
    unlooked = dict.fromkeys(
        f"{missing.what} (sendas doctor DOMAIN {missing.option})"
        for one in judged
        for missing in not_looked_at(one.diagnosis)
    )
    beyond = f" Not looked at: {'; '.join(unlooked)}." if unlooked else ""
    return f"{count(len(judged), 'domain')}: {', '.join(told)}.{beyond}"
