"""ACC005: mail is sent no faster than the account may.

Asks: does a refusal that was shown to us say ``Maximum sending rate exceeded``,
or is the account's rate nothing at all?

Why it matters: SES tolerates short bursts over the rate and then answers ``454
Throttling failure``.  The message is not kept; whoever sends must try again.

How to mend: queue and pace, wait 5, 10, 30 seconds, at last 20 minutes.

Source: RULES ACC-05; FACTS 3.2 and 6; SES guide, "Errors related to the
sending quotas".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._refusals import refusal_with
from sendas.ses.account_state import Account


_LAST_WAIT_SECONDS = 20 * 60


def judge(evidence: Evidence) -> Verdict | None:
    """Whether SES complained of the rate."""
    said = refusal_with(evidence, "Maximum sending rate exceeded", "Maximum send rate exceeded")
    account = evidence.here.account
    # With a rate of nothing no mail is slow enough.
    none_at_all = isinstance(account, Account) and account.max_send_rate_per_second == 0
    if said is None and not none_at_all:
        return None
    exhibits = [Exhibit("refusal", said)] if said else []
    if isinstance(account, Account):
        rate = f"MaxSendRate {account.max_send_rate_per_second:g} per second"
        exhibits.append(Exhibit(f"GetAccount in {account.region}", rate))
    return Verdict(
        Status.FAIL,
        "Mail was sent faster than the account may",
        "SES refused it and keeps no copy.",
        tuple(exhibits),
        (
            Help(
                "Send the refused mail again after a while. A program waits 5, 10, 30 seconds and "
                "longer between tries, up to 20 minutes, and keeps its own queue.",
                wait_seconds=_LAST_WAIT_SECONDS,
            ),
        ),
    )


RULE = Rule(
    code="ACC005",
    title="Mail is sent no faster than the account may",
    layer=Layer.ACCOUNT,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=judge,
)
