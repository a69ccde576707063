"""The few calls that forwarding makes, without clients and service models.

Signing is botocore's (`sendas.aws.signer`), HTTP the standard library's
(`sendas.aws.http_client`).  That the calls have the shape that AWS documents is held
by tests against botocore's service models, which are not loaded here.

AWS_ENDPOINT_URL, and AWS_ENDPOINT_URL_S3 and its like, lead elsewhere, as they do
for every AWS SDK.
"""

import json
import re

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sendas.aws.calls import (
    QUICK_SECONDS,
    SEND_SECONDS,
    Calls,
    OutOfTime,
    suffix,
    worth_another_try,
)
from sendas.aws.http_client import Reply
from sendas.aws.raw_message import Envelope, Octets, RawMessageBody
from sendas.aws.refusals import Denied, NotFound, Transient
from sendas.aws.replies import Listed, Sent, listed, sent_lately
from sendas.aws.signer import AwsKey


_NOT_MODIFIED = 304
_LIST_PAGE = 1000
_STATISTICS_SECONDS = 2.0
"""A mail waits for the figures; it goes without them rather than late."""
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was read."""

    content: bytes
    etag: str
    modified: str = ""


class Lean(Calls):
    """S3, SES, SQS and one secret for one function."""

    # S3 -------------------------------------------------------------------

    def read(self, bucket: str, name: str) -> Stored:
        """A whole object.

        Raises:
            NotFound: There is none, or (without s3:ListBucket) Denied.
            AwsFailure: Any other.
        """
        found = self.read_if_changed(bucket, name, "")
        if found is None:
            action = "s3:GetObject"
            raise Transient(action, "NotModified", status=_NOT_MODIFIED)
        return found

    def read_if_changed(self, bucket: str, name: str, etag: str) -> Stored | None:
        """The object unless it is still the one of *etag*; raises as `read`."""
        condition = {"If-None-Match": etag} if etag else {}
        reply = self._s3("s3:GetObject", "GET", bucket, name, condition)
        if reply.status == _NOT_MODIFIED:
            return None
        return Stored(
            reply.body, reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
        )

    def write(
        self, bucket: str, name: str, content: bytes, *, only_over: str | None = None
    ) -> str:
        """Put an object; gives its ETag.

        *only_over* is the ETag that must stand there now; empty for "nothing".
        A condition is checked by S3 itself, once for all writers.

        Raises:
            Conflict: Something else stands there.  After a lost answer it may
                be what this very call wrote: read it.
            AwsFailure: Any other.
        """
        condition: dict[str, str] = {"Content-Type": "application/json"}
        if only_over == "":
            condition["If-None-Match"] = "*"
        elif only_over is not None:
            condition["If-Match"] = only_over
        reply = self._s3("s3:PutObject", "PUT", bucket, name, condition, content)
        return reply.headers.get("etag", "")

    def remove(self, bucket: str, name: str) -> None:
        """Delete an object; one that is not there is deleted too."""
        self._s3("s3:DeleteObject", "DELETE", bucket, name, {})

    def listing(
        self, bucket: str, prefix: str, *, most: int = 1000, behind: str = ""
    ) -> tuple[Listed, ...]:
        """The first *most* objects whose key begins with *prefix*, in the order of their keys.

        Only those whose key is *behind* that one.
        """
        found: list[Listed] = []
        asked = {"list-type": "2", "prefix": prefix}
        if behind:
            asked["start-after"] = behind
        while len(found) < most:
            size = min(most - len(found), _LIST_PAGE)
            query = urlencode(asked | {"max-keys": str(size)}, quote_via=quote)
            page = listed(self._s3("s3:ListBucket", "GET", bucket, "", {}, query=query).body)
            found += page
            if len(page) < size:
                break
            asked["start-after"] = page[-1].key
        return tuple(found)

    def link(self, bucket: str, name: str, seconds: int) -> str:
        """An address at which anybody may read a mail for *seconds*, as a file that opens.

        With a session's key it ends with that session, if that is sooner.
        """
        file = f'attachment; filename="{name.rpartition("/")[2]}.eml"'
        wish = {"response-content-disposition": file, "response-content-type": "message/rfc822"}
        url = f"{self._object_url(bucket, name)}?{urlencode(wish, quote_via=quote)}"
        return self.signer(self.bucket_region).presigned(url, seconds)

    # SES ------------------------------------------------------------------

    def send(self, envelope: Envelope, parts: tuple[Octets, ...]) -> str:
        """Send the message that *parts* make up when put together; gives SES's message id.

        Tried again only where the earlier try cannot have been a send.

        Raises:
            Refused: SES will not send it; *text* says why.
            NoReply: With ``sent``, it may have been sent: SES fell silent, or broke.
            AwsFailure: Any other.
        """
        body = RawMessageBody(envelope, parts)
        url = self.endpoint("sesv2") + "/v2/email/outbound-emails"

        def once() -> Reply:
            body.seek(0)
            headers = {"Content-Type": "application/json"}
            return self.call(
                "ses:SendEmail", "sesv2", "POST", url, headers, body, seconds=SEND_SECONDS
            )

        reply = self.carefully(once)
        return str(json.loads(reply.body)["MessageId"])

    def bounce(
        self, ses_message_id: str, sender: str, recipient: str, kind: str, text: str
    ) -> str:
        """Let SES bounce a received mail to its author (v1 SendBounce); gives the bounce's id.

        *kind* is SES's: DoesNotExist, MessageTooLarge, ExceededQuota,
        ContentRejected, Undefined, TemporaryFailure.

        Raises:
            AwsFailure: As `send`.
        """
        form = {
            "Action": "SendBounce",
            "OriginalMessageId": ses_message_id,
            "BounceSender": sender,
            "Explanation": text,
            "BouncedRecipientInfoList.member.1.Recipient": recipient,
            "BouncedRecipientInfoList.member.1.BounceType": kind,
        }
        reply = self.carefully(lambda: self._ses_v1(form))
        found = re.search(rb"<MessageId>([^<]*)</MessageId>", reply.body)
        return found[1].decode() if found else ""

    def is_suppressed(self, address: str) -> bool:
        """Whether the account's suppression list has *address* (GetSuppressedDestination).

        One try: nothing hangs on it.

        Raises:
            AwsFailure: SES did not tell.
        """
        name = quote(address, safe="")
        url = f"{self.endpoint('sesv2')}/v2/email/suppression/addresses/{name}"
        try:
            self.call("ses:GetSuppressedDestination", "sesv2", "GET", url, {}, b"")
        except NotFound:
            return False
        return True

    def sent_lately(self) -> tuple[Sent, ...]:
        """What the account sent in two weeks, and what bounced (v1 GetSendStatistics).

        Of the whole account in this Region, whoever sent it.  One try, and a short
        one: nothing hangs on it.

        Raises:
            AwsFailure: SES did not tell.
        """
        form = {"Action": "GetSendStatistics"}
        reply = self._ses_v1(form, seconds=_STATISTICS_SECONDS)
        found = sent_lately(reply.body)
        if found is None:
            action = "ses:GetSendStatistics"
            raise Transient(action, "not understood", status=reply.status)
        return found

    # SQS ------------------------------------------------------------------

    def hide(self, queue_url: str, receipt_handle: str, seconds: int) -> None:
        """Let a message of a queue come back in *seconds* (ChangeMessageVisibility)."""
        asked = {
            "QueueUrl": queue_url,
            "ReceiptHandle": receipt_handle,
            "VisibilityTimeout": seconds,
        }
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": "AmazonSQS.ChangeMessageVisibility",
        }
        url = self.endpoint("sqs") + "/"
        body = json.dumps(asked).encode("ascii")
        self.call("sqs:ChangeMessageVisibility", "sqs", "POST", url, headers, body)

    def queue_url(self, region: str, account: str, name: str) -> str:
        """The URL of a queue, from the parts of its ARN."""
        return f"{self.endpoint('sqs', region)}/{account}/{name}"

    # Secrets Manager --------------------------------------------------------

    def secret(self, name: str) -> str:
        """The current text of a secret (GetSecretValue).

        Raises:
            AwsFailure: It could not be had.
        """
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "secretsmanager.GetSecretValue",
        }
        body = json.dumps({"SecretId": name}).encode("ascii")
        url = self.endpoint("secretsmanager") + "/"
        action = "secretsmanager:GetSecretValue"
        reply = self.patiently(
            lambda: self.call(action, "secretsmanager", "POST", url, headers, body),
            again=worth_another_try,
        )
        return str(json.loads(reply.body)["SecretString"])

    # Inside ---------------------------------------------------------------

    def _s3(  # noqa: PLR0913, PLR0917  one request to S3
        self,
        action: str,
        method: str,
        bucket: str,
        name: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        query: str = "",
    ) -> Reply:
        url = self._object_url(bucket, name) + (f"?{query}" if query else "")
        return self.patiently(
            lambda: self.call(action, "s3", method, url, headers, body),
            again=worth_another_try,
        )

    def _ses_v1(self, form: Mapping[str, str], *, seconds: float = QUICK_SECONDS) -> Reply:
        """One try of one of SES's older calls."""
        body = urlencode({"Version": "2010-12-01", **form}, quote_via=quote).encode("ascii")
        action, url = f"ses:{form['Action']}", self.endpoint("ses") + "/"
        headers = {"Content-Type": _FORM}
        return self.call(action, "ses", "POST", url, headers, body, seconds=seconds)

    def _object_url(self, bucket: str, name: str) -> str:
        path = quote(name, safe="/-_.~")
        own = self.own_endpoint("s3")
        if own:
            return f"{own}/{bucket}/{path}"
        host = f"s3.{self.bucket_region}.{suffix(self.bucket_region)}"
        if "." in bucket:  # no certificate covers two labels
            return f"https://{host}/{bucket}/{path}"
        return f"https://{bucket}.{host}/{path}"


def key_from(environment: Mapping[str, str]) -> AwsKey:
    """The key that the function runs with: its role's, which Lambda puts into the environment.

    Elsewhere (SnapStart, a container, somebody's desk) botocore's own chain of
    providers is asked, which loads all of botocore.

    Raises:
        Denied: There is none.
    """
    key_id = environment.get("AWS_ACCESS_KEY_ID", "")
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    if key_id and secret:
        return AwsKey(key_id, secret, environment.get("AWS_SESSION_TOKEN") or None)
    import botocore.session  # noqa: PLC0415  0.1 s that a function with its key does not pay

    found = botocore.session.Session().get_credentials()
    if found is None:
        action = "credentials"
        raise Denied(action, "none found")
    frozen = found.get_frozen_credentials()
    return AwsKey(frozen.access_key or "", frozen.secret_key or "", frozen.token)


__all__ = ["Lean", "Listed", "OutOfTime", "Sent", "Stored", "key_from"]
