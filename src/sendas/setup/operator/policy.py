"""The least IAM policy that lets an operator use some verbs; pure."""

import json

from collections.abc import Iterable, Mapping
from typing import Any

from sendas.config.model import Config, Domain
from sendas.ses.regions import Region
from sendas.setup.operator.grants import RESOURCES, Grant, Verb
from sendas.setup.operator.grants_beside import BESIDE
from sendas.setup.operator.grants_drift import DRIFT
from sendas.setup.operator.grants_reading import GMAIL, MAIL, READING
from sendas.setup.operator.grants_stack import STACK
from sendas.setup.stack.names import ACCOUNT, stack_names


GRANTS = (*READING, *STACK, *BESIDE, *DRIFT, *GMAIL, *MAIL)
MAX_CHARACTERS = 6144
"""Of a managed policy, blanks aside (IAM guide, "IAM and STS quotas")."""
_ALL = {
    "region": "*",
    "identity": "*",
    "configuration_set": "*",
    "root": "sendas-*",
    "bucket": "sendas-*",
    "users": "sendas-*",
    "zone": "*",
}
_ACTIONS = {
    # Where IAM's action is not called as the operation is (Service Authorization Reference).
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "lambda:Invoke": "lambda:InvokeFunction",
}
FREE = frozenset({"sts:GetCallerIdentity"})
"""Asked without leave from anybody (STS API, GetCallerIdentity)."""


def iam_action(service: str, operation: str) -> str:
    """What IAM calls the *operation* of botocore's *service*."""
    prefix = {"sesv2": "ses", "events": "events"}.get(service, service)
    return _ACTIONS.get(f"{prefix}:{operation}", f"{prefix}:{operation}")


def actions_of(verbs: Iterable[Verb]) -> frozenset[str]:
    """Every action that *verbs* need, by IAM's names."""
    wanted = frozenset(verbs)
    return frozenset(
        f"{grant.service}:{action}"
        for grant in GRANTS
        if wanted & set(grant.verbs)
        for action in grant.actions
    )


def operator_policies(
    verbs: Iterable[Verb],
    config: Config | None = None,
    *,
    account_id: str = "*",
    partition: str = "aws",
) -> tuple[Mapping[str, object], ...]:
    """The policy documents for *verbs*: on the file's own domains, or on whatever sendas makes.

    One statement for each set of resources, its actions in order; as many
    documents as IAM's limit of `MAX_CHARACTERS` asks for, to be attached together.
    """
    wanted = frozenset(verbs)
    places = [_place(domain) for domain in config.domains] if config else [_ALL]
    by_resources: dict[tuple[str, ...], set[str]] = {}
    for grant in GRANTS:
        if wanted & set(grant.verbs):
            arns = _arns(grant, places, account_id, partition)
            names = {f"{grant.service}:{action}" for action in grant.actions}
            by_resources.setdefault(arns, set()).update(names)
    documents = [_document([])]
    for arns, actions in by_resources.items():
        statement: dict[str, object] = {
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": _one_or_many(arns),
        }
        longer = _document([*documents[-1]["Statement"], statement])
        if length(longer) <= MAX_CHARACTERS:
            documents[-1] = longer
        else:
            documents.append(_document([statement]))
    return tuple(documents)


def _document(statements: list[dict[str, object]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def length(document: Mapping[str, object]) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _arns(
    grant: Grant, places: list[dict[str, str]], account_id: str, partition: str
) -> tuple[str, ...]:
    found = {
        arn.format(**place, account=account_id, partition=partition, oneself="${aws:username}")
        for name in grant.resources
        for arn in RESOURCES[name]
        for place in places
    }
    return tuple(sorted(one.replace(ACCOUNT, account_id) for one in found))


def _one_or_many(arns: tuple[str, ...]) -> str | list[str]:
    return arns[0] if len(arns) == 1 else list(arns)


def _place(domain: Domain) -> dict[str, str]:
    names = stack_names(domain)
    return {
        "region": domain.region,
        # The domain, and addresses at it: the doctor looks for those that shadow it.
        "identity": f"*{domain.name}",
        "configuration_set": names.configuration_set or "*",
        "root": names.root,
        "bucket": names.bucket,
        "users": f"sendas-*@{domain.name}",
        "zone": domain.adopted.zone_id or "*",
    }


def partition_of(region: Region) -> str:
    """The partition a Region is in (AWS General Reference, "Amazon Resource Names")."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"
