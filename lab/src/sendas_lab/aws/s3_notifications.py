"""What S3 tells queues, topics and functions: checked when it is set up, and when it is told.

S3 guide, "Event message structure" and "Granting permissions to publish event notification
messages"; refusals and members as recorded (test_s3_notifications_sqs, -sns, -lambda).
"""

import importlib
import json
import uuid

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

import xmltodict  # type: ignore[import-untyped]  # moto stands on it

from sendas_lab.aws import taking
from sendas_lab.aws.errors import AwsError
from sendas_lab.aws.service import caller_arn


_S3 = "s3.amazonaws.com"
_INVALID, _MALFORMED = "InvalidArgument", "MalformedXML"
_KINDS = ("Queue", "Topic", "CloudFunction")
_SERVICES = {"Queue": "sqs", "Topic": "sns", "CloudFunction": "lambda"}
_TAKES: Mapping[str, Callable[[str, str, str], bool]] = {
    "Queue": taking.queue,
    "Topic": taking.topic,
    "CloudFunction": taking.function,
}
Parsed = Mapping[str, Any]


def parsed(body: bytes | str) -> Parsed:
    """The request's XML; raises ExpatError or KeyError where it is none."""
    found: Parsed = xmltodict.parse(body)["NotificationConfiguration"] or {}
    return found


def refuse(bucket: str, asked: Parsed, *, skip: bool) -> None:
    """Look at a notification configuration as the request has it (its XML, parsed).

    *skip*: the request says that destinations are not to be looked at.

    Raises:
        AwsError: S3 refuses it.
    """
    wanted = [(kind, one) for kind in _KINDS for one in _listed(asked.get(f"{kind}Configuration"))]
    for kind, one in wanted:
        arn = str(one.get(kind) or "")
        if not arn.startswith("arn:") or arn.split(":")[2] != _SERVICES[kind]:
            text = "The ARN could not be parsed"
            raise AwsError(_INVALID, text, 400, {"ArgumentName": kind, "ArgumentValue": arn})
    for _kind, one in wanted:
        _check_rules(one)
    wrong = [
        (one[kind], said)
        for kind, one in wanted
        if (said := _refused(kind, str(one[kind]), f"arn:aws:s3:::{bucket}"))
    ]
    if wrong and not skip:
        text = "Unable to validate the following destination configurations"
        members: dict[str, str] = {}
        for number, (arn, said) in enumerate(wrong, 1):
            shown = f"{arn}, null" if ":lambda:" in arn else arn
            members |= {f"ArgumentName{number}": shown, f"ArgumentValue{number}": said}
        raise AwsError(_INVALID, text, 400, members)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401  one or many
    return value if isinstance(value, list) else [value] if value else []


def _check_rules(one: Parsed) -> None:
    """S3 API, FilterRule: "Valid Values: prefix | suffix", in any letter case."""
    held = (one.get("Filter") or {}).get("S3Key") or {}
    written = held.get("FilterRule", [])
    rules = [rule or {} for rule in (written if isinstance(written, list) else [written])]
    for rule in rules:
        if "Name" not in rule or "Value" not in rule:  # recorded, test_bucket_notification_*
            text = (
                "The XML you provided was not well-formed or did not validate against our"
                " published schema"
            )
            raise AwsError(_MALFORMED, text, 400)
        name = str(rule.get("Name") or "")
        if name.lower() not in {"prefix", "suffix"}:
            text = "filter rule name must be either prefix or suffix"
            members = {"ArgumentName": "FilterRule.Name", "ArgumentValue": name}
            raise AwsError(_INVALID, text, 400, members)
    names = [str(rule["Name"]).lower() for rule in rules]
    if len(names) != len(set(names)):
        text = "Cannot specify more than one prefix or suffix rule in a filter."
        members = {"ArgumentName": "FilterRule.Name", "ArgumentValue": names[-1]}
        raise AwsError(_INVALID, text, 400, members)


def _refused(kind: str, arn: str, bucket_arn: str) -> str | None:
    if _TAKES[kind](arn, _S3, bucket_arn):
        return None
    if kind == "CloudFunction":
        return f"Not authorized to invoke function [{arn}]"
    what = "queue" if kind == "Queue" else "topic"
    if not taking.there(arn):
        return f"The destination {what} does not exist"
    return (
        f"Permissions on the destination {what} do not allow S3 to publish notifications from this"
        " bucket"
    )


_LEFT_OUT = {("size", "eTag"): "ObjectRemoved", ("size", "sequencer"): "ObjectAcl"}
"""Members of an object that some events do not tell."""


def mend_notifications() -> None:
    """Tell what S3 tells, and only whom a policy lets it tell; once for the process."""
    module: Any = importlib.import_module("moto.s3.notifications")
    shape = module._get_s3_event  # noqa: SLF001  moto has no other

    def event(name: str, bucket: Any, key: Any, notification_id: str) -> Any:  # noqa: ANN401  moto's
        found = shape(name, bucket, key, notification_id)
        record = found["Records"][0]
        number = uuid.uuid4().hex
        what = record["s3"]["object"]
        what["key"] = quote_plus(key.name, safe="/")
        what["sequencer"] = f"{uuid.uuid1().time:018X}"
        for members, kind in _LEFT_OUT.items():
            if kind in str(name):
                what = {one: value for one, value in what.items() if one not in members}
        found["Records"][0] = {
            **record,
            "eventVersion": "2.3" if "ObjectAcl" in str(name) else record["eventVersion"],
            "userIdentity": {"principalId": f"AWS:{(caller_arn() or 'SES').rpartition('/')[2]}"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {
                "x-amz-request-id": number[:16].upper(),
                "x-amz-id-2": number * 2,
            },
            "s3": {
                **record["s3"],
                "bucket": {
                    **record["s3"]["bucket"],
                    "ownerIdentity": {"principalId": f"A{bucket.account_id}"},
                },
                "object": what,
            },
        }
        return found

    queue = module._send_sqs_message  # noqa: SLF001  the same
    topics = importlib.import_module("moto.sns.models").sns_backends
    invoke = module._invoke_awslambda  # noqa: SLF001  the same

    def to_queue(account_id: str, body: Any, name: str, region: str) -> None:  # noqa: ANN401  the same
        if taking.queue(f"arn:aws:sqs:{region}:{account_id}:{name}", _S3, _source(body)):
            queue(account_id, body, name, region)

    def to_topic(account_id: str, body: Any, arn: str, region: str) -> None:  # noqa: ANN401  the same
        if taking.topic(arn, _S3, _source(body)):
            topics[account_id][region].publish(
                arn=arn, message=json.dumps(body), subject="Amazon S3 Notification"
            )

    def to_function(account_id: str, body: Any, arn: str, region: str) -> None:  # noqa: ANN401  the same
        if taking.function(arn, _S3, _source(body)):
            invoke(account_id, body, arn, region)

    module._get_s3_event = event  # noqa: SLF001  the same
    module._send_sqs_message, module._send_sns_message = to_queue, to_topic  # noqa: SLF001  the same
    module._invoke_awslambda = to_function  # noqa: SLF001  the same
    answers = importlib.import_module("moto.s3.responses").S3Response
    importlib.import_module("moto.s3.models").Notification._key_matches = _matches  # noqa: SLF001  the same
    answers._notification_config_from_body = lambda self: _configuration(self.body)  # noqa: SLF001  the same


def _matches(notification: Any, key: str) -> bool:  # noqa: ANN401  moto's Notification
    rules = notification.filters.get("S3Key", {}).get("FilterRule", [])
    asked = {str(rule["Name"]).lower(): rule["Value"] for rule in rules}
    return key.startswith(asked.get("prefix", "")) and key.endswith(asked.get("suffix", ""))


def _configuration(body: bytes | str) -> Parsed:
    """As moto keeps it: lists, and rules' names as S3 tells them again (recorded)."""
    found = parsed(body)
    made: dict[str, Any] = {}
    if "EventBridgeConfiguration" in found:
        made["EventBridgeConfiguration"] = {}
    for kind in _KINDS:
        listed = [_kept(dict(one)) for one in _listed(found.get(f"{kind}Configuration"))]
        if listed:
            made[f"{kind}Configuration"] = listed
    return made


def _kept(one: dict[str, Any]) -> dict[str, Any]:
    one["Event"] = _listed(one.get("Event"))
    rules = _listed(((one.get("Filter") or {}).get("S3Key") or {}).get("FilterRule"))
    if not rules:
        one.pop("Filter", None)
        return one
    told = [
        {"Name": str(rule["Name"]).capitalize(), "Value": rule.get("Value") or ""}
        for rule in rules
    ]
    return {**one, "Filter": {"S3Key": {"FilterRule": told}}}


def _source(body: Any) -> str:  # noqa: ANN401  an event
    told = json.loads(body) if isinstance(body, str) else body
    if "Records" not in told:  # the test event, when it is set up
        return f"arn:aws:s3:::{told.get('Bucket')}"
    return str(told["Records"][0]["s3"]["bucket"]["arn"])
