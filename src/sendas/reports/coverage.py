"""What the reports are too few, too old or too full of holes for; pure."""

import statistics

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from sendas.auth.dmarc import Policy
from sendas.dns.names import within
from sendas.reports.tally import Tally
from sendas.reports.weighing import Remark, Weight


DAYS_FOR_QUARANTINE = 14
DAYS_FOR_REJECT = 28
FEW_MAILS = 50
"""Passing mails below which a share says nothing."""
STALE = timedelta(days=4)
"""Reports come a day or two after the mail."""
_DAYS_SHARE = 4
"""Of the days that are needed, one in so many must be reported: the span alone shows nothing."""
_LARGE = ("google.com",)
"""Receivers of which every domain that sends to people hears."""
_GAP_DAYS = 2
_SILENT_DAYS = 7


def coverage(tally: Tally, days: list[date], today: date, asked: Policy) -> Iterator[Remark]:
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
    if tally.lost_unproven:
        text = f"{tally.lost_unproven} mails that prove no sender held nothing that can be read"
        yield Remark(Weight.NOTE, text)


_NAMES = {"google.com": ("google inc.", "google")}


def _holes(tally: Tally, days: list[date]) -> Iterator[Remark]:
    have = set(days)
    span = [days[0] + timedelta(days=number) for number in range((days[-1] - days[0]).days + 1)]
    missing = [day for day in span if day not in have]
    runs = _runs(missing)
    longest = max(runs, key=len, default=[])
    if longest:
        # Who sends mail every day is reported every day; who writes seldom is not.
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
