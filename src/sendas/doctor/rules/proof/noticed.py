"""PRF003: somebody is notified of a stored mail.

Asks: was anybody told of a mail that was stored?

Why it matters: mail lies in the bucket, and nobody sends it on.

How to mend: subscribe the queue to the topic again; `sendas mail redeliver` sends on what
lies there.

Source: SES API v1, S3Action; SNS API, Subscribe.
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF003",
    title="Somebody is notified of a stored mail",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.NOTICED,
        "Somebody is notified of stored mail",
        "A mail was stored, and nobody was told",
        "Subscribe the queue to the topic that SES tells.",
    ),
    needs=("PRF002",),
    explained_by=CAUSES[Hop.NOTICED],
)
