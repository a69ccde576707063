"""Who is in an account: a user or a role, with every document that binds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto

from sendas.iam.policy import PolicyDocument


class Kind(StrEnum):
    """What can have policies and call AWS."""

    USER = auto()
    ROLE = auto()


@dataclass(frozen=True, slots=True)
class Principal:
    """One user or role.  *documents* are all that bind it: own, of its groups, boundary."""

    kind: Kind
    name: str
    arn: str
    documents: tuple[PolicyDocument, ...] = ()
    created: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    trust: str = ""
    """Of a role: the policy that says who may take it on, as JSON."""
    last_used: datetime | None = None
    """Of a role: when somebody last acted as it, where IAM tells (400 days back)."""
