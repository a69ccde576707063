"""DNS010: a custom MAIL FROM domain makes SPF align.

Asks: has the identity a custom MAIL FROM domain?

Why it matters: without one, the reverse-path is at amazonses.com.  SPF passes
there, but for a domain that is not yours, so DMARC rests on DKIM alone.

How to mend: set a subdomain used for nothing else, and publish its MX and SPF.
Nothing is broken without it.

Source: RULES DNS-10; FACTS 9; SES guide, "Complying with DMARC using SPF".
"""

from sendas.advice import Help, Owner
from sendas.dns.answers import RecordType
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.dns._mail_from import mx_line
from sendas.doctor.rules.dns._records import line
from sendas.doctor.rules.identity._sending import domain_identity
from sendas.ses.identity import MailFrom


def judge(evidence: Evidence) -> Verdict | None:
    """Whether there is one; its absence is worth knowing, not a fault."""
    identity = domain_identity(evidence)
    if identity is None:
        return None
    if identity.mail_from is not None:
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


RULE = Rule(
    code="DNS010",
    title="A custom MAIL FROM domain makes SPF align",
    layer=Layer.DNS,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
