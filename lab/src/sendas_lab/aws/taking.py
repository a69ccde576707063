"""Whether what a service would send is taken: the policy of the queue, topic or function decides.

IAM guide, "AWS service principals": the resource's own policy must let the service in.
"""

import importlib
import json

from collections.abc import Mapping
from typing import Any

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide


_ARN_PARTS = 6


def queue(arn: str, service: str, source_arn: str) -> bool:
    """Whether the queue is there, and lets *service* send for *source_arn*."""
    found = _at("sqs", arn)
    if found is None:
        return False
    backend, account_id, name = found
    policy = getattr(backend.queues.get(name), "policy", None)
    return _allows("sqs:SendMessage", arn, policy, service, _about(source_arn, account_id))


def topic(arn: str, service: str, source_arn: str) -> bool:
    """Whether the topic is there, and lets *service* publish for *source_arn*."""
    found = _at("sns", arn)
    if found is None or arn not in found[0].topics:
        return False
    policy = found[0].topics[arn].policy
    about = _about(source_arn, found[1])
    return any(
        _allows(action, arn, policy, service, about) for action in ("sns:Publish", "SNS:Publish")
    )


def function(arn: str, service: str, source_arn: str) -> bool:
    """Whether the function is there, and lets *service* invoke it for *source_arn*."""
    parts = arn.split(":")
    if len(parts) <= _ARN_PARTS:
        return False
    backends = importlib.import_module("moto.awslambda.models").lambda_backends
    try:
        held = backends[parts[4]][parts[3]].get_function(arn)
    except Exception:  # noqa: BLE001  moto raises its own kinds for what is not there
        return False
    policy = {"Statement": list(held.policy.statements)} if held.policy else None
    about = _about(source_arn, parts[4])
    return _allows("lambda:InvokeFunction", held.function_arn, policy, service, about)


def there(arn: str) -> bool:
    """Whether the queue or topic is there at all."""
    found = _at("sqs", arn) if ":sqs:" in arn else _at("sns", arn)
    if found is None:
        return False
    return found[2] in found[0].queues if ":sqs:" in arn else arn in found[0].topics


def _at(service: str, arn: str) -> tuple[Any, str, str] | None:
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS:
        return None
    _, _, _, region, account_id, name = parts
    backends = getattr(importlib.import_module(f"moto.{service}.models"), f"{service}_backends")
    return backends[account_id][region], account_id, name


def _about(source_arn: str, account_id: str) -> dict[str, tuple[str, ...]]:
    return {
        "aws:SourceArn": (source_arn,),
        "aws:SourceAccount": (account_id,),
        "aws:PrincipalIsAWSService": ("true",),
    }


def _allows(
    action: str,
    arn: str,
    policy: object,
    service: str,
    about: Mapping[str, tuple[str, ...]],
) -> bool:
    if not policy:
        return False
    text = policy if isinstance(policy, str) else json.dumps(policy)
    try:
        document = PolicyDocument("policy", Source.QUEUE, text, arn)
        return decide((document,), Request(action, (arn,), service, about)).allowed
    except MalformedPolicy:
        return False
