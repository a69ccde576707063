"""PRF011: the SMTP server lets the mail client in.

Asks: does the SMTP server take the user name and the password that the mail client holds?

Why it matters: whoever sends as the domain is refused at once.

How to mend: see the password's own findings; make a new pair where it cannot be mended.

Source: FACTS 3.1.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF011",
    title="The SMTP server lets the mail client in",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.OUT,
        Hop.LOGGED_IN,
        "The mail client is let in",
        "The SMTP server does not let the mail client in",
        "See what the server answered to the login.",
    ),
    needs=(),
    explained_by=CAUSES[Hop.LOGGED_IN],
)
