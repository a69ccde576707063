"""The content SES writes itself, when a call gives subject and body apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sendas_lab.aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Parts:
    """What API v1's Message and API v2's Simple content have in common."""

    author: str
    to: Sequence[str]
    cc: Sequence[str]
    reply_to: Sequence[str]
    subject: Mapping[str, str]
    body: Mapping[str, Mapping[str, str]]
    headers: Sequence[Mapping[str, str]] = ()
    attachments: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


def compose(parts: Parts, wrong: str) -> bytes:
    """A MIME message.

    Raises:
        AwsError: With code *wrong*: a header that cannot be written.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    asked = (("From", [parts.author]), ("To", parts.to), ("Cc", parts.cc))
    lines: list[bytes] = []
    try:
        for name, addresses in (*asked, ("Reply-To", parts.reply_to)):
            value = ", ".join(addresses)
            if value.isascii() and value.isprintable():
                # As it is: a parser that decodes first finds a comma inside an encoded word.
                lines += [f"{name}: {value}\r\n".encode()] if addresses else []
            elif addresses:
                message[name] = value
        message["Subject"] = parts.subject.get("Data", "")
        for header in parts.headers:
            message[header["Name"]] = header["Value"]
    except (ValueError, HeaderParseError, IndexError) as error:
        raise AwsError(wrong, f"Invalid header: {error}", 400) from error
    _fill(message, parts.body)
    for attachment in parts.attachments:
        _attach(message, attachment)
    return b"".join(lines) + message.as_bytes()


def _fill(message: EmailMessage, body: Mapping[str, Mapping[str, str]]) -> None:
    text, html = body.get("Text"), body.get("Html")
    if text is not None or html is None:
        message.set_content((text or {}).get("Data", ""))
        if html is not None:
            message.add_alternative(html["Data"], subtype="html")
    else:
        message.set_content(html["Data"], subtype="html")


def _attach(message: EmailMessage, attachment: Mapping[str, Any]) -> None:
    kind = str(attachment.get("ContentType") or "application/octet-stream")
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(
        attachment["RawContent"],
        maintype=maintype,
        subtype=subtype or "octet-stream",
        filename=attachment["FileName"],
        disposition=str(attachment.get("ContentDisposition") or "ATTACHMENT").lower(),
    )
