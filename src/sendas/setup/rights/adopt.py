"""What `sendas init --adopt` asks of AWS, to see what exists; pure data."""

from sendas.doctor.rights import users_read
from sendas.iam.rights import (
    ANYTHING,
    BUCKET,
    IDENTITIES_ANYWHERE,
    POLICIES,
    ZONES,
    Right,
    Verb,
)  # fmt: skip


_INIT = (Verb.INIT,)
ANY_TOPIC = "arn:{partition}:sns:{region}:{account}:*"
FUNCTIONS = "arn:{partition}:lambda:{region}:{account}:function:*"

ADOPT = (
    Right(
        "Where the domain is an identity", ("ses:GetEmailIdentity",), (IDENTITIES_ANYWHERE,), _INIT
    ),
    Right("Identities there are", ("ses:ListEmailIdentities",), (ANYTHING,), _INIT),
    Right(
        "Receipt rules, for which AWS knows no resources",
        (
            "ses:DescribeActiveReceiptRuleSet",
            "ses:DescribeReceiptRuleSet",
            "ses:ListReceiptRuleSets",
        ),
        (ANYTHING,),
        _INIT,
    ),
    Right(
        "Zones that could hold the domain", ("route53:ListHostedZonesByName",), (ANYTHING,), _INIT
    ),
    Right(
        "Their records",
        ("route53:GetHostedZone", "route53:ListResourceRecordSets"),
        (ZONES,),
        _INIT,
    ),
    Right("Who is notified of new objects", ("s3:GetBucketNotification",), (BUCKET,), _INIT),
    Right(
        "Who is notified of mail by a topic that sendas did not make",
        ("sns:ListSubscriptionsByTopic",),
        (ANY_TOPIC,),
        _INIT,
    ),
    Right(
        "What runs when mail arrives", ("lambda:GetFunctionConfiguration",), (FUNCTIONS,), _INIT
    ),
    Right("What reads a queue", ("lambda:ListEventSourceMappings",), (ANYTHING,), _INIT),
    *users_read(_INIT),
    Right("Managed policies", ("iam:GetPolicy", "iam:GetPolicyVersion"), (POLICIES,), _INIT),
)
