"""Public reports about receiving: MX, rules, buckets, topics, queues, functions and roles."""

import io
import json
import zipfile

from collections.abc import Callable

from reported import Answer, Situation, root

from sendas.play.receiving_stack import FUNCTION
from sendas.play.scene import RULE, RULE_SET, Scene, bucket_policy
from sendas.setup.stack.names import RULE_SET as OUR_RULE_SET


RECEIVED = f"{FUNCTION}-received"
STRANGERS = "SesForwarder"


# DNS and rules --------------------------------------------------------------------------


def _all_kinds_of_wrong(scene: Scene) -> None:
    scene.set_record(
        scene.domain, "MX", f"10 email-smtp.{scene.region}.amazonaws.com.",
        f"20 feedback-smtp.{scene.region}.amazonses.com.",
    )  # fmt: skip


def _where_nothing_is_received(scene: Scene) -> None:
    """The MX names a Region in which SES receives nothing; the rules stand elsewhere."""
    scene.set_record(scene.domain, "MX", "10 inbound-smtp.us-west-1.amazonaws.com.")


def _rule(scene: Scene, **changed: object) -> None:
    whole = {
        "Name": RULE, "Enabled": True, "ScanEnabled": True, "Recipients": [scene.domain],
        "Actions": [{"S3Action": {"BucketName": scene.bucket}}], **changed,
    }  # fmt: skip
    scene.call("ses", "UpdateReceiptRule", RuleSetName=RULE_SET, Rule=whole)


def _star_at_the_domain(scene: Scene) -> None:
    _rule(scene, Recipients=[f"*@{scene.domain}"])


def _tls_required(scene: Scene) -> None:
    _rule(scene, TlsPolicy="Require")


# The bucket -----------------------------------------------------------------------------


def _by_referer(account: str | None) -> Callable[[Scene], None]:
    """The policy as AWS's guide had it until 2021: the account as ``aws:Referer``."""

    def put(scene: Scene) -> None:
        document = bucket_policy(scene)
        (statement,) = document["Statement"]  # type: ignore[misc]  it is a list
        referer = account or scene.lab.account_id
        statement["Condition"] = {"StringEquals": {"aws:Referer": referer}}
        scene.call("s3", "PutBucketPolicy", Bucket=scene.bucket, Policy=json.dumps(document))

    return put


def _role(scene: Scene, name: str, service: str, *statements: dict[str, object]) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = scene.call(
        "iam", "CreateRole", RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )  # fmt: skip
    if statements:
        scene.call(
            "iam", "PutRolePolicy", RoleName=name, PolicyName="mail",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}),
        )  # fmt: skip
    return str(made["Role"]["Arn"])


def _stores_by_a_role(scene: Scene) -> None:
    """The action names a role, which lost the right to write (the bucket's policy is right)."""
    allowed = {
        "Effect": "Allow", "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{scene.bucket}/*",
    }  # fmt: skip
    arn = _role(scene, "ses-writes", "ses.amazonaws.com", allowed)
    _rule(scene, Actions=[{"S3Action": {"BucketName": scene.bucket, "IamRoleArn": arn}}])
    scene.call("iam", "DeleteRolePolicy", RoleName="ses-writes", PolicyName="mail")


# A stranger's forwarder -----------------------------------------------------------------


_CODE = b"def handler(event, context):\n    return {}\n"


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("index.py", _CODE)
    return held.getvalue()


_LOGS: dict[str, object] = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
_SENDS: dict[str, object] = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}


def _reads(scene: Scene) -> dict[str, object]:
    resource = f"arn:aws:s3:::{scene.bucket}/*"
    return {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": resource}


def _forwarder(scene: Scene, *statements: dict[str, object], source: str | None = None) -> None:
    """Store, then invoke: as the best known forwarder's guide has it."""
    arn = _role(scene, "ForwarderRole", "lambda.amazonaws.com", *statements)
    made = scene.call(
        "lambda", "CreateFunction", FunctionName=STRANGERS, Runtime="python3.12", Role=arn,
        Handler="index.handler", Code={"ZipFile": _zip()},
    )  # fmt: skip
    permit = {"SourceAccount": scene.lab.account_id}
    scene.call(
        "lambda", "AddPermission", FunctionName=STRANGERS, StatementId="ses",
        Action="lambda:InvokeFunction", Principal="ses.amazonaws.com", **permit,
    )  # fmt: skip
    _rule(
        scene,
        Actions=[
            {"S3Action": {"BucketName": scene.bucket}},
            {"LambdaAction": {"FunctionArn": made["FunctionArn"]}},
        ],
    )
    if source:
        scene.call("lambda", "RemovePermission", FunctionName=STRANGERS, StatementId="ses")
        scene.call(
            "lambda", "AddPermission", FunctionName=STRANGERS, StatementId="ses",
            Action="lambda:InvokeFunction", Principal="ses.amazonaws.com", SourceArn=source,
        )  # fmt: skip


def _cannot_read(scene: Scene) -> None:
    _forwarder(scene, _LOGS, _SENDS)


def _whole(scene: Scene) -> None:
    _forwarder(scene, _LOGS, _SENDS, _reads(scene))


def _for_another_source(scene: Scene) -> None:
    source = (
        f"arn:aws:ses:{scene.region}:{scene.lab.account_id}:receipt-rule-set/old:receipt-rule/x"
    )
    _forwarder(scene, _LOGS, _SENDS, _reads(scene), source=source)


# The road behind the topic ---------------------------------------------------------------


def _topic(scene: Scene) -> str:
    return f"arn:aws:sns:{scene.region}:{scene.lab.account_id}:{RECEIVED}"


def _queue(scene: Scene) -> str:
    return str(scene.call("sqs", "GetQueueUrl", QueueName=RECEIVED)["QueueUrl"])


def _key(scene: Scene) -> str:
    """A customer's key with the policy that KMS makes by itself: the account's alone."""
    return str(scene.call("kms", "CreateKey")["KeyMetadata"]["Arn"])


def _topic_by_aws_key(scene: Scene) -> None:
    scene.call(
        "sns", "SetTopicAttributes", TopicArn=_topic(scene),
        AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns",
    )  # fmt: skip


def _queue_by(key: str) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.call(
            "sqs", "SetQueueAttributes", QueueUrl=_queue(scene),
            Attributes={"KmsMasterKeyId": key or _key(scene)},
        )  # fmt: skip

    return act


def _role_without_key(scene: Scene) -> None:
    """SNS may use the queue's key; the function's role may not."""
    key = _key(scene)
    scene.call("kms", "PutKeyPolicy", KeyId=key, PolicyName="default", Policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{scene.lab.account_id}:root"},
             "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
             "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"},
        ],
    }))  # fmt: skip
    scene.call(
        "sqs", "SetQueueAttributes", QueueUrl=_queue(scene), Attributes={"KmsMasterKeyId": key}
    )


def _filtered(scene: Scene) -> None:
    """Somebody lets through what bears an attribute; SES's notices bear none."""
    (one,) = scene.call("sns", "ListSubscriptionsByTopic", TopicArn=_topic(scene))["Subscriptions"]
    scene.call(
        "sns", "SetSubscriptionAttributes", SubscriptionArn=one["SubscriptionArn"],
        AttributeName="FilterPolicy", AttributeValue=json.dumps({"Test": ["myvalue"]}),
    )  # fmt: skip


def _trusts_nobody(scene: Scene) -> None:
    found = scene.call("lambda", "GetFunctionConfiguration", FunctionName=FUNCTION)
    trust = {
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }  # fmt: skip
    scene.call(
        "iam", "UpdateAssumeRolePolicy", RoleName=str(found["Role"]).rpartition("/")[2],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )  # fmt: skip


def _in_a_vpc(scene: Scene) -> None:
    made = scene.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = scene.call("ec2", "CreateSubnet", VpcId=made, CidrBlock="10.0.1.0/24")
    group = scene.call("ec2", "CreateSecurityGroup", GroupName="g", Description="g", VpcId=made)
    scene.call(
        "lambda", "UpdateFunctionConfiguration", FunctionName=FUNCTION,
        VpcConfig={
            "SubnetIds": [subnet["Subnet"]["SubnetId"]],
            "SecurityGroupIds": [group["GroupId"]],
        },
    )  # fmt: skip


def _stopped_in_front(scene: Scene) -> None:
    rule = {
        "Name": "new", "Enabled": True, "Recipients": [f"shop@{scene.domain}", scene.domain],
        "Actions": [{"StopAction": {"Scope": "RuleSet"}}],
    }  # fmt: skip
    scene.call("ses", "CreateReceiptRule", RuleSetName=OUR_RULE_SET, Rule=rule)


RECEIVING: tuple[Situation, ...] = (
    Situation(
        "AshanFernando/SESEmailForward#8", 2019,
        "The MX names SES's other hosts: nothing comes in, and no log says so",
        root("DNS014", "DNS015", "DNS016", says=("inbound-smtp.",), mends=True, probed=True),
        _all_kinds_of_wrong,
    ),
    Situation(
        "hashicorp/terraform-provider-aws#19378", 2021,
        "The MX names a Region where SES receives nothing",
        root(
            "DNS014", "DNS017", "DNS107", says=("inbound-smtp.us-east-1",), mends=True,
            probed=True,
        ),
        _where_nothing_is_received,
    ),
    Situation(
        "inboundemail/inbound#1", 2025,
        "The rule's recipient is *@example.com, which SES takes for an address",
        root("RX003", says=("*@example.com",), mends=True, probed=True),
        _star_at_the_domain,
    ),
    Situation(
        "mozilla/fx-private-relay#757", 2020,
        "Senders without TLS are refused by the rule",
        root("RX005", says=("TLS",), mends=True),
        _tls_required,
        shown="<me@example.com>: host inbound-smtp.us-east-1.amazonaws.com[192.0.2.212] said: "
        "550 5.7.1 TLS required by recipient (in reply to RCPT TO command)",
    ),
    Situation(
        "aws/aws-cdk#29823", 2024,
        "The bucket's policy names the account as aws:Referer, as the guide had it: it works",
        Answer(exit_status=0),
        _by_referer(None),
    ),
    Situation(
        "arithmetic/aws-lambda-ses-forwarder#106", 2019,
        "The bucket's policy was pasted with its placeholder",
        root("RX007", says=("AWS-ACCOUNT-ID",), mends=True, probed=True),
        _by_referer("AWS-ACCOUNT-ID"),
    ),
    Situation(
        "hashicorp/terraform-provider-aws#39332", 2024,
        "The rule stores by a role, and the role may not write",
        root("RX007", says=("ses-writes",), mends=True, probed=True),
        _stores_by_a_role,
    ),
    Situation(
        "arithmetic/aws-lambda-ses-forwarder#132", 2021,
        "A forwarder's role may not read the mail",
        # Written down as 0 first, against the answer to #133: of no stranger's code all is proven.
        Answer(beside="RX106", says=("s3:GetObject",), exit_status=3),
        _cannot_read,
    ),
    Situation(
        "arithmetic/aws-lambda-ses-forwarder#133", 2021,
        "The fault is in a forwarder's own code, which nobody can see: not proven, not well",
        Answer(beside="RX112", says=(STRANGERS,), exit_status=3),
        _whole,
    ),
    Situation(
        "cds-snc/notification-terraform#187", 2021,
        "The function's permission names another source than the rule",
        root("RX105", says=(STRANGERS,), mends=True),
        _for_another_source,
    ),
    Situation(
        "binxio/cfn-ses-provider#16", 2021,
        "The topic is encrypted with AWS's own key, which SES may not use",
        root("RX102", "RX114", says=(RECEIVED, "alias/aws/sns"), mends=True),
        _topic_by_aws_key,
        stack=True,
    ),
    Situation(
        "aws/aws-cdk#11122", 2020,
        "The queue is encrypted with a key that SNS may not use",
        root("RX103", says=(RECEIVED, "kms:GenerateDataKey"), mends=True),
        _queue_by(""),
        stack=True,
    ),
    Situation(
        "aws/aws-cdk#19796", 2022,
        "The queue is encrypted with AWS's own key, whose policy nobody can change",
        root("RX103", says=(RECEIVED, "alias/aws/sqs"), mends=True),
        _queue_by("alias/aws/sqs"),
        stack=True,
    ),
    Situation(
        "agiledigital/serverless-sns-sqs-lambda#555", 2022,
        "The function's role may not use the queue's key",
        root("RX106", says=("kms:Decrypt",), mends=True),
        _role_without_key,
        stack=True,
    ),
    Situation(
        "MassTransit/MassTransit#1761", 2020,
        "The subscription's filter lets no notice of SES through",
        root("RX102", says=("FilterPolicy",), mends=True, probed=True),
        _filtered,
        stack=True,
    ),
    Situation(
        "pdomala/LambdaCDDemo#1", 2019,
        "Lambda may not take on the function's role",
        root("RX106", says=("sts:AssumeRole",), mends=True),
        _trusts_nobody,
        stack=True,
    ),
    Situation(
        "aws/aws-sdk-js#3441", 2020,
        "The function runs in a VPC: whether it gets out, nobody can see",
        Answer(beside="RX112", says=("VPC",), exit_status=3),
        _in_a_vpc,
        stack=True,
    ),
    Situation(
        "floci-io/floci#3119", 2026,
        "A new rule comes to stand in front, and ends the mail",
        root("RX109", says=("new",), mends=True, probed=True),
        _stopped_in_front,
        stack=True,
    ),
)  # fmt: skip
