"""RLY005: the relay offers a login under TLS.

Asks: does it announce AUTH PLAIN or LOGIN once TLS is on?

Why it matters: Gmail says ``Smtp server does not advertise AUTH capability`` and gives up.

How to mend: let the server offer AUTH once TLS is on, on implicit TLS too.

Source: RULES GM-12; FACTS 15.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.relay._ports import port_judge
from sendas.smtp.submission import Amiss


RULE = Rule(
    code="RLY005",
    title="The relay offers a login under TLS",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=port_judge(
        "{host} offers no login under TLS",
        "{host} offers a login under TLS",
        Amiss.AUTH,
    ),
    needs=("RLY003",),
)
