"""ID007: bounces and complaints are reported once.

Asks: are bounces mailed (feedback forwarding) and published (configuration
set) at the same time?

Why it matters: each bounce then arrives twice, and whoever counts them counts
double.  The history that sendas keeps of its own stack counts by itself, and
tells nobody: beside it feedback forwarding is how the owner hears of bounces.

How to mend: once the published events are read, switch feedback forwarding
off; or leave it, knowing.

Source: RULES ID-07; SES guide, "Receiving notifications by email".
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether both ways of reporting a bounce are on."""
    identity = sending_identity(evidence)
    if identity is None or not identity.feedback_forwarding or not identity.configuration_set:
        return None
    name = identity.configuration_set
    if name not in evidence.here.configuration_sets:
        return None
    found = see(evidence.here.configuration_sets[name], f"GetConfigurationSet {name}")
    if found is None:
        return None
    destinations = [
        each.name
        for each in found.event_destinations
        if each.enabled
        and {"BOUNCE", "COMPLAINT"} & set(each.event_types)
        and not _is_our_history(each.name)
    ]
    if not destinations:
        return None
    command = aws(
        "sesv2 put-email-identity-feedback-attributes",
        region=identity.region,
        email_identity=identity.name,
        no_email_forwarding_enabled=True,
    )
    return Verdict(
        Status.INFO,
        "Bounces are reported twice: by mail and as events",
        f"Feedback forwarding is on, and {name} publishes bounces to {', '.join(destinations)}.",
        (Exhibit(f"GetEmailIdentity {identity.name}", "FeedbackForwardingStatus true"),),
        (
            Help(
                "If somebody reads the events, switch feedback forwarding off.",
                commands=(command,),
                applies=Applies.CONFIRM,
            ),
        ),
    )


def _is_our_history(destination: str) -> bool:
    """Whether it is the history that `sendas apply` keeps: nobody is notified of it a second time.

    Our stack wants feedback forwarding on; without it `plan` would put it back for ever.
    """
    return destination.startswith(_OURS) and destination.endswith("-events")


_OURS = "sendas-"
"""What the names of all that sendas makes begin with."""


RULE = Rule(
    code="ID007",
    title="Bounces and complaints are reported once",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
