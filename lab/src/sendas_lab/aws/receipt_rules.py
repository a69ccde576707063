"""What SES asks of a receipt rule before it takes it.

Source: SES API reference, CreateReceiptRule; FACTS 8.3: SES writes a test
object to the bucket and looks at the function's policy at once.
"""

import re

from collections.abc import Mapping
from typing import Any

from sendas_lab.aws.calls import Context
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.v1_identities import invalid
from sendas_lab.ses.actions import SETUP_KEY, may_write, rule_arn
from sendas_lab.ses.identities import identity_for
from sendas_lab.ses.region_state import Shape


MAX_ACTIONS, MAX_RECIPIENTS = 10, 100
_NAME = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,50}")
_MAX_HEADER_VALUE = 2047
_REPLY_CODE = re.compile(r"[45]\d\d")
_SETUP_MAIL = (
    "Subject: Amazon SES Setup Notification\r\n"
    "From: Amazon Web Services <no-reply-aws@amazon.com>\r\n"
    "To: {to}\r\n\r\n"
    "Hello,\r\n\r\nYou received this message because you attempted to set up Amazon SES to"
    " deliver emails to this S3 bucket.\r\n\r\n"
    "Please note that this is only a test message and there is nothing you need to do.\r\n"
)


def normal(given: Mapping[str, Any]) -> Shape:
    """The rule with what SES fills in: API reference, ReceiptRule's defaults."""
    return {
        "Name": given.get("Name", ""),
        "Enabled": bool(given.get("Enabled", False)),
        "TlsPolicy": given.get("TlsPolicy") or "Optional",
        "Recipients": list(given.get("Recipients") or ()),
        "Actions": [dict(action) for action in given.get("Actions") or ()],
        "ScanEnabled": bool(given.get("ScanEnabled", False)),
    }


def check_rule(context: Context, rule_set: str, rule: Shape) -> None:
    """Look at everything the rule needs.

    Raises:
        AwsError: The first thing that SES would not take.
    """
    if not _NAME.fullmatch(rule["Name"]):
        text = f"Not a valid rule name: {rule['Name']}"
        raise invalid(text)
    if len(rule["Actions"]) > MAX_ACTIONS:
        raise AwsError(Code.LIMIT_EXCEEDED, "Maximum number of actions per rule exceeded", 400)
    if len(rule["Recipients"]) > MAX_RECIPIENTS:
        raise AwsError(Code.LIMIT_EXCEEDED, "Maximum number of recipients per rule exceeded", 400)
    for action in rule["Actions"]:
        if len(action) != 1:
            text = "An action must have exactly one kind"
            raise invalid(text)
        kind, detail = next(iter(action.items()))
        topic = detail.get("TopicArn")
        if topic and not context.ses.sns.exists(topic):
            raise AwsError(Code.INVALID_SNS_TOPIC, f"Invalid SNS topic: {topic}", 400)
        if kind in {"WorkmailAction", "ConnectAction"}:
            text = f"sendas lab: the receipt action {kind} is not modelled; see docs/lab.md"
            raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)
        check = _CHECKS.get(kind)
        if check is not None:
            check(context, rule_arn_of(context, rule_set, rule["Name"]), detail)


def rule_arn_of(context: Context, rule_set: str, rule: str) -> str:
    """The rule's ARN in the Region called."""
    return rule_arn(context.region, context.ses.account_id, rule_set, rule)


def _check_s3(context: Context, arn: str, action: Shape) -> None:
    if action.get("KmsKeyArn"):
        text = "sendas lab: client-side encryption of received mail is not modelled"
        raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)
    ses, bucket = context.ses, action["BucketName"]
    key = (action.get("ObjectKeyPrefix") or "") + SETUP_KEY
    if not may_write(ses.s3, ses.iam, ses.account_id, arn, action, key):
        raise AwsError(Code.INVALID_S3_CONFIGURATION, f"Could not write to bucket: {bucket}", 400)
    ses.s3.put(bucket, key, _SETUP_MAIL.format(to=bucket).encode())


def _check_function(context: Context, _arn: str, action: Shape) -> None:
    function = action["FunctionArn"]
    if not context.ses.functions.invocable(function, context.ses.account_id):
        raise AwsError(Code.INVALID_LAMBDA_FUNCTION, f"Invalid Lambda function: {function}", 400)


def _check_bounce(context: Context, _arn: str, action: Shape) -> None:
    if not _REPLY_CODE.fullmatch(action.get("SmtpReplyCode", "")):
        text = f"Invalid SMTP reply code: {action.get('SmtpReplyCode')}"
        raise invalid(text)
    sender = identity_for(context.state, action.get("Sender", ""))
    if sender is None or not sender.verified:
        text = f"Bounce sender is not verified: {action.get('Sender')}"
        raise invalid(text)


def _check_header(_context: Context, _arn: str, action: Shape) -> None:
    # FACTS 6: name 1-50 of letters, digits and hyphen; value below 2,048 without line ends.
    name, value = action.get("HeaderName", ""), action.get("HeaderValue", "")
    if not _HEADER_NAME.fullmatch(name):
        text = f"Invalid header name: {name}"
        raise invalid(text)
    if len(value) > _MAX_HEADER_VALUE or "\r" in value or "\n" in value:
        text = f"Invalid value of header {name}"
        raise invalid(text)


_CHECKS = {
    "S3Action": _check_s3,
    "LambdaAction": _check_function,
    "BounceAction": _check_bounce,
    "AddHeaderAction": _check_header,
}
