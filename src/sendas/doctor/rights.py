"""What the doctor asks of AWS; pure data."""

from sendas.iam.rights import (
    ANYTHING,
    BUCKET,
    CONFIGURATION_SET,
    GROUPS,
    IDENTITIES_ANYWHERE,
    POLICIES,
    USERS,
    ZONES,
    Right,
    Verb,
    When,
)  # fmt: skip


_DOCTOR = (Verb.DOCTOR,)

RIGHTS = (
    Right(
        "Where else the domain is an identity, and whether a recipient is one",
        ("ses:GetEmailIdentity",),
        (IDENTITIES_ANYWHERE,),
        _DOCTOR,
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
    Right("IAM users there are", ("iam:ListUsers",), (ANYTHING,), _DOCTOR),
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
        _DOCTOR,
    ),
    Right(
        "Policies of their groups",
        ("iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"),
        (GROUPS,),
        _DOCTOR,
    ),
    Right("Managed policies", ("iam:GetPolicy", "iam:GetPolicyVersion"), (POLICIES,), _DOCTOR),
)
