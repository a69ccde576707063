"""PRF006: the function sends a mail on.

Asks: did SES take the copy that the function sends, with its own role and configuration set?

Why it matters: mail comes in and nobody gets it.

How to mend: mend what SES answered to the function.

Source: docs/receiving.md; SES API v2, SendEmail.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF006",
    title="The function sends a mail on",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.FORWARDED,
        "The function sends mail on",
        "The function worked on a mail and did not send it on",
        "See what SES answered to the function.",
    ),
    needs=("PRF005",),
    explained_by=CAUSES[Hop.FORWARDED],
)
