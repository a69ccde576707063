"""Who may send as what, decided from policies and never guessed from names; pure.

Sees what IAM shows: policies of users, roles, groups and identities, and boundaries.
Does not see service control policies, so it may name somebody too many and leaves out
nobody.  The configuration set is not asked about: who may not use the one that an
identity has by default is named all the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sendas.iam.condition import Condition
from sendas.iam.policy import PolicyDocument, Request, Source
from sendas.iam.possible import possible
from sendas.iam.principal import Kind, Principal
from sendas.iam.statement import Effect, Statement, parse_statements
from sendas.iam.wildcard import matches
from sendas.mail.address import domain_of
from sendas.ses.identity import Identity
from sendas.ses.regions import Region, partition_of


SMTP_ACTION = "ses:SendRawEmail"
SEND_ACTIONS = (
    SMTP_ACTION,
    "ses:SendEmail",
    "ses:SendTemplatedEmail",
    "ses:SendBulkEmail",
    "ses:SendBulkTemplatedEmail",
)
_FROM = "ses:fromaddress"
_ANYBODY = "sendas-anybody"
"""A local-part that no policy names: who may send as it may send as any address."""


@dataclass(frozen=True, slots=True)
class MaySend:
    """As what somebody may send from one identity in one Region.

    *addresses* are patterns: ``me@example.com``, or ``*@example.com`` for any.  *smtp*:
    also over SMTP, which takes `SMTP_ACTION`.  *needs* is what a request must say besides,
    empty if nothing.
    """

    identity: str
    region: Region
    addresses: tuple[str, ...]
    smtp: bool
    needs: str = ""


def identity_arn(identity: Identity, account_id: str) -> str:
    """IAM's name of an identity."""
    partition = partition_of(identity.region)
    return f"arn:{partition}:ses:{identity.region}:{account_id}:identity/{identity.name}"


def may_send(
    principal: Principal, identities: Iterable[Identity], account_id: str, now: datetime
) -> tuple[MaySend, ...]:
    """Everything that *principal* may send as.

    Raises:
        MalformedPolicy: A policy cannot be read, so nothing is known.
        TooManyConditions: It could not be found out.
    """
    found = []
    for identity in identities:
        documents = (*principal.documents, *policies_of(identity))
        actions = [action for action in SEND_ACTIONS if _mentioned(documents, action)]
        if not actions:
            continue
        ways = _Ways(principal, documents, identity_arn(identity, account_id), now)
        one = _from_identity(ways, identity, actions)
        if one is not None:
            found.append(one)
    return tuple(found)


def policies_of(identity: Identity) -> Iterator[PolicyDocument]:
    """The sending authorization policies that lie on it."""
    for name, text in identity.policies.items():
        yield PolicyDocument(name, Source.IDENTITY, text, identity.name)


def _mentioned(documents: Iterable[PolicyDocument], action: str) -> bool:
    """Whether any document allows the action at all: for most principals none does."""
    return any(
        statement.effect is Effect.ALLOW and statement.covers_action(action)
        for document in documents
        if document.source is not Source.BOUNDARY
        for statement in parse_statements(document.text)
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    principal: Principal
    documents: tuple[PolicyDocument, ...]
    arn: str
    now: datetime

    def open(self, action: str, address: str) -> str | None:
        """What a request must say for it to be allowed; None if it never is."""
        context: dict[str, tuple[str, ...]] = {
            "ses:FromAddress": (address,),
            # SES guide: SMTP counts as version 2; STARTTLS or TLS is always on.
            "ses:ApiVersion": ("2",),
            "aws:SecureTransport": ("true",),
            "aws:CurrentTime": (f"{self.now:%Y-%m-%dT%H:%M:%SZ}",),
            "aws:EpochTime": (str(int(self.now.timestamp())),),
        }
        context |= {
            f"aws:PrincipalTag/{name}": (value,) for name, value in self.principal.tags.items()
        }
        request = Request(action, (self.arn,), self.principal.arn, context)
        found = possible(self.documents, request)
        return None if found is None else str(found)


def _from_identity(ways: _Ways, identity: Identity, actions: list[str]) -> MaySend | None:
    addresses: list[str] = []
    needs: list[str] = []
    smtp = False
    for pattern, example in _candidates(ways.documents, identity):
        opened = {a: need for a in actions if (need := ways.open(a, example)) is not None}
        if not opened:
            continue
        addresses.append(pattern)
        needs.append(opened.get(SMTP_ACTION) or next(iter(opened.values())))
        smtp = smtp or SMTP_ACTION in opened
        if pattern.startswith("*@"):
            break
    if not addresses:
        return None
    told = "" if "" in needs else " or ".join(dict.fromkeys(needs))
    return MaySend(identity.name, identity.region, tuple(addresses), smtp, told)


def _candidates(
    documents: tuple[PolicyDocument, ...], identity: Identity
) -> Iterator[tuple[str, str]]:
    """Patterns of addresses to ask about, each with an address that fits it."""
    if identity.is_address:
        yield identity.name, identity.name
        return
    yield f"*@{identity.name}", f"{_ANYBODY}@{identity.name}"
    for wanted in dict.fromkeys(_named(documents)):
        domain = domain_of(wanted)
        example = wanted.replace("*", "x").replace("?", "x")
        ours = domain == identity.name or domain.endswith(f".{identity.name}")
        if ours or ("*" in domain and matches(domain.lower(), identity.name)):
            if "*" in domain:
                example = f"{example.partition('@')[0]}@{identity.name}"
            yield wanted, example


def _named(documents: Iterable[PolicyDocument]) -> Iterator[str]:
    for condition in _conditions(documents):
        if condition.key.lower() == _FROM:
            yield from (one for one in condition.wanted if "@" in one and "${" not in one)


def _conditions(documents: Iterable[PolicyDocument]) -> Iterator[Condition]:
    for document in documents:
        for statement in parse_statements(document.text):
            yield from statement.conditions


# What goes beyond sending ----------------------------------------------------------


def beyond_sending(principal: Principal, account_id: str, now: datetime) -> tuple[str, ...]:
    """The action patterns that *principal* is allowed and sending does not take.

    What a boundary or a Deny takes away again is not among them.

    Raises:
        MalformedPolicy: A policy cannot be read.
        TooManyConditions: It could not be found out.
    """
    found: dict[str, None] = {}
    for document in principal.documents:
        if document.source is Source.BOUNDARY:
            continue
        for statement in parse_statements(document.text):
            if statement.effect is Effect.ALLOW:
                for pattern in _beyond(statement):
                    if pattern not in found and _opened(
                        principal, statement, pattern, account_id, now
                    ):
                        found[pattern] = None
    return tuple(found)


def _beyond(statement: Statement) -> Iterator[str]:
    if statement.actions.inverted:
        yield str(statement.actions)
        return
    for pattern in statement.actions.values:
        if not pattern.lower().startswith("ses:send"):
            yield pattern


def _opened(
    principal: Principal, statement: Statement, pattern: str, account_id: str, now: datetime
) -> bool:
    example = "sendas:Probe" if statement.actions.inverted or pattern == "*" else pattern
    example = example.replace("*", "Probe").replace("?", "x")
    resources = statement.resources
    named = resources.values if resources and not resources.inverted else ("*",)
    context = {"aws:CurrentTime": (f"{now:%Y-%m-%dT%H:%M:%SZ}",)}
    arns = [_an_arn(one, account_id) for one in named]
    return any(
        possible(principal.documents, Request(example, (arn,), principal.arn, context))
        for arn in arns
    )


def _an_arn(pattern: str, account_id: str) -> str:
    """One resource that fits *pattern*, in this account where it leaves that open."""
    parts = pattern.split(":", 5)
    if len(parts) > 5 and parts[4] in {"*", "?"}:  # noqa: PLR2004  an ARN has six parts
        parts[4] = account_id
    return ":".join(parts).replace("*", "x").replace("?", "x")


# Strangers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody outside the account whom an identity's policy lets send."""

    identity: str
    region: Region
    principals: tuple[str, ...]
    """ARNs, account numbers, services, or ``*`` for everybody."""
    policy: str
    conditions: tuple[str, ...] = ()


def foreign_senders(identities: Iterable[Identity], account_id: str) -> tuple[Foreign, ...]:
    """Who else may send as *identities*: only their policies let another account do so.

    Raises:
        MalformedPolicy: A policy cannot be read.
    """
    found = []
    for identity in identities:
        for document in policies_of(identity):
            for statement in parse_statements(document.text):
                if statement.effect is not Effect.ALLOW or not any(
                    map(statement.covers_action, SEND_ACTIONS)
                ):
                    continue
                strangers = _strangers(statement, account_id)
                if strangers:
                    conditions = tuple(
                        f"{c.key} {c.written} {', '.join(c.wanted)}" for c in statement.conditions
                    )
                    found.append(
                        Foreign(
                            identity.name, identity.region, strangers, document.name, conditions
                        )
                    )
    return tuple(found)


def _strangers(statement: Statement, account_id: str) -> tuple[str, ...]:
    principals = statement.principals
    if principals is None:
        return ()
    if principals.inverted:
        return (f"everybody but {', '.join(name for _, name in principals.names)}",)
    return tuple(name for _, name in principals.names if f":{account_id}:" not in f":{name}:")


def assumed_by(principal: Principal) -> tuple[str, ...]:
    """Who may take on a role, by its trust policy: ARNs, accounts, services, providers.

    Raises:
        MalformedPolicy: The trust policy cannot be read.
    """
    if principal.kind is not Kind.ROLE or not principal.trust:
        return ()
    found: dict[str, None] = {}
    for statement in parse_statements(principal.trust):
        if statement.effect is Effect.ALLOW and statement.principals is not None:
            names = (name for _, name in statement.principals.names)
            found |= dict.fromkeys(
                f"not {n}" if statement.principals.inverted else n for n in names
            )
    return tuple(found)
