"""ACC004: the rolling 24 hours leave something to send.

Asks: is SentLast24Hours below Max24HourSend in this Region?

Why it matters: over the quota SES answers ``454 Throttling failure: Daily
message quota exceeded`` and drops the message: nobody sends it later.  The
quota counts recipients, not messages, over a rolling 24 hours.

How to mend: wait, or ask for more; then send again what was refused.

Source: RULES ACC-04; FACTS 6; SES guide, "Managing your sending limits".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._refusals import refusal_with
from sendas.ses.account_state import Account


_NEARLY = 0.8
_DAY_SECONDS = 24 * 60 * 60


def judge(evidence: Evidence) -> Verdict:
    """Whether the quota is used up, or nearly."""
    account = evidence.account()
    asked = (_exhibit(account),)
    if account.quota_used_up:
        return Verdict(
            Status.FAIL,
            f"The sending quota in {account.region} is used up",
            "SES refuses and drops what is sent, until older mail leaves the rolling 24 hours.",
            asked,
            (_wait(account),),
        )
    if said := refusal_with(evidence, "Daily message quota exceeded"):
        return Verdict(
            Status.WARN,
            "The sending quota was used up when the mail was refused, and is not now",
            "SES dropped that mail.",
            (*asked, Exhibit("refusal", said)),
            (Help("Send the refused mail again."),),
            severity=Severity.MEDIUM,
        )
    if 0 < account.max_24_hour_send * _NEARLY <= account.sent_last_24_hours:
        return Verdict(
            Status.WARN,
            f"The sending quota in {account.region} is nearly used up",
            exhibits=asked,
            help=(_wait(account),),
            severity=Severity.LOW,
        )
    return Verdict(Status.OK, f"The sending quota in {account.region} has room", exhibits=asked)


def _wait(account: Account) -> Help:
    more = (
        "Leave the sandbox, which allows 200 recipients a day."
        if account.in_sandbox
        else "Or ask for more in the Service Quotas console, under Amazon SES."
    )
    return Help(
        "Wait until older mail leaves the rolling 24 hours, then send again what was refused. "
        + more,
        wait_seconds=_DAY_SECONDS,
        verify_by=f"aws sesv2 get-account --region {account.region}",
    )


def _exhibit(account: Account) -> Exhibit:
    most = account.max_24_hour_send
    of = f"of {most:g}" if most >= 0 else "unlimited"
    return Exhibit(
        f"GetAccount in {account.region}", f"sent {account.sent_last_24_hours:g} in 24 hours, {of}"
    )


RULE = Rule(
    code="ACC004",
    title="The rolling 24 hours leave something to send",
    layer=Layer.ACCOUNT,
    owner=Owner.WAIT,
    severity=Severity.HIGH,
    judge=judge,
)
