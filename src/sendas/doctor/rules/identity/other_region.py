"""ID001: the domain is verified in the Region that sends, not only in another.

Asks: where this Region does not know the domain, does another?

Why it matters: everything in SES is per Region.  A password, an endpoint or a
configuration for one Region cannot use an identity of another, and SES answers
``554 … failed the check in region …``.

How to mend: verify the domain here as well.  An identity whose signing origin
is the other Region (Deterministic Easy DKIM) reuses the records that stand
already.  Or send through the endpoint of the Region that knows the domain,
with a password derived for it.

Source: RULES ID-01; FACTS 9 ("Everything is per Region", DEED); SES guide,
"Regions and Amazon SES" and "Using Deterministic Easy DKIM".
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import (
    address_identity,
    domain_identity,
    regions_that_verified,
)
from sendas.ses.regions import Region, smtp_host


def judge(evidence: Evidence) -> Verdict | None:
    """Whether only another Region has verified the domain."""
    domain, here = evidence.subject.domain, evidence.subject.region
    elsewhere = regions_that_verified(evidence)
    if not elsewhere or domain_identity(evidence) or address_identity(evidence):
        return None
    there = elsewhere[0]
    asked = [Exhibit(f"GetEmailIdentity {domain} in {here}", "no such identity")]
    asked += [Exhibit(f"GetEmailIdentity {domain} in {r}", "verified") for r in elsewhere]
    return Verdict(
        Status.FAIL,
        f"{domain} is verified in {', '.join(elsewhere)}, not in {here}",
        "Identities are per Region: what one Region has verified, another refuses.",
        tuple(asked),
        (_verify_here(evidence, there), _send_there(there)),
    )


def _verify_here(evidence: Evidence, there: Region) -> Help:
    domain, here = evidence.subject.domain, evidence.subject.region
    parent = evidence.identity(domain, there)
    if parent is not None and parent.dkim.origin == "AWS_SES":
        origin = f"AWS_SES_{there.upper().replace('-', '_')}"
        command = aws(
            "sesv2 create-email-identity",
            region=here,
            email_identity=domain,
            dkim_signing_attributes={"DomainSigningAttributesOrigin": origin},
        )
        text = f"Verify {domain} in {here} with the DKIM records of {there}, which stand already."
    else:
        command = aws("sesv2 create-email-identity", region=here, email_identity=domain)
        text = f"Verify {domain} in {here} too, and publish the records that the answer names."
    return Help(text, commands=(command,), applies=Applies.CONFIRM, wait_seconds=3600)


def _send_there(there: Region) -> Help:
    return Help(
        f"Or send through {smtp_host(there)}, with an SMTP password derived for {there}.",
        applies=Applies.MANUAL,
    )


RULE = Rule(
    code="ID001",
    title="The domain is verified in the Region that sends",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
