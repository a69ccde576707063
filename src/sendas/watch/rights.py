"""What ``sendas suppression`` and ``sendas trace`` ask of AWS; pure data."""

from sendas.forward.rights import ROUTES
from sendas.iam.rights import (
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    EVENTS,
    IDENTITY,
    PARAMETERS,
    REPORTS,
    SENDERS,
    WATCHERS_LOG,
    Limit,
    Right,
    Role,
    Verb,
    When,
)  # fmt: skip
from sendas.watch.decide.measures import NAMESPACE


_SUPPRESSION, _TRACE = (Verb.SUPPRESSION,), (Verb.TRACE,)
_WATCH = (Verb.WATCH, Role.WATCHER)
_OWN = "arn:{partition}:s3:::{bucket}/sendas/watch/*"
_IMPORTS = "arn:{partition}:s3:::{bucket}/sendas/import/*"
_ALARM_TOPIC = "arn:{partition}:sns:{region}:{account}:{root}-alarms"
_EVENT_TOPIC = "arn:{partition}:sns:{region}:{account}:{root}-events"
_ANY_TOPIC = "arn:{partition}:sns:{region}:{account}:*"
_TARGETS = "arn:{partition}:ses:{region}:{account}:identity/{targets}"

RIGHTS = (
    Right(
        "The suppression lists",
        ("ses:GetSuppressedDestination", "ses:ListSuppressedDestinations"),
        (ANYTHING,),
        _SUPPRESSION,
    ),
    Right(
        "Whether the account withholds mail for a reason",
        ("ses:GetAccount",),
        (ANYTHING,),
        _SUPPRESSION,
    ),
    Right(
        "Taking an address off, and putting it back",
        ("ses:DeleteSuppressedDestination", "ses:PutSuppressedDestination"),
        (ANYTHING,),
        _SUPPRESSION,
        When.IF_ASKED,
    ),
    Right(
        "Putting many back at once",
        ("ses:CreateImportJob",),
        (ANYTHING,),
        _SUPPRESSION,
        When.IF_ASKED,
    ),
    Right(
        "How far that is",
        ("ses:GetImportJob",),
        ("arn:{partition}:ses:*:{account}:import-job/*",),
        _SUPPRESSION,
        When.IF_ASKED,
    ),
    Right(
        "The file of them, meanwhile",
        ("s3:DeleteObject", "s3:PutObject"),
        (_IMPORTS,),
        _SUPPRESSION,
        When.IF_ASKED,
    ),
    Right("Which days there are events of", ("s3:ListBucket",), (BUCKET,), _TRACE),
    Right("Which days there are reports of", ("s3:ListBucket",), (BUCKET,), (Verb.REPORTS,)),
    Right("What receivers reported", ("s3:GetObject",), (REPORTS,), (Verb.REPORTS,)),
    Right("What became of each mail", ("s3:GetObject",), (EVENTS,), _TRACE),
    # The daily look, in AWS or from cron -------------------------------------------
    Right("Whom to tell", ("s3:GetObject",), (ROUTES,), _WATCH, When.FORWARDING),
    Right(
        "What was known, and what is kept",
        ("s3:GetObject", "s3:PutObject"),
        (_OWN,),
        _WATCH,
        When.WATCHING,
    ),
    # Also so that what is not there yet is absent, and not denied (S3 API, GetObject).
    Right("Whether anything is known", ("s3:ListBucket",), (BUCKET,), _WATCH, When.WATCHING),
    Right("What arrived lately", ("s3:GetObject",), (EVENTS,), _WATCH, When.REMEMBERING),
    Right(
        "Whose mail SES withholds",
        ("ses:ListSuppressedDestinations",),
        (ANYTHING,),
        _WATCH,
        When.WATCHING,
    ),
    Right(
        "How old the keys are",
        ("iam:ListAccessKeys",),
        (SENDERS,),
        _WATCH,
        When.SENDING,
    ),
    Right(
        "When a canary last arrived: the tags of secrets, no values",
        ("secretsmanager:ListSecrets", "ssm:DescribeParameters"),
        (ANYTHING,),
        _WATCH,
        When.WATCHING,
    ),
    Right(
        "When a canary last arrived: the tags of parameters, no values",
        ("ssm:ListTagsForResource",),
        (PARAMETERS,),
        _WATCH,
        When.WATCHING,
    ),
    Right(
        "Who agreed to hear alarms",
        ("sns:ListSubscriptionsByTopic",),
        (_ALARM_TOPIC,),
        _WATCH,
        When.WATCHING,
    ),
    Right(
        "Whether SES still tells what becomes of sent mail",
        ("sns:ListSubscriptionsByTopic",),
        (_EVENT_TOPIC,),
        _WATCH,
        When.REMEMBERING,
    ),
    Right(
        "The same of an identity without a configuration set",
        ("ses:GetIdentityNotificationAttributes",),
        (ANYTHING,),
        _WATCH,
        When.REMEMBERING,
    ),
    Right(
        "Who hears what an identity that stood before tells",
        ("sns:ListSubscriptionsByTopic",),
        (_ANY_TOPIC,),
        _WATCH,
        When.TOLD_BY_IDENTITY,
    ),
    Right(
        # As the forwarder's: both actions, and the recipient's identity in the sandbox.
        "Tell by mail",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET, _TARGETS),
        _WATCH,
        When.WATCHING,
        limits=(Limit("StringLike", "ses:FromAddress", ("*@{domain}",)),),
    ),
    Right(
        "Which alarms there are",
        ("cloudwatch:DescribeAlarms",),
        ("arn:{partition}:cloudwatch:*:{account}:alarm:*",),
        (Verb.WATCH,),
        When.IF_ASKED,
    ),
    Right(
        "Letting ours ring for a proof, and seeing that they told",
        ("cloudwatch:DescribeAlarmHistory", "cloudwatch:SetAlarmState"),
        ("arn:{partition}:cloudwatch:{region}:{account}:alarm:{root}-*",),
        (Verb.WATCH,),
        When.IF_ASKED,
    ),
    Right(
        "Who hears them",
        ("sns:ListSubscriptionsByTopic",),
        ("arn:{partition}:sns:*:{account}:*",),
        (Verb.WATCH,),
        When.IF_ASKED,
    ),
    Right("Tell by SNS", ("sns:Publish",), (_ALARM_TOPIC,), _WATCH, When.WATCHING),
    Right(
        "Show that somebody looks",
        ("cloudwatch:PutMetricData",),
        (ANYTHING,),
        _WATCH,
        When.WATCHING,
        limits=(Limit("StringEquals", "cloudwatch:namespace", (NAMESPACE,)),),
    ),
    Right(
        "Write its log",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        (WATCHERS_LOG,),
        (Role.WATCHER,),
        When.WATCHING,
    ),
)
