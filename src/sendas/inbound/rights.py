"""What received mail and answers ask of AWS: of the operator, and of the function; pure data."""

from sendas.iam.rights import (
    ALIAS_KEYS,
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    EVENTS,
    FUNCTION,
    IDENTITY,
    LOG,
    OBJECTS,
    Limit,
    Right,
    Role,
    Verb,
    When,
)  # fmt: skip


_MAIL, _REPLY, _FORWARDER = (Verb.MAIL,), (Verb.REPLY,), (Role.FORWARDER,)

ROUTES = "arn:{partition}:s3:::{bucket}/sendas/routes.json"
_RECEIVED = "arn:{partition}:s3:::{bucket}/{prefix}*"
_WRITTEN = tuple(
    f"arn:{{partition}}:s3:::{{bucket}}/sendas/{part}/*"
    for part in ("state", "quarantine", "rate", "digest")
)
"""What the function writes; never its own code or routes."""
_RECORDS = _WRITTEN[0]
_ALIASES = "arn:{partition}:s3:::{bucket}/sendas/reply/*"
_TARGETS = "arn:{partition}:ses:{region}:{account}:identity/{targets}"

RIGHTS = (
    Right("Where received mail lies", ("ses:DescribeActiveReceiptRuleSet",), (ANYTHING,), _MAIL),
    Right("Which mails there are", ("s3:ListBucket",), (BUCKET,), _MAIL),
    Right("A mail, and its record", ("s3:GetObject",), (OBJECTS,), _MAIL),
    Right("Routes, written by hand", ("s3:PutObject",), (ROUTES,), _MAIL, When.IF_ASKED),
    Right(
        "Released and delivered again by the forwarder itself",
        ("lambda:InvokeFunction",),
        (FUNCTION,),
        _MAIL,
        When.IF_ASKED,
    ),
    # Answers ----------------------------------------------------------------------
    Right(
        "The keys that sign aliases",
        ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        (ALIAS_KEYS,),
        _REPLY,
    ),
    Right(
        "A new key, or one that is believed no more",
        ("secretsmanager:PutSecretValue",),
        (ALIAS_KEYS,),
        _REPLY,
        When.IF_ASKED,
    ),
    # Also so that what is not there yet is absent, and not denied (S3 API, GetObject).
    Right("Which answers there were", ("s3:ListBucket",), (BUCKET,), _REPLY),
    Right("What became of answers", ("s3:GetObject",), (_RECORDS,), _REPLY),
    Right("What is closed or paused", ("s3:GetObject",), (_ALIASES,), _REPLY),
    Right(
        "Closing and pausing, and addresses too long for an alias",
        ("s3:PutObject",),
        (_ALIASES,),
        _REPLY,
        When.IF_ASKED,
    ),
    Right(
        "Whether SES would send to a correspondent",
        ("ses:GetSuppressedDestination",),
        (ANYTHING,),
        _REPLY,
        When.IF_ASKED,
    ),
    # The function itself ----------------------------------------------------------
    Right("Read mail and routes", ("s3:GetObject",), (_RECEIVED, ROUTES, *_WRITTEN), _FORWARDER),
    Right("Remember mail", ("s3:PutObject",), _WRITTEN, _FORWARDER),
    Right("Take marks off released mail", ("s3:DeleteObject",), (_WRITTEN[1],), _FORWARDER),
    # Without it S3 says AccessDenied of an object that is not there; with a
    # condition on the prefix too, for GetObject has none (S3 API, GetObject).
    Right("Tell absent from denied", ("s3:ListBucket",), (BUCKET,), _FORWARDER),
    Right(
        # Both actions: which of them a raw v2 send is checked against is contested (FACTS 4).
        # In the sandbox SES checks the recipient's identity as well (the same).
        "Send as the domain",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET, _TARGETS),
        _FORWARDER,
        limits=(Limit("StringLike", "ses:FromAddress", ("*@{domain}",)),),
    ),
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
    Right(
        "Remember aliases and answers",
        ("s3:GetObject", "s3:PutObject"),
        (_ALIASES,),
        _FORWARDER,
        When.ANSWERING,
    ),
    Right(
        "Sign and read aliases",
        ("secretsmanager:GetSecretValue",),
        (ALIAS_KEYS,),
        _FORWARDER,
        When.ANSWERING,
    ),
    # Of no resource (Service Authorization Reference, SES).
    Right("Measure bounces", ("ses:GetSendStatistics",), (ANYTHING,), _FORWARDER),
    Right(
        "Take notices",
        (
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ),
        ("arn:{partition}:sqs:{region}:{account}:{root}-received",),
        _FORWARDER,
    ),
    Right(
        "Keep lost events",
        ("sqs:SendMessage",),
        ("arn:{partition}:sqs:{region}:{account}:{root}-failed",),
        _FORWARDER,
    ),
    Right("Write the log", ("logs:CreateLogStream", "logs:PutLogEvents"), (LOG,), _FORWARDER),
)
