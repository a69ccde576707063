"""What looking asks of AWS, before a plan is made or anything taken away; pure data."""

from sendas.iam.rights import (
    ALIAS_KEYS,
    ANYTHING,
    BUCKET,
    FUNCTION,
    IDENTITY,
    TARGETS,
    TOPICS,
    WATCHER,
    ZONES,
    Right,
    Verb,
    When,
    own_policies,
)  # fmt: skip


_PLAN, _BOTH = (Verb.PLAN,), (Verb.PLAN, Verb.DESTROY)

READING = (
    *own_policies(*_BOTH),
    Right(
        "What SES knows of the identity",
        ("ses:GetEmailIdentity",),
        (IDENTITY,),
        (Verb.RECORDS, Verb.PLAN, Verb.DESTROY),
    ),
    Right("State of the account", ("ses:GetAccount",), (ANYTHING,), _PLAN),
    Right(
        "Receipt rules, for which AWS knows no resources",
        ("ses:DescribeActiveReceiptRuleSet", "ses:DescribeReceiptRuleSet"),
        (ANYTHING,),
        _BOTH,
        When.RECEIVING,
    ),
    Right(
        "Zones that could hold the domain", ("route53:ListHostedZonesByName",), (ANYTHING,), _BOTH
    ),
    Right(
        "Their records",
        ("route53:GetHostedZone", "route53:ListResourceRecordSets"),
        (ZONES,),
        _BOTH,
        When.IF_THERE,
    ),
    Right(
        "Who may read and write the mail bucket",
        ("s3:GetBucketPolicy",),
        (BUCKET,),
        (Verb.DESTROY,),
        When.IF_THERE,
    ),
    Right(
        "Whose mail a rule without recipients takes: `apply --take-over`",
        ("ses:ListEmailIdentities",),
        (ANYTHING,),
        _PLAN,
        When.IF_ASKED,
    ),
    Right(
        "Who has clicked SES's link, in the sandbox",
        ("ses:ListEmailIdentities",),
        (ANYTHING,),
        _PLAN,
        When.SANDBOX,
    ),
    Right(
        "Ask each target to click it",
        ("ses:CreateEmailIdentity", "ses:DeleteEmailIdentity", "ses:GetEmailIdentity"),
        (TARGETS,),
        (Verb.APPLY,),
        When.SANDBOX,
    ),
    Right(
        "Whether somebody has switched a function off",
        ("lambda:GetFunctionConcurrency",),
        (FUNCTION, WATCHER),
        _PLAN,
        When.FORWARDING,
    ),
    Right(
        "Whether the keys of aliases wait to be deleted",
        ("secretsmanager:DescribeSecret",),
        (ALIAS_KEYS,),
        _PLAN,
        When.ANSWERING,
    ),
    Right(
        "Who is notified of received mail",
        ("sns:ListSubscriptionsByTopic",),
        (TOPICS,),
        _PLAN,
        When.IF_THERE,
    ),
)
