"""Letting one source through a policy's denials, which go on denying to everybody else."""

import json

from collections.abc import Callable, Mapping
from typing import Any

from sendas.iam.policy import Decision
from sendas.iam.statement import Effect


_OPERATOR = "ArnNotEquals"
_KEY = "aws:SourceArn"

Document = Mapping[str, Any]
"""A policy, or a statement of one, as JSON has it."""


def let_through(
    document: Document, source_arn: str, judged: Callable[[str], Decision]
) -> dict[str, Any]:
    """*document* with *source_arn* as an exception of each statement that denies it.

    *judged* decides about that source's request by a policy's text.
    """
    statements = statements_of(document)
    for _ in statements:  # one denial after another comes to light: the first decides
        denial = judged(json.dumps({**document, "Statement": statements})).statement
        if denial is None or denial.effect is not Effect.DENY:
            break
        statements[denial.index] = _excepting(statements[denial.index], source_arn)
    return {**document, "Statement": statements}


def statements_of(document: Document) -> list[dict[str, Any]]:
    """The statements; a lone one may stand without its list."""
    found = document.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def _excepting(statement: Document, source_arn: str) -> dict[str, Any]:
    """*statement*, a Deny, but not of *source_arn*.

    All conditions of a statement must hold for it to deny, and a negated operator
    holds of each request without the key (IAM guide, "Condition operators"): whoever
    was denied before still is, save that source.
    """
    made: dict[str, Any] = json.loads(json.dumps(statement))
    beside = made.setdefault("Condition", {}).setdefault(_OPERATOR, {})
    key = next((one for one in beside if one.lower() == _KEY.lower()), _KEY)
    given = beside.get(key, [])
    known = given if isinstance(given, list) else [given]
    beside[key] = [*known, source_arn] if known else source_arn
    return made
