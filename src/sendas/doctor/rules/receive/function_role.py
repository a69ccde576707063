"""RX106: the function's role lets it read the mail and send it on.

Asks: does the role of each function on the road exist, and do its policies allow
taking notices from its queue, and using the KMS key of that queue; does it trust
Lambda?  A function that sendas forwards with is asked for all that sendas gives such a
role; of others' code it is known only that a forwarder reads the stored mail.

Why it matters: without what each mail needs every run fails the same way, until
the notice is given up; the mail stays in the bucket.  Without the rest mail goes
on, and log, quarantine or refusals do not work.

How to mend: give the role what it lacks.

Source: RULES RX-09; Lambda guide, "Using Lambda with Amazon SQS", execution role
permissions; FACTS 4 (which action a raw mail is checked against is contested, so
both are wanted); sendas's own table of rights.
"""

import json

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Bucket, Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.identity._sending import domain_identity
from sendas.doctor.rules.receive import _keys
from sendas.doctor.rules.receive._road import (
    Called,
    Start,
    Unseen,
    called,
    function,
    name_of,
    queue,
    queues,
    start,
)  # fmt: skip
from sendas.doctor.rules.receive.queue_open import locked
from sendas.forward.rights import BESIDE, EACH_MAIL, TAKING_NOTICES
from sendas.iam.exception import statements_of
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.iam.rights import EVERYWHERE, Right, When, filled
from sendas.iam.rights import Place as Names
from sendas.outcome import NOT_ASKED, see
from sendas.ses.regions import partition_of
from sendas.ses.road import Function, Place


_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda itself asks of the role of a function that reads a queue."""
_SOME = "sendas-doctor"
_LAMBDA = "lambda.amazonaws.com"

Lack = tuple[str, str]
"""An action, and the resource it is not allowed on."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether what the function does is allowed to it."""
    begin, unseen = start(evidence), Unseen()
    if begin is None:
        return None
    roles: dict[str, str] = {}
    lesser: Verdict | None = None
    for call in called(evidence, begin, unseen):
        with unseen:
            standing = function(evidence, call.arn)
            if not standing.exists or not standing.role_arn:
                continue
            roles[name_of(standing.role_arn)] = name_of(call.arn)
            amiss = _amiss(evidence, begin, call, standing)
            if amiss and amiss.status is Status.FAIL:
                return amiss
            lesser = lesser or amiss
    unseen.tell()
    if not roles:
        return None
    return lesser or Verdict(Status.OK, f"{' and '.join(roles.values())} may work on mail")


def _amiss(evidence: Evidence, begin: Start, call: Called, standing: Function) -> Verdict | None:
    role = name_of(standing.role_arn)
    seen = evidence.road.roles.get(standing.role_arn, NOT_ASKED)
    policies = see(seen, f"policies of the role {role}")
    if policies is None:
        return _gone(call, role)
    if not _is_trusted(policies, standing):
        return _untrusted(call, role, policies)
    asked = _Asked(evidence, policies, standing)
    if unusable := tuple(_unusable(evidence, begin, call, asked)):
        return _fail(call, role, unusable)
    if standing.routes is None:
        polled = [(action, call.source) for action in _POLLING if call.by == "sqs" and call.source]
        lacking, beside = tuple(asked.lacking(polled)), tuple[Lack, ...]()
        if not lacking and (unread := tuple(asked.lacking(_reading(begin)))):
            return _cannot_read(call, role, unread)
    else:
        names = _names(evidence, begin, standing, standing.routes)
        answers = bool(standing.alias_keys)
        lacking = tuple(asked.lacking(_wanted(EACH_MAIL, call, names, answers=answers)))
        beside = tuple(asked.lacking(_wanted(BESIDE, call, names, answers=answers)))
    if lacking:
        return _fail(call, role, (*lacking, *beside))
    return _warn(call, role, beside) if beside else None


def _is_trusted(policies: tuple[PolicyDocument, ...], standing: Function) -> bool:
    """Whether Lambda may take the role on; where no trust was told, nothing is known of it."""
    trust = [one for one in policies if one.source is Source.TRUST]
    request = Request("sts:AssumeRole", (standing.role_arn,), _LAMBDA)
    return not trust or decide(trust, request).allowed


def _untrusted(call: Called, role: str, policies: tuple[PolicyDocument, ...]) -> Verdict:
    trust = next(json.loads(one.text) for one in policies if one.source is Source.TRUST)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": _LAMBDA},
        "Action": "sts:AssumeRole",
    }
    command = aws(
        "iam update-assume-role-policy",
        role_name=role,
        policy_document={**trust, "Statement": [*statements_of(trust), statement]},
    )
    return Verdict(
        Status.FAIL,
        f"The role {role} of the function {name_of(call.arn)} does not trust Lambda",
        "The function cannot run without its role.",
        (Exhibit(f"trust policy of {role}", f"sts:AssumeRole: not allowed to {_LAMBDA}"),),
        (
            Help(
                "Let Lambda take the role on; whoever else may goes on so, and where a "
                "statement denies it, take that out.",
                commands=(command,),
                applies=Applies.CONFIRM,
                wait_seconds=60,
            ),
        ),
    )


def _unusable(evidence: Evidence, begin: Start, call: Called, asked: "_Asked") -> Iterator[Lack]:
    """The key of the queue, where the role may not use it; raises CouldNotLook.

    Where nobody may write with it either, RX103 tells, and its mend lets the role in.
    """
    standing = queue(evidence, call.source) if call.by == "sqs" and call.source else None
    if standing is None or standing.key is None:
        return
    tellers = (t for t, q in queues(evidence, begin, Unseen()) if q.arn == standing.arn)
    if any(_keys.missing(evidence, locked(teller, standing)) for teller in tellers):
        return
    found = _keys.key(evidence, standing.key)
    if found is not None and not found.managed:
        yield from asked.lacking([("kms:Decrypt", found.arn)], _keys.policy_of(found))


def _reading(begin: Start) -> Iterator[Lack]:
    partition = partition_of(begin.region)
    for one in begin.stored:
        yield "s3:GetObject", f"arn:{partition}:s3:::{one.bucket}/{one.prefix}*"


def _cannot_read(call: Called, role: str, lacking: tuple[Lack, ...]) -> Verdict:
    return Verdict(
        Status.WARN,
        f"The role {role} does not let {name_of(call.arn)} read the stored mail",
        "A function that forwards must read it; one that only counts need not.",
        _exhibits(lacking),
        (_mend(role, lacking),),
    )


def _gone(call: Called, role: str) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"The role {role} of the function {name_of(call.arn)} does not exist",
        "The function cannot run without it.",
        (Exhibit(f"GetRole {role}", "no such role"),),
        (Help("Make the role again: `sendas apply` does it for a stack of its own."),),
    )


def _fail(call: Called, role: str, lacking: tuple[Lack, ...]) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"The role {role} does not let {name_of(call.arn)} do {_actions(lacking)}",
        "Every run fails at it until the notice is given up; the mail stays in the bucket.",
        _exhibits(lacking),
        (_mend(role, lacking),),
    )


def _warn(call: Called, role: str, lacking: tuple[Lack, ...]) -> Verdict:
    return Verdict(
        Status.WARN,
        f"The role {role} does not let {name_of(call.arn)} do {_actions(lacking)}",
        "Mail goes on without it; its log, its quarantine or its refusals do not work.",
        _exhibits(lacking),
        (_mend(role, lacking),),
    )


def _actions(lacking: tuple[Lack, ...]) -> str:
    return ", ".join(dict.fromkeys(action for action, _ in lacking))


def _exhibits(lacking: tuple[Lack, ...]) -> tuple[Exhibit, ...]:
    return tuple(Exhibit(f"{action} on {resource}", "not allowed") for action, resource in lacking)


def _mend(role: str, lacking: tuple[Lack, ...]) -> Help:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in lacking
    ]
    command = aws(
        "iam put-role-policy",
        role_name=role,
        policy_name="sendas-mail",
        policy_document={"Version": "2012-10-17", "Statement": statements},
    )
    return Help(
        f"Give the role what it lacks, beside what it has; where a policy denies it, take "
        f"the denial out.  For a stack of its own, `sendas apply` puts {role} right.",
        commands=(command,),
        applies=Applies.CONFIRM,
        wait_seconds=60,
    )


def _wanted(
    rights: Iterable[Right], call: Called, names: Names, *, answers: bool
) -> Iterator[Lack]:
    """Each action that *rights* ask for here, with its resource; *answers*: it signs aliases."""
    for right in rights:
        if right is TAKING_NOTICES:
            if call.by != "sqs" or not call.source:
                continue
            asked = replace(right, resources=(call.source,))
        elif right.when is When.ALWAYS or (right.when is When.ANSWERING and answers):
            asked = right
        else:
            continue
        for pattern in asked.resources:
            for resource in filled(pattern, names):
                yield from ((action, resource) for action in asked.actions)


def _names(evidence: Evidence, begin: Start, standing: Function, routes: Place) -> Names:
    """What stands here for each name of sendas's rights."""
    account = see(evidence.caller, "GetCallerIdentity").account_id
    identity = domain_identity(evidence)
    sets = (identity.configuration_set,) if identity and identity.configuration_set else ()
    stored = tuple(one.prefix for one in begin.stored if one.bucket == routes.bucket)
    return {
        **EVERYWHERE,
        "partition": (partition_of(begin.region),),
        "region": (begin.region,),
        "account": (account,),
        "domain": (evidence.subject.domain,),
        "answered": (evidence.subject.domain,),
        "root": (name_of(standing.arn),),
        "bucket": (routes.bucket,),
        "prefix": stored or ("",),
        "configuration_set": sets,
        # In the sandbox only, and who the targets are is the routes' to say.
        "targets": (),
    }


class _Asked:
    """What a role is asked for."""

    def __init__(
        self, evidence: Evidence, policies: tuple[PolicyDocument, ...], standing: Function
    ) -> None:
        domain = evidence.subject.domain
        self._policies = tuple(one for one in policies if one.source is not Source.TRUST)
        self._buckets, self._role = evidence.buckets, standing.role_arn
        self._context = {
            "ses:FromAddress": (f"forwarded@{domain}",),
            "aws:SecureTransport": ("true",),
        }

    def lacking(self, wanted: Iterable[Lack], *beside: PolicyDocument) -> Iterator[Lack]:
        """What of *wanted* is not allowed by the policies, the bucket's, and those *beside*."""
        for action, resource in dict.fromkeys(wanted):
            tried = resource if resource == "*" else resource.replace("*", _SOME)
            request = Request(action, (tried,), self._role, self._context)
            documents = (*self._policies, *self._on_bucket(tried), *beside)
            if not decide(documents, request).allowed:
                yield action, resource

    def _on_bucket(self, resource: str) -> Iterator[PolicyDocument]:
        """The policy of the bucket that *resource* lies in, where it was seen."""
        name = resource.partition(":s3:::")[2].partition("/")[0]
        bucket = self._buckets.get(name)
        if isinstance(bucket, Bucket) and bucket.policy:
            yield PolicyDocument(f"policy of {name}", Source.BUCKET, bucket.policy, name)


RULE = Rule(
    code="RX106",
    title="The function's role lets it read the mail and send it on",
    layer=Layer.RECEIVE,
    owner=Owner.IAM,
    severity=Severity.HIGH,
    judge=judge,
    explained_by=("RX105",),
)
