"""DNS010: a custom MAIL FROM domain makes SPF align.

Asks: has the identity that counts for the From address a custom MAIL FROM domain?

Why it matters: without one, the reverse-path is at amazonses.com.  SPF passes
there, but for a domain that is not yours, so DMARC rests on DKIM alone.

How to mend: set a subdomain used for nothing else, and publish its MX and SPF.
Nothing is broken without it.

Source: RULES DNS-10; FACTS 9; SES guide, "Complying with DMARC using SPF".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.dns._mail_from import mx_line
from sendas.doctor.rules.dns._records import line
from sendas.doctor.rules.identity._sending import address_identity, domain_identity
from sendas.ses.identity import Identity, MailFrom


def judge(evidence: Evidence) -> Verdict | None:
    """Whether there is one; its absence is worth knowing, not a fault."""
    identity = domain_identity(evidence)
    if identity is None:
        return None
    if identity.mail_from is not None:
        address = address_identity(evidence)
        if address is not None and address.mail_from is None:
            return _of_the_address(address, identity.mail_from)
        return Verdict(Status.OK, f"Mail goes out as {identity.mail_from.domain}")
    wished = MailFrom(f"bounce.{identity.name}", "NOT_STARTED")
    command = aws(
        "sesv2 put-email-identity-mail-from-attributes",
        region=identity.region,
        email_identity=identity.name,
        mail_from_domain=wished.domain,
        behavior_on_mx_failure="USE_DEFAULT_VALUE",
    )
    setting = Help(
        "If DMARC is to rest on SPF as well, publish these and set the MAIL FROM domain.",
        records=(
            mx_line(identity, wished),
            line(wished.domain, RecordType.TXT, "v=spf1 include:amazonses.com ~all"),
        ),
        commands=(command,),
    )
    return Verdict(
        Status.INFO,
        f"{identity.name} has no custom MAIL FROM domain",
        "Mail goes out as amazonses.com: SPF passes but does not align, DMARC rests on DKIM.",
        help=(setting,),
    )


def _of_the_address(address: Identity, of_the_domain: MailFrom) -> Verdict:
    """An address that is verified by itself goes by its own settings (FACTS 9)."""
    command = aws(
        "sesv2 put-email-identity-mail-from-attributes",
        region=address.region,
        email_identity=address.name,
        mail_from_domain=of_the_domain.domain,
        behavior_on_mx_failure=of_the_domain.behavior_on_mx_failure,
    )
    return Verdict(
        Status.WARN,
        f"{address.name} is an identity of its own, without its domain's MAIL FROM domain",
        f"Its mail goes out as amazonses.com, not {of_the_domain.domain}: SPF does not align, "
        "and DMARC rests on DKIM.",
        (Exhibit(f"GetEmailIdentity {address.name} in {address.region}", "no MAIL FROM domain"),),
        (
            Help(
                "Set the domain's MAIL FROM domain at the address as well, or delete the "
                "identity of the address, which its domain covers.",
                commands=(command,),
            ),
        ),
    )


RULE = Rule(
    code="DNS010",
    title="A custom MAIL FROM domain makes SPF align",
    layer=Layer.DNS,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
