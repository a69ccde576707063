"""PRF007: what is sent on arrives and passes DMARC.

Asks: did the copy arrive at an address of our own, and what did SPF, DKIM and DMARC find?

Why it matters: a mailbox provider judges every forwarded mail by the same.

How to mend: mend the records that the verdicts name.

Source: RFC 7208; RFC 6376; RFC 9989.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF007",
    title="What is sent on arrives and passes DMARC",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.ARRIVED,
        "What is sent on arrives, and passes DMARC",
        "What is sent on does not arrive as it should",
        "See the verdicts, and the records that they are about.",
    ),
    needs=("PRF006",),
    explained_by=CAUSES[Hop.ARRIVED],
)
