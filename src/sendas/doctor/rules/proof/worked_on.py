"""PRF005: the function works on a mail.

Asks: did the function read a mail, and decide what becomes of it?

Why it matters: notices wait in the queue, and are forgotten in the end.

How to mend: look at the function's log for the reason: `aws logs tail`.

Source: docs/receiving.md.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF005",
    title="The function works on a mail",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.WORKED_ON,
        "The function works on mail",
        "A mail came as far as the function, and it did not work on it",
        "See the function's log, its event-source mapping and its role.",
    ),
    needs=("PRF004",),
    explained_by=CAUSES[Hop.WORKED_ON],
)
