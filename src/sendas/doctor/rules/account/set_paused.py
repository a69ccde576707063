"""ACC101: sending is switched on for the default configuration set.

Asks: is SendingEnabled true on the configuration set of the identity that
sends?

Why it matters: a paused set stops all mail of the identities that default to
it, with the same words as a paused account.

How to mend: switch sending on for the set.

Source: RULES ACC-03; SES API v2, PutConfigurationSetSendingOptions.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.outcome import NOT_ASKED, see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the identity's configuration set lets mail pass."""
    identity = sending_identity(evidence)
    if identity is None or not identity.configuration_set:
        return None
    name, region = identity.configuration_set, identity.region
    asked = f"GetConfigurationSet {name} in {region}"
    found = see(evidence.here.configuration_sets.get(name, NOT_ASKED), asked)
    if found is None:
        return None  # ID103 tells
    if found.sending_enabled:
        return Verdict(Status.OK, f"Sending is on for the configuration set {name}")
    command = aws(
        "sesv2 put-configuration-set-sending-options",
        region=region,
        configuration_set_name=name,
        sending_enabled=True,
    )
    return Verdict(
        Status.FAIL,
        f"Sending is paused for the configuration set {name}",
        f"All mail from {identity.name} uses it.",
        (Exhibit(asked, "SendingEnabled false"),),
        (
            Help(
                "Switch sending on, once the reason for the pause is gone.",
                commands=(command,),
                applies=Applies.CONFIRM,
            ),
        ),
    )


RULE = Rule(
    code="ACC101",
    title="Sending is switched on for the default configuration set",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("ACC001",),
)
