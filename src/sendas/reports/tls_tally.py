"""TLS reports, added up: whether others could deliver to the domain over TLS, by MX."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sendas.dns.names import within
from sendas.reports.coverage import STALE
from sendas.reports.line import About, Carried, Line, LostLine, ReportLine, TlsLine
from sendas.reports.model import Kind
from sendas.reports.tally import days_of


MAX_FAILURES = 10_000

MEANING = {
    # RFC 8460, 4.3
    "starttls-not-supported": "the MX offered no STARTTLS",
    "certificate-host-mismatch": "the MX's certificate does not name it",
    "certificate-expired": "the MX's certificate has expired",
    "certificate-not-trusted": "the MX's certificate is of no authority that the sender trusts",
    "validation-failure": "the MX's certificate could not be validated",
    "tlsa-invalid": "the TLSA record does not fit the MX's certificate",
    "dnssec-invalid": "the zone's DNSSEC signatures fail",
    "dane-required": "the sender wants DANE, and there is no TLSA record",
    "sts-policy-fetch-error": "the MTA-STS policy could not be fetched over HTTPS",
    "sts-policy-invalid": "the MTA-STS policy cannot be read",
    "sts-webpki-invalid": "the certificate of the host that serves the MTA-STS policy fails",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong where; *mx* is empty where no MX was come to."""

    mx: str
    result: str
    reason: str = ""


@dataclass(slots=True)
class TlsTally:
    """Everything that TLS reports say of *domain* (lower case) and what is below it."""

    domain: str
    successful: int = 0
    failed: int = 0
    failures: Counter[Failure] = field(default_factory=Counter)
    reporters: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    unproven: int = 0
    """Reports by mail that proves no sender: they count for nothing."""
    others: Counter[str] = field(default_factory=Counter)
    """Reports about other domains."""
    lost_count: int = 0
    """Inputs that could not be read, whoever they are about; not of mails that prove no sender."""
    _whole: set[str] = field(default_factory=set)

    def add(self, document: Iterable[Line]) -> None:
        """Add one document; a report that was added before counts no more."""
        for line in document:
            match line:
                case TlsLine() if self._counts(line):
                    self._policy(line)
                case ReportLine(about) if about.kind is Kind.TLS and about.key not in self._whole:
                    self._whole.add(about.key)
                    self._report(about)
                case LostLine():
                    self.lost_count += line.origin.carried is not Carried.UNPROVEN
                case _:
                    pass

    def stale(self, today: date) -> str:
        """Why nothing is known of today; empty where the newest report is young enough."""
        known = [day for day in self.days if day <= today + timedelta(days=1)]
        if not self.reporters or (known and today - max(known) <= STALE):
            return ""
        newest = f"the newest report is about {max(known)}" if known else "no report has a day"
        return f"{newest}: whether TLS works since then is not known; see whether reports arrive"

    def _report(self, about: About) -> None:
        if not within(about.domain, self.domain):
            self.others[about.domain or "?"] += 1
        elif about.origin.carried is Carried.UNPROVEN:
            self.unproven += 1
        else:
            self.reporters[about.reporter or "?"] += 1
            self.days.update(days_of(about))

    def _counts(self, line: TlsLine) -> bool:
        ours = within(line.policy.domain.lower().rstrip("."), self.domain)
        proven = line.about.origin.carried is not Carried.UNPROVEN
        return ours and proven and line.about.key not in self._whole

    def _policy(self, line: TlsLine) -> None:
        policy = line.policy
        self.successful += policy.successful
        told = sum(one.sessions for one in policy.failures)
        # RFC 8460, 4.4: the summary counts sessions; one may fail in several ways.
        self.failed += policy.failed or told
        self.policies[policy.policy_type or "?"] += 1
        for one in policy.failures:
            mx = one.receiving_mx or one.receiving_ip
            failure = Failure(mx, one.result_type or "?", one.reason_code[:200])
            if failure in self.failures or len(self.failures) < MAX_FAILURES:
                self.failures[failure] += one.sessions
        if policy.failed and not told:
            self.failures[Failure("", "?", "the report does not say how")] += policy.failed


def tls_tally_of(documents: Iterable[Iterable[Line]], domain: str = "") -> TlsTally:
    """What *documents* say of *domain*; without one, of that which most reports are about."""
    if domain:
        tally = TlsTally(domain)
        for document in documents:
            tally.add(document)
        return tally
    tallies: dict[str, TlsTally] = {}
    lost = TlsTally("")
    for document in documents:
        told = [line for line in document if isinstance(line, (TlsLine, ReportLine, LostLine))]
        lost.add(line for line in told if isinstance(line, LostLine))
        lines = [line for line in told if not isinstance(line, LostLine)]
        # One without a policy is about no domain.
        named = {line.about.domain for line in lines if line.about.kind is Kind.TLS} - {""}
        for one in named:
            tallies.setdefault(one, TlsTally(one)).add(lines)
    found = max(tallies.values(), key=lambda one: one.reporters.total(), default=lost)
    found.lost_count = lost.lost_count
    return found


def told_tls(tally: TlsTally, today: date) -> Iterator[str]:
    """The answer in words."""
    if not tally.reporters:
        domain = tally.domain or "any domain"
        yield f"no TLS report about {domain} was read"
        yield (
            "They come once a day from servers that deliver to you, if _smtp._tls."
            f"{tally.domain or 'example.com'} has a TXT record v=TLSRPTv1; rua=mailto:…"
        )
        yield from _left_out(tally)
        return
    days = sorted(tally.days)
    span = f", {days[0]} to {days[-1]}" if days else ""
    yield (
        f"{tally.domain}{span}: {tally.successful:,} sessions over TLS, {tally.failed:,} failed;"
        f" told by {', '.join(sorted(tally.reporters)[:10])}"
    )
    if set(tally.policies) == {"no-policy-found"}:
        yield "no MTA-STS policy and no TLSA record were found: TLS is used if it can be had"
    by_mx: dict[str, list[tuple[Failure, int]]] = {}
    for failure, sessions in tally.failures.most_common():
        by_mx.setdefault(failure.mx, []).append((failure, sessions))
    for mx, several in by_mx.items():
        yield f"at {mx}:" if mx else "before any MX:"
        for failure, sessions in several:
            what = MEANING.get(failure.result, failure.result)
            reason = f" ({failure.reason})" if failure.reason else ""
            yield f"    {sessions:>8,}  {failure.result}: {what}{reason}"
    if old := tally.stale(today):
        yield old
    yield from _left_out(tally)


def _left_out(tally: TlsTally) -> Iterator[str]:
    if tally.unproven:
        yield f"not counted: {tally.unproven} reports by mail that proves no sender"
    if tally.lost_count:
        yield f"{tally.lost_count} could not be read: sendas reports read says why"
