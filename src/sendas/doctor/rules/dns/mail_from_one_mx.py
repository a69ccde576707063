"""DNS007: the custom MAIL FROM domain has exactly one MX record.

Asks: how many MX records stand at the MAIL FROM domain of the identity?

Why it matters: SES accepts the MAIL FROM domain only with one MX, its own; with
none or several it falls back to amazonses.com, and SPF no longer aligns.

How to mend: exactly one record, ``10 feedback-smtp.<region>.amazonses.com``.

Source: RULES DNS-07; FACTS 9; SES guide, "Using a custom MAIL FROM domain".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mail_from import mx_line, set_again, with_mail_from
from sendas.doctor.rules.dns._records import exhibit, lines, values, wait_seconds
from sendas.doctor.rules.dns._spf import mend as mend_spf
from sendas.doctor.rules.dns._spf import nothing_at, spf_at


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the MAIL FROM domain has the one MX that SES asks for."""
    found = with_mail_from(evidence)
    if found is None:
        return None
    identity, mail_from = found
    name = mail_from.domain.lower()
    standing = values(evidence, name, RecordType.MX)
    shown = [exhibit(evidence, name, RecordType.MX)]
    if len(standing) == 1:
        return Verdict(Status.OK, f"{name} has one MX record", exhibits=tuple(shown))
    remove: tuple[str, ...] = ()
    if standing:
        title = f"MAIL FROM domain {name} has {len(standing)} MX records"
        cause = "SES accepts exactly one."
    else:
        title = f"MAIL FROM domain {name} has no MX record"
        cause = "Without it SES does not use the domain."
        twice = f"{name}.{evidence.subject.domain}"
        if stray := values(evidence, twice, RecordType.MX):
            cause = f"It stands at {twice}: the provider appended the zone."
            shown.append(exhibit(evidence, twice, RecordType.MX))
            remove = lines(twice, RecordType.MX, stray)
    spf: tuple[str, ...] = ()
    if nothing_at(evidence, name):
        title = f"MAIL FROM domain {name} has neither an MX nor an SPF record"
        spf = mend_spf(evidence, spf_at(evidence, name, for_ses=True), "").records
    mend = Help(
        (
            "Let these two records stand there"
            if spf
            else "Let exactly this one MX record stand there"
        )
        + (
            ", then set the MAIL FROM domain again: SES has stopped looking."
            if mail_from.status == "FAILED"
            else "."
        ),
        records=(mx_line(identity, mail_from), *spf),
        remove=remove,
        commands=set_again(identity, mail_from),
        wait_seconds=wait_seconds(evidence, (name, RecordType.MX)),
        verify_by=f"dig MX {name}",
    )
    return Verdict(Status.FAIL, title, cause, tuple(shown), (mend,))


RULE = Rule(
    code="DNS007",
    title="The custom MAIL FROM domain has exactly one MX record",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
    explained_by=("DNS105", "DNS106", "DNS113", "DNS109"),
)
