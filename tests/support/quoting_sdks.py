"""How each SDK, and each log of AWS's, shows an error of the SES API."""

import json

from collections.abc import Callable
from dataclasses import dataclass

from quoted_refusals import ApiError


@dataclass(frozen=True, slots=True)
class ApiForm:
    """How one SDK shows an error of the API."""

    name: str
    source: str
    show: Callable[[ApiError], str]


_XML = '<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">'
_REQUEST = "566571fd-f3f6-45ea-8271-c581c7c00c5d"


def _xml(error: ApiError) -> str:
    message = error.text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;")
    return (
        f"{_XML}\n  <Error>\n    <Type>Sender</Type>\n    <Code>{error.name}</Code>\n"
        f"    <Message>{message}</Message>\n  </Error>\n  <RequestId>{_REQUEST}</RequestId>\n"
        "</ErrorResponse>\n"
    )


def _php(error: ApiError) -> str:
    return (
        'Error executing "SendEmail" on "https://email.us-east-1.amazonaws.com"; AWS HTTP error: '
        "Client error: `POST https://email.us-east-1.amazonaws.com` resulted in a `400 Bad "
        f"Request` response:\n{_XML}\n  <Error>\n    <Type>Sender</Type>\n    <Code>"
        f"{error.name[:7]} (truncated...)\n {error.name} (client): {error.text} - {_xml(error)}"
    )


def _js2(error: ApiError) -> str:
    return (
        f"{error.name}: {error.text}\n    at Request.extractError (/var/task/node_modules/aws-sdk/"
        "lib/protocol/query.js:50:29) {\n"
        f"  code: '{error.name}',\n  time: 2026-11-29T05:52:00.000Z,\n  requestId: '{_REQUEST}',\n"
        "  statusCode: 400,\n  retryable: false,\n  retryDelay: 49.8\n}"
    )


def _js3(error: ApiError) -> str:
    return (
        f"{error.name}: {error.text}\n    at throwDefaultError (/var/task/node_modules/@aws-sdk/"
        "smithy-client/dist-cjs/default-error-handler.js:8:22) {\n  '$fault': 'client',\n"
        f"  '$metadata': {{ httpStatusCode: 400, requestId: '{_REQUEST}', attempts: 1 }},\n"
        f"  Error: {{ Type: 'Sender', Code: '{error.name}', message: {error.text!r} }}\n}}"
    )


def _lambda_log(error: ApiError) -> str:
    return json.dumps(
        {"errorType": error.name, "errorMessage": error.text,
         "trace": [f"{error.name}: {error.text}", "    at de_CommandError (/var/task/i.js:535:9)"]}
    )  # fmt: skip


def _http(error: ApiError) -> str:
    return (
        "HTTP/1.1 400 Bad Request\nDate: Sun, 29 Nov 2026 05:52:00 GMT\n"
        f"Content-Type: application/json\nx-amzn-RequestId: {_REQUEST}\n"
        f"x-amzn-ErrorType: {error.name}:http://internal.amazon.com/coral/com.amazonaws.services/"
        f"\n\n{json.dumps({'message': error.text})}"
    )


def _rust(error: ApiError) -> str:
    text = json.dumps(error.text)[1:-1]
    return (
        f"ServiceError(ServiceError {{ source: {error.name}({error.name} {{ message: "
        f'Some("{text}"), meta: ErrorMetadata {{ code: Some("{error.name}"), message: '
        f'Some("{text}"), extras: Some({{"aws_request_id": "{_REQUEST}"}}) }} }}) }})'
    )


API_FORMS = (
    ApiForm("words only", "-", lambda e: e.text),
    ApiForm("json body", "SES v2 API", lambda e: json.dumps({"message": e.text})),
    ApiForm("json body, typed", "AWS JSON 1.1", lambda e: json.dumps({"__type": e.name,
                                                                      "Message": e.text})),
    ApiForm("http answer", "SES v2 API", _http),
    ApiForm("xml body", "SES v1 API", _xml),
    ApiForm("aws cli", "aws-cli", lambda e: f"\nAn error occurred ({e.name}) when calling the "
            f"SendEmail operation: {e.text}"),
    ApiForm("botocore", "botocore", lambda e: "botocore.errorfactory.MessageRejected: An error "
            f"occurred ({e.name}) when calling the SendRawEmail operation (reached max retries: "
            f"4): {e.text}"),
    ApiForm("js v2", "aws-sdk-js", _js2),
    ApiForm("js v3", "aws-sdk-js-v3", _js3),
    ApiForm("lambda log", "AWS Lambda, Node runtime", _lambda_log),
    ApiForm("java v1", "aws-sdk-java", lambda e: "com.amazonaws.services.simpleemail.model."
            f"{e.name}Exception: {e.text} (Service: AmazonSimpleEmailService; Status Code: 400; "
            f"Error Code: {e.name}; Request ID: {_REQUEST}; Proxy: null)"),
    ApiForm("java v2", "aws-sdk-java-v2", lambda e: "software.amazon.awssdk.services.sesv2.model."
            f"{e.name}: {e.text} (Service: SesV2, Status Code: 400, Request ID: {_REQUEST}) (SDK "
            "Attempt Count: 1)"),
    ApiForm("go v1", "aws-sdk-go", lambda e: f"{e.name}: {e.text}\n\tstatus code: 400, request "
            f"id: {_REQUEST}"),
    ApiForm("go v2", "brave/accounts#35", lambda e: "operation error SESv2: SendEmail, https "
            f"response error StatusCode: 400, RequestID: {_REQUEST}, api error {e.name}: "
            f"{e.text}"),
    ApiForm("go v2 typed", "aws-sdk-go-v2", lambda e: "operation error SES: SendRawEmail, https "
            f"response error StatusCode: 400, RequestID: {_REQUEST}, {e.name}: {e.text}"),
    ApiForm("php", "mettle/sendportal#94", _php),
    ApiForm("wordpress", "WPManageNinja/fluent-smtp#74", lambda e: "SimpleEmailService::"
            f"sendRawEmail(): Sender - {e.name}: {e.text} Request Id: {_REQUEST}"),
    ApiForm("symfony ses", "Symfony SesHttpAsyncAwsTransport", lambda e: "Request to AWS SES API "
            f"failed. Reason: {e.text}."),
    ApiForm("ruby", "aws-sdk-ruby", lambda e: f"Aws::SESV2::Errors::{e.name}: {e.text}"),
    ApiForm("rails page", "aws-sdk-rails", lambda e: f"Aws::SES::Errors::{e.name} ({e.text}):"),
    ApiForm("dotnet", "aws-sdk-net", lambda e: f"Amazon.SimpleEmail.Model.{e.name}Exception: "
            f"{e.text}\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of "
            "type 'HttpErrorResponseException' was thrown."),
    ApiForm("rust", "aws-sdk-rust", _rust),
    ApiForm("powershell", "AWS.Tools", lambda e: f"Send-SES2Email : {e.text}\nAt line:1 char:1"),
    ApiForm("cloudtrail", "CloudTrail record", lambda e: json.dumps({
        "eventVersion": "1.08", "eventSource": "ses.amazonaws.com", "eventName": "SendEmail",
        "awsRegion": "us-east-1", "errorCode": e.name, "errorMessage": e.text})),
)  # fmt: skip
