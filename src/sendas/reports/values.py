"""The answers for machines; ``--json`` prints them."""

from typing import Any

from sendas.reports.printed import Stage, changes, paragraph
from sendas.reports.readiness import Readiness
from sendas.reports.sources import Source
from sendas.reports.tally import Sums, Tally
from sendas.reports.tls_tally import TlsTally


_MOST = 100


def senders_value(tally: Tally) -> dict[str, Any]:
    """Who sends, as one JSON object."""
    days = tally.days()
    return {
        "schema": "sendas.reports-senders/1",
        "domain": tally.domain,
        "first_day": str(days[0]) if days else None,
        "last_day": str(days[-1]) if days else None,
        "mails": tally.mails,
        "failed": tally.failed,
        "reporters": {name: sum(told.values()) for name, told in sorted(tally.reporters.items())},
        "senders": [source_value(source, sums) for source, sums in _sorted(tally.sources)],
        "unproven": [source_value(source, sums) for source, sums in _sorted(tally.claimed)],
        "unproven_reports": tally.unproven_reports,
        "doubles": tally.doubles,
        "unreadable": tally.lost_count,
        "changes": [
            {
                "kind": one.source.kind,
                "name": one.source.name,
                "stream": one.source.stream,
                "last_week": one.before,
                "this_week": one.now,
            }
            for one in changes(tally)
        ],
    }


def _sorted(sources: dict[Source, Sums]) -> list[tuple[Source, Sums]]:
    return sorted(sources.items(), key=lambda pair: (-pair[1].mails, pair[0].name, pair[0].stream))


def source_value(source: Source, sums: Sums) -> dict[str, Any]:
    """One sender, as JSON."""
    return {
        "kind": source.kind,
        "name": source.name,
        "stream": source.stream,
        "mails": sums.mails,
        "passed_by_both": sums.both,
        "passed_by_dkim": sums.by_dkim,
        "passed_by_spf": sums.by_spf,
        "failed": sums.failed,
        "dispositions": dict(sorted(sums.dispositions.items())),
        "addresses": sorted(sums.addresses)[:_MOST],
        "from": dict(sums.authors.most_common(_MOST)),
        "first_day": str(min(sums.days)) if sums.days else None,
        "last_day": str(max(sums.days)) if sums.days else None,
        "reporters": sorted(sums.told)[:_MOST],
    }


def readiness_value(found: Readiness, steps: list[Stage]) -> dict[str, Any]:
    """Whether the policy may be made stricter, as one JSON object."""
    return {
        "schema": "sendas.reports-policy/1",
        "domain": found.domain,
        "answer": found.answer,
        "current": found.current,
        "asked": found.asked,
        "first_day": str(found.first) if found.first else None,
        "last_day": str(found.last) if found.last else None,
        "mails": found.mails,
        "failed": found.failed,
        "receivers": found.receivers,
        "text": paragraph(found),
        "remarks": [
            {"weight": one.weight, "text": one.text, "help": one.help, "mails": one.mails}
            for one in found.remarks
        ],
        "hit": [source_value(source, sums) for source, sums in found.hit[:_MOST]],
        "plan": [{"what": step.what, "record": step.record or None} for step in steps],
    }


def tls_value(tally: TlsTally) -> dict[str, Any]:
    """TLS, as one JSON object."""
    return {
        "schema": "sendas.reports-tls/1",
        "domain": tally.domain,
        "first_day": str(min(tally.days)) if tally.days else None,
        "last_day": str(max(tally.days)) if tally.days else None,
        "successful": tally.successful,
        "failed": tally.failed,
        "reporters": dict(sorted(tally.reporters.items())),
        "policies": dict(sorted(tally.policies.items())),
        "failures": [
            {"mx": one.mx, "result": one.result, "reason": one.reason, "sessions": sessions}
            for one, sessions in tally.failures.most_common(_MOST)
        ],
        "unproven_reports": tally.unproven,
        "unreadable": tally.lost_count,
    }
