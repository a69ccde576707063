"""What somebody must be allowed to do at AWS, and why: the shape of the one table of rights.

Each room states its rights in a ``rights`` module beside what calls AWS.
`sendas.operator` gathers them for ``sendas policy``, `sendas.aws.own_rights`
decides which of them a caller lacks, and the template's roles are made of them.

Source of the actions and of what can limit them: Service Authorization
Reference; of what CloudFormation calls in the operator's name: the handlers in
the schemas of its resource types.
"""

import re

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, count, product
from typing import TypeAlias

from sendas.errors import CouldNotLook


class Verb(StrEnum):
    """The commands that ask AWS, each needing more or less than another."""

    INIT = "init"
    RECORDS = "records"
    DOCTOR = "doctor"
    PROVE = "prove"
    """`sendas doctor --prove`, which sends and deletes mail of its own."""
    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    GMAIL = "gmail"
    CREDENTIALS = "credentials"
    MAIL = "mail"
    REPLY = "reply"
    RELAY = "relay"
    TRACE = "trace"
    REPORTS = "reports"
    SUPPRESSION = "suppression"
    WATCH = "watch"


class Role(StrEnum):
    """Who is made by sendas and acts for itself."""

    FORWARDER = "forwarder"
    """The function's role."""
    WATCHER = "watcher"
    """The role of the function that looks once a day."""
    MAILBOX = "mailbox"
    """The user whose key's password sends as one address."""
    CATCH_ALL = "catch-all"
    """The user that sends as any address at the domain."""


class When(StrEnum):
    """What a domain, or the command line, must want for a right to be needed."""

    ALWAYS = "always"
    RECEIVING = "receiving"
    FORWARDING = "forwarding"
    SENDING = "sending"
    """Mailboxes have users of their own that send."""
    ANSWERING = "answering"
    """Mailboxes are written as by answering, so that aliases are signed."""
    REMEMBERING = "remembering"
    """SES's events about sent mail are kept: `sendas trace`."""
    TOLD_BY_SET = "told-by-set"
    """… by a configuration set that stood before."""
    TOLD_BY_IDENTITY = "told-by-identity"
    """… by the notifications of an identity that stood before."""
    WATCHING = "watching"
    """A function looks once a day: `sendas watch`."""
    TENDING = "tending"
    """That function looks after credentials: each is proven once a month."""
    ROTATING = "rotating"
    """It makes the next password of mailboxes by itself, too."""
    REPORTING = "reporting"
    """Receivers' reports come to an address at the domain: `sendas reports`."""
    OWN_IDENTITY = "own-identity"
    """The stack makes the domain's identity; it did not stand before."""
    ROUTE53 = "route53"
    """The records are put into a zone of this account."""
    SANDBOX = "sandbox"
    """The account is in SES's sandbox, so targets have to click a link."""
    PRODUCTION = "production"
    """`apply --request-production`."""
    BOUNDED = "bounded"
    """A permissions boundary binds what sendas makes."""
    MAKING_BOUNDARY = "making-boundary"
    """The permissions boundary is not there yet.  Whoever makes it says what it lets through,
    so no operator's policy has it."""
    DELETING_MAIL = "deleting-mail"
    """`destroy --delete-mail`."""
    IF_ASKED = "if-asked"
    """Only for what some ways of typing the command ask for."""
    IF_THERE = "if-there"
    """Only where something turns out to be there that is not there as a rule."""


Holder: TypeAlias = Verb | Role

RUNS: Mapping[Verb, tuple[Verb, ...]] = {
    Verb.PROVE: (Verb.DOCTOR,),
    Verb.PLAN: (Verb.RECORDS,),
    Verb.APPLY: (Verb.PLAN, Verb.RECORDS, Verb.DOCTOR),
    Verb.WATCH: (Verb.DOCTOR,),
}
"""Commands that do what another does as well, and so need its rights."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition of a grant: *operator* on *key*; *values* are patterns as resources are.

    Where a place has nothing for a name in *values* there is no such condition.
    """

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """Actions that are needed on each of the same resources.

    *actions* are IAM's names, such as ``ses:GetAccount``.  *resources* are ARN
    patterns, in braces what a place fills in (`EVERYWHERE` lists it), or `ANYTHING`
    where AWS knows no resources for the actions.
    """

    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    holders: tuple[Holder, ...]
    when: When = When.ALWAYS
    limits: tuple[Limit, ...] = ()

    def held_by(self, holder: Holder) -> bool:
        """Whether *holder* needs it, by itself or since it runs another that does."""
        needing = {holder, *(RUNS.get(holder, ()) if isinstance(holder, Verb) else ())}
        return not needing.isdisjoint(self.holders)


ANYTHING = "*"

Place: TypeAlias = Mapping[str, tuple[str, ...]]
"""What stands for each name in braces: each of several, a wildcard where nobody knows."""

BOUNDARY_NAME = "sendas-boundary"
"""What the permissions boundary is called where nobody says otherwise."""

EVERYWHERE: Place = {
    "partition": ("aws",),
    "region": ("*",),
    "account": ("*",),
    "domain": ("*",),
    "root": ("sendas-*",),
    "bucket": ("sendas-*",),
    "prefix": ("",),
    "configuration_set": ("*",),
    "users": ("sendas-*",),
    "senders": ("sendas-*",),
    "turning": ("sendas-*",),
    "turning_old": ("sendas-*",),
    "secrets": ("sendas/smtp/*",),
    "parameters": ("sendas/smtp/*",),
    "turning_secrets": ("sendas/smtp/*",),
    "turning_parameters": ("sendas/smtp/*",),
    "tended": ("sendas-*",),
    "tended_secrets": ("sendas/smtp/*",),
    "tended_parameters": ("sendas/smtp/*",),
    "targets": ("*",),
    "answered": ("*",),
    "address": ("*",),
    "zone": ("*",),
    "boundary": (BOUNDARY_NAME,),
    "relay_bucket": (),
    "relay_queue": (),
    "oneself": ("${aws:username}",),
}
"""Whatever sendas makes, in any account; each name that a pattern may hold.

What relays share has a name that only the file gives: without one no bucket is anybody's.
"""

_NAME = re.compile(r"(?<!\$)\{([a-z_]+)\}")


def filled(pattern: str, place: Place) -> tuple[str, ...]:
    """*pattern* with its names filled in from *place*, once for each combination of them."""
    names = tuple(dict.fromkeys(_NAME.findall(pattern)))
    return tuple(
        _NAME.sub(lambda name: values[name[1]], pattern)  # noqa: B023  used at once
        for values in (
            dict(zip(names, chosen, strict=True))
            for chosen in product(*(place[name] for name in names))
        )
    )


def rights_of(rights: Iterable[Right], holders: Iterable[Holder]) -> tuple[Right, ...]:
    """Those that one of *holders* needs."""
    wanted = tuple(holders)
    return tuple(right for right in rights if any(map(right.held_by, wanted)))


def actions_of(rights: Iterable[Right], holders: Iterable[Holder]) -> frozenset[str]:
    """Every action that *holders* need, by IAM's names."""
    return frozenset(a for right in rights_of(rights, holders) for a in right.actions)


Statement: TypeAlias = dict[str, object]


def statements(rights: Iterable[Right], places: Iterable[Place]) -> Iterator[Statement]:
    """IAM's statements: one for each set of resources and conditions, its actions in order."""
    grouped: dict[tuple[tuple[str, ...], tuple[Limit, ...]], set[str]] = {}
    everywhere = tuple(places)
    for right in rights:
        arns = _everywhere(right.resources, everywhere)
        limits = _limits(right, everywhere)
        grouped.setdefault((arns, limits), set()).update(right.actions)
    for (arns, limits), actions in grouped.items():
        if arns:
            yield _statement(sorted(actions), arns, limits)


def named_statements(rights: Iterable[Right], place: Place) -> Iterator[Statement]:
    """The statement of each right that concerns something, called after its reason.

    Rights may have a reason, or all of its letters, in common; the names of one policy's
    statements may not (IAM guide, "IAM JSON policy elements: Sid"): the second has a number.
    """
    taken: set[str] = set()
    for right in rights:
        arns = _everywhere(right.resources, (place,))
        if arns:
            sid = _sid(right.why, taken)
            taken.add(sid.casefold())
            limits = _limits(right, (place,))
            yield {"Sid": sid, **_statement(list(right.actions), arns, limits)}


def _sid(why: str, taken: Collection[str]) -> str:
    # IAM guide, "IAM JSON policy elements: Sid": letters and digits only.
    sid = "".join(word.capitalize() for word in re.findall(r"[A-Za-z0-9]+", why))
    numbered = (f"{sid}{number}" for number in count(2))
    return next(one for one in chain([sid], numbered) if one.casefold() not in taken)


def document(statements: Iterable[Statement]) -> dict[str, object]:
    """A policy of those statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy_of(
    rights: Iterable[Right], role: Role, place: Place, when: Collection[When] = tuple(When)
) -> dict[str, object]:
    """The policy of what sendas makes, at a place, where *when* holds."""
    wanted = (right for right in rights_of(rights, [role]) if right.when in when)
    return document(named_statements(wanted, place))


def _limits(right: Right, places: Iterable[Place]) -> tuple[Limit, ...]:
    everywhere = tuple(places)
    filled_in = (
        Limit(one.operator, one.key, _everywhere(one.values, everywhere)) for one in right.limits
    )
    return tuple(one for one in filled_in if one.values)


def _everywhere(patterns: Iterable[str], places: Iterable[Place]) -> tuple[str, ...]:
    everywhere = tuple(places)
    found = {one for p in patterns for at in everywhere for one in filled(p, at)}
    return (ANYTHING,) if ANYTHING in found else tuple(sorted(found))


def _statement(actions: list[str], arns: tuple[str, ...], limits: tuple[Limit, ...]) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Action": _one_or_many(tuple(actions)),
        "Resource": _one_or_many(arns),
    }
    if limits:
        condition: dict[str, dict[str, object]] = {}
        for limit in limits:
            condition.setdefault(limit.operator, {})[limit.key] = _one_or_many(limit.values)
        statement["Condition"] = condition
    return statement


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


class NotPermitted(CouldNotLook):
    """A permission is missing; nothing was changed."""


def missing_text(actions: Iterable[str], verb: Verb) -> str:
    """For people: which permissions *verb* lacks, and what prints them all."""
    named = ", ".join(sorted(actions))
    return f"permissions missing: {named}; `sendas policy {verb}` prints all that it needs"


# Patterns that several rooms use ---------------------------------------------------

IDENTITY = "arn:{partition}:ses:{region}:{account}:identity/{domain}"
IDENTITIES_ANYWHERE = "arn:{partition}:ses:*:{account}:identity/*"
TARGETS = "arn:{partition}:ses:{region}:{account}:identity/{targets}"
"""Whoever mail is forwarded to: in the sandbox an identity, too."""
CONFIGURATION_SET = "arn:{partition}:ses:{region}:{account}:configuration-set/{configuration_set}"
STACK = "arn:{partition}:cloudformation:{region}:{account}:stack/{root}/*"
BUCKET = "arn:{partition}:s3:::{bucket}"
OBJECTS = "arn:{partition}:s3:::{bucket}/*"
EVENTS = "arn:{partition}:s3:::{bucket}/sendas/events/*"
"""The history of sent mail."""
REPORTS = "arn:{partition}:s3:::{bucket}/sendas/reports/*"
"""What receivers reported."""
TOPICS = "arn:{partition}:sns:{region}:{account}:{root}-*"
QUEUES = "arn:{partition}:sqs:{region}:{account}:{root}-*"
FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{root}"
WATCHER = "arn:{partition}:lambda:{region}:{account}:function:{root}-watch"
MAPPINGS = "arn:{partition}:lambda:{region}:{account}:event-source-mapping:*"
SCHEDULES = "arn:{partition}:events:{region}:{account}:rule/{root}-*"
ROLES = "arn:{partition}:iam::{account}:role/{root}-*"
OWN_USERS = "arn:{partition}:iam::{account}:user/{users}"
SENDERS = "arn:{partition}:iam::{account}:user/{senders}"
"""Every user that may send as a mailbox: both of each pair, and those that stood before."""
USERS = "arn:{partition}:iam::{account}:user/*"
ONESELF = "arn:{partition}:iam::{account}:user/{oneself}"
GROUPS = "arn:{partition}:iam::{account}:group/*"
POLICIES = "arn:{partition}:iam::*:policy/*"
BOUNDARY = "arn:{partition}:iam::{account}:policy/{boundary}"
BOUNDED = (Limit("ArnEquals", "iam:PermissionsBoundary", (BOUNDARY,)),)
"""Only what the boundary bounds: else whoever gives out policies could give out any."""
ALARMS = "arn:{partition}:cloudwatch:{region}:{account}:alarm:{root}-*"
LOG = "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{root}:*"
WATCHERS_LOG = "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{root}-watch:*"
LOGS = "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{root}*"
ZONES = "arn:{partition}:route53:::hostedzone/{zone}"
CHANGES = "arn:{partition}:route53:::change/*"
ALIAS_KEYS = "arn:{partition}:secretsmanager:{region}:{account}:secret:sendas/reply/{answered}-*"
SECRETS = "arn:{partition}:secretsmanager:{region}:{account}:secret:sendas/smtp/*"
"""The mailboxes' passwords in Secrets Manager, whatever the file says of where they are kept."""
OWN_SECRETS = "arn:{partition}:secretsmanager:{region}:{account}:secret:{secrets}"
"""The same where they are kept there."""
PARAMETERS = "arn:{partition}:ssm:{region}:{account}:parameter/sendas/smtp/*"
"""The same of Parameter Store; the slash that a parameter's name begins with stands once."""
OWN_PARAMETERS = "arn:{partition}:ssm:{region}:{account}:parameter/{parameters}"


def own_policies(*holders: Holder) -> tuple[Right, ...]:
    """What *holders* need in order to see what they may do, before they begin anything."""
    return (
        Right(
            "Whether all of it is allowed, before anything is begun",
            (
                "iam:GetUser",
                "iam:GetUserPolicy",
                "iam:ListAttachedUserPolicies",
                "iam:ListGroupsForUser",
                "iam:ListUserPolicies",
            ),
            (ONESELF,),
            holders,
        ),
        Right(
            "Policies of the groups one is in",
            ("iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"),
            (GROUPS,),
            holders,
        ),
        Right(
            "Managed policies",
            ("iam:GetPolicy", "iam:GetPolicyVersion"),
            (POLICIES,),
            holders,
        ),
    )
