"""The domain's own MX records, sorted by what SES's hosts among them are for."""

from dataclasses import dataclass

from sendas.advice import Help
from sendas.dns.answers import RecordType
from sendas.dns.mx import MalformedMx, Mx, SesHost, parse_mx, ses_host
from sendas.dns.names import canonical
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Status, Verdict
from sendas.doctor.rules.dns._records import exhibit, line, lines, values, wait_seconds
from sendas.ses.regions import Region, inbound_host


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The MX records of *name*; *texts* are the answers as they stand."""

    name: str
    texts: tuple[str, ...]
    parsed: tuple[Mx, ...]

    def of(self, kind: SesHost) -> tuple[tuple[Mx, Region], ...]:
        """Those that name a host of SES for *kind*, with its Region."""
        found = ((mx, ses_host(mx.host)) for mx in self.parsed)
        return tuple((mx, host[1]) for mx, host in found if host and host[0] is kind)

    @property
    def others(self) -> tuple[Mx, ...]:
        """Those that are nothing of SES's."""
        return tuple(mx for mx in self.parsed if ses_host(mx.host) is None and not mx.is_null)


def exchanges(evidence: Evidence) -> Exchanges:
    """The domain's MX records; raises CouldNotLook."""
    name = canonical(evidence.subject.domain)
    return sorted_out(name, values(evidence, name, RecordType.MX))


def sorted_out(name: str, texts: tuple[str, ...]) -> Exchanges:
    """The MX records *texts* at *name*; what is no MX data is no host of anybody's."""
    return Exchanges(name, texts, tuple(sorted(_parsed(texts))))


def _parsed(texts: tuple[str, ...]) -> list[Mx]:
    found: list[Mx] = []
    for text in texts:
        try:
            found.append(parse_mx(text))
        except MalformedMx:
            continue
    return found


def inbound_line(evidence: Evidence, region: Region | None = None) -> str:
    """The MX by which SES receives for the domain."""
    host = inbound_host(region or evidence.subject.region)
    return line(canonical(evidence.subject.domain), RecordType.MX, f"10 {host}")


def wrong_ses_host(evidence: Evidence, kind: SesHost, title: str, cause: str) -> Verdict | None:
    """The verdict on an MX that names a host of SES which takes no mail for the domain."""
    found = exchanges(evidence)
    if not found.texts:
        return None
    wrong = found.of(kind)
    shown = (exhibit(evidence, found.name, RecordType.MX),)
    if not wrong:
        return Verdict(Status.OK, f"The MX of {found.name} is not such a host", exhibits=shown)
    if found.others:  # another provider receives: only the wrong line has to go
        mend = Help(
            "Remove the line that names SES's host; the other provider receives.",
            records=lines(
                found.name, RecordType.MX, (f"{mx.preference} {mx.host}" for mx in found.others)
            ),
            wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
        )
    else:
        inbound = found.of(SesHost.INBOUND)
        mend = Help(
            "Let the MX name SES's inbound host.",
            records=(inbound_line(evidence, inbound[0][1] if inbound else None),),
            wait_seconds=wait_seconds(evidence, (found.name, RecordType.MX)),
            verify_by=f"dig MX {found.name}",
        )
    return Verdict(Status.FAIL, title.format(host=wrong[0][0].host), cause, shown, (mend,))
