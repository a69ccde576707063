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

_I, _R, _D = Verb.INIT, Verb.RECORDS, Verb.DOCTOR
_P, _A, _X, _G = Verb.PLAN, Verb.APPLY, Verb.DESTROY, Verb.GMAIL

_READING = (
    Grant(
        "What SES knows of the identity",
        "ses",
        ("GetEmailIdentity",),
        ("identity",),
        (_R, _P, _A, _X, _G),
    ),
    Grant(
        "Where else it is an identity, and whether a recipient is one",
        "ses",
        ("GetEmailIdentity",),
        ("identities anywhere",),
        (_I, _D, _A),
    ),
    Grant("Identities there are", "ses", ("ListEmailIdentities",), ("anything",), (_I,)),
    Grant("State of the account", "ses", ("GetAccount",), ("anything",), (_D, _P, _A, _G)),
    Grant(
        "Receipt rules, for which AWS knows no resources",
        "ses",
        ("DescribeActiveReceiptRuleSet", "DescribeReceiptRuleSet", "ListReceiptRuleSets"),
        ("anything",),
        (_I, _D, _P, _A, _X, _G),
    ),
    Grant(
        "Suppression list",
        "ses",
        ("GetSuppressedDestination",),
        ("anything",),
        (_D, _A),
    ),
    Grant(
        "Event destinations",
        "ses",
        ("GetConfigurationSet", "GetConfigurationSetEventDestinations"),
        ("configuration set",),
        (_D, _A),
    ),
    Grant(
        "Zones that could hold the domain",
        "route53",
        ("ListHostedZonesByName",),
        ("anything",),
        (_I, _D, _P, _A, _X),
    ),
    Grant(
        "Their records",
        "route53",
        ("GetHostedZone", "ListResourceRecordSets"),
        ("zones",),
        (_I, _D, _P, _A, _X),
    ),
    Grant(
        "Who may read and write the mail bucket",
        "s3",
        ("GetBucketPolicy",),
        ("bucket",),
        (_D, _A, _X),
    ),
    Grant("Who is told of new objects", "s3", ("GetBucketNotification",), ("bucket",), (_I,)),
    Grant(
        "Who is told of received mail",
        "sns",
        ("ListSubscriptionsByTopic",),
        ("topics",),
        (_P, _A),
    ),
    Grant(
        "Who is told of mail by a topic that sendas did not make",
        "sns",
        ("ListSubscriptionsByTopic",),
        ("any topic",),
        (_I,),
    ),
    Grant(
        "What runs when mail arrives",
        "lambda",
        ("GetFunctionConfiguration",),
        ("functions",),
        (_I,),
    ),
    Grant(
        "What reads a queue",
        "lambda",
        ("ListEventSourceMappings",),
        ("anything",),
        (_I,),
    ),
    Grant("IAM users there are", "iam", ("ListUsers",), ("anything",), (_I, _D, _A)),
    Grant(
        "Their keys and policies",
        "iam",
        (
            "GetUser",
            "GetUserPolicy",
            "ListAccessKeys",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListUserPolicies",
        ),
        ("users",),
        (_I, _D, _A),
    ),
    Grant(
        "Whether the operator may do all of it, before anything is begun",
        "iam",
        (
            "GetUser",
            "GetUserPolicy",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListUserPolicies",
        ),
        ("oneself",),
        (_P, _X),
    ),
    Grant("Last use of a key", "iam", ("GetAccessKeyLastUsed",), ("users",), (_I, _D, _A, _G)),
    Grant(
        "Policies of their groups",
        "iam",
        ("GetGroupPolicy", "ListAttachedGroupPolicies", "ListGroupPolicies"),
        ("groups",),
        (_I, _D, _P, _A, _X),
    ),
    Grant(
        "Managed policies",
        "iam",
        ("GetPolicy", "GetPolicyVersion"),
        ("policies",),
        (_I, _D, _P, _A, _X),
    ),
)

_STACK = (
    Grant(
        "What stands",
        "cloudformation",
        (
            "DescribeStackEvents",
            "DescribeStackResourceDrifts",
            "DescribeStackResources",
            "DescribeStacks",
            "DetectStackDrift",
            "GetTemplate",
        ),
        ("stack",),
        (_P, _A, _X),
    ),
    Grant(
        "How far a drift detection is",
        "cloudformation",
        ("DescribeStackDriftDetectionStatus",),
        ("anything",),
        (_P, _A),
    ),
    Grant(
        "Drift detection reads one resource after another",
        "cloudformation",
        ("DetectStackResourceDrift",),
        ("stack",),
        (_P, _A),
    ),
    Grant(
        "Whether the mail bucket, the forwarder's code and its routes are there",
        "s3",
        ("GetObject",),
        ("objects",),
        (_P, _A, _G),
    ),
    Grant("Same", "s3", ("ListBucket",), ("bucket",), (_P, _A, _X, _G)),
    Grant(
        "Changing it",
        "cloudformation",
        (
            "ContinueUpdateRollback",
            "CreateChangeSet",
            "DeleteChangeSet",
            "DescribeChangeSet",
            "ExecuteChangeSet",
            "TagResource",
        ),
        ("stack",),
        (_A,),
    ),
    Grant("Taking it away", "cloudformation", ("DeleteStack",), ("stack",), (_A, _X)),
    Grant("The forwarder's code and routes", "s3", ("PutObject",), ("objects",), (_A,)),
    Grant(
        "Receipt rules, for which AWS knows no resources",
        "ses",
        (
            "CreateReceiptRule",
            "CreateReceiptRuleSet",
            "DescribeReceiptRule",
            "ReorderReceiptRuleSet",
            "SetActiveReceiptRuleSet",
            "SetReceiptRulePosition",
            "UpdateReceiptRule",
        ),
        ("anything",),
        (_A,),
    ),
    Grant(
        "Taking them away",
        "ses",
        (
            "DeleteReceiptRule",
            "DeleteReceiptRuleSet",
            "DescribeReceiptRule",
            "SetActiveReceiptRuleSet",
        ),
        ("anything",),
        (_X,),
    ),
    Grant("A rule that is wanted no more", "ses", ("DeleteReceiptRule",), ("anything",), (_A,)),
    Grant("The way out of the sandbox", "ses", ("PutAccountDetails",), ("anything",), (_A,)),
    Grant(
        "The identity",
        "ses",
        (
            "CreateEmailIdentity",
            "ListTagsForResource",
            "PutEmailIdentityConfigurationSetAttributes",
            "PutEmailIdentityDkimAttributes",
            "PutEmailIdentityDkimSigningAttributes",
            "PutEmailIdentityFeedbackAttributes",
            "PutEmailIdentityMailFromAttributes",
            "TagResource",
            "UntagResource",
        ),
        ("identity", "configuration set"),
        (_A,),
    ),
    Grant("Same", "ses", ("DeleteEmailIdentity",), ("identity",), (_A, _X)),
    Grant(
        "What SES's first API has no resources for",
        "ses",
        ("CreateConfigurationSet", "DescribeConfigurationSet"),
        ("anything",),
        (_A,),
    ),
    Grant(
        "The configuration set",
        "ses",
        (
            "CreateConfigurationSetEventDestination",
            "PutConfigurationSetDeliveryOptions",
            "PutConfigurationSetReputationOptions",
            "PutConfigurationSetSendingOptions",
            "PutConfigurationSetSuppressionOptions",
            "PutConfigurationSetTrackingOptions",
            "PutConfigurationSetVdmOptions",
            "UpdateConfigurationSetEventDestination",
        ),
        ("configuration set",),
        (_A,),
    ),
    Grant(
        "Same",
        "ses",
        ("DeleteConfigurationSet", "DeleteConfigurationSetEventDestination"),
        ("configuration set",),
        (_A, _X),
    ),
)

_BESIDE = (
    Grant(
        "The mail bucket",
        "s3",
        (
            "CreateBucket",
            "DeleteBucketPolicy",
            "GetAccelerateConfiguration",
            "GetAnalyticsConfiguration",
            "GetBucketAcl",
            "GetBucketCORS",
            "GetBucketLogging",
            "GetBucketNotification",
            "GetBucketObjectLockConfiguration",
            "GetBucketOwnershipControls",
            "GetBucketPublicAccessBlock",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetBucketWebsite",
            "GetEncryptionConfiguration",
            "GetIntelligentTieringConfiguration",
            "GetInventoryConfiguration",
            "GetLifecycleConfiguration",
            "GetMetricsConfiguration",
            "GetReplicationConfiguration",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
        ),
        ("bucket",),
        (_A,),
    ),
    Grant("Same", "s3", ("DeleteBucket", "DeleteBucketPolicy"), ("bucket",), (_X,)),
    Grant("The mail itself, if asked to", "s3", ("DeleteObject",), ("objects",), (_X,)),
    Grant(
        "Topics",
        "sns",
        (
            "CreateTopic",
            "GetDataProtectionPolicy",
            "GetTopicAttributes",
            "ListTagsForResource",
            "SetTopicAttributes",
            "Subscribe",
            "TagResource",
            "UntagResource",
        ),
        ("topics",),
        (_A,),
    ),
    Grant(
        "Same",
        "sns",
        ("DeleteTopic", "GetTopicAttributes", "SetTopicAttributes"),
        ("topics",),
        (_X,),
    ),
    Grant("Same", "sns", ("DeleteTopic",), ("topics",), (_A,)),
    Grant("Same", "sns", ("SetSubscriptionAttributes",), ("anything",), (_A,)),
    Grant(
        "Their subscriptions, for which AWS knows no resources",
        "sns",
        ("GetSubscriptionAttributes", "Unsubscribe"),
        ("anything",),
        (_A, _X),
    ),
    Grant(
        "Queues",
        "sqs",
        (
            "CreateQueue",
            "DeleteQueue",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListQueueTags",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
        ),
        ("queues",),
        (_A,),
    ),
    Grant(
        "Same",
        "sqs",
        ("DeleteQueue", "GetQueueAttributes", "SetQueueAttributes"),
        ("queues",),
        (_X,),
    ),
    Grant(
        "The forwarder",
        "lambda",
        (
            "CreateFunction",
            "GetFunction",
            "GetFunctionCodeSigningConfig",
            "GetFunctionRecursionConfig",
            "GetRuntimeManagementConfig",
            "PutFunctionConcurrency",
            "DeleteFunctionConcurrency",
            "PutFunctionRecursionConfig",
            "TagResource",
            "UntagResource",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
        ),
        ("function",),
        (_A,),
    ),
    Grant("Same", "lambda", ("DeleteFunction", "GetFunction"), ("function",), (_A, _X)),
    Grant(
        "Something that feeds it", "lambda", ("CreateEventSourceMapping",), ("anything",), (_A,)
    ),
    Grant(
        "What feeds it",
        "lambda",
        (
            "DeleteEventSourceMapping",
            "GetEventSourceMapping",
            "ListTags",
            "UpdateEventSourceMapping",
        ),
        ("mappings",),
        (_A,),
    ),
    Grant(
        "Same",
        "lambda",
        ("DeleteEventSourceMapping", "GetEventSourceMapping"),
        ("mappings",),
        (_X,),
    ),
    Grant(
        "What calls it by the clock",
        "events",
        (
            "DescribeRule",
            "ListTagsForResource",
            "ListTargetsByRule",
            "PutRule",
            "PutTargets",
            "TagResource",
            "UntagResource",
        ),
        ("schedules",),
        (_A,),
    ),
    Grant(
        "Same",
        "events",
        ("DeleteRule", "DescribeRule", "ListTargetsByRule", "RemoveTargets"),
        ("schedules",),
        (_A, _X),
    ),
    Grant(
        "Who may call it",
        "lambda",
        ("AddPermission", "GetPolicy"),
        ("function",),
        (_A,),
    ),
    Grant("Same", "lambda", ("RemovePermission",), ("function",), (_A, _X)),
    Grant(
        "Its role",
        "iam",
        (
            "AttachRolePolicy",
            "CreateRole",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
            "PassRole",
            "PutRolePolicy",
            "TagRole",
            "UntagRole",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
        ),
        ("role",),
        (_A,),
    ),
    Grant(
        "Same",
        "iam",
        (
            "DeleteRole",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "GetRole",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
        ),
        ("role",),
        (_A, _X),
    ),
    Grant(
        "The users that send",
        "iam",
        ("CreateUser", "PutUserPolicy", "TagUser"),
        ("own users",),
        (_A, _G),
    ),
    Grant(
        "Same",
        "iam",
        ("ListUserTags", "UntagUser", "UpdateUser"),
        ("own users",),
        (_A,),
    ),
    Grant(
        "Same",
        "iam",
        (
            "DeleteAccessKey",
            "DeleteUser",
            "DeleteUserPolicy",
            "GetLoginProfile",
            "GetUser",
            "GetUserPolicy",
            "ListAccessKeys",
            "ListAttachedUserPolicies",
            "ListGroupsForUser",
            "ListUserPolicies",
        ),
        ("own users",),
        (_A, _X),
    ),
    Grant(
        "Alarms",
        "cloudwatch",
        (
            "DeleteAlarms",
            "DescribeAlarms",
            "ListTagsForResource",
            "PutMetricAlarm",
            "TagResource",
            "UntagResource",
        ),
        ("alarms",),
        (_A,),
    ),
    Grant("Same", "cloudwatch", ("DeleteAlarms", "DescribeAlarms"), ("alarms",), (_X,)),
    Grant(
        "The forwarder's log",
        "logs",
        (
            "CreateLogGroup",
            "DeleteLogGroup",
            "DeleteRetentionPolicy",
            "GetDataProtectionPolicy",
            "ListTagsForResource",
            "PutRetentionPolicy",
            "TagResource",
            "UntagResource",
        ),
        ("logs",),
        (_A,),
    ),
    Grant("Same", "logs", ("DeleteLogGroup",), ("logs",), (_X,)),
    Grant("Same", "logs", ("DescribeLogGroups",), ("anything",), (_A, _X)),
    Grant(
        "Same",
        "logs",
        ("DescribeIndexPolicies", "DescribeResourcePolicies"),
        ("anything",),
        (_A,),
    ),
    Grant("DNS records", "route53", ("ChangeResourceRecordSets",), ("zones",), (_A, _X)),
    Grant("Same", "route53", ("GetChange",), ("changes",), (_A, _X)),
    Grant("Same", "route53", ("ListHostedZones",), ("anything",), (_A, _X)),
)

_GMAIL = (
    Grant(
        "A key for the mailbox's user",
        "iam",
        ("CreateAccessKey", "DeleteAccessKey", "GetUser", "ListAccessKeys"),
        ("own users",),
        (_G,),
    ),
    Grant(
        "The SMTP password",
        "secretsmanager",
        (
            "CreateSecret",
            "DescribeSecret",
            "GetSecretValue",
            "PutSecretValue",
            "RestoreSecret",
            "TagResource",
            "UntagResource",
        ),
        ("secrets",),
        (_G,),
    ),
    Grant("Which way a mail went", "ses", ("GetMessageInsights",), ("anything",), (_G,)),
)

GRANTS = (*_READING, *_STACK, *_BESIDE, *_GMAIL)
