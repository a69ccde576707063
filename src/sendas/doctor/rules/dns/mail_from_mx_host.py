"""DNS008: the MX of the custom MAIL FROM domain is SES's feedback host.

Asks: where the MAIL FROM domain has one MX record, does it name
``feedback-smtp.<region>.amazonses.com``, and is there such a host?

Why it matters: with any other host SES does not use the domain, and bounces go
astray.  A name that also receives mail cannot be a MAIL FROM domain.

How to mend: let the MX name the feedback host; if the name is needed for mail,
choose a name used for nothing else, such as ``bounce.<domain>``.

Source: RULES DNS-08; FACTS 9 (the feedback host of another Region serves too);
SES guide, "Using a custom MAIL FROM domain".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.dns.mx import MalformedMx, SesHost, parse_mx, ses_host
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.dns._mail_from import mx_line, set_again, with_mail_from
from sendas.doctor.rules.dns._records import exhibit, values, wait_seconds
from sendas.errors import NotAsked
from sendas.ses.identity import Identity, MailFrom


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the one MX names SES's feedback host."""
    found = with_mail_from(evidence)
    if found is None:
        return None
    identity, mail_from = found
    name = mail_from.domain.lower()
    standing = values(evidence, name, RecordType.MX)
    if len(standing) != 1:
        return None  # DNS007 tells
    shown = (exhibit(evidence, name, RecordType.MX),)
    host = _feedback_host(standing[0])
    if host and _nobody_there(evidence, host):
        return _told(
            evidence,
            f"The MX of MAIL FROM domain {name} names {host}, which has no address",
            identity,
            mail_from,
        )
    if host:
        return Verdict(Status.OK, f"The MX of {name} is SES's feedback host", exhibits=shown)
    title = f"The MX of MAIL FROM domain {name} is not SES's: {standing[0]}"
    return _told(evidence, title, identity, mail_from)


def _told(evidence: Evidence, title: str, identity: Identity, mail_from: MailFrom) -> Verdict:
    name = mail_from.domain.lower()
    mend = Help(
        "Let the MX name SES's feedback host"
        + (
            ", then set the MAIL FROM domain again: SES has stopped looking."
            if mail_from.status == "FAILED"
            else "."
        ),
        records=(mx_line(identity, mail_from),),
        commands=set_again(identity, mail_from),
        wait_seconds=wait_seconds(evidence, (name, RecordType.MX)),
        verify_by=f"dig MX {name}",
    )
    return Verdict(
        Status.FAIL,
        title,
        "SES uses the domain only if its MX takes SES's bounces.",
        (exhibit(evidence, name, RecordType.MX),),
        (mend,),
    )


def _feedback_host(value: str) -> str | None:
    try:
        host = parse_mx(value).host
    except MalformedMx:
        return None
    found = ses_host(host)
    return host if found and found[0] is SesHost.FEEDBACK else None


def _nobody_there(evidence: Evidence, host: str) -> bool:
    """Whether the host is of the right form, and of a Region that is none."""
    try:
        return not any(values(evidence, host, kind) for kind in (RecordType.A, RecordType.AAAA))
    except NotAsked:
        return False


RULE = Rule(
    code="DNS008",
    title="The MX of the custom MAIL FROM domain is SES's feedback host",
    layer=Layer.DNS,
    owner=Owner.DNS,
    severity=Severity.MEDIUM,
    judge=judge,
)
