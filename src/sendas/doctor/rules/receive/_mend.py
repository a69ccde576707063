"""Commands that mend receiving: rule sets, rules, buckets and their policies."""

import re

from collections.abc import Iterable, Mapping

from sendas.advice import Applies, Help
from sendas.doctor.evidence import Evidence
from sendas.doctor.rules.account._aws_cli import aws
from sendas.iam.exception import statements_of
from sendas.iam.keys import Caller
from sendas.ses.receiving import Action, LambdaAction, OtherAction, ReceiptRule, S3Action
from sendas.ses.regions import Region, partition_of


def activate(region: Region, name: str) -> str:
    """Make *name* the active rule set."""
    return aws("ses set-active-receipt-rule-set", region=region, rule_set_name=name)


def rule_arn(region: Region, account_id: str, rule_set: str, rule: str) -> str:
    """What SES names as SourceArn when it writes for *rule* (FACTS 8.3)."""
    return (
        f"arn:{partition_of(region)}:ses:{region}:{account_id}"
        f":receipt-rule-set/{rule_set}:receipt-rule/{rule}"
    )


def update_rule(region: Region, rule_set: str, rule: ReceiptRule) -> str | None:
    """Store *rule* as it stands here; None if it holds what we could not write back."""
    document = _rule(rule)
    if document is None:
        return None
    return aws("ses update-receipt-rule", region=region, rule_set_name=rule_set, rule=document)


def _rule(rule: ReceiptRule) -> dict[str, object] | None:
    actions = [_action(each) for each in rule.actions]
    known = [each for each in actions if each is not None]
    if len(known) < len(actions):
        return None
    return {
        "Name": rule.name,
        "Enabled": rule.enabled,
        "TlsPolicy": "Require" if rule.tls_required else "Optional",
        "Recipients": list(rule.recipients),
        "Actions": known,
        "ScanEnabled": rule.scan_enabled,
    }


def _action(action: Action) -> dict[str, object] | None:
    match action:
        case S3Action():
            told = {
                "BucketName": action.bucket,
                "ObjectKeyPrefix": action.prefix,
                "TopicArn": action.topic_arn,
                "IamRoleArn": action.role_arn,
                "KmsKeyArn": action.kms_key_arn,
            }
            return {"S3Action": {name: value for name, value in told.items() if value}}
        case LambdaAction():
            told = {
                "FunctionArn": action.function_arn,
                "InvocationType": action.invocation_type,
            }
            return {"LambdaAction": told}
        case OtherAction():
            return None


def bucket_policy(
    document: Mapping[str, object] | None,
    account_id: str,
    region: Region,
    writers: Iterable[tuple[str, ReceiptRule, S3Action]],
) -> dict[str, object]:
    """*document*, a policy as JSON has it, with leave for SES to write for *writers*."""
    document = document or {"Version": "2012-10-17"}
    kept = statements_of(document)
    for rule_set, rule, action in writers:
        sid = "SesWrites" + re.sub(r"[^A-Za-z0-9]", "", f"{rule_set}{rule.name}")
        kept = [each for each in kept if each.get("Sid") != sid]
        kept.append(
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:{partition_of(region)}:s3:::{action.bucket}/{action.prefix}*",
                "Condition": {
                    "StringEquals": {
                        "AWS:SourceAccount": account_id,
                        "AWS:SourceArn": rule_arn(region, account_id, rule_set, rule.name),
                    }
                },
            }
        )
    return {**document, "Statement": kept}


def put_bucket_policy(bucket: str, policy: dict[str, object]) -> str:
    """Replace the bucket's policy."""
    return aws("s3api put-bucket-policy", bucket=bucket, policy=policy)


def create_bucket(bucket: str, region: Region) -> str:
    """Make the bucket in *region*; us-east-1 is the one that must not be named (S3 API)."""
    if region == "us-east-1":
        return aws("s3api create-bucket", region=region, bucket=bucket)
    place = {"LocationConstraint": region}
    return aws(
        "s3api create-bucket", region=region, bucket=bucket, create_bucket_configuration=place
    )


def begin_receiving(evidence: Evidence, region: Region, active: str | None) -> Help:
    """A bucket, its policy and a rule for the whole domain, in the active set or a new one."""
    domain = evidence.subject.domain
    text = f"Make a rule that stores all mail of {domain} in a bucket of its own."
    if not isinstance(evidence.caller, Caller):
        return Help(f"{text} The bucket's policy must let SES write first.")
    account_id = evidence.caller.account_id
    slug = domain.replace(".", "-")
    rule_set, bucket = active or f"{slug}-inbound", f"{slug}-inbound-{account_id}"
    action = S3Action(bucket)
    rule = ReceiptRule(f"{slug}-store", True, (domain,), (action,), scan_enabled=True)  # noqa: FBT003  enabled
    commands = [
        create_bucket(bucket, region),
        put_bucket_policy(
            bucket, bucket_policy(None, account_id, region, [(rule_set, rule, action)])
        ),
    ]
    if active is None:
        commands.append(aws("ses create-receipt-rule-set", region=region, rule_set_name=rule_set))
    commands.append(
        aws(
            "ses create-receipt-rule",
            region=region,
            rule_set_name=rule_set,
            rule=_rule(rule) or {},
        )
    )
    if active is None:
        commands.append(activate(region, rule_set))
    return Help(text, commands=tuple(commands), applies=Applies.CONFIRM)
