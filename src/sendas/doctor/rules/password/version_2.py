"""PW002: the stored password is of version 4.

Asks: has the stored password the form of the old kind, or did SES answer that
Signature Version 2 is deprecated?

Why it matters: passwords of the old kind know no Region and begin with A.  SES
has refused them since March 2021: 535, with a text of its own or the usual one.

How to mend: derive a password of today's kind from the same secret access key
with `sendas password derive`, and enter it in the mail client.

Source: RULES PW-02; FACTS 2.2 and 3.2; SES guide, "Regions and Amazon SES".
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.password._stored import examined, wrong
from sendas.doctor.rules.smtp._advice import store_anew
from sendas.doctor.rules.smtp._login import said
from sendas.smtp.identification import Kind
from sendas.smtp.meaning import Cause


_TITLE = "The stored password is of the old kind, version 2"
_CAUSE = "SES refuses such passwords today; they begin with A, those of version 4 with B."


def judge(evidence: Evidence) -> Verdict | None:
    """Whether the password is of the old kind, by its form or by SES's own words."""
    found = examined(evidence)
    if found is not None:
        return wrong(evidence, found, _TITLE, _CAUSE) if found.kind is Kind.SES_SMTP_V2 else None
    exhibit = said(evidence, Cause.SIGV2_DEPRECATED)
    if exhibit is None:
        return None
    return Verdict(Status.FAIL, _TITLE, _CAUSE, (exhibit,), store_anew(evidence))


RULE = Rule(
    code="PW002",
    title="The stored password is of version 4",
    layer=Layer.PASSWORD,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
