"""What issuing a credential, and proving it, asks of AWS; pure data."""

from sendas.config.model import Mailbox
from sendas.forward.rights import RECEIVED
from sendas.iam.rights import (
    ANYTHING,
    BOUNDED,
    BUCKET,
    CONFIGURATION_SET,
    EVENTS,
    IDENTITIES_ANYWHERE,
    IDENTITY,
    OBJECTS,
    OWN_PARAMETERS,
    OWN_SECRETS,
    OWN_USERS,
    PARAMETERS,
    POLICIES,
    SECRETS,
    SENDERS,
    USERS,
    Limit,
    Right,
    Role,
    Verb,
    When,
    own_policies,
)  # fmt: skip


_GMAIL = (Verb.GMAIL,)
_CREDENTIALS = (Verb.CREDENTIALS,)
_TENDING = (Verb.WATCH, Role.WATCHER)
_USER = "arn:{partition}:iam::{account}:user/"
_SECRET = "arn:{partition}:secretsmanager:{region}:{account}:secret:"  # noqa: S105  where they are
_TURNING, _TURNING_OLD, _TENDED = (
    f"{_USER}{{turning}}",
    f"{_USER}{{turning_old}}",
    f"{_USER}{{tended}}",
)
_TURNING_SECRETS, _TENDED_SECRETS = f"{_SECRET}{{turning_secrets}}", f"{_SECRET}{{tended_secrets}}"
_PARAMETER = "arn:{partition}:ssm:{region}:{account}:parameter/"
_TURNING_PARAMETERS = f"{_PARAMETER}{{turning_parameters}}"
_TENDED_PARAMETERS = f"{_PARAMETER}{{tended_parameters}}"
_OUR_TAGS = (Limit("ForAllValues:StringLike", "aws:TagKeys", ("sendas:*",)),)

RIGHTS = (
    *own_policies(*_GMAIL),
    Right("What SES knows of the identity", ("ses:GetEmailIdentity",), (IDENTITY,), _GMAIL),
    Right("State of the account", ("ses:GetAccount",), (ANYTHING,), _GMAIL),
    Right(
        "The user that sends",
        (
            "iam:GetUserPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListUserPolicies",
            "iam:TagUser",
        ),
        (OWN_USERS,),
        _GMAIL,
    ),
    Right(
        "The user that sends, within the boundary",
        ("iam:CreateUser", "iam:PutUserPolicy"),
        (OWN_USERS,),
        _GMAIL,
        limits=BOUNDED,
    ),
    Right(
        "A key for the mailbox's user",
        ("iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser", "iam:ListAccessKeys"),
        (OWN_USERS,),
        _GMAIL,
    ),
    Right("Last use of a key", ("iam:GetAccessKeyLastUsed",), (USERS,), _GMAIL),
    Right(
        "The SMTP password",
        (
            "secretsmanager:CreateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:RestoreSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
        ),
        (OWN_SECRETS,),
        _GMAIL,
    ),
    Right(
        "The SMTP password in Parameter Store",
        (
            "ssm:AddTagsToResource",
            "ssm:GetParameterHistory",
            "ssm:LabelParameterVersion",
            "ssm:ListTagsForResource",
            "ssm:PutParameter",
            "ssm:RemoveTagsFromResource",
        ),
        (OWN_PARAMETERS,),
        _GMAIL,
    ),
    *own_policies(*_CREDENTIALS),
    Right("The identity to send as", ("ses:GetEmailIdentity",), (IDENTITY,), _CREDENTIALS),
    Right(
        "The users that send in turn, and their keys",
        (
            "iam:CreateAccessKey",
            "iam:DeleteAccessKey",
            "iam:GetUser",
            "iam:GetUserPolicy",
            "iam:ListAccessKeys",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListUserPolicies",
            "iam:TagUser",
            "iam:UpdateAccessKey",
        ),
        (SENDERS,),
        _CREDENTIALS,
    ),
    Right(
        "The users that send in turn, within the boundary",
        ("iam:CreateUser", "iam:PutUserPolicy"),
        (SENDERS,),
        _CREDENTIALS,
        limits=BOUNDED,
    ),
    Right("Last use of their keys", ("iam:GetAccessKeyLastUsed",), (USERS,), _CREDENTIALS),
    Right(
        "The passwords: pending, current, previous",
        (
            "secretsmanager:CreateSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:TagResource",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        (OWN_SECRETS,),
        _CREDENTIALS,
    ),
    Right(
        "The passwords in Parameter Store: pending, current, previous",
        (
            "ssm:AddTagsToResource",
            "ssm:GetParameterHistory",
            "ssm:LabelParameterVersion",
            "ssm:ListTagsForResource",
            "ssm:PutParameter",
            "ssm:UnlabelParameterVersion",
        ),
        (OWN_PARAMETERS,),
        _CREDENTIALS,
    ),
    Right(
        "Where a canary arrives",
        (
            "ses:DescribeActiveReceiptRuleSet",
            "ses:DescribeReceiptRuleSet",
            "ses:ListReceiptRuleSets",
        ),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right("The canary, and who sent", ("s3:GetObject",), (OBJECTS,), _CREDENTIALS, When.IF_ASKED),
    Right("A canary's end", ("s3:DeleteObject",), (OBJECTS,), _CREDENTIALS, When.IF_ASKED),
    Right("Which mails there are", ("s3:ListBucket",), (BUCKET,), _CREDENTIALS, When.IF_ASKED),
    Right(
        "Which user sent a mail",
        ("ses:GetMessageInsights",),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Who is in the account, with every policy; and whether root has a key",
        ("iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary"),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Policies of AWS's own",
        ("iam:GetPolicy", "iam:GetPolicyVersion"),
        (POLICIES,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "The keys of whoever may send",
        ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"),
        (USERS,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Who made, changed and deleted keys",
        ("cloudtrail:LookupEvents",),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "The identities of every Region",
        ("ses:ListEmailIdentities",),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Whom the identities' policies let send",
        ("ses:GetEmailIdentity",),
        (IDENTITIES_ANYWHERE,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Which passwords are stored, and many of them at once",
        (
            "secretsmanager:BatchGetSecretValue",
            "secretsmanager:ListSecrets",
            "ssm:DescribeParameters",
        ),
        (ANYTHING,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Of which keys they are",
        ("secretsmanager:GetSecretValue",),
        (SECRETS,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right(
        "Of which keys those in Parameter Store are",
        ("ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"),
        (PARAMETERS,),
        _CREDENTIALS,
        When.IF_ASKED,
    ),
    Right("Who sent, from where", ("s3:ListBucket",), (BUCKET,), _CREDENTIALS, When.IF_ASKED),
    Right("The events of sent mail", ("s3:GetObject",), (EVENTS,), _CREDENTIALS, When.IF_ASKED),
    # By itself, once a day: proven, and where the file says so, rotated ------------------
    Right(
        "The next key of a mailbox whose rotation is prepared",
        ("iam:CreateAccessKey",),
        (_TURNING,),
        _TENDING,
        When.ROTATING,
    ),
    Right(
        "The end of the key before it",
        ("iam:DeleteAccessKey", "iam:UpdateAccessKey"),
        (_TURNING, _TURNING_OLD),
        _TENDING,
        When.ROTATING,
    ),
    Right(
        "What its users may do",
        (
            "iam:GetUser",
            "iam:GetUserPolicy",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListUserPolicies",
        ),
        (_TURNING, _TURNING_OLD),
        _TENDING,
        When.ROTATING,
    ),
    Right(
        "Its password: pending, current, previous",
        ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"),
        (_TURNING_SECRETS,),
        _TENDING,
        When.ROTATING,
    ),
    Right(
        "Its password in Parameter Store: pending, current, previous",
        ("ssm:LabelParameterVersion", "ssm:PutParameter", "ssm:UnlabelParameterVersion"),
        (_TURNING_PARAMETERS,),
        _TENDING,
        When.ROTATING,
    ),
    Right(
        "When the keys of mailboxes were used",
        ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"),
        (_TENDED,),
        _TENDING,
        When.TENDING,
    ),
    Right(
        "The password to prove",
        ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        (_TENDED_SECRETS,),
        _TENDING,
        When.TENDING,
    ),
    Right(
        "The password to prove, in Parameter Store",
        ("ssm:GetParameterHistory", "ssm:ListTagsForResource"),
        (_TENDED_PARAMETERS,),
        _TENDING,
        When.TENDING,
    ),
    Right(
        "What is proven of it, since when",
        ("secretsmanager:TagResource",),
        (_TENDED_SECRETS,),
        _TENDING,
        When.TENDING,
        limits=_OUR_TAGS,
    ),
    Right(
        "What is proven of it in Parameter Store, since when",
        ("ssm:AddTagsToResource",),
        (_TENDED_PARAMETERS,),
        _TENDING,
        When.TENDING,
        limits=_OUR_TAGS,
    ),
    Right("Whether a canary arrived", ("s3:GetObject",), (RECEIVED,), _TENDING, When.TENDING),
    # The user that sends: as this address and as no other.  Both actions, and both
    # resources: FACTS 4, "grant both actions".
    Right(
        "Send as one address",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET),
        (Role.MAILBOX,),
        # Case aside: Gmail shows what the owner typed.
        limits=(Limit("StringEqualsIgnoreCase", "ses:FromAddress", ("{address}",)),),
    ),
    Right(
        "Send as any address",
        ("ses:SendEmail", "ses:SendRawEmail"),
        (IDENTITY, CONFIGURATION_SET),
        (Role.CATCH_ALL,),
        limits=(Limit("StringLike", "ses:FromAddress", ("{address}",)),),
    ),
)


def role_of(mailbox: Mailbox) -> Role:
    """As whom the mailbox's user may send."""
    return Role.CATCH_ALL if mailbox.is_catch_all else Role.MAILBOX
