"""What the verbs that look ask of AWS; pure data."""

from sendas.setup.operator.grants import Grant, Verb


_I, _R, _D = Verb.INIT, Verb.RECORDS, Verb.DOCTOR
_P, _A, _X, _G = Verb.PLAN, Verb.APPLY, Verb.DESTROY, Verb.GMAIL

READING = (
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

GMAIL = (
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

MAIL = (
    Grant(
        "Where received mail lies",
        "ses",
        ("DescribeActiveReceiptRuleSet",),
        ("anything",),
        (Verb.MAIL,),
    ),
    Grant("Which mails there are", "s3", ("ListBucket",), ("bucket",), (Verb.MAIL,)),
    Grant("A mail, and its record", "s3", ("GetObject",), ("objects",), (Verb.MAIL,)),
    Grant("Routes, written by hand", "s3", ("PutObject",), ("routes",), (Verb.MAIL,)),
    Grant(
        "Released and delivered again by the forwarder itself",
        "lambda",
        ("InvokeFunction",),
        ("function",),
        (Verb.MAIL,),
    ),
)
