"""PW019: the access key behind the SMTP credential is active.

Asks: what does IAM say of the key whose id is the SMTP user name?

Why it matters: a key set inactive, as at the end of a rotation, stops working
in every copy at once: SES answers ``535 Authentication Credentials Invalid``
to the mail client that still holds it.

How to mend: if it was rotated, hand the new pair to the mail client; if it was
switched off by mistake, switch it on again.

Source: RULES PW-19; FACTS 3.3 no. 6 and 17; IAM API, UpdateAccessKey.
"""

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.password._names import long_term_key
from sendas.doctor.rules.smtp._advice import enter_in_gmail, last_four, region_to_use
from sendas.iam.keys import AccessKey
from sendas.outcome import see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the key is switched off."""
    if long_term_key(evidence) is None:
        return None
    key = see(evidence.iam.key, "the access key that is the SMTP user name")
    if key is None:
        return None
    shown = Exhibit(
        f"ListAccessKeys of {key.user}",
        f"{last_four(key.key_id)} is {'Active' if key.active else 'Inactive'}",
    )
    if key.active:
        return Verdict(
            Status.OK, f"Access key {last_four(key.key_id)} is active", exhibits=(shown,)
        )
    return Verdict(
        Status.FAIL,
        f"Access key {last_four(key.key_id)} of {key.user} is inactive",
        "It was set inactive, and every copy of its SMTP password stopped working with it.",
        (shown,),
        _mend(evidence, key),
    )


def _mend(evidence: Evidence, key: AccessKey) -> tuple[Help, ...]:
    activate = aws(
        "iam update-access-key", user_name=key.user, access_key_id=key.key_id, status="Active"
    )
    again = Help(
        "If it was switched off by mistake, switch it on again; this undoes it at once.",
        commands=(activate,),
        applies=Applies.CONFIRM,
        wait_seconds=60,
    )
    siblings = evidence.iam.sibling_keys
    active = [s for s in siblings if s.active] if isinstance(siblings, tuple) else []
    if not active:
        instead = Help(
            f"If it was switched off on purpose, leave it so: make {key.user} a new key, derive "
            "its password, and give Gmail that pair."
        )
        return (again, instead)
    newer = Help(
        f"If it was rotated, {key.user}'s key {last_four(active[0].key_id)} is the new one: "
        "derive its password, and enter its id and that password in Gmail.",
        commands=(f"sendas password derive --region {region_to_use(evidence)} --secret-stdin",),
    )
    return (again, newer, enter_in_gmail(evidence))


RULE = Rule(
    code="PW019",
    title="The access key behind the SMTP credential is active",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
