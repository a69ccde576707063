"""May the domain's DMARC policy be made stricter, and whom would it hit: a judgement, pure.

Three things stand against a yes, and none is taken for another: **data** (the
reports do not show enough to say), **loss** (mail of the owner's would be hit), and a
**question** (mail that may be the owner's, which only the owner knows).  What merely
deserves saying is a **note**.

The false all-clear is what this looks for: few reports, days without any, a large
receiver that is silent, a stream that only SPF carries and any forwarding breaks, a
policy that is applied in part, mail that only unproven reports tell of.
"""

import statistics

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto
from itertools import pairwise

from sendas.auth.dmarc import DmarcRecord, Policy
from sendas.dns.names import within
from sendas.reports.sources import Source, SourceKind
from sendas.reports.tally import Sums, Tally


DAYS_FOR_QUARANTINE = 14
DAYS_FOR_REJECT = 28
FEW_MAILS = 50
"""Passing mails below which a share says nothing."""
STALE = timedelta(days=4)
"""Reports come a day or two after the mail."""
_AHEAD = timedelta(days=1)
"""What clocks and time zones differ by; a later day is none that anybody can report."""
_DAYS_SHARE = 4
"""Of the days that are needed, one in so many must be told of: the span alone shows nothing."""
_LATELY = 3
"""Days, of those on which a source sent."""
PASSING_SHARE = 0.02
"""Of a stream of the owner's: so much fails while DNS is slow or a signature was damaged."""
_SOME = 3
"""Mails below which a failure is no pattern."""
STEADY_DAYS = 5
FEW_ADDRESSES = 3
_MUCH = 0.05
"""Of all mail, from one network."""
MINOR_SHARE = 0.005
"""Of all mail: what a service that nobody here uses may be abused for."""
_LARGE = ("google.com",)
"""Receivers of which every domain that sends to people hears."""
_GAP_DAYS = 2
_SILENT_DAYS = 7


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


class Weight(StrEnum):
    """What a remark does to the answer."""

    DATA = auto()
    LOSS = auto()
    QUESTION = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know; *mails* are those it is about."""

    weight: Weight
    text: str
    help: str = ""
    mails: int = 0


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
    current = record.policy if record else _reported_policy(tally)
    asked = Policy.QUARANTINE if current is Policy.NONE else Policy.REJECT
    disowned = {one.lower() for one in not_mine}
    remarks: list[Remark] = []
    if days:
        remarks += _data(tally, days, today, asked)
        remarks += _streams(tally, days, disowned)
        remarks += _record(tally, record)
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


def _reported_policy(tally: Tally) -> Policy:
    """The policy that receivers saw last; the laxest, where they saw several on that day."""
    if not tally.policies:
        return Policy.NONE
    last = max(tally.policies.values())
    seen = {one.p.lower() for one, day in tally.policies.items() if day == last}
    return next((policy for policy in Policy if policy in seen), Policy.NONE)


def _data(tally: Tally, days: list[date], today: date, asked: Policy) -> Iterator[Remark]:
    """What the reports are too few, too old or too full of holes for."""
    needed = DAYS_FOR_QUARANTINE if asked is Policy.QUARANTINE else DAYS_FOR_REJECT
    span = (days[-1] - days[0]).days + 1
    if span < needed:
        text = f"the reports cover {span} days; {needed} are needed for p={asked}"
        yield Remark(Weight.DATA, text, "what is sent once a month is not seen yet")
    least = needed // _DAYS_SHARE
    if len(days) < least:
        text = f"the reports tell of only {len(days)} day{'' if len(days) == 1 else 's'}"
        yield Remark(Weight.DATA, text, "what was sent on the others is not seen")
    if today - days[-1] > STALE:
        text = f"the newest report is about {days[-1]}: nothing is known of the days since"
        yield Remark(Weight.DATA, text, "see whether reports still arrive, and read the new ones")
    if not tally.of_itself:
        text = f"the reports are about subdomains alone, none about {tally.domain}"
        yield Remark(Weight.DATA, text, "they have records of their own, which hold for them")
    yield from _receivers(tally, days[-1], least)
    yield from _holes(tally, days)
    yield from _left_out(tally)


def _receivers(tally: Tally, last: date, least: int) -> Iterator[Remark]:
    """How much of the mail the reports see; a large receiver's tell of *least* days."""
    passed = tally.mails - tally.failed
    if passed < FEW_MAILS:
        text = f"only {passed} mails that pass are seen"
        yield Remark(Weight.DATA, text, f"wait until there are {FEW_MAILS}")
    for large in _LARGE:
        told = {
            day
            for name, days in tally.reporters.items()
            if within(name, large) or name in _NAMES[large]
            for day in days
            if day <= last
        }
        why = "see whether its reports arrive at the address in rua"
        if not told:
            text = f"no report of {large} is among them, where most mail goes"
            yield Remark(Weight.DATA, text, why)
        elif len(told) < least or (last - max(told)).days > DAYS_FOR_QUARANTINE:
            text = (
                f"{large}, where most mail goes, tells of only {len(told)}"
                f" day{'' if len(told) == 1 else 's'}, the last {max(told)}"
            )
            yield Remark(Weight.DATA, text, why)
    if len(tally.reporters) == 1:
        text = f"only one receiver reports ({next(iter(tally.reporters))})"
        yield Remark(Weight.NOTE, text, "what goes to others is not seen")


def _left_out(tally: Tally) -> Iterator[Remark]:
    """What was received and is not, or not wholly, in the sums."""
    if tally.unproven_reports:
        text = (
            f"{tally.unproven_reports} reports came by mail that proves no sender, and count"
            " for nothing"
        )
        yield Remark(Weight.NOTE, text)
    if tally.odd_reports:
        text = f"{tally.odd_reports} report{' was' if tally.odd_reports == 1 else 's were'} odd"
        yield Remark(Weight.NOTE, text, "of some a part may be missing: see sendas reports read")
    if tally.lost_count:
        text = f"{tally.lost_count} inputs could not be read: what they report is not in this"
        yield Remark(Weight.NOTE, text, "sendas reports read says why")


_NAMES = {"google.com": ("google inc.", "google")}


def _holes(tally: Tally, days: list[date]) -> Iterator[Remark]:
    have = set(days)
    span = [days[0] + timedelta(days=number) for number in range((days[-1] - days[0]).days + 1)]
    missing = [day for day in span if day not in have]
    runs = _runs(missing)
    longest = max(runs, key=len, default=[])
    if longest:
        # Who sends mail every day is told of every day; who writes seldom is not.
        busy = len(have) > len(span) * 0.8
        weight = Weight.DATA if busy and len(longest) >= _GAP_DAYS else Weight.NOTE
        until = f" to {longest[-1]}" if len(longest) > 1 else ""
        text = f"there is no report about {len(missing)} of the days ({longest[0]}{until} …)"
        yield Remark(weight, text, "reports were lost, or nothing was sent")
    for name, all_told in sorted(tally.reporters.items()):
        told = [day for day in all_told if day <= days[-1]]
        silent = (days[-1] - max(told)).days if told else 0
        regular = len(told) >= _SILENT_DAYS and statistics.median(_steps(sorted(told))) == 1
        if silent >= _SILENT_DAYS and regular:
            text = f"{name} reported every day, and nothing since {max(told)}"
            yield Remark(Weight.DATA, text, "its reports are lost, or it gets no mail any more")


def _runs(days: list[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _steps(days: list[date]) -> list[int]:
    return [(later - sooner).days for sooner, later in pairwise(days)] or [0]


_OURS = (SourceKind.SES, SourceKind.OWN)
_ASKED = (SourceKind.SERVICE, SourceKind.GMAIL)
_ON_THE_WAY = (SourceKind.FORWARDER, SourceKind.MAILING_LIST, SourceKind.CHANGED)


def _streams(tally: Tally, days: list[date], disowned: set[str]) -> Iterator[Remark]:
    for source, sums in tally.sources.items():
        if source.name.lower() in disowned:
            continue
        shown = f"{source.name} ({source.stream})" if source.stream else source.name
        if source.kind in _OURS and sums.failed:
            yield _own_failure(source, shown, sums)
        elif source.kind in _ASKED and sums.failed:
            yield _asked_failure(source, shown, sums, tally.mails)
        elif source.kind is SourceKind.UNKNOWN and _is_steady(sums, days, tally.mails):
            addresses = ", ".join(sorted(sums.addresses)[:FEW_ADDRESSES])
            text = (
                f"{sums.failed:,} mails came from {addresses} on {len(sums.days)} days: too"
                " steady for a forger"
            )
            why = "a printer, a web shop, an old server? Send it through SES; or it is not yours"
            yield Remark(Weight.QUESTION, text, why, sums.failed)
        if source.kind in (*_OURS, *_ASKED) and sums.worst_share(sums.told_by_spf) > PASSING_SHARE:
            text = (
                f"{sums.by_spf:,} mails of {shown} pass by SPF alone: whoever forwards them"
                " breaks that"
            )
            yield Remark(Weight.LOSS, text, f"sign them with DKIM as {tally.domain}", sums.by_spf)
    yield from _on_the_way(tally)
    if not any(sums.passed for source, sums in tally.of(*_OURS, *_ASKED)):
        text = "no mail of a sender of yours is seen to pass: the reports do not show your mail"
        yield Remark(Weight.DATA, text)


def _own_failure(source: Source, shown: str, sums: Sums) -> Remark:
    share = sums.failed / sums.mails
    text = f"{sums.failed:,} of {sums.mails:,} mails of {shown} fail ({share:.1%})"
    broken = _broke_lately(sums)
    if broken:
        text = f"{text}, and of those it sent last, most"
    elif sums.worst_share(sums.told_failed) <= PASSING_SHARE or sums.failed < _SOME:
        return Remark(Weight.NOTE, text, "so much fails while DNS is slow", sums.failed)
    mend = "turn on Easy DKIM for the domain, in this account and Region: sendas doctor says how"
    if source.kind is SourceKind.OWN:
        mend = "sign them with DKIM as the domain"
    return Remark(Weight.LOSS, text, mend, sums.failed)


def _broke_lately(sums: Sums) -> bool:
    """Whether most of what it sent last fails, however much passed in the months before."""
    last = sorted(sums.days, reverse=True)[:_LATELY]
    mails = failed = 0
    for day in last:
        mails += sums.days[day]
        failed += sums.failed_days[day]
        if failed >= _SOME and 2 * failed > mails:
            return True
    return False


def _asked_failure(source: Source, shown: str, sums: Sums, mails: int) -> Remark:
    text = f"{sums.failed:,} mails of {shown} fail"
    if source.kind is SourceKind.GMAIL:
        why = "Gmail sends them as you without SES: sendas gmail add, then choose SES's server"
        return Remark(Weight.LOSS, text, why, sums.failed)
    minor = sums.failed <= mails * MINOR_SHARE and len(sums.days) < STEADY_DAYS
    minor = minor and not (sums.passed and _broke_lately(sums))
    why = "if you use it, let it sign with DKIM as your domain; else --not-mine"
    return Remark(Weight.NOTE if minor else Weight.QUESTION, text, why, sums.failed)


def _is_steady(sums: Sums, days: list[date], mails: int) -> bool:
    """Whether a network that nothing proves sends all the same: few addresses, or much, often."""
    often = len(sums.days) >= max(STEADY_DAYS, len(days) // 3)
    much = sums.failed > mails * _MUCH
    return sums.failed > 0 and often and (much or len(sums.addresses) <= FEW_ADDRESSES)


def _on_the_way(tally: Tally) -> Iterator[Remark]:
    lost = sum(sums.failed for _, sums in tally.of(*_ON_THE_WAY))
    if not lost:
        return
    text = (
        f"{lost:,} mails were forwarded, or went over lists, and fail then; receivers may know"
        " (they say `forwarded` or `mailing_list`), and some will refuse them"
    )
    share = lost / max(1, tally.mails)
    weight = Weight.QUESTION if share > 10 * PASSING_SHARE else Weight.NOTE
    yield Remark(weight, text, "no record of yours can mend that", lost)


def _record(tally: Tally, record: DmarcRecord | None) -> Iterator[Remark]:
    """What the policy as published, or as receivers found it, does not do."""
    last = max(tally.policies.values(), default=None)
    seen = [one for one, day in tally.policies.items() if day == last]
    if len({one.p.lower() for one in seen}) > 1:
        words = ", ".join(sorted({f"p={one.p}" for one in seen}))
        text = f"receivers found different policies on {last} ({words})"
        yield Remark(Weight.NOTE, text, "it was changed that day, or servers of yours disagree")
    partly = sorted({one.pct for one in seen if one.pct not in {"", "100"}})
    if partly and not (record and "pct" not in record.obsolete):
        text = f"pct={partly[0]}: the policy is applied to a part of what fails"
        yield Remark(Weight.NOTE, text, "more is hit without it; RFC 9989 knows it no more")
    if (record and record.testing) or any(one.testing.lower() == "y" for one in seen):
        text = "t=y: receivers of RFC 9989 apply one level less than p says"
        yield Remark(Weight.NOTE, text)
    yield from _subdomains(tally, record)


def _subdomains(tally: Tally, record: DmarcRecord | None) -> Iterator[Remark]:
    below = {
        author
        for _, sums in tally.sources.items()
        for author in sums.authors
        if author != tally.domain and within(author, tally.domain)
    }
    if below:
        names = ", ".join(sorted(below)[:5])
        yield Remark(Weight.NOTE, f"{len(below)} subdomains stand in From: {names}")
    sp = record.subdomain_policy if record else None
    if record and sp is not None and sp.strictness < record.policy.strictness:
        text = f"sp={sp}: subdomains are protected less than the domain"
        yield Remark(Weight.NOTE, text, "forgers take a subdomain then; take sp out")
