"""RX113: the keys that sign aliases can be read.

Asks: is the secret there, and not marked for deletion, that the function signs
the addresses with by which the domain's owners answer?

Why it matters: without the keys no mail of a mailbox that answers is forwarded,
since its owner would answer it from the private address: it is put off, and its
notice ends as a dead letter.  No answer goes out either.  Nothing is lost.

How to mend: `sendas apply` takes the deletion back, with the same keys, or makes
new ones where the old are gone for good; then old aliases cannot be answered.

Source: docs/replying.md; Secrets Manager API, DescribeSecret.
"""

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.receive._road import Unseen, called, function, name_of, start
from sendas.outcome import NOT_ASKED, see


def judge(evidence: Evidence) -> Verdict | None:
    """Whether each function that signs aliases has what to sign with."""
    begin, unseen = start(evidence), Unseen()
    known = False
    for call in called(evidence, begin, unseen) if begin else ():
        with unseen:
            secret = function(evidence, call.arn).alias_keys
            if not secret:
                continue
            seen = evidence.road.alias_keys.get(secret, NOT_ASKED)
            if not see(seen, "DescribeSecret of the keys that sign aliases"):
                return _fail(name_of(call.arn))
            known = True
    unseen.tell()
    return Verdict(Status.OK, "The keys that sign aliases are there") if known else None


def _fail(name: str) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"The keys that {name} signs aliases with are gone, or marked for deletion",
        "It forwards nothing to mailboxes that answer, and sends no answer; the mail stays in "
        "the bucket.",
        (Exhibit("DescribeSecret", "no such secret, or a date on which it is deleted"),),
        (
            Help(
                "Take the deletion back, or have new keys made; what waits is then forwarded.",
                commands=("sendas apply",),
            ),
        ),
    )


RULE = Rule(
    code="RX113",
    title="The keys that sign aliases can be read",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
