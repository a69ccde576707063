"""May the domain's DMARC policy be made stricter, and whom would it hit: a judgement, pure.

Three things stand against a yes, and none is taken for another: **data** (the
reports do not show enough to say), **loss** (mail of the owner's would be hit), and a
**question** (mail that may be the owner's, which only the owner knows).  What merely
deserves saying is a **note**.

The false all-clear is what this looks for: few reports, days without any, a large
receiver that is silent, a stream that only SPF carries and any forwarding breaks, a
policy that is applied in part, mail that only unproven reports tell of.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto

from sendas.auth.dmarc import DmarcRecord, Policy
from sendas.reports.coverage import coverage
from sendas.reports.published import applied, published
from sendas.reports.sources import Source
from sendas.reports.streams import streams
from sendas.reports.tally import Sums, Tally
from sendas.reports.weighing import Remark, Weight


_AHEAD = timedelta(days=1)
"""What clocks and time zones differ by; a later day is none that anybody can report."""


class Answer(StrEnum):
    """What the judgement comes to."""

    NO_REPORTS = auto()
    TOO_EARLY = auto()
    """The reports do not show enough."""
    NOT_YET = auto()
    """Mail of the owner's, or mail that may be, would be hit, or is."""
    QUARANTINE = auto()
    """May go to p=quarantine."""
    REJECT = auto()
    """May go to p=reject."""
    THERE = auto()
    """It is at p=reject, and nothing of the owner's is seen to be hit."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The judgement.  *current* is the policy in force, *asked* the one that is judged."""

    answer: Answer
    domain: str
    current: Policy
    asked: Policy
    first: date | None
    last: date | None
    mails: int
    failed: int
    receivers: int
    remarks: tuple[Remark, ...]
    hit: tuple[tuple[Source, Sums], ...]
    """What fails, the most mails first."""

    def of(self, weight: Weight) -> list[Remark]:
        """The remarks of one weight, those about most mails first."""
        found = [one for one in self.remarks if one.weight is weight]
        return sorted(found, key=lambda one: -one.mails)


def judge(
    tally: Tally,
    today: date,
    record: DmarcRecord | None = None,
    not_mine: Collection[str] = (),
) -> Readiness:
    """Judge what the reports say of the domain.

    *record* is what is published now, if it was looked up; else the reports say
    what it was.  *not_mine* are names of sources that the owner disowns.
    """
    days = [day for day in tally.days() if day <= today + _AHEAD]
    current = applied(tally, record)
    asked = Policy.QUARANTINE if current is Policy.NONE else Policy.REJECT
    disowned = {one.lower() for one in not_mine}
    remarks: list[Remark] = []
    if days:
        remarks += coverage(tally, days, today, asked)
        remarks += streams(tally, days, disowned)
        remarks += published(tally, record)
    failing = [(source, sums) for source, sums in tally.sources.items() if sums.failed]
    return Readiness(
        _answer(days, current, asked, remarks),
        tally.domain,
        current,
        asked,
        days[0] if days else None,
        days[-1] if days else None,
        tally.mails,
        tally.failed,
        len(tally.reporters),
        tuple(remarks),
        tuple(sorted(failing, key=lambda pair: (-pair[1].failed, pair[0].name))),
    )


def _answer(days: list[date], current: Policy, asked: Policy, remarks: list[Remark]) -> Answer:
    weights = {one.weight for one in remarks}
    if not days:
        return Answer.NO_REPORTS
    if Weight.LOSS in weights or Weight.QUESTION in weights:
        return Answer.NOT_YET
    if Weight.DATA in weights:
        return Answer.TOO_EARLY
    if current is Policy.REJECT:
        return Answer.THERE
    return Answer.QUARANTINE if asked is Policy.QUARANTINE else Answer.REJECT
