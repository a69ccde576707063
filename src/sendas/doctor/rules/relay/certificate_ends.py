"""RLY004: the relay's certificate does not end soon.

Asks: is it good for two weeks more?

Why it matters: certificates of Let's Encrypt are renewed 30 days before their end.
One that ends sooner is not being renewed, and Gmail stops on the day.

How to mend: find out why it was not renewed.

Source: RULES GM-11; docs/relay.md.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity, Status
from sendas.doctor.rules.relay._ports import port_judge
from sendas.smtp.submission import Amiss


RULE = Rule(
    code="RLY004",
    title="The certificate of the relay does not end soon",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.MEDIUM,
    judge=port_judge(
        "The certificate of {host} ends soon",
        "The certificate of {host} does not end within two weeks",
        Amiss.CERTIFICATE_ENDS,
        status=Status.WARN,
    ),
    needs=("RLY003",),
)
