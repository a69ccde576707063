"""PRF014: a mail that is sent passes SPF, DKIM and DMARC.

Asks: what did the receiving SES find of the mail's SPF, DKIM and DMARC?

Why it matters: other receivers judge by the same, and refuse or file as spam what fails.

How to mend: mend the records that the verdicts name.

Source: RFC 7208; RFC 6376; RFC 9989.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF014",
    title="A mail that is sent passes SPF, DKIM and DMARC",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.OUT,
        Hop.JUDGED,
        "What is sent passes SPF, DKIM and DMARC",
        "What is sent arrives, and is not as it should be",
        "See the verdicts, and the records that they are about.",
    ),
    needs=("PRF013",),
    explained_by=CAUSES[Hop.JUDGED],
)
