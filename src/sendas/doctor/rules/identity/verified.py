"""ID101: SES has verified the domain in this Region.

Asks: does GetEmailIdentity, in the Region that sends, know the domain as
verified for sending?

Why it matters: SES refuses every message whose From is not covered by a
verified identity of the same Region: ``554 Message rejected: Email address is
not verified. The following identities failed the check in region …``.

How to mend: create the identity if there is none, and publish the three CNAME
records that SES names.  SES keeps looking for 72 hours; after that it has
given up and must be asked again.

Source: RULES ID-01 and DNS-01…05; FACTS 9; SES guide, "Creating and verifying
identities"; SES API v2, GetEmailIdentity.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import (
    DKIM_RECORDS,
    address_identity,
    dkim_records,
    domain_identity,
    regions_that_verified,
)
from sendas.ses.identity import Identity


_SES_LOOKS_AGAIN_SECONDS = 3600


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail from the domain passes SES's identity check."""
    identity = domain_identity(evidence)
    if identity is None:
        return _not_here(evidence)
    if identity.verified_for_sending:
        title = f"SES has verified {identity.name} in {identity.region}"
        return Verdict(Status.OK, title, exhibits=_exhibits(identity))
    return _unverified(identity)


def _not_here(evidence: Evidence) -> Verdict | None:
    if regions_that_verified(evidence):
        return None  # ID001 tells where
    domain, region = evidence.subject.domain, evidence.subject.region
    asked = Exhibit(f"GetEmailIdentity {domain} in {region}", "no such identity")
    create = aws("sesv2 create-email-identity", region=region, email_identity=domain)
    mend = Help(
        f"Create the identity {domain} in {region}, then publish the three CNAME records that "
        "the answer names, and ask the doctor again.",
        commands=(create,),
        applies=Applies.CONFIRM,
        verify_by=f"aws sesv2 get-email-identity --region {region} --email-identity {domain}",
    )
    if address := address_identity(evidence):
        return Verdict(
            Status.WARN,
            f"Only the address {address.name} is verified, not its domain",
            "Mail from that address alone is accepted, and without the domain nothing signs it "
            "so that DMARC passes.",
            (asked,),
            (mend,),
            severity=Severity.MEDIUM,
        )
    return Verdict(
        Status.FAIL,
        f"SES in {region} does not know {domain}",
        "No Region that was asked has the identity, so SES refuses every From address of it.",
        (asked,),
        (mend,),
    )


def _unverified(identity: Identity) -> Verdict:
    records = dkim_records(identity)
    gave_up = identity.verification_status == "FAILED"
    again = aws(
        "sesv2 put-email-identity-dkim-signing-attributes",
        region=identity.region,
        email_identity=identity.name,
        signing_attributes_origin="AWS_SES",
    )
    state = "has given up verifying" if gave_up else "has not verified"
    text = (
        "See that these records stand; then ask SES to begin "
        "again, because after 72 hours it looks no more."
        if gave_up
        else "See that these records stand. SES looks again by "
        "itself, usually within the hour, for 72 hours."
    )
    return Verdict(
        Status.FAIL,
        f"SES in {identity.region} {state} {identity.name}",
        "SES has not found what it wants in the DNS, and refuses mail from the domain until then.",
        _exhibits(identity),
        (
            Help(
                text,
                records=records,
                commands=(again,) if gave_up and records else (),
                applies=Applies.CONFIRM,
                wait_seconds=_SES_LOOKS_AGAIN_SECONDS,
                verify_by="aws sesv2 get-email-identity "
                f"--region {identity.region} --email-identity {identity.name}",
            ),
        ),
        owner=Owner.SES if gave_up else Owner.WAIT,
    )


def _exhibits(identity: Identity) -> tuple[Exhibit, ...]:
    answer = f"VerificationStatus {identity.verification_status}"
    if identity.verification_error:
        answer += f", ErrorType {identity.verification_error}"
    if identity.last_checked:
        answer += f", last checked {identity.last_checked.isoformat(timespec='seconds')}"
    if identity.soa_primary:
        answer += f", primary name server {identity.soa_primary}"
    return (Exhibit(f"GetEmailIdentity {identity.name} in {identity.region}", answer),)


RULE = Rule(
    code="ID101",
    title="SES has verified the domain in this Region",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=(*DKIM_RECORDS, "ID005"),
)
