"""What `sendas.toml` knows of a domain, in the doctor's advice; pure.

Rules say what anybody would do.  Whoever has a file says there once what is wanted: the verb that
carries it out comes first, and a DMARC record has the addresses for reports that the file names.
"""

from dataclasses import replace

from sendas.advice import Help
from sendas.config.model import ConfiguredDomain, DnsProvider
from sendas.doctor.model import Diagnosis, Finding, Status
from sendas.doctor.rules.dns._dmarc import FRESH


_OF_THE_ZONE = frozenset({
    "DNS001", "DNS002", "DNS003", "DNS004", "DNS007", "DNS008", "DNS010", "DNS012", "DNS015",
    "DNS016", "DNS017", "DNS104", "DNS107", "ID004",
})  # fmt: skip
"""Rules about records that the file's wishes lead to (`sendas.setup.records.wanted`)."""
_OF_THE_ACCOUNT = frozenset({"ID001", "ID006", "ID101", "ID102", "ID103", "SUP004"})
_OF_RECEIVING = frozenset({
    "RX001", "RX002", "RX003", "RX007", "RX101", "RX102", "RX103", "RX104", "RX105", "RX106",
    "RX107", "RX113",
})  # fmt: skip
"""Rules about what the stack makes; an adopted road is not ours to change."""
SPOKEN_OF = _OF_THE_ZONE | _OF_THE_ACCOUNT | _OF_RECEIVING
"""Every code that a verb is known for."""
_WRONG = frozenset({Status.FAIL, Status.WARN})


def advised(diagnosis: Diagnosis, domain: ConfiguredDomain) -> Diagnosis:
    """*diagnosis* with what the file knows of *domain* in its advice."""
    return replace(
        diagnosis, findings=tuple(_advised(finding, domain) for finding in diagnosis.findings)
    )


def _advised(finding: Finding, domain: ConfiguredDomain) -> Finding:
    if finding.status not in _WRONG:
        return finding
    helps = tuple(replace(one, records=_with_reports(one.records, domain)) for one in finding.help)
    verb = _verb(finding.code, domain)
    return replace(finding, help=(verb, *helps) if verb else helps)


def _with_reports(records: tuple[str, ...], domain: ConfiguredDomain) -> tuple[str, ...]:
    """The plain DMARC record, as the file wants it: its policy, its addresses for reports."""
    wanted = domain.dmarc
    to = wanted.reports if wanted and wanted.reports else ()
    to = to or ((domain.report_address,) if domain.report_address else ())
    if not wanted and not to:
        return records
    policy = wanted.policy.value if wanted else "none"
    rua = f"; rua={','.join(f'mailto:{address}' for address in to)}" if to else ""
    return tuple(one.replace(f'{FRESH}"', f'v=DMARC1; p={policy}{rua}"') for one in records)


_OF_MAIL_FROM = frozenset({"DNS007", "DNS008", "DNS010"})
_OF_THE_MX = frozenset({"DNS015", "DNS016", "DNS017", "DNS107"})


def _wishes(code: str, domain: ConfiguredDomain) -> bool:
    """Whether the file wants anything of what the rule is about: else no verb touches it."""
    if code == "DNS012":
        return domain.dmarc is not None
    if code == "DNS104":
        return domain.spf
    if code in _OF_MAIL_FROM:
        return domain.mail_from is not None
    return domain.receive or code not in _OF_THE_MX | _OF_RECEIVING


def _verb(code: str, domain: ConfiguredDomain) -> Help | None:
    name, adopted = domain.name, domain.adopted
    if not _wishes(code, domain):
        return None
    if code in _OF_THE_ZONE and domain.dns is DnsProvider.MANUAL:
        return Help(
            "sendas.toml speaks of this domain: see which records must stand, and which do.",
            commands=(f"sendas records {name}",),
        )
    ours = code in _OF_THE_ZONE | _OF_THE_ACCOUNT and not adopted.identity
    if ours or (code in _OF_RECEIVING and not adopted.receiving):
        return Help(
            "sendas.toml speaks of this domain: look at what would be put right, then do it.",
            commands=(f"sendas plan {name}", f"sendas apply {name}"),
        )
    return None
