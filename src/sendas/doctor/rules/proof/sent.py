"""PRF012: SES takes the client's mail.

Asks: did SES take a mail that was sent as the mail client sends it?

Why it matters: the login works, and every mail is refused.

How to mend: mend what SES's refusal names.

Source: SES guide, "Amazon SES SMTP issues".
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF012",
    title="SES takes the client's mail",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.OUT,
        Hop.SENT,
        "SES takes the client's mail",
        "SES refuses the client's mail",
        "See what SES answered; `sendas bounce` explains it.",
    ),
    needs=("PRF011",),
    explained_by=CAUSES[Hop.SENT],
)
