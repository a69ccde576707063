"""A month of a domain's mail as receivers report it, to be changed at one place by a test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sendas.reports.line import About, Carried, Line, Origin, ReportLine, RowLine
from sendas.reports.model import DkimResult, Kind, Override, Published, Row, SpfResult


TODAY = date(2026, 11, 29)
EASY = "abcdefghijklmnopqrstuvwxyz234567"
SES = Row(
    "54.240.8.10",
    40,
    "none",
    "pass",
    "pass",
    (),
    "example.com",
    "mail.example.com",
    "",
    (DkimResult("example.com", EASY, "pass"), DkimResult("amazonses.com", "x1", "pass")),
    (SpfResult("mail.example.com", "mfrom", "pass"),),
)
"""The owner's mail by SES, with Easy DKIM and a custom MAIL FROM."""
FORWARDED = SES._replace(
    source_ip="198.51.100.40",
    mails=2,
    spf="fail",
    envelope_from="forwarder.example",
    spf_results=(SpfResult("forwarder.example", "mfrom", "pass"),),
)
"""Somebody's forwarding of it: SPF breaks, the signature holds."""
FORGED = Row(
    "203.0.113.7",
    1,
    "none",
    "fail",
    "fail",
    (),
    "example.com",
    "evil.example",
    "",
    (),
    (SpfResult("evil.example", "mfrom", "pass"),),
)
BY_NAME = (SES, FORWARDED, FORGED)
NONE = Published("example.com", "none", "none", "", "r", "r", "100", "")


@dataclass
class World:
    """Who reports what: each day, each reporter reports *rows*; what differs is in *extra*."""

    reporters: tuple[str, ...] = ("google.com", "outlook.example", "yahoo.example")
    days: int = 35
    ends: date = TODAY - timedelta(days=1)
    rows: tuple[Row, ...] = (SES, FORWARDED)
    policy: Published = NONE
    extra: dict[tuple[str, date], tuple[Row, ...]] = field(default_factory=dict)
    silent: set[tuple[str, date]] = field(default_factory=set)
    carried: Carried = Carried.PROVEN

    def day(self, ago: int) -> date:
        """The day so many days before the last."""
        return self.ends - timedelta(days=ago)

    def documents(self) -> Iterator[list[Line]]:
        """Every report."""
        for ago in range(self.days):
            for name in self.reporters:
                day = self.day(ago)
                if (name, day) in self.silent:
                    continue
                rows = [*self.rows, *self.extra.get((name, day), ())]
                if ago % 3 == 0:
                    # Forgers change their address.
                    rows.append(FORGED._replace(source_ip=f"203.0.{ago + 1}.{ago + 7}"))
                yield document(name, day, rows, self.policy, self.carried)

    def everywhere(
        self, row: Row, *, days: int = 35, of: Iterable[str] = ("google.com",)
    ) -> "World":
        """The world in which these reporters also see *row* on each of the last days."""
        extra = {(name, self.day(ago)): (row,) for name in of for ago in range(days)}
        return replace(self, extra=self.extra | extra)


def document(
    reporter: str,
    day: date,
    rows: Iterable[Row],
    policy: Published = NONE,
    carried: Carried = Carried.PROVEN,
) -> list[Line]:
    """One report about one day."""
    begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    about = About(
        f"{reporter} {day} {carried}",
        Kind.DMARC,
        reporter,
        f"dmarc@{reporter}",
        f"{reporter}!{day}",
        policy.domain,
        begin,
        begin + 86_399,
        Origin(carried, reporter if carried is Carried.PROVEN else "", "m"),
    )
    found = list(rows)
    mails = sum(row.mails for row in found)
    whole = ReportLine(about, len(found), mails)
    return [*(RowLine(about, policy, row) for row in found), whole]


def overridden(row: Row, kind: str) -> Row:
    """The row, with a receiver's word on why its policy was not applied."""
    return row._replace(reasons=(Override(kind, ""),))
