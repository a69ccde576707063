"""What the function's role must be allowed, and no more."""

from collections.abc import Mapping, Sequence
from typing import Any

from sendas.inbound.settings import DEFAULT_STATE_PREFIX


def role_policy(  # noqa: PLR0913  what the role is for
    *,
    bucket: str,
    prefix: str = "",
    state_prefix: str = DEFAULT_STATE_PREFIX,
    identity_arns: Sequence[str],
    queue_arn: str | None = None,
    partition: str = "aws",
) -> Mapping[str, Any]:
    """The policy document of the function's role.

    *identity_arns* are those of the domains' SES identities and of the
    configuration set, if one is used (FACTS 4: the resource must cover both).
    """
    bucket_arn = f"arn:{partition}:s3:::{bucket}"
    statements: list[dict[str, Any]] = [
        _allow("ReadMail", ["s3:GetObject"], f"{bucket_arn}/{prefix}*"),
        _allow(
            "Remember",
            ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            f"{bucket_arn}/{state_prefix}*",
        ),
        # Without it S3 says AccessDenied of an object that is not there; with a
        # condition on the prefix too, for GetObject has none (S3 API, GetObject).
        _allow("TellAbsence", ["s3:ListBucket"], bucket_arn),
        # FACTS 4, contested: raw sends over v2 need the one, the other, or both.
        _allow("Send", ["ses:SendEmail", "ses:SendRawEmail", "ses:SendBounce"], *identity_arns),
        # What the account sent and what bounced; of no resource, so of all (Service
        # Authorization Reference, SES).
        _allow("MeasureBounces", ["ses:GetSendStatistics"], "*"),
    ]
    if queue_arn is not None:
        work = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ]
        statements.append(_allow("Queue", work, queue_arn))
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(resources)}
