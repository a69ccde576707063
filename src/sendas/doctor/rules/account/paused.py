"""ACC003: sending is switched on for the account.

Asks: is SendingEnabled true in this Region?

Why it matters: the owner, or an alarm that the owner built, can pause sending.
SES then refuses every message, though the account is healthy.

How to mend: switch sending on again, once the reason for the pause is gone.

Source: RULES ACC-03; SES API v2, PutAccountSendingAttributes.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws


def judge(evidence: Evidence) -> Verdict:
    """Whether the owner's own switch is on."""
    account = evidence.account()
    region = account.region
    asked = f"GetAccount in {region}"
    if account.sending_enabled:
        title = f"Sending is on in {region}"
        return Verdict(Status.OK, title, exhibits=(Exhibit(asked, "SendingEnabled true"),))
    command = aws("sesv2 put-account-sending-attributes", region=region, sending_enabled=True)
    return Verdict(
        Status.FAIL,
        f"Sending is paused for the account in {region}",
        "Somebody with access to the account, or an alarm's action, switched sending off.",
        (Exhibit(asked, f"SendingEnabled false, EnforcementStatus {account.enforcement}"),),
        (
            Help(
                "Switch sending on, once the reason for the pause is gone.",
                commands=(command,),
                applies=Applies.CONFIRM,
            ),
        ),
    )


RULE = Rule(
    code="ACC003",
    title="Sending is switched on for the account",
    layer=Layer.ACCOUNT,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("ACC001",),
)
