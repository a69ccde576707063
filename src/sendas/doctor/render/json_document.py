"""The diagnosis for programs: one object, ``sendas.doctor/1``; its JSON Schema lies beside."""

import json

from typing import Any

from sendas.advice import Help
from sendas.doctor.model import Diagnosis, Exhibit, Finding
from sendas.doctor.proof import Journey
from sendas.doctor.render.not_looked_at import not_looked_at


SCHEMA = "sendas.doctor/1"


def render(diagnosis: Diagnosis) -> str:
    """The text of the object, ASCII only."""
    return json.dumps(document(diagnosis), indent=2) + "\n"


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """The object itself."""
    return {
        "schema": SCHEMA,
        "domain": diagnosis.domain,
        "region": diagnosis.region,
        "roots": list(diagnosis.roots),
        "not_looked_at": [
            {"layer": one.layer.value, "what": one.what, "option": one.option}
            for one in not_looked_at(diagnosis)
        ],
        "not_shown": [finding.code for finding in diagnosis.not_shown],
        "findings": [_finding(finding) for finding in diagnosis.findings],
        "journeys": [_journey(journey) for journey in diagnosis.journeys],
    }


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        "way": journey.way.value,
        "began": journey.began.isoformat() if journey.began else None,
        "entered": journey.entered,
        "proven": journey.proven,
        "not_sent": journey.not_sent,
        "option": journey.option,
        "hops": [
            {
                "hop": one.hop.value,
                "end": one.end.value,
                "seconds": one.seconds,
                "words": one.words,
            }
            for one in journey.passages
        ],
        "left": list(journey.left),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "layer": finding.layer.value,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "owner": finding.owner.value,
        "title": finding.title,
        "cause": finding.cause,
        "evidence": [_exhibit(exhibit) for exhibit in finding.exhibits],
        "help": [_help(advice) for advice in finding.help],
        "explained_by": finding.explained_by,
        "skipped_because": finding.skipped_because,
    }


def _exhibit(exhibit: Exhibit) -> dict[str, Any]:
    known = {"server": exhibit.server, "ttl": exhibit.ttl}
    return {"asked": exhibit.asked, "answer": exhibit.answer} | {
        name: value for name, value in known.items() if value is not None
    }


def _help(advice: Help) -> dict[str, Any]:
    return {
        "text": advice.text,
        "records": list(advice.records),
        "remove": list(advice.remove),
        "commands": list(advice.commands),
        "applies": advice.applies.value,
        "verify_by": advice.verify_by,
        "wait_seconds": advice.wait_seconds,
    }
