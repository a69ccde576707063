"""PW016: the SMTP user name is not an e-mail address.

Asks: does the SMTP user name hold an ``@``?

Why it matters: most providers log in with the address, and Gmail fills it in by
itself.  SES wants the access key id and answers ``535 Authentication
Credentials Invalid``.

How to mend: enter the access key id as user name.

Source: RULES PW-16; FACTS 3.3 no. 2.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._stored import user_name
from sendas.doctor.rules.smtp._advice import enter_in_gmail


def judge(evidence: Evidence) -> Verdict | None:
    """Whether an address was entered."""
    name = user_name(evidence)
    if name is None or "@" not in name:
        return None
    return Verdict(
        Status.FAIL,
        "The SMTP user name is an e-mail address",
        "SES knows no addresses at login: the user name is the access key id (AKIA…).",
        (Exhibit("the SMTP user name", name),),
        (
            Help("Find the access key id that the password was derived with."),
            enter_in_gmail(evidence),
        ),
    )


RULE = Rule(
    code="PW016",
    title="The SMTP user name is not an e-mail address",
    layer=Layer.PASSWORD,
    owner=Owner.GMAIL,
    severity=Severity.HIGH,
    judge=judge,
)
