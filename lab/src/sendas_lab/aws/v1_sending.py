"""SES API v1: every call that sends."""

from collections.abc import Mapping

from sendas_lab.aws import templates
from sendas_lab.aws.bulk import merged
from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.composing import Parts, compose
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.aws.tags import complaint_about_tags
from sendas_lab.aws.v2_sending import header_destinations
from sendas_lab.ses.addresses import bare
from sendas_lab.ses.message import crlf, parse
from sendas_lab.ses.region_state import Shape
from sendas_lab.ses.replies import v1_error
from sendas_lab.ses.submission import Api, Refused, Submission


def _send_raw(context: Context, given: Parameters) -> Shape:
    content = bytes(given.get("RawMessage", {}).get("Data", b""))
    asked = tuple(bare(a) or a for a in given.get("Destinations", ()))
    return _submit(
        context,
        given,
        content,
        destinations=asked or header_destinations(content),
        reverse_path=given.get("Source") or _return_path(content),
        action="ses:SendRawEmail",
        operation="SendRawEmail",
    )


def _return_path(content: bytes) -> str:
    return bare(parse(crlf(content)).get("Return-Path") or "")


def _everybody(destination: Parameters) -> tuple[str, ...]:
    names = ("ToAddresses", "CcAddresses", "BccAddresses")
    return tuple(bare(a) or a for name in names for a in destination.get(name) or ())


def _send_templated(context: Context, given: Parameters) -> Shape:
    template = templates.find(context, given["Template"], v1=True)
    return _of_template(context, given, template, given["TemplateData"], "SendTemplatedEmail")


def _of_template(
    context: Context, given: Parameters, template: Shape, data: str, operation: str
) -> Shape:
    """One mail of a template; a rendering that fails is told by an event alone."""
    parts, missing = templates.attempted(template, data, Code.INVALID_PARAMETER_VALUE)
    destination = given.get("Destination", {})
    content = compose(
        Parts(
            given["Source"],
            destination.get("ToAddresses", ()),
            destination.get("CcAddresses", ()),
            given.get("ReplyToAddresses", ()),
            {"Data": parts.get("Subject", "")},
            {kind: {"Data": parts[kind]} for kind in ("Text", "Html") if kind in parts},
        ),
        Code.INVALID_PARAMETER_VALUE,
    )
    return _submit(
        context,
        given,
        content,
        destinations=_everybody(destination),
        reverse_path=given.get("ReturnPath") or given["Source"],
        action=f"ses:{operation}",
        operation=operation,
        missing=missing,
    )


def _send_bulk(context: Context, given: Parameters) -> Shape:
    """API reference: each destination is a mail of its own, and has a status of its own."""
    template = templates.find(context, given["Template"], v1=True)
    status: list[Shape] = []
    for one in given["Destinations"]:
        mail = {
            **given,
            "Destination": one["Destination"],
            "Tags": one.get("ReplacementTags") or given.get("DefaultTags") or (),
        }
        data = merged(given.get("DefaultTemplateData"), one.get("ReplacementTemplateData"))
        try:
            sent = _of_template(context, mail, template, data, "SendBulkTemplatedEmail")
        except AwsError as error:
            status.append({"Status": _BULK.get(error.code, "Failed"), "Error": error.message})
        else:
            status.append({"Status": "Success", "MessageId": sent["MessageId"]})
    return {"Status": status}


_BULK = {
    "MessageRejected": "MessageRejected",
    "MailFromDomainNotVerifiedException": "MailFromDomainNotVerified",
    "ConfigurationSetDoesNotExist": "ConfigurationSetDoesNotExist",
    "Throttling": "AccountThrottled",
    "InvalidParameterValue": "InvalidParameterValue",
    "AccountSendingPausedException": "AccountSendingPaused",
    "ConfigurationSetSendingPausedException": "ConfigurationSetSendingPaused",
}
"""BulkEmailStatus by the code that a single send is refused with."""


def _send(context: Context, given: Parameters) -> Shape:
    destination = given.get("Destination", {})
    everybody = _everybody(destination)
    message = given.get("Message", {})
    content = compose(
        Parts(
            given["Source"],
            destination.get("ToAddresses", ()),
            destination.get("CcAddresses", ()),
            given.get("ReplyToAddresses", ()),
            message.get("Subject", {}),
            message.get("Body", {}),
        ),
        "InvalidParameterValue",
    )
    return _submit(
        context,
        given,
        content,
        destinations=everybody,
        reverse_path=given.get("ReturnPath") or given["Source"],
        action="ses:SendEmail",
        operation="SendEmail",
    )


def _submit(  # noqa: PLR0913  what the two calls differ in
    context: Context,
    given: Parameters,
    content: bytes,
    *,
    destinations: tuple[str, ...],
    reverse_path: str,
    action: str,
    operation: str,
    missing: str | None = None,
) -> Shape:
    complaint = complaint_about_tags(given.get("Tags") or ())
    if complaint is not None:
        raise AwsError(Code.INVALID_PARAMETER_VALUE, complaint, 400)
    answer = context.ses.submit(
        Submission(
            region=context.region,
            principal=context.principal,
            api=Api.V1,
            reverse_path=reverse_path,
            destinations=destinations,
            content=content,
            source_ip=context.source_ip,
            configuration_set=given.get("ConfigurationSetName"),
            tags={tag["Name"]: tag["Value"] for tag in given.get("Tags", ())},
            action=action,
            operation=operation,
            missing=missing,
            template=given.get("Template"),
            arns=tuple(
                given[key] for key in ("SourceArn", "FromArn", "ReturnPathArn") if given.get(key)
            ),
            user_agent=context.user_agent,
            secure=context.secure,
        )
    )
    if isinstance(answer, Refused):
        error = v1_error(answer)
        raise AwsError(error.code, error.message, error.status)
    return {"MessageId": answer.message_id}


_BOUNCE_TYPES = {
    "DoesNotExist": "5.1.1",
    "MessageTooLarge": "5.3.4",
    "ExceededQuota": "5.2.2",
    "ContentRejected": "5.6.1",
    "Undefined": "5.0.0",
    "TemporaryFailure": "4.0.0",
}


def _send_bounce(context: Context, given: Parameters) -> Shape:
    """Within 24 hours of receipt, from a verified sender (API reference)."""
    original, sender = given.get("OriginalMessageId", ""), given.get("BounceSender", "")
    people = {
        person["Recipient"]: person.get("RecipientDsnFields", {}).get("Status")
        or _BOUNCE_TYPES.get(person.get("BounceType", ""), "5.0.0")
        for person in given.get("BouncedRecipientInfoList", ())
    }
    answer = context.ses.bounce(
        context.region, original, sender, people, given.get("Explanation") or ""
    )
    if isinstance(answer, Refused):
        error = v1_error(answer)
        raise AwsError(error.code, error.message, error.status)
    return {"MessageId": answer.message_id}


HANDLERS: Mapping[str, Handler] = {
    "SendRawEmail": _send_raw,
    "SendEmail": _send,
    "SendBounce": _send_bounce,
    "SendTemplatedEmail": _send_templated,
    "SendBulkTemplatedEmail": _send_bulk,
}
