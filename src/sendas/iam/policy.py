"""IAM policy documents, and what they decide about one request.

Source: IAM User Guide, "Policy evaluation logic" (deny by default, an explicit
deny wins, a permissions boundary must allow as well), "Policy evaluation for
requests within a single account" and "Cross-account policy evaluation logic".

Does not see what the account cannot show: service control policies, resource
control policies, and session policies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sendas.iam.condition import Condition, MalformedPolicy
from sendas.iam.statement import Effect, Statement, account_of, parse_statements
from sendas.iam.wildcard import Context


class Source(StrEnum):
    """Where a document binds the user from."""

    INLINE = "inline"
    MANAGED = "managed"
    GROUP = "group"
    BOUNDARY = "boundary"
    IDENTITY = "identity"
    """A sending authorization policy on the SES identity."""
    BUCKET = "bucket"
    """The policy of an S3 bucket."""
    QUEUE = "queue"
    """The policy of an SQS queue."""
    FUNCTION = "function"
    """Who may invoke a Lambda function."""
    TOPIC = "topic"
    """The policy of an SNS topic."""
    KEY = "key"
    """The policy of a KMS key."""
    TRUST = "trust"
    """Who may take on a role."""


_ON_RESOURCE = frozenset(
    {
        Source.IDENTITY,
        Source.BUCKET,
        Source.QUEUE,
        Source.FUNCTION,
        Source.TOPIC,
        Source.KEY,
        Source.TRUST,
    }
)


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One policy as IAM stores it; *text* is JSON, *holder* the user, group or identity."""

    name: str
    source: Source
    text: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One call to be decided.

    *resources* are ARNs that must all be allowed, as SES wants the identity
    and the configuration set.  *principal* is the ARN of the user who calls,
    or the name of a service, such as ``ses.amazonaws.com``.  *context* maps
    condition keys, in any letter case, to what the request says of them; what
    the principal's ARN tells (``aws:username`` and its kin) need not be said.
    """

    action: str
    resources: tuple[str, ...]
    principal: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Outcome(StrEnum):
    """How the request ends."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicit-deny"
    """Nothing allows it."""
    EXPLICIT_DENY = "explicit-deny"
    """A statement denies it, whatever else allows it."""


class Gap(StrEnum):
    """Why an Allow statement does not apply."""

    PRINCIPAL = "principal"
    ACTION = "action"
    RESOURCE = "resource"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that the request does not meet; *given* None: it says nothing of the key."""

    condition: Condition
    given: tuple[str, ...] | None

    def __str__(self) -> str:
        """For people: ``ses:FromAddress StringLike a@example.com, given b@example.com``."""
        wanted = ", ".join(self.condition.wanted)
        given = "absent" if self.given is None else f"given {', '.join(self.given) or 'nothing'}"
        return f"{self.condition.key} {self.condition.written} {wanted}, {given}"


@dataclass(frozen=True, slots=True)
class Miss:
    """An Allow statement, and the first thing because of which it does not apply."""

    document: PolicyDocument
    statement: Statement
    gap: Gap
    resource: str
    unmet: tuple[Unmet, ...] = ()

    def __str__(self) -> str:
        """For people: ``mail (statement 1) allows ses:SendEmail only``."""
        where = f"{self.document.name} ({self.statement.name})"
        match self.gap:
            case Gap.PRINCIPAL:
                return f"{where} is for other principals"
            case Gap.ACTION:
                return f"{where} allows {self.statement.actions} only"
            case Gap.RESOURCE:
                return f"{where} allows {self.statement.resources} only, not {self.resource}"
            case Gap.CONDITION:
                return f"{where} has a condition: {'; '.join(map(str, self.unmet))}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, and what decided it.

    *document* and *statement* are what allows or explicitly denies; both None
    where nothing applies, except that *document* is the permissions boundary
    when everything else allows and only the boundary does not.  *resource* is
    the one decided about: the first refused, or the last if all are allowed.
    *misses* are the Allow statements that do not apply to it, in the order given.
    """

    outcome: Outcome
    resource: str
    document: PolicyDocument | None = None
    statement: Statement | None = None
    misses: tuple[Miss, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.outcome is Outcome.ALLOWED

    @property
    def at_boundary(self) -> bool:
        """Whether only the permissions boundary stands in the way."""
        return self.outcome is Outcome.IMPLICIT_DENY and self.document is not None


def decide(documents: Iterable[PolicyDocument], request: Request) -> Decision:
    """What *documents*, all that bind the principal or lie on the resource, decide.

    Without a single document everything is denied.

    Raises:
        MalformedPolicy: One of them cannot be read; names it.
    """
    read = tuple((document, _read(document)) for document in documents)
    context = _context(request)
    decisions = [
        _Case(read, request, resource, context).decide() for resource in request.resources
    ]
    if not decisions:
        decisions = [_Case(read, request, "*", context).decide()]
    for wanted in (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY):
        for decision in decisions:
            if decision.outcome is wanted:
                return decision
    return decisions[-1]


def _read(document: PolicyDocument) -> tuple[Statement, ...]:
    try:
        return parse_statements(document.text)
    except MalformedPolicy as error:
        msg = f"policy {document.name}: {error}"
        raise MalformedPolicy(msg) from error


def _context(request: Request) -> Context:
    context = {key.lower(): values for key, values in request.context.items()}
    account = account_of(request.principal)
    if account:
        kind, _, path = request.principal.split(":", 5)[5].partition("/")
        known = {"aws:principalarn": request.principal, "aws:principalaccount": account}
        if kind == "user":
            known |= {"aws:username": path.rpartition("/")[2], "aws:principaltype": "User"}
        context = {key: (value,) for key, value in known.items()} | context
    return context


@dataclass(frozen=True, slots=True)
class _Case:
    """One resource of the request, held against every statement."""

    documents: tuple[tuple[PolicyDocument, tuple[Statement, ...]], ...]
    request: Request
    resource: str
    context: Context

    def decide(self) -> Decision:
        for document, statement in self._statements(Effect.DENY):
            if self._miss(document, statement) is None:
                return Decision(Outcome.EXPLICIT_DENY, self.resource, document, statement)
        bound = tuple(d for d, _ in self.documents if d.source is Source.BOUNDARY)
        grants, misses = self._grants()
        on_resource = [g for g in grants if g[0].source in _ON_RESOURCE]
        on_user = [
            g
            for g in grants
            if g[0].source not in _ON_RESOURCE and g[0].source is not Source.BOUNDARY
        ]
        direct = [g for g in on_resource if self._is_direct(g[1])]
        if self._is_foreign() and not (on_resource and on_user):
            return Decision(Outcome.IMPLICIT_DENY, self.resource, misses=misses)
        if direct and not self._is_foreign():
            # A grant to the principal itself needs no other, and no boundary limits it.
            return Decision(Outcome.ALLOWED, self.resource, *direct[0], misses)
        if not on_user:
            return Decision(Outcome.IMPLICIT_DENY, self.resource, misses=misses)
        if bound and not any(d.source is Source.BOUNDARY for d, _ in grants):
            return Decision(Outcome.IMPLICIT_DENY, self.resource, bound[0], None, misses)
        return Decision(Outcome.ALLOWED, self.resource, *on_user[0], misses)

    def _statements(self, effect: Effect) -> Iterator[tuple[PolicyDocument, Statement]]:
        for document, statements in self.documents:
            for statement in statements:
                if statement.effect is effect:
                    yield document, statement

    def _grants(self) -> tuple[list[tuple[PolicyDocument, Statement]], tuple[Miss, ...]]:
        grants, misses = [], []
        for document, statement in self._statements(Effect.ALLOW):
            miss = self._miss(document, statement)
            if miss is None:
                grants.append((document, statement))
            else:
                misses.append(miss)
        return grants, tuple(misses)

    def _is_direct(self, statement: Statement) -> bool:
        names = statement.principals
        return names is not None and not names.name_only_account(self.request.principal)

    def _is_foreign(self) -> bool:
        """Whether user and resource belong to different accounts, as far as the ARNs tell."""
        theirs, ours = account_of(self.resource), account_of(self.request.principal)
        # AWS's own managed policies stand in the account "aws", and everybody may read them.
        return bool(theirs and ours) and theirs not in {ours, "aws"}

    def _miss(self, document: PolicyDocument, statement: Statement) -> Miss | None:
        gap, unmet = self._gap(document, statement)
        return None if gap is None else Miss(document, statement, gap, self.resource, unmet)

    def _gap(
        self, document: PolicyDocument, statement: Statement
    ) -> tuple[Gap | None, tuple[Unmet, ...]]:
        if not self._concerns(document, statement):
            return Gap.PRINCIPAL, ()
        if not statement.covers_action(self.request.action):
            return Gap.ACTION, ()
        if not statement.covers_resource(self.resource, self.context):
            return Gap.RESOURCE, ()
        unmet = tuple(
            Unmet(condition, self.context.get(condition.key.lower()))
            for condition in statement.unmet(self.context)
        )
        return (Gap.CONDITION, unmet) if unmet else (None, ())

    def _concerns(self, document: PolicyDocument, statement: Statement) -> bool:
        if document.source not in _ON_RESOURCE:
            # A user's own documents say nothing of what a service does.
            return bool(account_of(self.request.principal))
        return statement.principals is not None and statement.principals.include(
            self.request.principal
        )
