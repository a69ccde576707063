"""What the function that forwards may do at AWS: its role's policy; pure data.

The template makes the role of it, and the doctor asks it of a role that stands.
"""

from sendas.iam.rights import (
    ALIAS_KEYS,
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    EVENTS,
    IDENTITY,
    LOG,
    REPORTS,
    TARGETS,
    Limit,
    Right,
    Role,
    When,
)  # fmt: skip


_FORWARDER = (Role.FORWARDER,)

ROUTES = "arn:{partition}:s3:::{bucket}/sendas/routes.json"
WRITTEN = tuple(
    f"arn:{{partition}}:s3:::{{bucket}}/sendas/{part}/*"
    for part in ("state", "quarantine", "rate", "digest")
)
"""What the function writes; never its own code or routes."""
RECORDS, _QUARANTINE = WRITTEN[:2]
ALIASES = "arn:{partition}:s3:::{bucket}/sendas/reply/*"
RECEIVED = "arn:{partition}:s3:::{bucket}/{prefix}*"

TAKING_NOTICES = Right(
    "Take notices",
    (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ),
    ("arn:{partition}:sqs:{region}:{account}:{root}-received",),
    _FORWARDER,
)
EACH_MAIL = (
    Right("Read mail and routes", ("s3:GetObject",), (RECEIVED, ROUTES, *WRITTEN), _FORWARDER),
    Right("Remember mail", ("s3:PutObject",), WRITTEN, _FORWARDER),
    # Without it S3 says AccessDenied of an object that is not there; with a
    # condition on the prefix too, for GetObject has none (S3 API, GetObject).
    Right("Tell absent from denied", ("s3:ListBucket",), (BUCKET,), _FORWARDER),
    Right(
        # Both actions: which of them a raw v2 send is checked against is contested (FACTS 4).
        # In the sandbox SES checks the recipient's identity as well (the same).
        "Send as the domain",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET, TARGETS),
        _FORWARDER,
        limits=(Limit("StringLike", "ses:FromAddress", ("*@{domain}",)),),
    ),
    TAKING_NOTICES,
    Right(
        "Sign and read aliases",
        ("secretsmanager:GetSecretValue",),
        (ALIAS_KEYS,),
        _FORWARDER,
        When.ANSWERING,
    ),
)
"""Without one of these a mail that comes in is not sent on."""
BESIDE = (
    Right("Take marks off released mail", ("s3:DeleteObject",), (_QUARANTINE,), _FORWARDER),
    Right("Refuse for the domain", ("ses:SendBounce",), (IDENTITY,), _FORWARDER),
    Right(
        "Remember what became of sent mail",
        ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
        (EVENTS,),
        _FORWARDER,
        When.REMEMBERING,
    ),
    Right(
        "Take events",
        ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
        ("arn:{partition}:sqs:{region}:{account}:{root}-events",),
        _FORWARDER,
        When.REMEMBERING,
    ),
    Right("Keep reports", ("s3:PutObject",), (REPORTS,), _FORWARDER, When.REPORTING),
    Right(
        "Remember aliases and answers",
        ("s3:GetObject", "s3:PutObject"),
        (ALIASES,),
        _FORWARDER,
        When.ANSWERING,
    ),
    # Both of no resource (Service Authorization Reference, SES).
    Right(
        "Whether SES would send to whom the owner writes first",
        ("ses:GetSuppressedDestination",),
        (ANYTHING,),
        _FORWARDER,
        When.ANSWERING,
    ),
    Right("Measure bounces", ("ses:GetSendStatistics",), (ANYTHING,), _FORWARDER),
    Right(
        "Keep lost events",
        ("sqs:SendMessage",),
        ("arn:{partition}:sqs:{region}:{account}:{root}-failed",),
        _FORWARDER,
    ),
    Right("Write the log", ("logs:CreateLogStream", "logs:PutLogEvents"), (LOG,), _FORWARDER),
)
"""What it does beside: without one of these mail still goes on, and something else does not."""
