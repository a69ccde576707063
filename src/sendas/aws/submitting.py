"""What the relay asks of AWS, from several threads: SendEmail, GetAccount, alarms to a topic.

Signing and HTTP are the lean client's, a connection for each thread; the key is asked again of
botocore's own chain before each call, which renews a role's in time.
"""

import json
import threading

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from sendas.aws.calls import QUICK_SECONDS, SEND_SECONDS, Calls
from sendas.aws.per_thread import PerThread
from sendas.aws.raw_message import Octets, RawMessageBody
from sendas.aws.refusals import AwsFailure, Denied, NoReply, perhaps_done
from sendas.aws.signer import AwsKey
from sendas.ses.account_state import Account
from sendas.ses.regions import Region


_IN_ONE_PIECE = 524_288
"""Bytes of a call that are held at once; of a larger one only pieces."""
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Submission:
    """Who sends to whom, at most 50; *tags* go into SES's events (letters, digits, ``_-.@``)."""

    from_address: str
    recipients: tuple[str, ...]
    feedback_address: str = ""
    configuration_set: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_call(self) -> dict[str, object]:
        """The parameters of SendEmail but for the content."""
        call: dict[str, object] = {
            "FromEmailAddress": self.from_address,
            "Destination": {"ToAddresses": list(self.recipients)},
        }
        if self.feedback_address:
            call["FeedbackForwardingEmailAddress"] = self.feedback_address
        if self.configuration_set:
            call["ConfigurationSetName"] = self.configuration_set
        if self.tags:
            call["EmailTags"] = [{"Name": n, "Value": v} for n, v in self.tags.items()]
        return call


class Submitting(Protocol):
    """What the relay needs; tests have another."""

    def send(self, submission: Submission, parts: tuple[Octets, ...]) -> str:
        """Hand a mail to SES; gives SES's message id.  Raises AwsFailure."""

    def account(self) -> Account:
        """The account's state, rate and quota.  Raises AwsFailure."""

    def publish(self, topic_arn: str, subject: str, text: str) -> None:
        """Tell a topic.  Raises AwsFailure."""


class Submitter:
    """`Submitting` over HTTP."""

    def __init__(
        self, region: Region, environment: Mapping[str, str], key: Callable[[], AwsKey]
    ) -> None:
        self._region = region
        self._clients = PerThread(key, lambda held: Calls(held, region, environment))

    def send(self, submission: Submission, parts: tuple[Octets, ...]) -> str:
        """One try.

        Raises:
            NoReply: With ``sent``, it may have been sent, whatever AWS answered.
            AwsFailure: Any other: it was not.
        """
        calls = self._clients.client()
        made = RawMessageBody(submission, parts)
        # Most are small: encoded once for signature and wire, and sent in one piece.
        body = made.read() if len(made) <= _IN_ONE_PIECE else made
        url = calls.endpoint("sesv2") + "/v2/email/outbound-emails"
        headers = {"Content-Type": "application/json"}
        try:
            reply = calls.call(
                "ses:SendEmail", "sesv2", "POST", url, headers, body, seconds=SEND_SECONDS
            )
        except AwsFailure as error:
            if isinstance(error, NoReply) or not perhaps_done(error):
                raise
            reason = f"{error.code}, HTTP {error.status}"
            raise NoReply(error.action, reason, sent=True) from error
        return _message_id(reply.body)

    def account(self) -> Account:
        """GetAccount; one try."""
        from sendas.aws.sesv2 import parse_account  # noqa: PLC0415  all of botocore: see below

        calls = self._clients.client()
        url = calls.endpoint("sesv2") + "/v2/email/account"
        reply = calls.call("ses:GetAccount", "sesv2", "GET", url, {}, b"", seconds=QUICK_SECONDS)
        return parse_account(json.loads(reply.body), self._region)

    def publish(self, topic_arn: str, subject: str, text: str) -> None:
        """SNS's Publish; tried again, for a second notice does no harm."""
        calls = self._clients.client()
        form = {
            "Action": "Publish", "Version": "2010-03-31", "TopicArn": topic_arn,
            "Subject": subject[:100], "Message": text,
        }  # fmt: skip
        body = urlencode(form, quote_via=quote).encode("ascii")
        url, headers = calls.endpoint("sns") + "/", {"Content-Type": _FORM}
        calls.patiently(
            lambda: calls.call("sns:Publish", "sns", "POST", url, headers, body),
            again=lambda error: error.passing,
        )

    def close(self) -> None:
        """Hang up what the present thread keeps open."""
        self._clients.close()


def _message_id(body: bytes) -> str:
    """SES's id; an answer of 200 without one was a send all the same."""
    try:
        return str(json.loads(body)["MessageId"])
    except (ValueError, KeyError, TypeError):
        return "unknown"


def key_source(environment: Mapping[str, str], profile: str | None = None) -> Callable[[], AwsKey]:
    """The key as botocore's chain of providers finds it now: environment, files, role.

    What it gives may be called from any thread, before each call: botocore renews a role's
    key in time.

    Raises:
        Denied: There is none (when it is called).
    """
    held: list[Any] = []
    guard = threading.Lock()
    key_id = environment.get("AWS_ACCESS_KEY_ID", "")
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    fixed = None
    if not profile and key_id and secret:
        fixed = AwsKey(key_id, secret, environment.get("AWS_SESSION_TOKEN") or None)

    def current() -> AwsKey:
        if fixed is not None:
            return fixed
        action = "credentials"
        # Half of the time that a start takes, and not needed before the first call.
        import botocore.session  # noqa: PLC0415  as said

        from botocore import exceptions as botocore_errors  # noqa: PLC0415  the same

        try:
            with guard:
                if not held:
                    found = botocore.session.Session(profile=profile).get_credentials()
                    if found is None:
                        raise Denied(
                            action, "MissingAuthenticationToken", "there are no AWS credentials"
                        )
                    held.append(found)
            frozen = held[0].get_frozen_credentials()
        except botocore_errors.BotoCoreError as error:
            raise Denied(action, "MissingAuthenticationToken", type(error).__name__) from error
        return AwsKey(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    return current
