"""RLY003: the relay's certificate is one that Gmail takes.

Asks: is it of a public authority, in date, and for the very name that is dialled?

Why it matters: Gmail refuses self-signed, expired and mismatched certificates since
April 2020, and says only that it could not log in.

How to mend: install a certificate of a public authority for the relay's name.

Source: RULES GM-11; FACTS 5.1 and 15.3.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.rules.relay._ports import port_judge
from sendas.smtp.submission import Amiss


RULE = Rule(
    code="RLY003",
    title="The relay has a certificate that Gmail takes",
    layer=Layer.RELAY,
    owner=Owner.CODE,
    severity=Severity.HIGH,
    judge=port_judge(
        "Gmail does not take the certificate of {host}",
        "The certificate of {host} is good for its name",
        Amiss.CERTIFICATE,
    ),
    needs=("RLY002",),
)
