"""ID102: DKIM signing is switched on for the domain.

Asks: is signing enabled on the domain's identity?

Why it matters: an identity can be verified, its records in place, and signing
switched off.  Mail then leaves unsigned by the domain, Gmail shows "via
amazonses.com", and DMARC rests on SPF alone.

How to mend: switch signing on; nothing in the DNS changes.

Source: RULES GM-04; SES API v2, PutEmailIdentityDkimAttributes.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import domain_identity


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES signs what the verified domain sends."""
    identity = domain_identity(evidence)
    if identity is None or not identity.verified_for_sending:
        return None
    if identity.dkim.status == "NOT_STARTED":
        return None  # ID004 tells: there is nothing yet to sign with
    asked = f"GetEmailIdentity {identity.name} in {identity.region}"
    if identity.dkim.signing_enabled:
        title = f"DKIM signing is on for {identity.name}"
        return Verdict(Status.OK, title, exhibits=(Exhibit(asked, "SigningEnabled true"),))
    command = aws(
        "sesv2 put-email-identity-dkim-attributes",
        region=identity.region,
        email_identity=identity.name,
        signing_enabled=True,
    )
    return Verdict(
        Status.FAIL,
        f"DKIM signing is off for {identity.name}",
        "The mail leaves without the domain's signature.",
        (Exhibit(asked, "SigningEnabled false"),),
        (Help("Switch signing on.", commands=(command,), applies=Applies.AUTO),),
    )


RULE = Rule(
    code="ID102",
    title="DKIM signing is switched on for the domain",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
