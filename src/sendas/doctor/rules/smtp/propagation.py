"""SMTP004: the access key is old enough to be known at every SMTP endpoint.

Asks: was the login refused with a key made less than a minute ago, and a
password that nothing is known to be wrong with?

Why it matters: IAM hands a new key on within seconds, not at once.  Until then
SES answers ``535 Authentication Credentials Invalid``, and whoever changes the
password now makes a right one wrong.

How to mend: wait half a minute and try again, each time on a new connection.

Source: RULES SMTP-04; FACTS 3.3 no. 10 (10 to 30 seconds seen in the wild; no
figure of SES is published).
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._pair import PROPAGATION, is_young
from sendas.doctor.rules.smtp._advice import key_of, last_four, try_it
from sendas.doctor.rules.smtp._login import (
    credential_refused,
    endpoint_region,
    login,
    reply_exhibit,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether it is only that the key is new."""
    key = key_of(evidence)
    if key is None or not key.active or key.created is None or not endpoint_region(evidence):
        return None
    wrong = evidence.password is not None and evidence.password.right is False
    if wrong or not credential_refused(evidence) or not is_young(evidence, key):
        return None
    age = max(0, round((evidence.observed_at - key.created).total_seconds()))
    wait = round(PROPAGATION.total_seconds())
    return Verdict(
        Status.FAIL,
        f"Access key {last_four(key.key_id)} is {age} seconds old and not known everywhere yet",
        "A new key takes some seconds to reach SES's SMTP endpoints; nothing else need be wrong.",
        (
            Exhibit(f"ListAccessKeys of {key.user}", f"created {key.created.isoformat()}"),
            reply_exhibit(login(evidence)),
        ),
        (
            Help(
                "Wait, then try again on a new connection. Change nothing meanwhile.",
                wait_seconds=max(1, wait - age),
                verify_by=try_it(evidence),
            ),
        ),
    )


RULE = Rule(
    code="SMTP004",
    title="The access key is old enough to be known at every SMTP endpoint",
    layer=Layer.SMTP,
    owner=Owner.WAIT,
    severity=Severity.MEDIUM,
    judge=judge,
)
