"""Rows of many reports, added up by who sent: what `policy` and `senders` judge by.

A report counts once, however often it comes.  Memory grows with the senders, not
with the rows; of what may be many, some are kept and the rest is counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sendas.dns.names import within
from sendas.reports.line import About, Carried, Line, LostLine, ReportLine, RowLine
from sendas.reports.model import Kind, Published, Row
from sendas.reports.sources import Source, SourceKind, source_of


MAX_SOURCES = 20_000
MAX_KEPT = 1_000
"""Addresses of one source that are told apart."""
_WHOLE = 0
"""In the place of a document's number: the report is whole."""
_MANY = Source(SourceKind.UNKNOWN, "others, too many to tell apart")


@dataclass(slots=True)
class Sums:
    """Mails of one source: how they fared."""

    mails: int = 0
    both: int = 0
    """DKIM and SPF passed and aligned."""
    by_dkim: int = 0
    """DKIM alone."""
    by_spf: int = 0
    """SPF alone: lost as soon as somebody forwards it."""
    failed: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    """Of those that failed: what the receiver did."""
    addresses: set[str] = field(default_factory=set)
    authors: Counter[str] = field(default_factory=Counter)
    """Domains in From."""
    days: Counter[date] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    """Mails by who reports them."""
    told_failed: Counter[str] = field(default_factory=Counter)
    told_by_spf: Counter[str] = field(default_factory=Counter)
    failed_days: Counter[date] = field(default_factory=Counter)

    @property
    def passed(self) -> int:
        """Mails that pass DMARC."""
        return self.mails - self.failed

    def worst_share(self, told: Counter[str]) -> float:
        """The share of *told*, mails by reporter, by the reporter with the worst news.

        Not of all: whoever makes up reports of a million passing mails would hide the rest.
        """
        whole = {name: mails for name, mails in self.told.items() if mails}
        return max((told[name] / mails for name, mails in whole.items()), default=0.0)

    def between(self, first: date, last: date) -> int:
        """Mails of the days from *first* to *last*."""
        return sum(mails for day, mails in self.days.items() if first <= day <= last)

    def add(self, row: Row, day: date | None, reporter: str) -> None:
        """Add the mails of one row."""
        self.mails += row.mails
        if row.dkim == "pass" and row.spf == "pass":
            self.both += row.mails
        elif row.dkim == "pass":
            self.by_dkim += row.mails
        elif row.spf == "pass":
            self.by_spf += row.mails
        else:
            self.failed += row.mails
            self.dispositions[row.disposition or "?"] += row.mails
        if len(self.addresses) < MAX_KEPT:
            self.addresses.add(row.source_ip)
        if len(self.authors) < MAX_KEPT or row.header_from in self.authors:
            self.authors[row.header_from] += row.mails
        if len(self.told) < MAX_KEPT or reporter in self.told:
            self.told[reporter] += row.mails
            self.told_failed[reporter] += 0 if row.passes else row.mails
            self.told_by_spf[reporter] += row.mails if row.passes and row.dkim != "pass" else 0
        if day is not None:
            self.days[day] += row.mails
            self.failed_days[day] += 0 if row.passes else row.mails


@dataclass(slots=True, eq=False)
class Tally:
    """Everything that reports say about *domain* (lower case) and what is below it."""

    domain: str
    since: date | None = None
    """Reports that end before it are left out."""
    old: int = 0
    """How many of them there were."""
    sources: dict[Source, Sums] = field(default_factory=dict)
    claimed: dict[Source, Sums] = field(default_factory=dict)
    """What only reports tell of that anybody may have written: nothing is judged by it."""
    reporters: dict[str, Counter[date]] = field(default_factory=dict)
    """Reports by reporter and day; proven ones, and those the owner gave as files."""
    of_itself: bool = False
    """Whether one of them is about the domain itself, not about a subdomain's record."""
    odd_reports: int = 0
    """Those of them that say what was wrong with them: something may be missing."""
    unproven_reports: int = 0
    doubles: int = 0
    policies: dict[Published, date] = field(default_factory=dict)
    """What receivers found published at the domain itself, and on which day last."""
    lost: list[LostLine] = field(default_factory=list)
    lost_count: int = 0
    """Inputs that could not be read, of the owner's files and of proven mails."""
    lost_unproven: int = 0
    """Those that anybody may have sent."""
    others: Counter[str] = field(default_factory=Counter)
    """Reports about other domains."""
    _counted: dict[str, int] = field(default_factory=dict)
    """Which document's lines of a report are the ones that count."""
    _documents: int = 0

    def add(self, document: Iterable[Line]) -> None:
        """Add the lines of one document; a report that was added before counts no more."""
        self._documents += 1
        for line in document:
            self.take(line, self._documents)

    def take(self, line: Line, document: int) -> None:
        """Add one line of the *document* of that number, from 1."""
        self._documents = document
        match line:
            case RowLine():
                if self._counts(line.about):
                    self._row(line)
            case ReportLine():
                self._report(line)
            case LostLine():
                unproven = line.origin.carried is Carried.UNPROVEN
                self.lost_unproven += unproven
                self.lost_count += not unproven
                if len(self.lost) < MAX_KEPT:
                    self.lost.append(line)
            case _:
                pass

    def days(self) -> list[date]:
        """The days that there are reports of, in order."""
        return sorted({day for days in self.reporters.values() for day in days})

    def of(self, *kinds: SourceKind) -> Iterator[tuple[Source, Sums]]:
        """The sources of these kinds, those with most mails first."""
        found = [(source, sums) for source, sums in self.sources.items() if source.kind in kinds]
        return iter(sorted(found, key=lambda pair: (-pair[1].mails, pair[0].name, pair[0].stream)))

    @property
    def mails(self) -> int:
        """All mails that reports tell of."""
        return sum(sums.mails for sums in self.sources.values())

    @property
    def failed(self) -> int:
        """All mails that failed DMARC."""
        return sum(sums.failed for sums in self.sources.values())

    def _counts(self, about: About) -> bool:
        return self._ours(about) and not self._is_old(about) and self._first(about)

    def _is_old(self, about: About) -> bool:
        days = days_of(about)
        return self.since is not None and bool(days) and days[-1] < self.since

    def _ours(self, about: About) -> bool:
        return bool(about.domain) and within(about.domain, self.domain)

    def _first(self, about: About) -> bool:
        return self._counted.setdefault(about.key, self._documents) == self._documents

    def _report(self, line: ReportLine) -> None:
        about = line.about
        if about.kind is not Kind.DMARC:
            return
        if not self._first(about):
            self.doubles += 1
            return
        # Its rows came before it: whatever comes of it now is another copy.
        self._counted[about.key] = _WHOLE
        if not self._ours(about):
            self.others[about.domain or "?"] += 1
        elif self._is_old(about):
            self.old += 1
        elif about.origin.carried is Carried.UNPROVEN:
            self.unproven_reports += 1
        else:
            self.of_itself |= about.domain == self.domain
            self.odd_reports += bool(line.remarks)
            days = self.reporters.setdefault(about.reporter.lower() or "?", Counter())
            for day in days_of(about):
                days[day] += 1

    def _row(self, line: RowLine) -> None:
        about, days = line.about, days_of(line.about)
        proven = about.origin.carried is not Carried.UNPROVEN
        sources = self.sources if proven else self.claimed
        source = source_of(line.row, self.domain)
        if source not in sources and len(sources) >= MAX_SOURCES:
            source = _MANY
        sums = sources.setdefault(source, Sums())
        sums.add(line.row, days[0] if days else None, about.reporter.lower())
        if proven and days and about.domain == self.domain and line.policy.p:
            known = self.policies.get(line.policy)
            if known is not None or len(self.policies) < MAX_KEPT:
                self.policies[line.policy] = max(known or days[-1], days[-1])


def tally_of(
    documents: Iterable[Iterable[Line]], domain: str = "", since: date | None = None
) -> Tally:
    """What *documents* say of *domain*; without one, of that which most reports are about."""
    if domain:
        tally = Tally(domain, since)
        for document in documents:
            tally.add(document)
        return tally
    tallies: dict[str, Tally] = {}
    lost = Tally("")
    for number, document in enumerate(documents, 1):
        for line in document:
            named = line.about.domain if isinstance(line, (RowLine, ReportLine)) else ""
            tally = tallies.setdefault(named, Tally(named, since)) if named else lost
            tally.take(line, number)
    found = max(tallies.values(), key=lambda one: (_reports(one), one.old), default=lost)
    others = {one.domain: _reports(one) for one in tallies.values() if one is not found}
    found.others.update({name: count for name, count in others.items() if count})
    found.lost, found.lost_count = lost.lost, lost.lost_count
    found.lost_unproven = lost.lost_unproven
    return found


def _reports(tally: Tally) -> int:
    return sum(sum(days.values()) for days in tally.reporters.values())


_LONGEST = 40
"""Days of a report that are believed."""


def days_of(about: About) -> list[date]:
    """The UTC days that a report is about: that of its begin, and whole ones up to its end."""
    if about.begin is None:
        return []
    first = datetime.fromtimestamp(about.begin, UTC)
    last = datetime.fromtimestamp(max(about.begin, (about.end or about.begin) - 1), UTC)
    count = (last.date() - first.date()).days
    # Some write 12:00 to 12:00: that is a day, not two.
    hours = ((about.end or about.begin) - about.begin) / 3600
    count = min(count, max(0, round(hours / 24) - 1), _LONGEST)
    return [date.fromordinal(first.toordinal() + number) for number in range(count + 1)]
