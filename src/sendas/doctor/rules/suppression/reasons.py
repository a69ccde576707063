"""SUP004: bounces and complaints put addresses on the list.

Asks: does the account, or the configuration set that overrides it, suppress
for both reasons?

Why it matters: without them SES keeps sending to addresses that bounce or
complain, and each time counts against the account.

How to mend: set both reasons.

Source: RULES SUP-04; FACTS 13; SES API v2, PutAccountSuppressionAttributes.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import sending_identity
from sendas.errors import CouldNotLook
from sendas.ses.configuration_set import ConfigurationSet


_BOTH = ("BOUNCE", "COMPLAINT")


def judge(evidence: Evidence) -> Verdict:
    """Whether bad addresses are remembered."""
    account = evidence.account()
    override = _override(evidence)
    reasons = account.suppressed_reasons
    where, asked = f"the account in {account.region}", f"GetAccount in {account.region}"
    command = aws("sesv2 put-account-suppression-attributes", region=account.region)
    if override is not None and override.suppressed_reasons is not None:
        reasons = override.suppressed_reasons
        where = f"the configuration set {override.name}"
        asked = f"GetConfigurationSet {override.name} in {account.region}"
        command = aws(
            "sesv2 put-configuration-set-suppression-options",
            region=account.region,
            configuration_set_name=override.name,
        )
    shown = (Exhibit(asked, f"SuppressedReasons {', '.join(reasons) or 'none'}"),)
    missing = [reason for reason in _BOTH if reason not in reasons]
    if not missing:
        return Verdict(
            Status.OK, "Bounces and complaints put addresses on the list", exhibits=shown
        )
    return Verdict(
        Status.INFO,
        f"{where[0].upper()}{where[1:]} does not suppress for {' and '.join(missing)}",
        "SES goes on sending to such addresses, and each failure counts against the account.",
        shown,
        (
            Help(
                "Suppress for both reasons.",
                commands=(f"{command} --suppressed-reasons {' '.join(_BOTH)}",),
                applies=Applies.AUTO,
            ),
        ),
    )


def _override(evidence: Evidence) -> ConfigurationSet | None:
    try:
        identity = sending_identity(evidence)
    except CouldNotLook:
        return None
    name = identity.configuration_set if identity else None
    seen = evidence.here.configuration_sets.get(name) if name else None
    return seen if isinstance(seen, ConfigurationSet) else None


RULE = Rule(
    code="SUP004",
    title="Bounces and complaints put addresses on the list",
    layer=Layer.SUPPRESSION,
    owner=Owner.SES,
    severity=Severity.LOW,
    judge=judge,
)
