"""What each verb asks of AWS: exact actions on exact resources; pure data.

Source of the actions: what `sendas.aws` calls, and for `apply` and `destroy`
what CloudFormation calls in the operator's name, by the registry's own schemas
of the resource types (their ``handlers``).  Which actions can be limited to a
resource: AWS's Service Authorization Reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """The verbs that ask AWS, each needing more or less than another."""

    INIT = "init"
    RECORDS = "records"
    DOCTOR = "doctor"
    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    GMAIL = "gmail"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions of one service on the same resources.  *actions* lack the service's prefix.

    *resources* are names of `RESOURCES`; ``anything`` where AWS knows none for these actions.
    """

    why: str
    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[Verb, ...]


RESOURCES: Mapping[str, tuple[str, ...]] = {
    "anything": ("*",),
    "identity": ("arn:{partition}:ses:{region}:{account}:identity/{identity}",),
    "identities anywhere": ("arn:{partition}:ses:*:{account}:identity/*",),
    "configuration set": (
        "arn:{partition}:ses:{region}:{account}:configuration-set/{configuration_set}",
    ),
    "stack": ("arn:{partition}:cloudformation:{region}:{account}:stack/{root}/*",),
    "bucket": ("arn:{partition}:s3:::{bucket}",),
    "objects": ("arn:{partition}:s3:::{bucket}/*",),
    "routes": ("arn:{partition}:s3:::{bucket}/sendas/routes.json",),
    "topics": ("arn:{partition}:sns:{region}:{account}:{root}-*",),
    "queues": ("arn:{partition}:sqs:{region}:{account}:{root}-*",),
    "function": ("arn:{partition}:lambda:{region}:{account}:function:{root}",),
    "mappings": ("arn:{partition}:lambda:{region}:{account}:event-source-mapping:*",),
    "schedules": ("arn:{partition}:events:{region}:{account}:rule/{root}-*",),
    "any topic": ("arn:{partition}:sns:{region}:{account}:*",),
    "functions": ("arn:{partition}:lambda:{region}:{account}:function:*",),
    "role": ("arn:{partition}:iam::{account}:role/{root}-*",),
    "own users": ("arn:{partition}:iam::{account}:user/{users}",),
    "users": ("arn:{partition}:iam::{account}:user/*",),
    "oneself": ("arn:{partition}:iam::{account}:user/{oneself}",),
    "groups": ("arn:{partition}:iam::{account}:group/*",),
    "policies": ("arn:{partition}:iam::*:policy/*",),
    "alarms": ("arn:{partition}:cloudwatch:{region}:{account}:alarm:{root}-*",),
    "logs": ("arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{root}*",),
    "zones": ("arn:{partition}:route53:::hostedzone/{zone}",),
    "changes": ("arn:{partition}:route53:::change/*",),
    "secrets": ("arn:{partition}:secretsmanager:{region}:{account}:secret:sendas/smtp/*",),
}
"""ARN patterns; what stands in braces is filled in from the file, or becomes ``*``."""
