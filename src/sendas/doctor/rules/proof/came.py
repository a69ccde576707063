"""PRF013: a mail that is sent arrives at the domain.

Asks: did the mail that SES took arrive at an address of our own domain?

Why it matters: SES takes mail and it arrives nowhere, or the domain's way in is broken.

How to mend: mend the way in first; then look whether the account is paused.

Source: FACTS 17.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF013",
    title="A mail that is sent arrives at the domain",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.OUT,
        Hop.CAME,
        "What is sent arrives",
        "SES took the mail, and it did not arrive at the domain",
        "Mend the way in, which the other findings are about; then prove it again.",
    ),
    needs=("PRF012",),
    explained_by=(*CAUSES[Hop.CAME], "PRF001", "PRF002"),
)
