"""PRF004: the notice of a mail comes into the queue.

Asks: did the notice of a stored mail come into the queue that the function reads?

Why it matters: the topic tells, and the queue does not take it: mail lies in the bucket.

How to mend: look at the queue's policy, its key, and the topic's policy.

Source: SNS guide, "Fanout to Amazon SQS queues".
"""

from sendas.advice import Owner
from sendas.doctor.model import Layer, Rule, Severity
from sendas.doctor.proof import Hop, Way
from sendas.doctor.rules.proof._hops import CAUSES, hop_judge


RULE = Rule(
    code="PRF004",
    title="The notice of a mail comes into the queue",
    layer=Layer.PROOF,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=hop_judge(
        Way.IN,
        Hop.QUEUED,
        "The notice of a mail comes into the queue",
        "A mail was stored, and its notice did not come into the queue",
        "See the queue's policy and its key, and the topic's policy.",
    ),
    needs=("PRF003",),
    explained_by=CAUSES[Hop.QUEUED],
)
