"""Where moto lets pass what AWS stops, or forgets what AWS keeps: mended in moto's own classes.

Each service once for the process, when it is first asked: to import a service's
models only to mend them would cost the lab's start-up time.
"""

import base64
import contextlib
import functools
import importlib
import json
import types
import uuid

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sendas_lab.aws import taking
from sendas_lab.aws.confirmations import wait_for_owners
from sendas_lab.aws.iam_mends import mend_iam
from sendas_lab.aws.s3_notifications import mend_notifications
from sendas_lab.aws.secrets_mends import mend_secrets
from sendas_lab.aws.service import caller_arn
from sendas_lab.aws.sqs_mends import mend_sqs
from sendas_lab.kept import Kept, KeptBuffer


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
        if self.protocol not in {"sqs", "lambda"}:
            theirs(self, message, message_id, *args, **more)
            return
        if self.protocol == "lambda" and taking.function(self.endpoint, _SNS, self.topic.arn):
            _hand_to_function(self, message, message_id, *args, **more)
            return
        target = self.endpoint
        if self.protocol == "lambda" or not taking.queue(target, _SNS, self.topic.arn):
            policy = json.loads(self.attributes.get("RedrivePolicy") or "{}")
            target = policy.get("deadLetterTargetArn")
        if target and taking.queue(target, _SNS, self.topic.arn):
            _hand_to_queue(theirs, self, target, message, message_id, *args, **more)

    subscription.publish = publish


def _hand_to_queue(  # noqa: PLR0913, PLR0917  as moto has it
    theirs: Callable[..., None],
    subscription: Any,  # noqa: ANN401  moto's Subscription
    queue_arn: str,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: Mapping[str, Any] | None = None,
    **more: Any,  # noqa: ANN401  what queues are given besides
) -> None:
    """By moto, which takes any word for raw delivery, and gives a queue text for bytes."""
    raw = str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"
    kept = subscription.endpoint, subscription.protocol
    subscription.endpoint, subscription.protocol = queue_arn, "sqs"
    subscription.attributes["RawMessageDelivery"] = raw
    attributes = {
        name: {**one, "Value": base64.b64decode(one["Value"])}
        if raw and one["Type"].startswith("Binary") and isinstance(one["Value"], str)
        else one
        for name, one in (message_attributes or {}).items()
    }
    try:
        theirs(subscription, message, message_id, subject, attributes or None, **more)
    finally:
        subscription.endpoint, subscription.protocol = kept


_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")


def _sign_as_the_topic_says() -> None:
    """Sign notifications with SHA1 (version 1) unless the topic says version 2.

    SNS guide, "Verifying the signatures of Amazon SNS messages": version 1 is the default;
    the subject is signed where there is one.  moto says 2 always, and leaves the subject out.
    """
    subscription = importlib.import_module("moto.sns.models").Subscription

    def told(
        self: Any,  # noqa: ANN401  moto's
        message: str,
        message_id: str,
        subject: str | None,
        message_attributes: Any = None,  # noqa: ANN401  the same
    ) -> Any:  # noqa: ANN401  the same
        region = self.topic.sns_backend.region_name
        key, name = _signing_key(region)
        version = str(getattr(self.topic, "signature_version", None) or "1")
        at = importlib.import_module("moto.core.utils").iso_8601_datetime_with_milliseconds()
        found: dict[str, Any] = {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": self.topic.arn,
            **({"Subject": subject} if subject else {}),
            "Message": message,
            "Timestamp": at,
            "SignatureVersion": version,
        }
        text = "".join(f"{name}\n{found[name]}\n" for name in _SIGNED if name in found)
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  SNS's own
        signature = key.sign(text.encode(), padding.PKCS1v15(), digest)
        found["Signature"] = base64.b64encode(signature).decode()
        host = f"https://sns.{region}.amazonaws.com"
        found["SigningCertURL"] = f"{host}/{name}"
        found["UnsubscribeURL"] = f"{host}/?Action=Unsubscribe&SubscriptionArn={self.arn}"
        if message_attributes:
            found["MessageAttributes"] = message_attributes
        return found

    subscription.get_post_data = told


@functools.cache
def _signing_key(region: str) -> tuple[Any, str]:
    """The Region's key, and the name of its certificate, which anybody may fetch."""
    models = importlib.import_module("moto.sns.models")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    file = f"SimpleNotificationService-{uuid.uuid4().hex}.pem"
    held = models.sns_backends[models.DEFAULT_ACCOUNT_ID][region]
    held._message_public_keys[file] = certificate.public_bytes(Encoding.PEM)  # noqa: SLF001  moto serves it from there
    return key, file


def _tell_of_topics_and_subscriptions() -> None:
    """What GetTopicAttributes and GetSubscriptionAttributes tell (recorded)."""
    models = importlib.import_module("moto.sns.models")
    topic, backend = models.Topic, models.SNSBackend
    init, shown = topic.__init__, backend.get_subscription_attributes
    answers = importlib.import_module("moto.sns.responses").SNSResponse
    subscribe, attributes = backend.subscribe, answers.get_topic_attributes

    def begin(self: Any, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        init(self, *args, **more)
        effective = json.loads(self.effective_delivery_policy)
        self.effective_delivery_policy = json.dumps(
            _DELIVERY if "http" not in effective else effective
        )
        self.sent_notifications = _OnDisk()

    def ask(self: Any) -> Any:  # noqa: ANN401  moto's
        answer = attributes(self)
        found = answer.result["Attributes"]
        if not found.get("DeliveryPolicy"):
            found.pop("DeliveryPolicy", None)
        version = getattr(self.backend.get_topic(found["TopicArn"]), "signature_version", None)
        if version:
            found["SignatureVersion"] = str(version)
        return answer

    def add(self: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        made = subscribe(self, *args, **more)
        if getattr(made, "principal_arn", None) is None:
            made.principal_arn = caller_arn()
        return made

    def show(self: Any, arn: str) -> Any:  # noqa: ANN401  moto's
        found = shown(self, arn)
        principal = getattr(self.subscriptions[arn], "principal_arn", None)
        return found | ({"SubscriptionPrincipal": principal} if principal else {})

    topic.__init__ = begin
    answers.get_topic_attributes = ask
    backend.subscribe, backend.get_subscription_attributes = add, show


class _OnDisk(list[Any]):
    """What a topic has published: ids and subjects in memory, messages on disk."""

    def append(self, told: tuple[Any, ...]) -> None:
        """Keep one, as moto tells it."""
        number, message, *more = told
        super().append((number, Kept(str(message).encode("utf-8", "surrogatepass")), *more))


_DELIVERY = {
    "http": {
        "defaultHealthyRetryPolicy": {
            "minDelayTarget": 20,
            "maxDelayTarget": 20,
            "numRetries": 3,
            "numMaxDelayRetries": 0,
            "numNoDelayRetries": 0,
            "numMinDelayRetries": 0,
            "backoffFunction": "linear",
        },
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
    }
}


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


_SNS = "sns.amazonaws.com"


# S3 --------------------------------------------------------------------------


def _encrypt_and_close_new_buckets() -> None:
    """New buckets encrypt with SSE-S3 and block public access.

    S3 guide, "Setting default server-side encryption behavior" (since January 2023) and
    "Blocking public access" (since April 2023).
    """
    models = importlib.import_module("moto.s3.models")
    vars(models)["tempfile"] = types.SimpleNamespace(SpooledTemporaryFile=KeptBuffer)
    bucket, backend = models.FakeBucket, models.S3Backend
    init = bucket.__init__

    def begin(self: Any, *args: Any, **more: Any) -> None:  # noqa: ANN401  moto's
        init(self, *args, **more)
        self.encryption = _sse_s3()
        self.public_access_block = models.PublicAccessBlock(True, True, True, True)  # noqa: FBT003  moto's own order

    def forget(self: Any, bucket_name: str) -> None:  # noqa: ANN401  moto's
        self.get_bucket(bucket_name).encryption = _sse_s3()

    bucket.__init__ = begin
    backend.delete_bucket_encryption = forget


def _sse_s3() -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "AES256"}
    return {"Rule": {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": False}}


# CloudWatch ---------------------------------------------------------------------


def _begin_without_data() -> None:
    """A new alarm has no data yet; one that is put again keeps its state.

    CloudWatch API, PutMetricAlarm: "the alarm state is immediately set to INSUFFICIENT_DATA",
    and "its state is left unchanged" by an update.
    """
    backend = importlib.import_module("moto.cloudwatch.models").CloudWatchBackend
    theirs = backend.put_metric_alarm

    def put(self: Any, name: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401  moto's
        before = self.alarms.get(name)
        alarm = theirs(self, name, *args, **more)
        alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
        if before:
            alarm.state_reason = before.state_reason
            alarm.state_updated_timestamp = before.state_updated_timestamp
        return alarm

    backend.put_metric_alarm = put


_MENDS: Mapping[str, tuple[Callable[[], None], ...]] = {
    "secretsmanager": (_read_the_current_version, mend_secrets),
    "s3": (_encrypt_and_close_new_buckets, mend_notifications),
    "sns": (
        _ask_queues_before_publishing,
        _sign_as_the_topic_says,
        _tell_of_topics_and_subscriptions,
        wait_for_owners,
    ),
    "sqs": (mend_sqs,),
    "iam": (mend_iam,),
    "cloudwatch": (_begin_without_data,),
}
