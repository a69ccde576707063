"""RX106: the function's role lets it read the mail and send it on.

Asks: does the role of each function on the road exist, and do its policies allow
``s3:GetObject`` on what the rule stores, taking notices from its queue, and
sending as the domain?

Why it matters: without one of them every run fails the same way, until the notice
is given up; the mail stays in the bucket.

How to mend: give the role what it lacks.

Source: RULES RX-09; Lambda guide, "Using Lambda with Amazon SQS", execution role
permissions; FACTS 4 (which action a raw mail is checked against is contested, so
both are wanted).
"""

from collections.abc import Iterator

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import domain_identity
from sendas.doctor.rules.receive._road import Called, Start, called, function, name_of, start
from sendas.iam.policy import PolicyDocument, Request, decide
from sendas.outcome import NOT_ASKED, see
from sendas.ses.regions import partition_of
from sendas.ses.road import Function, Place


_TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_SEND = ("ses:SendEmail", "ses:SendRawEmail")
_SOME_OBJECT = "sendas-doctor"


def judge(evidence: Evidence) -> Verdict | None:
    """Whether what the function does is allowed to it."""
    begin = start(evidence)
    calls = called(evidence, begin) if begin else ()
    if begin is None or not calls:
        return None
    seen = False
    for call in calls:
        standing = function(evidence, call.arn)
        if not standing.exists or not standing.role_arn:
            continue
        seen = True
        role = name_of(standing.role_arn)
        policies = see(
            evidence.road.roles.get(standing.role_arn, NOT_ASKED), f"policies of the role {role}"
        )
        if policies is None:
            return _gone(call, role)
        lacking = tuple(_lacking(evidence, begin, call, standing, policies))
        if lacking:
            return _fail(call, role, lacking)
    return Verdict(Status.OK, "The function's role lets it work on mail") if seen else None


def _gone(call: Called, role: str) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"The role {role} of the function {name_of(call.arn)} does not exist",
        "The function cannot run without it.",
        (Exhibit(f"GetRole {role}", "no such role"),),
        (Help("Make the role again: `sendas apply` does it for a stack of its own."),),
    )


def _fail(call: Called, role: str, lacking: tuple[tuple[str, str], ...]) -> Verdict:
    actions = ", ".join(dict.fromkeys(action for action, _ in lacking))
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in lacking
    ]
    command = aws(
        "iam put-role-policy",
        role_name=role,
        policy_name="sendas-mail",
        policy_document={"Version": "2012-10-17", "Statement": statements},
    )
    return Verdict(
        Status.FAIL,
        f"The role {role} does not let {name_of(call.arn)} do {actions}",
        "Every run fails at it until the notice is given up; the mail stays in the bucket.",
        tuple(Exhibit(f"{action} on {resource}", "not allowed") for action, resource in lacking),
        (
            Help(
                f"Give the role what it lacks, beside what it has; where a policy denies it, take "
                f"the denial out.  For a stack of its own, `sendas apply` puts {role} right.",
                commands=(command,),
                applies=Applies.CONFIRM,
                wait_seconds=60,
            ),
        ),
    )


def _lacking(
    evidence: Evidence,
    begin: Start,
    call: Called,
    standing: Function,
    policies: tuple[PolicyDocument, ...],
) -> Iterator[tuple[str, str]]:
    """Each action the function needs and has not, with its resource."""
    for action, resource in _wanted(evidence, begin, call, standing):
        tried = resource.replace("*", _SOME_OBJECT)
        if not _may(policies, standing, action, tried, evidence.subject.domain):
            yield action, resource


def _wanted(
    evidence: Evidence, begin: Start, call: Called, standing: Function
) -> Iterator[tuple[str, str]]:
    partition = partition_of(begin.region)
    for stored in begin.stored:
        if call.bucket in {None, stored.bucket}:
            yield "s3:GetObject", f"arn:{partition}:s3:::{stored.bucket}/{stored.prefix}*"
    if call.by == "sqs" and call.source:
        yield from ((action, call.source) for action in _TAKE)
    # Not sendas's: as whom it sends, and whether by SES at all, is not known.
    if standing.routes is not None:
        yield from _wanted_by_ours(partition, standing.routes)
        yield from ((a, r) for a in _SEND for r in _sent_with(evidence, begin, partition))


def _wanted_by_ours(partition: str, routes: Place) -> Iterator[tuple[str, str]]:
    """What sendas's own function needs beside: its routes, and its memory of each mail."""
    whole = f"arn:{partition}:s3:::{routes.bucket}"
    memory = f"{whole}/{routes.key.rpartition('/')[0]}/state/"
    yield "s3:GetObject", f"{whole}/{routes.key}"
    yield "s3:GetObject", f"{memory}*"
    yield "s3:PutObject", f"{memory}*"
    yield "s3:ListBucket", whole


def _sent_with(evidence: Evidence, begin: Start, partition: str) -> Iterator[str]:
    account = see(evidence.caller, "GetCallerIdentity").account_id
    prefix = f"arn:{partition}:ses:{begin.region}:{account}"
    yield f"{prefix}:identity/{evidence.subject.domain}"
    identity = domain_identity(evidence)
    if identity is not None and identity.configuration_set:
        yield f"{prefix}:configuration-set/{identity.configuration_set}"


def _may(
    policies: tuple[PolicyDocument, ...],
    standing: Function,
    action: str,
    resource: str,
    domain: str,
) -> bool:
    context = {
        "ses:FromAddress": (f"forwarded@{domain}",),
        "aws:SecureTransport": ("true",),
    }
    return decide(policies, Request(action, (resource,), standing.role_arn, context)).allowed


RULE = Rule(
    code="RX106",
    title="The function's role lets it read the mail and send it on",
    layer=Layer.RECEIVE,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX105",),
)
