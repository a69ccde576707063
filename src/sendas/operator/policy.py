"""The least IAM policy that lets an operator use some verbs; pure."""

import json

from collections.abc import Iterable, Mapping
from typing import Any

from sendas.config.model import Config
from sendas.iam.rights import BOUNDED, EVERYWHERE, Verb, When, document, rights_of, statements
from sendas.operator.table import RIGHTS
from sendas.relay.rights import shared_place
from sendas.setup.rights.place import place_of


MAX_CHARACTERS = 6144
"""Of a managed policy, blanks aside (IAM guide, "IAM and STS quotas")."""


PRINTED = tuple(right for right in RIGHTS if right.when is not When.MAKING_BOUNDARY)
"""Every right but that of an administrator, who says what an operator cannot go beyond."""


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
        [
            {**place_of(domain, account_id, partition), **shared_place(config.relay)}
            for domain in config.domains
        ]
        if config
        else [{**EVERYWHERE, "account": (account_id,), "partition": (partition,)}]
    )
    bounded = any(place["boundary"] for place in places)
    rights = [
        right for right in rights_of(PRINTED, verbs) if bounded or right.when is not When.BOUNDED
    ]
    documents: list[dict[str, Any]] = [document([])]
    for statement in statements(rights, places):
        longer = document([*documents[-1]["Statement"], statement])
        if length(longer) <= MAX_CHARACTERS:
            documents[-1] = longer
        else:
            documents.append(document([statement]))
    return tuple(documents)


def makes_holders(verbs: Iterable[Verb]) -> bool:
    """Whether *verbs* make roles or users, or give them policies."""
    return any(right.limits == BOUNDED for right in rights_of(RIGHTS, verbs))


def length(policy: Mapping[str, object]) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":")))
