"""What drift detection reads; pure data."""

from sendas.setup.operator.grants import Grant, Verb


_P, _A = Verb.PLAN, Verb.APPLY

DRIFT = (
    Grant("Drift of the identity", "ses", ("ListTagsForResource",), ("identity",), (_P,)),
    Grant(
        "Drift of the configuration set",
        "ses",
        ("GetConfigurationSet", "GetConfigurationSetEventDestinations"),
        ("configuration set",),
        (_P,),
    ),
    Grant(
        "The same, and of receipt rules, for which AWS knows no resources",
        "ses",
        ("DescribeConfigurationSet", "DescribeReceiptRule"),
        ("anything",),
        (_P,),
    ),
    Grant(
        "Drift of the bucket",
        "s3",
        (
            "GetBucketOwnershipControls",
            "GetBucketPolicy",
            "GetBucketPublicAccessBlock",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetEncryptionConfiguration",
            "GetLifecycleConfiguration",
        ),
        ("bucket",),
        (_P,),
    ),
    Grant(
        "Drift of topics",
        "sns",
        ("GetDataProtectionPolicy", "GetTopicAttributes", "ListTagsForResource"),
        ("topics",),
        (_P,),
    ),
    Grant("Same", "sns", ("GetSubscriptionAttributes",), ("anything",), (_P,)),
    Grant("Drift of queues", "sqs", ("GetQueueAttributes", "ListQueueTags"), ("queues",), (_P,)),
    Grant(
        "Drift of the forwarder",
        "lambda",
        (
            "GetFunction",
            "GetFunctionCodeSigningConfig",
            "GetFunctionConfiguration",
            "GetFunctionRecursionConfig",
            "GetPolicy",
            "GetRuntimeManagementConfig",
        ),
        ("function",),
        (_P, _A),
    ),
    Grant(
        "Drift of what feeds it",
        "lambda",
        ("GetEventSourceMapping", "ListTags"),
        ("mappings",),
        (_P,),
    ),
    Grant(
        "Drift of what calls it",
        "events",
        ("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
        ("schedules",),
        (_P,),
    ),
    Grant(
        "Drift of its role",
        "iam",
        ("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"),
        ("role",),
        (_P,),
    ),
    Grant(
        "Drift of the users that send",
        "iam",
        (
            "GetUser",
            "GetUserPolicy",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListUserPolicies",
        ),
        ("own users",),
        (_P,),
    ),
    Grant(
        "Drift of alarms",
        "cloudwatch",
        ("DescribeAlarms", "ListTagsForResource"),
        ("alarms",),
        (_P,),
    ),
    Grant(
        "Drift of the log",
        "logs",
        ("DescribeMetricFilters", "GetDataProtectionPolicy", "ListTagsForResource"),
        ("logs",),
        (_P,),
    ),
    Grant(
        "Same",
        "logs",
        ("DescribeIndexPolicies", "DescribeLogGroups", "DescribeResourcePolicies"),
        ("anything",),
        (_P,),
    ),
)
"""Drift detection reads each resource in the operator's name (guide, "Detect drift")."""
