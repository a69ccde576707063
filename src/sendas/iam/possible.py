"""Whether a request can be allowed at all, whatever it says of itself; pure.

`decide` answers for one request.  An inventory of who may do what has no request:
a policy may ask for a source address, a display name, a moment.  So the values that
the conditions themselves name are tried, and one that does not fit any of them: if any
combination is allowed, the request is possible, and the combination is told.
"""

import ipaddress
import re

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice, product

from sendas.errors import CouldNotLook
from sendas.iam.condition import Condition
from sendas.iam.policy import Decision, PolicyDocument, Request, decide
from sendas.iam.statement import Statement, account_of, parse_statements


MOST_TRIES = 3000
"""Combinations looked at for one request: far more than policies of people have."""
_OTHER = "sendas-other-value"
_OUTSIDE = ("203.0.113.77", "198.51.100.77", "192.0.2.77", "2001:db8::77")
"""Addresses that stand for any other (RFC 5737, 3849)."""

Values = tuple[str, ...]


class TooManyConditions(CouldNotLook):
    """More combinations of conditions than can be tried: whether it is allowed is not known."""


@dataclass(frozen=True, slots=True)
class Possible:
    """How it is allowed: *needs* are the keys that a request must say something of."""

    decision: Decision
    needs: Mapping[str, Values]

    def __str__(self) -> str:
        """For people: ``if aws:SourceIp is 192.0.2.0 or its like``; empty without a need."""
        told = (f"{key} is {', '.join(values)} or its like" for key, values in self.needs.items())
        return f"if {' and '.join(told)}" if self.needs else ""


def possible(documents: Iterable[PolicyDocument], request: Request) -> Possible | None:
    """One way in which *request* is allowed, with as few further conditions as there are.

    None: it is denied, whatever is said of keys that *request* leaves open.

    Raises:
        MalformedPolicy: A document cannot be read.
        TooManyConditions: It was not found out.
    """
    documents = tuple(documents)
    decision = decide(documents, request)
    if decision.allowed:
        return Possible(decision, {})
    keys = _open_keys(documents, request)
    if not keys:
        return None
    tried = 0
    for values in islice(_combinations(keys), MOST_TRIES):
        tried += 1
        needs = {k: v for k, v in zip(keys, values, strict=True) if v is not None}
        context = {**request.context, **needs}
        decision = decide(
            documents, Request(request.action, request.resources, request.principal, context)
        )
        if decision.allowed:
            return Possible(decision, needs)
    if tried == MOST_TRIES:
        msg = f"{request.principal}: more conditions than can be tried ({', '.join(keys)})"
        raise TooManyConditions(msg)
    return None


def _combinations(keys: Mapping[str, tuple[Values, ...]]) -> Iterator[tuple[Values | None, ...]]:
    """Every choice of a value, or none, for each key."""
    # `product` turns its last column fastest: absent first keeps what is needed little.
    return product(*((None, *values) for values in keys.values()))


def _open_keys(
    documents: Iterable[PolicyDocument], request: Request
) -> dict[str, tuple[Values, ...]]:
    """The condition keys of the statements about the action that the request says nothing of."""
    said = {key.lower() for key in request.context}
    if account_of(request.principal):
        # `decide` reads these off the principal itself.
        said |= {"aws:principalarn", "aws:principalaccount"}
        if ":user/" in request.principal:
            said |= {"aws:username", "aws:principaltype"}
    found: dict[str, list[Condition]] = {}
    names: dict[str, str] = {}
    for condition in _conditions(documents, request):
        key = condition.key.lower()
        if key not in said:
            names.setdefault(key, condition.key)
            found.setdefault(key, []).append(condition)
    return {names[key]: tuple(_values(conditions)) for key, conditions in found.items()}


def _conditions(documents: Iterable[PolicyDocument], request: Request) -> Iterator[Condition]:
    for document in documents:
        for statement in parse_statements(document.text):
            if _is_about(statement, request):
                yield from statement.conditions


def _is_about(statement: Statement, request: Request) -> bool:
    return statement.covers_action(request.action)


def _values(conditions: Iterable[Condition]) -> Iterator[Values]:
    """Values worth trying: each that a condition names, and some that it does not."""
    seen: dict[Values, None] = {}
    conditions = tuple(conditions)
    if any(condition.operator == "Bool" for condition in conditions):
        yield from (("true",), ("false",))  # such a key has no other
        return
    for condition in conditions:
        for wanted in condition.wanted:
            for value in _fitting(condition.operator, wanted):
                seen.setdefault((value,), None)
        for value in _strangers(condition.operator):
            seen.setdefault((value,), None)
    yield from seen


def _fitting(operator: str, wanted: str) -> Iterator[str]:
    if operator == "IpAddress":
        try:
            yield str(ipaddress.ip_network(wanted, strict=False)[0])
        except ValueError:
            return
    elif operator.startswith("Numeric"):
        try:
            number = Decimal(wanted)
        except InvalidOperation:
            return
        yield from map(str, (number, number - 1, number + 1))
    elif operator.startswith("Date"):
        yield wanted
        try:
            moment = datetime.fromisoformat(wanted)
            yield from (f"{moment + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (-1, 1))
        except (ValueError, OverflowError):
            return
    elif operator in {"StringLike", "ArnEquals", "ArnLike"}:
        yield re.sub(r"[*?]", "x", wanted)
    elif operator != "Null":
        yield wanted


def _strangers(operator: str) -> tuple[str, ...]:
    if operator == "IpAddress":
        return _OUTSIDE
    return (_OTHER,)
