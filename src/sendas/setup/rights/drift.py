"""What drift detection reads, one resource after another, in the operator's name; pure data.

Source: CloudFormation guide, "Detect drift".
"""

from sendas.iam.rights import (
    ALARMS,
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    FUNCTION,
    IDENTITY,
    LOGS,
    MAPPINGS,
    OWN_USERS,
    QUEUES,
    ROLES,
    SCHEDULES,
    TOPICS,
    Right,
    Verb,
    When,
)


DRIFT = (
    Right("Drift of the identity", ("ses:ListTagsForResource",), (IDENTITY,), (Verb.PLAN,)),
    Right(
        "Drift of the configuration set",
        ("ses:GetConfigurationSet", "ses:GetConfigurationSetEventDestinations"),
        (CONFIGURATION_SET,),
        (Verb.PLAN,),
    ),
    Right(
        "The same, and of receipt rules, for which AWS knows no resources",
        ("ses:DescribeConfigurationSet", "ses:DescribeReceiptRule"),
        (ANYTHING,),
        (Verb.PLAN,),
        When.RECEIVING,
    ),
    Right(
        "Drift of the bucket",
        (
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
        ),
        (BUCKET,),
        (Verb.PLAN,),
        When.RECEIVING,
    ),
    Right(
        "Drift of topics",
        ("sns:GetDataProtectionPolicy", "sns:GetTopicAttributes", "sns:ListTagsForResource"),
        (TOPICS,),
        (Verb.PLAN,),
    ),
    Right("Drift of topics", ("sns:GetSubscriptionAttributes",), (ANYTHING,), (Verb.PLAN,)),
    Right(
        "Drift of queues",
        ("sqs:GetQueueAttributes", "sqs:ListQueueTags"),
        (QUEUES,),
        (Verb.PLAN,),
        When.RECEIVING,
    ),
    Right(
        "Drift of the forwarder",
        (
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetPolicy",
            "lambda:GetRuntimeManagementConfig",
        ),
        (FUNCTION,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
    Right(
        "Drift of what feeds it",
        ("lambda:GetEventSourceMapping", "lambda:ListTags"),
        (MAPPINGS,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
    Right(
        "Drift of what calls it",
        ("events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"),
        (SCHEDULES,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
    Right(
        "Drift of its role",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
        (ROLES,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
    Right(
        "Drift of the users that send",
        (
            "iam:GetUser",
            "iam:GetUserPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListUserPolicies",
        ),
        (OWN_USERS,),
        (Verb.PLAN,),
        When.SENDING,
    ),
    Right(
        "Drift of alarms",
        ("cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"),
        (ALARMS,),
        (Verb.PLAN,),
    ),
    Right(
        "Drift of the log",
        ("logs:DescribeMetricFilters", "logs:GetDataProtectionPolicy", "logs:ListTagsForResource"),
        (LOGS,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
    Right(
        "Drift of the log",
        ("logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"),
        (ANYTHING,),
        (Verb.PLAN,),
        When.FORWARDING,
    ),
)
