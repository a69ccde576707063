"""Whether the policies let the SMTP user send as the domain, and what stands in the way."""

import re

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.iam._texts import access_denied
from sendas.doctor.rules.identity._sending import regions_that_verified, sending_identity
from sendas.iam.policy import Decision, Gap, Miss, PolicyDocument, Request, Source, Unmet, decide
from sendas.iam.statement import Effect
from sendas.outcome import see
from sendas.ses.account_state import Account
from sendas.ses.identity import Identity
from sendas.ses.regions import Region, partition_of


SEND = "ses:SendRawEmail"
"""What SMTP asks leave for (SES guide, "Controlling access")."""

_NEVER_THERE = frozenset(
    {
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
    }
)
"""Keys that no request has: an access key is used without MFA, and Gmail comes through no VPC
endpoint (IAM guide, "Global condition context keys")."""
_BOTH = [SEND, "ses:SendEmail"]
# IAM limits inline policy names to these (IAM API, PutUserPolicy).
_NOT_IN_POLICY_NAME = re.compile(r"[^\w+=,.@-]")


class Fault(Enum):
    """What stands in the way, one fault for one rule."""

    ACTION = auto()
    RESOURCE = auto()
    CONDITION = auto()
    DENIED = auto()
    BOUNDARY = auto()


@dataclass(frozen=True, slots=True)
class Grant:
    """The decision on one message.  *doubtful*: it hangs on what this run cannot know."""

    user: str
    account_id: str
    request: Request
    decision: Decision
    documents: tuple[PolicyDocument, ...]
    fault: Fault | None
    doubtful: bool = False
    in_sandbox: bool = False

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """The request, and each Allow that does not apply."""
        asked = f"{self.request.action} on {self.decision.resource} by {self.user}"
        shown = [Exhibit(asked, str(self.decision.outcome))]
        shown += [Exhibit("policy", str(miss)) for miss in self.counting]
        if self.decision.document:
            shown.append(Exhibit(f"{self.decision.document.source} policy", self.decider))
        return tuple(shown)

    @property
    def counting(self) -> tuple[Miss, ...]:
        """The misses among documents meant to let the user do things."""
        return counting(self.decision)

    @property
    def decider(self) -> str:
        """The document and statement that decided, for people."""
        document, statement = self.decision.document, self.decision.statement
        name = document.name if document else "no policy"
        return f"{name} ({statement.name})" if statement else name


def counting(decision: Decision) -> tuple[Miss, ...]:
    """The Allow statements that could have let the user send, and did not."""
    aside = {Source.BOUNDARY, Source.IDENTITY}
    return tuple(miss for miss in decision.misses if miss.document.source not in aside)


def grant(evidence: Evidence) -> Grant | None:
    """What the policies decide about a message from the domain.

    None where it is not asked: no such key, which the password rules tell.
    Without an identity here, the question is about the one that ought to be.

    Raises:
        CouldNotLook: Policies, key, identity or account number were not told.
    """
    key = see(evidence.iam.key, "the access key")
    if key is None:
        return None
    account_id = see(evidence.caller, "GetCallerIdentity").account_id
    policies = see(evidence.iam.policies, f"the policies of {key.user}")
    identity = sending_identity(evidence)
    documents = (*policies, *_own_policies(identity))
    region = evidence.subject.region
    request = Request(
        SEND,
        _resources(evidence, identity, account_id, region),
        f"arn:{partition_of(region)}:iam::{account_id}:user/{key.user}",
        _context(evidence),
    )
    decision = decide(documents, request)
    fault, doubtful = _fault(decision, request.context)
    # What hangs on something unknown is decided once SES has refused.
    doubtful = doubtful and not _was_refused(evidence)
    if fault is Fault.RESOURCE and identity is None:
        # Written for the Region where the domain is verified: ID001's fault, no second one.
        for there in regions_that_verified(evidence):
            moved = replace(request, resources=_resources(evidence, None, account_id, there))
            fault = None if decide(documents, moved).allowed else fault
    account = evidence.here.account
    in_sandbox = isinstance(account, Account) and account.in_sandbox
    return Grant(key.user, account_id, request, decision, documents, fault, doubtful, in_sandbox)


def _was_refused(evidence: Evidence) -> bool:
    domain = evidence.subject.domain
    return any(
        refusal.identity.rpartition("@")[2].lower() == domain
        for refusal in access_denied(evidence)
    )


def _own_policies(identity: Identity | None) -> tuple[PolicyDocument, ...]:
    if identity is None:
        return ()
    return tuple(
        PolicyDocument(name, Source.IDENTITY, text, identity.name)
        for name, text in identity.policies.items()
    )


def _resources(
    evidence: Evidence, identity: Identity | None, account_id: str, region: Region
) -> tuple[str, ...]:
    prefix = f"arn:{partition_of(region)}:ses:{region}:{account_id}"
    name = identity.name if identity else evidence.subject.domain
    configuration_set = identity.configuration_set if identity else None
    more = (f"{prefix}:configuration-set/{configuration_set}",) if configuration_set else ()
    return (f"{prefix}:identity/{name}", *more)


def _context(evidence: Evidence) -> Mapping[str, tuple[str, ...]]:
    # The SMTP interface counts as API version 2 (FACTS 4); Gmail's own address
    # and the display name are not known to us, so their keys stay out.
    context: dict[str, tuple[str, ...]] = {
        "ses:ApiVersion": ("2",),
        "aws:SecureTransport": ("true",),
        "aws:CurrentTime": (evidence.observed_at.isoformat(),),
        "aws:EpochTime": (str(int(evidence.observed_at.timestamp())),),
        "aws:RequestedRegion": (evidence.subject.region,),
    }
    if evidence.subject.from_address:
        context["ses:FromAddress"] = (evidence.subject.from_address,)
    if evidence.subject.to_address:
        context["ses:Recipients"] = (evidence.subject.to_address,)
    return context


def _fault(
    decision: Decision, context: Mapping[str, tuple[str, ...]]
) -> tuple[Fault | None, bool]:
    known = {key.lower() for key in context} | _NEVER_THERE
    if decision.allowed:
        return None, False
    if decision.at_boundary:
        return Fault.BOUNDARY, False
    if decision.statement and decision.statement.effect is Effect.DENY:
        keys = {condition.key.lower() for condition in decision.statement.conditions}
        fault = Fault.CONDITION if any(k.startswith("ses:") for k in keys) else Fault.DENIED
        return fault, not keys <= known
    gaps: dict[Gap, list[Miss]] = {}
    for miss in counting(decision):
        gaps.setdefault(miss.gap, []).append(miss)
    if Gap.CONDITION in gaps:
        doubtful = any(
            all(unmet.given is None and not _is_known(unmet, known) for unmet in miss.unmet)
            for miss in gaps[Gap.CONDITION]
        )
        return Fault.CONDITION, doubtful
    return (Fault.RESOURCE if Gap.RESOURCE in gaps else Fault.ACTION), False


def _is_known(unmet: Unmet, known: Collection[str]) -> bool:
    return unmet.condition.key.lower() in known


def least_statement(resources: tuple[str, ...]) -> dict[str, object]:
    """The least that sending takes, by SMTP and by API, on every resource involved."""
    resource: object = list(resources) if len(resources) > 1 else resources[0]
    return {"Effect": "Allow", "Action": _BOTH, "Resource": resource}


def least_policy(resources: tuple[str, ...]) -> dict[str, object]:
    """A whole document of that one statement."""
    return {"Version": "2012-10-17", "Statement": [least_statement(resources)]}


def put_policy(found: Grant, domain: str, *more_resources: str) -> str:
    """The command that gives the user the least policy, beside what he has.

    In the sandbox SES asks for the recipients' identities as well (FACTS 4), whoever they are.
    """
    identity = found.request.resources[0]
    if found.in_sandbox and not more_resources:
        more_resources = (f"{identity.partition(':identity/')[0]}:identity/*",)
    return aws(
        "iam put-user-policy",
        user_name=found.user,
        policy_name=_NOT_IN_POLICY_NAME.sub("-", f"send-as-{domain}"),
        policy_document=least_policy((*found.request.resources, *more_resources)),
    )


def allow(found: Grant, domain: str) -> Help:
    """Give the user a policy of its own that is enough, and leave the others alone."""
    return Help(
        f"Give the user {found.user} an inline policy that allows sending as {domain}; "
        "what stands already may stay.",
        commands=(put_policy(found, domain),),
        applies=Applies.CONFIRM,
        wait_seconds=60,
        verify_by="send a test message; the login alone does not ask the policies",
    )
