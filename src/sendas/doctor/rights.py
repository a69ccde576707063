"""What the doctor asks of AWS; pure data."""

from sendas.forward.rights import ROUTES
from sendas.iam.rights import (
    ALIAS_KEYS,
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    GROUPS,
    IDENTITIES_ANYWHERE,
    POLICIES,
    USERS,
    ZONES,
    Right,
    Role,
    Verb,
    When,
)  # fmt: skip


_DOCTOR = (Verb.DOCTOR, Role.WATCHER)
_OF_A_KEY = (Verb.DOCTOR,)
"""Asked only about the user name that a mail client holds; the watcher holds none."""

# Of any name: a road that somebody made by hand is looked at as well.
_TOPICS = "arn:{partition}:sns:{region}:{account}:*"
_QUEUES = "arn:{partition}:sqs:{region}:{account}:*"
_FUNCTIONS = "arn:{partition}:lambda:{region}:{account}:function:*"
_KEYS = "arn:{partition}:kms:{region}:{account}:key/*"
_ROLES = "arn:{partition}:iam::{account}:role/*"


def users_read(used_by: tuple[Verb, ...]) -> tuple[Right, ...]:
    """What reading IAM's users takes (`aws/iam_policies.py`), for the verbs that do it."""
    return (
        Right("IAM users there are", ("iam:ListUsers",), (ANYTHING,), used_by),
        Right(
            "Their keys and policies",
            (
                "iam:GetAccessKeyLastUsed",
                "iam:GetUser",
                "iam:GetUserPolicy",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
                "iam:ListGroupsForUser",
                "iam:ListUserPolicies",
            ),
            (USERS,),
            used_by,
        ),
        Right(
            "Policies of their groups",
            ("iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"),
            (GROUPS,),
            used_by,
        ),
    )


RIGHTS = (
    Right(
        "Where else the domain is an identity, and whether a recipient is one",
        ("ses:GetEmailIdentity",),
        (IDENTITIES_ANYWHERE,),
        _DOCTOR,
    ),
    Right(
        "Which identities there are, where several domains are looked at",
        ("ses:ListEmailIdentities",),
        (ANYTHING,),
        (Verb.DOCTOR,),
    ),
    Right("State of the account", ("ses:GetAccount",), (ANYTHING,), _DOCTOR),
    Right(
        "Receipt rules, for which AWS knows no resources",
        (
            "ses:DescribeActiveReceiptRuleSet",
            "ses:DescribeReceiptRuleSet",
            "ses:ListReceiptRuleSets",
        ),
        (ANYTHING,),
        _DOCTOR,
    ),
    Right("Suppression list", ("ses:GetSuppressedDestination",), (ANYTHING,), _DOCTOR),
    Right(
        "Event destinations",
        ("ses:GetConfigurationSet", "ses:GetConfigurationSetEventDestinations"),
        (CONFIGURATION_SET,),
        _DOCTOR,
    ),
    Right(
        "Zones that could hold the domain",
        ("route53:ListHostedZonesByName",),
        (ANYTHING,),
        _DOCTOR,
    ),
    Right(
        "Their records",
        ("route53:GetHostedZone", "route53:ListResourceRecordSets"),
        (ZONES,),
        _DOCTOR,
    ),
    Right(
        "Who may read and write the mail bucket",
        ("s3:GetBucketPolicy",),
        (BUCKET,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "Who is notified of stored mail",
        ("s3:GetBucketNotification",),
        (BUCKET,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right("Who is refused before the rules", ("ses:ListReceiptFilters",), (ANYTHING,), _DOCTOR),
    Right(
        "The road behind the rules: who is told, what waits, what reads it",
        (
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
        ),
        (_TOPICS, _QUEUES),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "What a subscription lets through, for which IAM knows no resources",
        ("sns:GetSubscriptionAttributes",),
        (ANYTHING,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "Whom the keys serve that encrypt topics and queues; the stack has none",
        ("kms:DescribeKey", "kms:GetKeyPolicy"),
        (_KEYS,),
        (Verb.DOCTOR,),
        When.RECEIVING,
    ),
    Right(
        "What reads a queue",
        ("lambda:ListEventSourceMappings",),
        (ANYTHING,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "What runs when mail arrives",
        (
            "lambda:GetFunctionConcurrency",
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
        ),
        (_FUNCTIONS,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "What it may do",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
        (_ROLES,),
        _DOCTOR,
        When.RECEIVING,
    ),
    Right(
        "Whether the keys are there that sign aliases",
        ("secretsmanager:DescribeSecret",),
        (ALIAS_KEYS,),
        _DOCTOR,
        When.ANSWERING,
    ),
    Right("Where it sends mail on", ("s3:GetObject",), (ROUTES,), _DOCTOR, When.FORWARDING),
    *users_read(_OF_A_KEY),
    Right("Managed policies", ("iam:GetPolicy", "iam:GetPolicyVersion"), (POLICIES,), _DOCTOR),
)
