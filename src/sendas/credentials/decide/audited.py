"""What an audit proved, and what it could not: for people and for programs; pure.

Proven is what was seen to work, with when; a copy that nobody saw in use is "not proven
since", never "well".
"""

import json

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sendas.history.line import stamp_of


SCHEMA = "sendas.audit/1"


class Standing(StrEnum):
    """How one claim stands."""

    PROVEN = "proven"
    NOT_PROVEN = "not-proven"
    """Nothing shows it; it may be so."""
    WRONG = "wrong"
    """Something shows that it is not so."""
    UNKNOWN = "unknown"
    """It could not be looked at."""
    DONE = "done"
    """Something was done about it; it proves nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that should be so.  *since*: proven when; or not proven since when."""

    about: str
    standing: Standing
    words: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One point of a canary's time line."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One credential, audited: *who* is the mailbox, or user and server; *key* its last four."""

    who: str
    server: str
    key: str
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...] = ()

    def standing(self, about: str) -> Standing | None:
        """How the claim *about* something stands; None if it is not among them."""
        return next((claim.standing for claim in self.claims if claim.about == about), None)


PASSWORD, CANARY, CLEANED = "password", "canary", "canary cleaned up"


def holder_claim(name: str) -> str:
    """What the claim about a holder's copy is called."""
    return f"copy of {name}"


class Ending(StrEnum):
    """All reports together, the worst first."""

    WRONG = "wrong"
    """Something is wrong, or not proven: exit status 1."""
    UNKNOWN = "unknown"
    """Something could not be looked at: 3."""
    PROVEN = "proven"
    """Everything is proven: 0."""


def ending(reports: Iterable[Report]) -> Ending:
    """How it ends; without a single claim nothing is proven."""
    standings = {claim.standing for report in reports for claim in report.claims}
    standings.discard(Standing.DONE)
    if standings & {Standing.WRONG, Standing.NOT_PROVEN} or not standings:
        return Ending.WRONG
    return Ending.UNKNOWN if Standing.UNKNOWN in standings else Ending.PROVEN


def told(reports: Iterable[Report]) -> Iterator[str]:
    """Lines for people."""
    for report in reports:
        key = f" …{report.key}" if report.key else ""
        yield f"{report.who}{key} at {report.server}"
        for claim in report.claims:
            yield f"  {claim.standing:<10}  {claim.about}: {claim.words}{_since(claim)}"
        if report.passages:
            start = report.passages[0].at
            steps = (
                f"{one.what} +{(one.at - start).total_seconds():.1f} s" for one in report.passages
            )
            yield f"  time line   {', '.join(steps)}"
        yield ""


def _since(claim: Claim) -> str:
    if claim.since is None:
        return ""
    word = "since" if claim.standing is Standing.NOT_PROVEN else "on"
    return f" ({word} {claim.since:%Y-%m-%d %H:%M} UTC)"


def render(reports: tuple[Report, ...], at: datetime) -> str:
    """The text of the object, ASCII only."""
    return json.dumps(document(reports, at), indent=2) + "\n"


def document(reports: tuple[Report, ...], at: datetime) -> dict[str, Any]:
    """The object itself: ``sendas.audit/1``."""
    return {
        "schema": SCHEMA,
        "at": stamp_of(at),
        "ending": ending(reports).value,
        "reports": [
            {
                "who": report.who,
                "server": report.server,
                "key": report.key or None,
                "claims": [
                    {
                        "about": claim.about,
                        "standing": claim.standing.value,
                        "words": claim.words,
                        "since": stamp_of(claim.since) if claim.since else None,
                    }
                    for claim in report.claims
                ],
                "time_line": [
                    {"what": one.what, "at": stamp_of(one.at)} for one in report.passages
                ],
            }
            for report in reports
        ],
    }


def schema() -> dict[str, Any]:
    """What ``sendas credentials audit --json`` prints, as JSON Schema (draft 2020-12)."""
    text, time = {"type": "string"}, {"type": "string", "format": "date-time"}
    time_or_not = {"anyOf": [time, {"type": "null"}]}
    claim = _object(about=text, standing={"enum": list(Standing)}, words=text, since=time_or_not)
    report = _object(
        who=text,
        server=text,
        key={"anyOf": [text, {"type": "null"}]},
        claims={"type": "array", "items": claim},
        time_line={"type": "array", "items": _object(what=text, at=time)},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What is proven of credentials, by sendas credentials audit",
        **_object(
            schema={"const": SCHEMA},
            at=time,
            ending={"enum": list(Ending)},
            reports={"type": "array", "items": report},
        ),
    }


def _object(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


FILE_NAME = "audit.schema.json"


def schema_text() -> str:
    """The schema file's content."""
    return json.dumps(schema(), indent=2) + "\n"
