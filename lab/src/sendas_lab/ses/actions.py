"""What each action of a receipt rule does, and whether it was allowed to.

Source: SES guide, "Action options", "Giving permissions to Amazon SES for email
receiving"; FACTS 8.3.
"""

import base64

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide
from sendas.ses.regions import Region
from sendas_lab.mail import Envelope, Transmission
from sendas_lab.ses import receipt
from sendas_lab.ses.dsn import rejection_mail
from sendas_lab.ses.events import Json, as_text
from sendas_lab.ses.hosts import outbound_address, outbound_name
from sendas_lab.ses.ports import Functions, Iam, Principal, Storage, Topics
from sendas_lab.ses.receipt import MAX_SNS_BYTES, Received
from sendas_lab.ses.region_state import Shape


SETUP_KEY = "AMAZON_SES_SETUP_NOTIFICATION"
_SUBJECT = "Amazon SES Email Receipt Notification"


class ActionFailed(Exception):
    """An action could not be done now; SES tries again for four hours."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The rest of AWS, as actions use it."""

    iam: Iam
    s3: Storage
    sns: Topics
    functions: Functions
    carry: Callable[[Transmission], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of one rule, about one mail."""

    received: Received
    rule_set: str
    rule: str
    recipients: tuple[str, ...]
    content: bytes
    """With the headers that earlier actions added."""
    now: datetime

    @property
    def rule_arn(self) -> str:
        """What SES gives as ``aws:SourceArn``."""
        return rule_arn(self.received.region, self.received.account_id, self.rule_set, self.rule)


def rule_arn(region: Region, account_id: str, rule_set: str, rule: str) -> str:
    """The ARN of a receipt rule (SES guide, "Giving permissions")."""
    return f"arn:aws:ses:{region}:{account_id}:receipt-rule-set/{rule_set}:receipt-rule/{rule}"


def may_write(  # noqa: PLR0913, PLR0917  who writes what where for whom
    s3: Storage, iam: Iam, account_id: str, arn: str, action: Shape, key: str
) -> bool:
    """Whether SES may store *key*: by the role if one is named, else by the bucket's policy."""
    bucket = action["BucketName"]
    if not s3.exists(bucket):
        return False
    resource = f"arn:aws:s3:::{bucket}/{key}"
    role = action.get("IamRoleArn")
    if role:
        # FACTS 8.3: with a role only that role is used.
        actor = Principal(account_id, "", role, role.rpartition("/")[2])
        request = Request("s3:PutObject", (resource,), role)
        return _decide(tuple(iam.policies(actor)), request)
    return policy_lets_ses(s3, account_id, "s3:PutObject", bucket, key, arn)


def policy_lets_ses(  # noqa: PLR0913, PLR0917  who does what where for whom
    s3: Storage, account_id: str, action: str, bucket: str, key: str, arn: str | None = None
) -> bool:
    """Whether the bucket's policy lets SES do *action*, for *arn* where it is a rule's."""
    text = s3.policy(bucket) if s3.exists(bucket) else None
    if text is None:
        return False
    documents = (PolicyDocument("bucket policy", Source.BUCKET, text, bucket),)
    context = {
        "aws:SourceAccount": (account_id,),
        "aws:Referer": (account_id,),  # the older way, still in many policies
    }
    if arn is not None:
        context["aws:SourceArn"] = (arn,)
    resource = f"arn:aws:s3:::{bucket}/{key}"
    return _decide(documents, Request(action, (resource,), "ses.amazonaws.com", context))


def _decide(documents: tuple[PolicyDocument, ...], request: Request) -> bool:
    try:
        return decide(documents, request).allowed
    except MalformedPolicy:
        return False


def store(step: Step, action: Shape, tools: Tools) -> None:
    """S3Action: the object, then the notice."""
    prefix = action.get("ObjectKeyPrefix") or ""
    key = prefix + step.received.message_id
    account = step.received.account_id
    if not may_write(tools.s3, tools.iam, account, step.rule_arn, action, key):
        text = f"not allowed to write to bucket {action['BucketName']}"
        raise ActionFailed(text)
    try:
        tools.s3.put(action["BucketName"], key, step.content)
    except LookupError as error:
        text = f"no bucket {action['BucketName']}"
        raise ActionFailed(text) from error
    told = {
        "type": "S3",
        "bucketName": action["BucketName"],
        "objectKeyPrefix": prefix,
        "objectKey": key,
    }
    _tell(step, action, told, tools)


def publish(step: Step, action: Shape, tools: Tools) -> None:
    """SNSAction: the whole mail in the notice, up to 150 KB."""
    if len(step.content) > MAX_SNS_BYTES:
        text = "the mail is larger than 150 KB"
        raise ActionFailed(text)
    encoding = action.get("Encoding") or "UTF-8"
    told = {"type": "SNS", "topicArn": action["TopicArn"], "encoding": encoding.upper()}
    body = receipt.notice(step.received, step.content, step.recipients, told, step.now)
    if encoding.upper() == "BASE64":
        body["content"] = base64.b64encode(step.content).decode("ascii")
    else:
        body["content"] = step.content.decode("utf-8", "replace")
    _publish(action["TopicArn"], body, tools)


def invoke(step: Step, action: Shape, tools: Tools) -> str:
    """LambdaAction; gives the disposition, CONTINUE unless the function says otherwise."""
    arn = action["FunctionArn"]
    kind = action.get("InvocationType") or "Event"
    told = {"type": "Lambda", "functionArn": arn, "invocationType": kind}
    if action.get("TopicArn"):
        told["topicArn"] = action["TopicArn"]
    body = receipt.lambda_event(step.received, step.content, step.recipients, told, step.now)
    if not tools.functions.invocable(arn, step.received.account_id):
        text = f"may not invoke {arn}"
        raise ActionFailed(text)
    try:
        answer = tools.functions.invoke(arn, body)
    except RuntimeError as error:
        raise ActionFailed(str(error)) from error
    _tell(step, action, told, tools)
    if kind == "RequestResponse" and isinstance(answer, Mapping):
        return str(answer.get("disposition", "CONTINUE"))
    return "CONTINUE"


def bounce(step: Step, action: Shape, tools: Tools) -> None:
    """BounceAction: a DSN to the reverse-path; the null one gets none (RFC 5321, 4.5.5)."""
    told = {
        "type": "Bounce",
        "smtpReplyCode": action["SmtpReplyCode"],
        "message": action["Message"],
        "sender": action["Sender"],
        "statusCode": action.get("StatusCode") or "5.1.1",
    }
    reverse_path = step.received.transmission.envelope.reverse_path
    if reverse_path:
        content = rejection_mail(step.received, action, step.recipients, step.now)
        region = step.received.region
        tools.carry(
            Transmission(
                Envelope("", (reverse_path,)),
                content,
                outbound_address(region),
                outbound_name(region),
            )
        )
    _tell(step, action, told, tools)


def stop(step: Step, action: Shape, tools: Tools) -> None:
    """StopAction: only the notice; that nothing follows is the caller's."""
    _tell(step, action, {"type": "Stop"}, tools)


def _tell(step: Step, action: Shape, told: Json, tools: Tools) -> None:
    topic = action.get("TopicArn")
    if not topic:
        return
    told = told | {"topicArn": topic}
    body = receipt.notice(step.received, step.content, step.recipients, told, step.now)
    _publish(topic, body, tools)


def _publish(topic: str, body: Json, tools: Tools) -> None:
    try:
        tools.sns.publish(topic, as_text(body), _SUBJECT)
    except LookupError as error:
        text = f"no topic {topic}"
        raise ActionFailed(text) from error
