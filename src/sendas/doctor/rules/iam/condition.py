"""IAM003: no condition excludes the message.

Asks: would this From address (and recipient) meet the conditions of the
policies that allow sending, and none of those that deny?

Why it matters: with ``ses:FromAddress``, ``ses:FromDisplayName`` or
``ses:Recipients`` a policy lets some addresses through and not others, with
``554 Access denied`` for the rest.  ``StringLike`` heeds letter case.  A
condition on the source address hardly ever suits Gmail, which sends from many.

How to mend: allow the address; or take out the statement that denies it.

Source: RULES IAM-03; FACTS 4; SES guide, "Controlling access", condition keys.
"""

from sendas.advice import Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.iam._deny import lift_all
from sendas.doctor.rules.iam._grant import Fault, Grant, allow, grant
from sendas.iam.condition import Condition
from sendas.iam.policy import Outcome


def judge(evidence: Evidence) -> Verdict | None:
    """Whether a condition is what stands in the way."""
    found = grant(evidence)
    if found is None or found.fault in {Fault.ACTION, Fault.RESOURCE}:
        return None
    if found.fault is not Fault.CONDITION:
        return Verdict(Status.OK, f"No condition keeps {found.user} from sending this")
    keys = ", ".join(_keys(found))
    denies = found.decision.outcome is Outcome.EXPLICIT_DENY
    mend = lift_all(found, evidence) if denies else (allow(found, evidence.subject.domain),)
    if found.doubtful:
        return Verdict(
            Status.WARN,
            f"Whether {found.user} may send hangs on {keys}",
            "The policy has a condition on what this run cannot know.",
            found.exhibits,
            mend,
            severity=Severity.MEDIUM,
        )
    sender = evidence.subject.from_address or evidence.subject.domain
    return Verdict(
        Status.FAIL,
        f"A condition on {keys} keeps {found.user} from sending as {sender}",
        "The statement that decides is written for other messages than this one."
        + _literal(found),
        found.exhibits,
        mend,
    )


def _keys(found: Grant) -> list[str]:
    return sorted({condition.key for condition in _conditions(found)})


def _conditions(found: Grant) -> tuple[Condition, ...]:
    """Those that decide: of the statement that denies, or of what does not allow."""
    if found.decision.statement:
        return found.decision.statement.conditions
    return tuple(unmet.condition for miss in found.counting for unmet in miss.unmet)


_LETTER_BY_LETTER = frozenset({"StringEquals", "StringEqualsIgnoreCase"})


def _literal(found: Grant) -> str:
    """That an operator knows no wildcards, where one of its values has some."""
    for condition in _conditions(found):
        starred = [text for text in condition.wanted if {"*", "?"} & set(text)]
        if starred and condition.operator in _LETTER_BY_LETTER:
            like = condition.written.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
            return (
                f" {condition.written} compares letter by letter, so that {starred[0]} is met by "
                f"no {condition.key} at all; {like} knows * and ?."
            )
    return ""


RULE = Rule(
    code="IAM003",
    title="No condition excludes the message",
    layer=Layer.IAM,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
)
