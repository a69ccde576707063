"""ID006: the identity has a default configuration set.

Asks: is a configuration set attached to the identity that sends?

Why it matters: Gmail cannot name a configuration set, so only the identity's
default makes SES publish what becomes of the mail: deliveries, bounces,
complaints.

How to mend: attach one.  The policy of the SMTP user must cover it as well.

Source: RULES ID-06; FACTS 9; SES API v2,
PutEmailIdentityConfigurationSetAttributes.
"""

from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.iam._grant import grant, put_policy
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.errors import CouldNotLook
from sendas.iam.policy import decide
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Identity
from sendas.ses.regions import partition_of


def judge(evidence: Evidence) -> Verdict | None:
    """Whether mail sent from Gmail leaves a trace."""
    identity = sending_identity(evidence)
    if identity is None:
        return None
    asked = f"GetEmailIdentity {identity.name} in {identity.region}"
    if name := identity.configuration_set:
        title = f"{identity.name} has the default configuration set {name}"
        return Verdict(
            Status.OK, title, exhibits=(Exhibit(asked, f"ConfigurationSetName {name}"),)
        )
    return Verdict(
        Status.INFO,
        f"{identity.name} has no default configuration set",
        "Mail sent from Gmail publishes no events: what becomes of it is not recorded.",
        (Exhibit(asked, "no ConfigurationSetName"),),
        (_attach(evidence, identity),),
    )


def _attach(evidence: Evidence, identity: Identity) -> Help:
    region = identity.region
    known = [
        name
        for name, seen in evidence.here.configuration_sets.items()
        if isinstance(seen, ConfigurationSet) and seen.sending_enabled
    ]
    name = known[0] if known else identity.name.replace(".", "-").replace("@", "-")
    commands = [*_leave(evidence, name)]
    if not known:
        commands.append(
            aws("sesv2 create-configuration-set", region=region, configuration_set_name=name)
        )
    commands.append(
        aws(
            "sesv2 put-email-identity-configuration-set-attributes",
            region=region,
            email_identity=identity.name,
            configuration_set_name=name,
        )
    )
    return Help(
        "Attach a configuration set; its event destinations then tell what becomes of the mail.",
        commands=tuple(commands),
        applies=Applies.CONFIRM,
    )


def _leave(evidence: Evidence, name: str) -> tuple[str, ...]:
    """The user's leave to use the set, first, so that no message is refused in between."""
    try:
        found = grant(evidence)
    except CouldNotLook:
        return ()
    if found is None:
        return ()
    region = evidence.subject.region
    arn = f"arn:{partition_of(region)}:ses:{region}:{found.account_id}:configuration-set/{name}"
    if decide(found.documents, replace(found.request, resources=(arn,))).allowed:
        return ()
    return (put_policy(found, evidence.subject.domain, arn),)


RULE = Rule(
    code="ID006",
    title="The identity has a default configuration set",
    layer=Layer.IDENTITY,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
