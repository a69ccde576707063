"""Where moto lets pass what AWS stops, or forgets what AWS keeps: mended in moto's own classes.

Each service once for the process, when it is first asked: to import a service's
models only to mend them would cost the lab's start-up time.
"""

import base64
import contextlib
import importlib
import json

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from sendas.iam.condition import MalformedPolicy
from sendas.iam.policy import PolicyDocument, Request, Source, decide


_done: set[str] = set()


def mend(service: str) -> None:
    """Mend moto's *service*, if there is anything to mend."""
    if service in _done:
        return
    _done.add(service)
    for one in _MENDS.get(service, ()):
        one()


# Secrets Manager ------------------------------------------------------------------


def _read_the_current_version() -> None:
    """GetSecretValue without a version gives AWSCURRENT, also after the label was moved.

    Secrets Manager API, GetSecretValue: "If you don't specify either a VersionStage or
    VersionId, Secrets Manager returns the AWSCURRENT version."  moto keeps giving
    the version that was current first (FACTS 25).
    """
    backend = importlib.import_module("moto.secretsmanager.models").SecretsManagerBackend
    theirs = backend.update_secret_version_stage

    def update(self: Any, secret_id: str, version_stage: str, *which: str, **more: str) -> Any:  # noqa: ANN401  moto's
        answer = theirs(self, secret_id, version_stage, *which, **more)
        secret = self.secrets[secret_id]
        for version, held in secret.versions.items():
            if "AWSCURRENT" in held["version_stages"]:
                secret.default_version_id = version
        return answer

    backend.update_secret_version_stage = update


# SNS to SQS ----------------------------------------------------------------


def _ask_queues_before_publishing() -> None:
    """A topic's message reaches a queue only if the queue is there and its policy allows it.

    SNS guide, "Dead-letter queues": neither is the publisher's failure; a client-side
    error is not tried again, and goes to the subscription's dead-letter queue.
    """
    subscription = importlib.import_module("moto.sns.models").Subscription
    theirs = subscription.publish

    def publish(self: Any, message: str, message_id: str, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        if self.protocol == "lambda":
            _hand_to_function(self, message, message_id, *args, **more)
            return
        if self.protocol != "sqs" or _takes(self.endpoint, self.topic.arn):
            theirs(self, message, message_id, *args, **more)
            return
        target = json.loads(self.attributes.get("RedrivePolicy") or "{}").get(
            "deadLetterTargetArn"
        )
        if target and _takes(target, self.topic.arn):
            kept, self.endpoint = self.endpoint, target
            try:
                theirs(self, message, message_id, *args, **more)
            finally:
                self.endpoint = kept

    subscription.publish = publish


_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")


def _sign_as_the_topic_says() -> None:
    """Sign notifications with SHA1 (version 1) unless the topic says version 2.

    SNS guide, "Verifying the signatures of Amazon SNS messages": version 1 is the default;
    the subject is signed where there is one.  moto says 2 always, and leaves the subject out.
    """
    subscription = importlib.import_module("moto.sns.models").Subscription
    theirs = subscription.get_post_data

    def told(self: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        found = theirs(self, *args, **more)
        version = str(getattr(self.topic, "signature_version", None) or "1")
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  SNS's own
        text = "".join(f"{key}\n{found[key]}\n" for key in _SIGNED if key in found)
        signature = self.private_key().sign(text.encode(), padding.PKCS1v15(), digest)
        region = self.topic.sns_backend.region_name
        leave = (
            f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={self.arn}"
        )
        return found | {
            "SignatureVersion": version,
            "Signature": base64.b64encode(signature).decode(),
            "UnsubscribeURL": leave,
        }

    subscription.get_post_data = told


def _hand_to_function(
    subscription: Any,  # noqa: ANN401  moto's Subscription
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    *_: Any,  # noqa: ANN401  what a queue is given besides
    **more: Any,  # noqa: ANN401  the same
) -> None:
    """The event that a function gets, as the SNS guide shows it; Lambda queues it."""
    matcher = subscription._filter_policy_matcher  # noqa: SLF001  moto has no other
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    if more.get("message_structure") == "json":
        message = subscription._parse_message_structure(message, "lambda")  # noqa: SLF001  the same
    told = subscription.get_post_data(message, message_id, subject)
    attributes = {
        name: {"Type": one["Type"], "Value": one["Value"]}
        for name, one in (message_attributes or {}).items()
    }
    told = {
        **{key: value for key, value in told.items() if not key.endswith("URL")},
        "Subject": subject,
        "SigningCertUrl": told.get("SigningCertURL"),
        "UnsubscribeUrl": told.get("UnsubscribeURL"),
        "MessageAttributes": attributes,
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": told,
    }
    region = subscription.endpoint.split(":")[3]
    functions = importlib.import_module("moto.awslambda.models").lambda_backends
    backend = functions[subscription.account_id][region]
    with contextlib.suppress(Exception):  # a function that is gone is not the publisher's fault
        backend.get_function(subscription.endpoint).invoke(
            json.dumps({"Records": [record]}), {}, {}
        )


_ARN_PARTS = 6


def _takes(queue_arn: str, topic_arn: str) -> bool:
    """Whether the queue is there, and its policy lets SNS send for the topic."""
    parts = queue_arn.split(":")
    if len(parts) != _ARN_PARTS:
        return False
    _, _, _, region, account_id, name = parts
    queues = importlib.import_module("moto.sqs.models").sqs_backends[account_id][region].queues
    policy = getattr(queues.get(name), "policy", None)
    if not policy:
        return False
    text = policy if isinstance(policy, str) else json.dumps(policy)
    context = {
        "aws:SourceArn": (topic_arn,),
        "aws:SourceAccount": (account_id,),
        "aws:PrincipalIsAWSService": ("true",),
    }
    request = Request("sqs:SendMessage", (queue_arn,), "sns.amazonaws.com", context)
    try:
        return decide((PolicyDocument("policy", Source.BUCKET, text, name),), request).allowed
    except MalformedPolicy:
        return False


# SQS ------------------------------------------------------------------------

_MOST_HIDDEN_MS = 43_200_000


def _count_from_receipt() -> None:
    """Count the 12 hours that a message may be out of sight from its receipt.

    SQS guide, "Visibility timeout": "12 hours from the time Amazon SQS receives
    the ReceiveMessage request". moto counts from when the message was sent.
    """
    models = importlib.import_module("moto.sqs.models")
    refused = importlib.import_module("moto.sqs.exceptions").InvalidParameterValue
    mark_received = models.Message.mark_received

    def received(self: Any, visibility_timeout: Any = None) -> None:  # noqa: ANN401  moto's
        self.received_at_ms = models.unix_time_millis()
        mark_received(self, visibility_timeout)

    def change(self: Any, queue_name: str, receipt_handle: str, visibility_timeout: Any) -> None:  # noqa: ANN401  the same
        queue, seconds = self.get_queue(queue_name), int(visibility_timeout)
        found = [m for m in list(queue._messages) if m.had_receipt_handle(receipt_handle)]  # noqa: SLF001  moto has no other list
        if not found:
            raise models.ReceiptHandleIsInvalid
        (message,) = found
        until = models.unix_time_millis() + seconds * 1000
        if until - getattr(message, "received_at_ms", until) > _MOST_HIDDEN_MS:
            msg = f"Total VisibilityTimeout is beyond the limit with {seconds} seconds"
            raise refused(msg)
        message.change_visibility(seconds)
        if message.visible:
            queue.pending_messages.discard(message)

    models.Message.mark_received = received
    models.SQSBackend.change_message_visibility = change


_MENDS: Mapping[str, tuple[Callable[[], None], ...]] = {
    "secretsmanager": (_read_the_current_version,),
    "sns": (_ask_queues_before_publishing, _sign_as_the_topic_says),
    "sqs": (_count_from_receipt,),
}
