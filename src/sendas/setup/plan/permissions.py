"""What the operator must be allowed to do, and what of it is known to be missing.

One table, by what is done; `sendas policy` prints it, and a plan looks for what
is missing before anything is touched.  Sources: the Service Authorization
Reference of each service, and the handlers' permissions in the schemas of
CloudFormation's resource types.
"""

from sendas.aws import iam_policies
from sendas.aws.session import Session
from sendas.config.model import Domain
from sendas.errors import CouldNotLook
from sendas.iam.keys import Caller
from sendas.iam.policy import Request, decide
from sendas.outcome import NoAnswer
from sendas.ses.regions import Region
from sendas.setup.stack.names import own_users, stack_names


PLAN_ACTIONS = (
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:DetectStackDrift",
    "cloudformation:DetectStackResourceDrift",
    "cloudformation:GetTemplate",
    "route53:GetHostedZone",
    "route53:ListHostedZonesByName",
    "route53:ListResourceRecordSets",
    "s3:GetObject",
    "s3:ListBucket",
    "ses:DescribeActiveReceiptRuleSet",
    "ses:DescribeReceiptRuleSet",
    "ses:GetAccount",
    "ses:GetEmailIdentity",
    "sns:ListSubscriptionsByTopic",
)
"""To plan; drift detection moreover reads each resource by its own service."""

STACK_ACTIONS = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
)

SEND_ACTIONS = (
    "iam:CreateUser",
    "iam:DeleteAccessKey",
    "iam:DeleteUser",
    "iam:DeleteUserPolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAccessKeys",
    "iam:PutUserPolicy",
    "ses:CreateConfigurationSet",
    "ses:CreateConfigurationSetEventDestination",
    "ses:CreateEmailIdentity",
    "ses:DeleteConfigurationSet",
    "ses:DeleteConfigurationSetEventDestination",
    "ses:DeleteEmailIdentity",
    "ses:DescribeConfigurationSet",
    "ses:GetConfigurationSet",
    "ses:GetConfigurationSetEventDestinations",
    "ses:PutConfigurationSetSendingOptions",
    "ses:PutEmailIdentityConfigurationSetAttributes",
    "ses:PutEmailIdentityDkimAttributes",
    "ses:PutEmailIdentityDkimSigningAttributes",
    "ses:PutEmailIdentityFeedbackAttributes",
    "ses:PutEmailIdentityMailFromAttributes",
    "ses:UpdateConfigurationSetEventDestination",
)

RECEIVE_ACTIONS = (
    "s3:CreateBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutObject",
    "ses:CreateReceiptRule",
    "ses:CreateReceiptRuleSet",
    "ses:DeleteReceiptRule",
    "ses:DeleteReceiptRuleSet",
    "ses:DescribeReceiptRule",
    "ses:SetActiveReceiptRuleSet",
    "ses:UpdateReceiptRule",
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:SetQueueAttributes",
)

FORWARD_ACTIONS = (
    "events:DeleteRule",
    "events:DescribeRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "lambda:AddPermission",
    "lambda:CreateEventSourceMapping",
    "lambda:CreateFunction",
    "lambda:DeleteEventSourceMapping",
    "lambda:DeleteFunction",
    "lambda:GetEventSourceMapping",
    "lambda:GetFunction",
    "lambda:RemovePermission",
    "lambda:UpdateEventSourceMapping",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteMetricFilter",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "logs:PutMetricFilter",
    "logs:PutRetentionPolicy",
)

ALARM_ACTIONS = (
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutMetricAlarm",
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
    "sns:Unsubscribe",
)

ZONE_ACTIONS = ("route53:ChangeResourceRecordSets", "route53:GetChange")

_JUST_DONE = "cloudformation:DescribeStacks"
"""Asked before the permissions are: had it been refused, there would be no plan."""


def needed_actions(domain: Domain) -> tuple[str, ...]:
    """What `plan` and `apply` need for *domain*, each once."""
    wanted = [*PLAN_ACTIONS, *STACK_ACTIONS, *SEND_ACTIONS, *ALARM_ACTIONS]
    if domain.receive and not domain.adopted.receiving:
        wanted += RECEIVE_ACTIONS
    if domain.forwards and not domain.adopted.receiving:
        wanted += FORWARD_ACTIONS
    if domain.dns == "route53":
        wanted += ZONE_ACTIONS
    return tuple(sorted(set(wanted)))


def missing_actions(
    session: Session, region: Region, caller: Caller, domain: Domain
) -> tuple[str, ...]:
    """Which of the needed actions the caller's own policies allow nowhere.

    Decided as IAM decides, from the documents that bind the user.  Of a role, of
    the root user, where IAM will not show the documents, or where they forbid what
    was just done, nothing is known and nothing is said: then AWS itself refuses,
    and says the action.
    """
    user = _user_of(caller)
    if user is None:
        return ()
    documents = iam_policies.policies_of(session, region, user)
    if isinstance(documents, NoAnswer):
        return ()
    try:
        missing = frozenset(
            action
            for action in needed_actions(domain)
            if not any(
                decide(documents, Request(action, (arn,), caller.arn)).allowed
                for arn in _examples(action, region, caller, domain)
            )
        )
    except CouldNotLook:  # a policy that cannot be read decides nothing
        return ()
    return () if _JUST_DONE in missing else tuple(sorted(missing))


def _user_of(caller: Caller) -> str | None:
    """``arn:aws:iam::123456789012:user/path/name`` → ``name``."""
    _, found, name = caller.arn.rpartition(":user/")
    return name.rpartition("/")[2] if found else None


def _examples(action: str, region: Region, caller: Caller, domain: Domain) -> tuple[str, ...]:
    """ARNs at which the action is needed; one that is allowed is enough to say nothing."""
    names = stack_names(domain)
    account, partition = caller.account_id, caller.arn.split(":")[1]
    here = f"{region}:{account}"
    service = action.partition(":")[0]
    bucket = names.real_bucket(account)
    users = [user for _, user in own_users(domain)] or [names.root]
    found = {
        "cloudformation": [f"{here}:stack/{names.root}/x"],
        "s3": [f"::{bucket}", f"::{bucket}/x"],
        "ses": [f"{here}:identity/{domain.name}", f"{here}:configuration-set/{names.root}"],
        "sns": [f"{here}:{names.alarms}"],
        "sqs": [f"{here}:{names.received}"],
        "lambda": [f"{here}:function:{names.function}", f"{here}:event-source-mapping:x"],
        "logs": [f"{here}:log-group:{names.log_group}", f"{here}:log-group:{names.log_group}:*"],
        "events": [f"{here}:rule/{names.root}"],
        "cloudwatch": [f"{here}:alarm:{names.alarm('bounce-rate')}"],
        "route53": [f"::hostedzone/{domain.adopted.zone_id or 'x'}"],
        "iam": [f":{account}:user/{user}" for user in users] + [f":{account}:role/{names.root}"],
    }.get(service, [])
    return (*(f"arn:{partition}:{service}:{rest}" for rest in found), "*")
