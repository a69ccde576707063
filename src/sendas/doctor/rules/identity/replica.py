"""ID005: a replica identity finds its parent Region's DKIM.

Asks: does SES name a replication error for the domain's identity?

Why it matters: an identity made with Deterministic Easy DKIM signs with the
key of another Region.  Without a usable parent there it never verifies.

How to mend: make the parent a plain Easy DKIM identity in its Region, or give
this identity Easy DKIM of its own and publish its records.

Source: RULES ID-05; SES API v2, VerificationInfo.ErrorType.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import domain_identity


_CAUSES = {
    "REPLICATION_ACCESS_DENIED": "SES may not read the identity in the parent Region.",
    "REPLICATION_PRIMARY_NOT_FOUND": "The parent Region has no such identity.",
    "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED": "The parent signs with a key of your own.",
    "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED": "The parent is itself a replica.",
    "REPLICATION_PRIMARY_INVALID_REGION": "The parent Region cannot be a parent.",
}


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES names a replication error."""
    identity = domain_identity(evidence)
    if identity is None or not (identity.verification_error or "").startswith("REPLICATION_"):
        return None
    error = identity.verification_error or ""
    command = aws(
        "sesv2 put-email-identity-dkim-signing-attributes",
        region=identity.region,
        email_identity=identity.name,
        signing_attributes_origin="AWS_SES",
    )
    return Verdict(
        Status.FAIL,
        f"{identity.name} in {identity.region} cannot use the DKIM of its parent Region",
        _CAUSES.get(error, "SES could not replicate the parent's DKIM."),
        (Exhibit(f"GetEmailIdentity {identity.name} in {identity.region}", f"ErrorType {error}"),),
        (
            Help(
                "Make the identity in the parent Region a plain Easy DKIM one; or give this one "
                "Easy DKIM of its own, and publish the records that the answer names.",
                commands=(command,),
                applies=Applies.CONFIRM,
                wait_seconds=3600,
            ),
        ),
    )


RULE = Rule(
    code="ID005",
    title="A replica identity finds its parent Region's DKIM",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
