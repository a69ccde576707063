"""ID103: the identity's default configuration set exists.

Asks: does GetConfigurationSet know the set that the identity names?

Why it matters: a set can be deleted while an identity still names it.  SES
then refuses what the identity sends.

How to mend: take the name off the identity, or create the set again.

Source: SES API v2, PutEmailIdentityConfigurationSetAttributes and
ConfigurationSetDoesNotExist (API v1, SendRawEmail); RULES ID-06 for the set.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.outcome import NOT_ASKED, see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the identity names a set that is gone."""
    identity = sending_identity(evidence)
    if identity is None or not identity.configuration_set:
        return None
    name, region = identity.configuration_set, identity.region
    asked = f"GetConfigurationSet {name} in {region}"
    found = see(evidence.here.configuration_sets.get(name, NOT_ASKED), asked)
    if found is not None:
        return Verdict(Status.OK, f"The default configuration set {name} exists")
    detach = aws(
        "sesv2 put-email-identity-configuration-set-attributes",
        region=region,
        email_identity=identity.name,
    )
    return Verdict(
        Status.FAIL,
        f"The default configuration set {name} does not exist",
        f"{identity.name} names it for every message.",
        (Exhibit(asked, "no such configuration set"),),
        (
            Help(
                "Take the name off the identity.",
                commands=(detach,),
                applies=Applies.CONFIRM,
            ),
        ),
    )


RULE = Rule(
    code="ID103",
    title="The identity's default configuration set exists",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
