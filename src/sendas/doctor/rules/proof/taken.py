"""PRF001: the domain's mail exchanger takes a mail.

Asks: did the host that the MX names take a mail that was handed to it?

Why it matters: whoever writes to the domain is refused in the same way, or finds nobody.

How to mend: mend what the exchanger's answer names.  Where port 25 is blocked here, SES sent the
mail from the domain itself, and this hop is seen by what is stored.

Source: RFC 5321, 5.1; SES guide, "Email receiving".
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF001",
    title="The domain's mail exchanger takes a mail",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.TAKEN,
        "The domain's mail exchanger takes mail",
        "No mail comes in: the domain's exchanger does not take it",
        "See what the exchanger answered, and the domain's MX records.",
    ),
    needs=(),
    explained_by=CAUSES[Hop.TAKEN],
)
