"""Which rights some policies do not give; pure.

What a pattern with a wildcard means is many ARNs: of those that are known one
that is allowed is enough, so that a policy narrower than ours is not called
wrong.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sendas.iam.policy import PolicyDocument, Request, decide
from sendas.iam.rights import ANYTHING, Limit, Place, Right, filled
from sendas.iam.statement import account_of
from sendas.iam.wildcard import matches


@dataclass(frozen=True, slots=True)
class Needs:
    """Rights at a place.  *known* are ARNs of what is there, or will be."""

    rights: tuple[Right, ...]
    place: Place
    known: Collection[str] = ()


def lacking_actions(
    documents: tuple[PolicyDocument, ...], principal: str, needs: Needs
) -> tuple[str, ...]:
    """The needed actions that *documents* do not allow *principal* where they are needed.

    Raises:
        MalformedPolicy: A document decides nothing.
    """
    return tuple(
        sorted(
            {
                action
                for right in needs.rights
                for action in right.actions
                if not _is_allowed(documents, principal, action, right, needs)
            }
        )
    )


def _is_allowed(
    documents: tuple[PolicyDocument, ...],
    principal: str,
    action: str,
    right: Right,
    needs: Needs,
) -> bool:
    context = _context(right.limits, needs.place)
    return all(
        any(
            decide(documents, Request(action, (arn,), principal, context)).allowed
            for arn in _examples(wanted, needs.known, principal)
        )
        for pattern in right.resources
        for wanted in filled(pattern, needs.place)
    )


def _examples(pattern: str, known: Iterable[str], principal: str) -> tuple[str, ...]:
    if pattern == ANYTHING or "*" not in pattern:
        return (pattern,)
    parts = pattern.split(":", 5)
    if parts[4] == "*":  # arn:partition:service:region:account:rest
        parts[4] = account_of(principal)
    example = ":".join(parts).replace("*", "x")
    return (*(arn for arn in known if matches(pattern, arn)), example)


def _context(limits: Iterable[Limit], place: Place) -> Mapping[str, tuple[str, ...]]:
    """What a request says that the limits let through: the first of the values they take."""
    said = {
        limit.key: tuple(
            one.replace("*", "x") for value in limit.values for one in filled(value, place)
        )[:1]
        for limit in limits
    }
    return {key: values for key, values in said.items() if values}
