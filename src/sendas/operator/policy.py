"""The least IAM policy that lets an operator use some verbs; pure."""

import json

from collections.abc import Iterable, Mapping
from typing import Any

from sendas.config.model import Config
from sendas.iam.rights import EVERYWHERE, Verb, document, rights_of, statements
from sendas.operator.table import RIGHTS
from sendas.setup.rights.place import place_of


MAX_CHARACTERS = 6144
"""Of a managed policy, blanks aside (IAM guide, "IAM and STS quotas")."""


def operator_policies(
    verbs: Iterable[Verb],
    config: Config | None = None,
    *,
    account_id: str = "*",
    partition: str = "aws",
) -> tuple[Mapping[str, object], ...]:
    """The policy documents for *verbs*: on the file's own domains, or on whatever sendas makes.

    As many documents as IAM's limit of `MAX_CHARACTERS` asks for, to be attached together.
    """
    places = (
        [place_of(domain, account_id, partition) for domain in config.domains]
        if config
        else [{**EVERYWHERE, "account": (account_id,), "partition": (partition,)}]
    )
    documents: list[dict[str, Any]] = [document([])]
    for statement in statements(rights_of(RIGHTS, verbs), places):
        longer = document([*documents[-1]["Statement"], statement])
        if length(longer) <= MAX_CHARACTERS:
            documents[-1] = longer
        else:
            documents.append(document([statement]))
    return tuple(documents)


def length(policy: Mapping[str, object]) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":")))
