"""SES API v2: SendEmail, Simple and Raw."""

from collections.abc import Mapping

from sendas_lab.aws.calls import Context, Handler, Parameters
from sendas_lab.aws.composing import Parts, compose
from sendas_lab.aws.errors import AwsError, Code
from sendas_lab.ses.addresses import all_bare, bare
from sendas_lab.ses.message import crlf, parse
from sendas_lab.ses.replies import v2_error
from sendas_lab.ses.state import Shape
from sendas_lab.ses.submission import Api, Refused, Submission


_KINDS = ("Simple", "Raw", "Template")


def _send(context: Context, given: Parameters) -> Shape:
    content = given.get("Content", {})
    if sum(kind in content for kind in _KINDS) != 1:
        raise AwsError(Code.BAD_REQUEST_EXCEPTION, "Exactly one kind of content is needed.", 400)
    if "Template" in content:
        text = "sendas lab: sesv2 SendEmail with a template is not modelled; see docs/lab.md"
        raise AwsError(Code.NOT_IMPLEMENTED_BY_LAB, text, 400)
    author = given.get("FromEmailAddress")
    destination = given.get("Destination", {})
    if "Raw" in content:
        # FACTS 4, contested: refusals of raw v2 sends name ses:SendRawEmail.
        action, data = "ses:SendRawEmail", bytes(content["Raw"]["Data"])
    else:
        if not author:
            raise AwsError(Code.BAD_REQUEST_EXCEPTION, "FromEmailAddress is required.", 400)
        action, data = "ses:SendEmail", _simple(author, given)
    answer = context.ses.submit(
        Submission(
            region=context.region,
            principal=context.principal,
            api=Api.V2,
            reverse_path="",
            destinations=_destinations(destination, data),
            content=data,
            source_ip=context.source_ip,
            configuration_set=given.get("ConfigurationSetName"),
            tags={tag["Name"]: tag["Value"] for tag in given.get("EmailTags", ())},
            action=action,
            feedback_address=given.get("FeedbackForwardingEmailAddress"),
            from_address=author,
            source_arn=given.get("FromEmailAddressIdentityArn"),
            user_agent=context.user_agent,
            secure=context.secure,
        )
    )
    if isinstance(answer, Refused):
        error = v2_error(answer)
        raise AwsError(error.code, error.message, error.status)
    return {"MessageId": answer.message_id}


def _simple(author: str, given: Parameters) -> bytes:
    simple = given["Content"]["Simple"]
    destination = given.get("Destination", {})
    return compose(
        Parts(
            author,
            destination.get("ToAddresses", ()),
            destination.get("CcAddresses", ()),
            given.get("ReplyToAddresses", ()),
            simple["Subject"],
            simple["Body"],
            simple.get("Headers", ()),
            simple.get("Attachments", ()),
        ),
        "BadRequestException",
    )


def _destinations(destination: Mapping[str, list[str]], content: bytes) -> tuple[str, ...]:
    """The call's destination, else the header's To, Cc and Bcc."""
    names = ("ToAddresses", "CcAddresses", "BccAddresses")
    asked = tuple(bare(a) or a for name in names for a in destination.get(name) or ())
    return asked or header_destinations(content)


def header_destinations(content: bytes) -> tuple[str, ...]:
    """Everybody in To, Cc and Bcc, once."""
    message = parse(crlf(content))
    found = [a for name in ("To", "Cc", "Bcc") for v in message.all(name) for a in all_bare(v)]
    return tuple(dict.fromkeys(found))


HANDLERS: Mapping[str, Handler] = {"SendEmail": _send}
