"""RLY006: the relay offers a login under TLS only.

Asks: is AUTH announced before TLS?

Why it matters: a client that is offered it may send its password in clear.

How to mend: offer AUTH only once TLS is on.

Source: RFC 4954, section 4; FACTS 15.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.relay._ports import port_judge
from sendas.smtp.submission import Amiss


RULE = Rule(
    code="RLY006",
    title="The relay offers a login under TLS only",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=port_judge(
        "{host} offers a login in clear",
        "{host} offers no login in clear",
        Amiss.CLEAR_AUTH,
    ),
    needs=("RLY005",),
)
