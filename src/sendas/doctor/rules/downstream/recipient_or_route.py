"""DS016: the recipient's domain takes mail for the address.

Asks: does a bounce say ``5.4.1`` and the like, and with which text?

Why it matters: one code has two opposite meanings.  ``Relay Access Denied``: the
domain's MX names a server that does not serve it.  ``Recipient address
rejected: Access denied``: there is no such recipient.

How to mend: by text: the recipient's administrator mends the MX, or the sender
looks at the address.

Source: RULES DS-16; Microsoft, "NDR codes in Exchange Online".
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Verdict
from sendas.doctor.rules.downstream._refused import Refusal, told, verdict


_CODE = "DS016"

_NO_RELAY = Refusal(
    title="The recipient's mail server does not serve the recipient's domain",
    cause="The MX of the recipient's domain names a server that does not know the domain.",
    help=Help("Send the refusal to the recipient's administrator: the MX record is wrong."),
    owner=Owner.RECIPIENT_ADMIN,
)
_NO_RECIPIENT = Refusal(
    title="The recipient's system knows no such recipient",
    cause="The address is misspelt, gone, or not yet known at the edge of the recipient's system.",
    help=Help("Look at the address letter by letter, or ask the recipient by another way."),
    owner=Owner.CONTENT,
)


def judge(evidence: Evidence) -> Verdict | None:
    """Whether such a refusal was shown, and which of the two it is."""
    symptoms = told(evidence, _CODE)
    relay = any("relay" in symptom.text.lower() for symptom in symptoms)
    return verdict(evidence, symptoms, _NO_RELAY if relay else _NO_RECIPIENT)


RULE = Rule(
    code=_CODE,
    title="The recipient's domain takes mail for the address",
    layer=Layer.DOWNSTREAM,
    owner=Owner.CONTENT,
    severity=Severity.MEDIUM,
    judge=judge,
)
