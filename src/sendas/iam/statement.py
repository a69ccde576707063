"""One statement of a policy: whom it concerns, what it allows or denies, and when.

Source: IAM User Guide, "IAM JSON policy element reference" and "Grammar of
the IAM JSON policy language".
"""

import json

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sendas.iam.condition import Condition, MalformedPolicy, parse_conditions
from sendas.iam.wildcard import Context, matches


class Effect(StrEnum):
    """What a statement that applies does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element: pairs of kind (``AWS``, ``Service``, …, or ``*``) and name."""

    names: tuple[tuple[str, str], ...]
    inverted: bool = False

    def include(self, principal: str) -> bool:
        """Whether *principal*, an ARN or the name of a service, is meant."""
        return self.inverted != any(_is(principal, kind, name) for kind, name in self.names)

    def name_only_account(self, principal: str) -> bool:
        """Whether *principal* is meant only through its account, which then has to agree."""
        names = [name for kind, name in self.names if _is(principal, kind, name)]
        return bool(names) and not self.inverted and principal not in names and "*" not in names


def _is(principal: str, kind: str, name: str) -> bool:
    if name == "*":
        return kind in {"*", "AWS"}
    if name == principal:
        return True
    account = account_of(principal)
    # Guide: the account's root ARN, or its bare number, delegates to the account.
    return bool(account) and name in {account, f"arn:aws:iam::{account}:root"}


@lru_cache(maxsize=4096)  # asked for each statement of each decision
def account_of(arn: str) -> str:
    """The account number in *arn*; empty if it names none, as S3's do not."""
    parts = arn.split(":", 5)
    return parts[4] if arn.startswith("arn:") and len(parts) > 5 else ""  # noqa: PLR2004  an ARN has six parts


@dataclass(frozen=True, slots=True)
class Patterns:
    """An Action or Resource element, or the Not form of one."""

    values: tuple[str, ...]
    inverted: bool = False

    def __str__(self) -> str:
        """For people: ``ses:SendEmail, ses:SendRawEmail``."""
        return ("anything but " if self.inverted else "") + ", ".join(self.values)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; *resources* None: the document lies on the resource itself.

    *index* counts from 0 within its document.  *variables*: the document has
    the version 2012-10-17, so ``${…}`` is a variable.
    """

    effect: Effect
    actions: Patterns
    resources: Patterns | None
    conditions: tuple[Condition, ...]
    principals: Principals | None
    sid: str
    index: int
    variables: bool

    @property
    def name(self) -> str:
        """Its Sid, or its place: ``statement 2``."""
        return self.sid or f"statement {self.index + 1}"

    def covers_action(self, action: str) -> bool:
        """Whether *action*, such as ``ses:SendRawEmail``, is meant; letter case aside."""
        lowered = action.lower()
        named, wild = _lowered(self.actions.values)
        return self.actions.inverted != (
            lowered in named or any(matches(pattern, lowered) for pattern in wild)
        )

    def covers_resource(self, resource: str, context: Context) -> bool:
        """Whether *resource*, an ARN, is meant."""
        if self.resources is None:
            return True
        told = context if self.variables else None
        return self.resources.inverted != any(
            matches(pattern, resource, told) for pattern in self.resources.values
        )

    def unmet(self, context: Context) -> tuple[Condition, ...]:
        """The conditions that a request of this *context* does not meet."""
        return tuple(c for c in self.conditions if not c.holds(context, variables=self.variables))


@lru_cache(maxsize=4096)
def _lowered(actions: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """In lower case: those that name one action, and those with wildcards."""
    wild = tuple(action.lower() for action in actions if "*" in action or "?" in action)
    return frozenset(action.lower() for action in actions).difference(wild), wild


@lru_cache(maxsize=1024)  # an inventory decides thousands of requests by the same documents
def parse_statements(text: str) -> tuple[Statement, ...]:
    """Read a policy document, JSON as IAM stores it, in the order written.

    Raises:
        MalformedPolicy: No JSON, or no policy; says where.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"no JSON: {error}"
        raise MalformedPolicy(msg) from error
    if not isinstance(document, dict) or "Statement" not in document:
        msg = "no policy: it has no Statement"
        raise MalformedPolicy(msg)
    statements = document["Statement"]
    variables = document.get("Version") == "2012-10-17"
    return tuple(
        _parse(element, index, variables=variables)
        for index, element in enumerate(
            statements if isinstance(statements, list) else [statements]
        )
    )


def _parse(element: object, index: int, *, variables: bool) -> Statement:
    where = f"statement {index + 1}"
    if not isinstance(element, dict):
        msg = f"{where} is no JSON object"
        raise MalformedPolicy(msg)
    effect = element.get("Effect")
    if not isinstance(effect, str) or effect not in {"Allow", "Deny"}:
        msg = f"{where}: Effect is neither Allow nor Deny"
        raise MalformedPolicy(msg)
    actions = _patterns(element, "Action", where)
    if actions is None:
        msg = f"{where} has no Action"
        raise MalformedPolicy(msg)
    return Statement(
        effect=Effect(effect),
        actions=actions,
        resources=_patterns(element, "Resource", where),
        conditions=parse_conditions(element.get("Condition", {})),
        principals=_principals(element, where),
        sid=str(element.get("Sid") or ""),
        index=index,
        variables=variables,
    )


def _patterns(element: dict[str, object], name: str, where: str) -> Patterns | None:
    inverted = f"Not{name}"
    if name in element and inverted in element:
        msg = f"{where} has both {name} and {inverted}"
        raise MalformedPolicy(msg)
    for key in (name, inverted):
        if key in element:
            return Patterns(_texts(element[key], f"{where}, {key}"), inverted=key == inverted)
    return None


def _texts(value: object, where: str) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) for text in texts):
        msg = f"{where} is neither text nor a list of texts"
        raise MalformedPolicy(msg)
    return tuple(texts)


def _principals(element: dict[str, object], where: str) -> Principals | None:
    for key in ("Principal", "NotPrincipal"):
        match element.get(key):
            case None:
                continue
            case "*":
                names: tuple[tuple[str, str], ...] = (("*", "*"),)
            case dict(kinds):
                names = tuple(
                    (str(kind), name)
                    for kind, value in kinds.items()
                    for name in _texts(value, f"{where}, {key}.{kind}")
                )
            case _:
                msg = f"{where}, {key} is neither * nor a JSON object"
                raise MalformedPolicy(msg)
        return Principals(names, inverted=key == "NotPrincipal")
    return None
