"""An owner's receiving, built on a scene by API calls: from the receipt rule to the function.

::

    outside ─SMTP→ SES ─receipt rule→ S3 object
                              └ SNS notice → SQS ─→ function (a child process) ─→ SES → Gmail
                                               └ dead-letter queue

`receive_with` makes all of it; what it gives back brings mail in, lets time pass,
and looks at every place where a mail can be.
"""

import json
import time

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from secrets import token_hex
from typing import Any

from sendas_lab.aws.backends import MotoTopics
from sendas_lab.mail import DeliveryResult, Envelope, Transmission
from sendas_lab.others import ORDINARY_ADDRESS, ORDINARY_HOST
from sendas_lab.recipients import StoredMail

from sendas.forward.routes import Limits, Policy, RoutedDomain, Routes, To
from sendas.forward.routes_file import format_routes
from sendas.iam.rights import EVERYWHERE, Role, policy_of
from sendas.inbound.bundle import bundle
from sendas.inbound.rights import RIGHTS
from sendas.inbound.settings import HANDLER
from sendas.play.scene import RULE, RULE_SET, Scene


PREFIX = "inbound/"
STATE_PREFIX = "sendas/"
ROUTES_KEY = "sendas/routes.json"
FUNCTION = "sendas-forward"
TOPIC = "sendas-received"
QUEUE, DEAD_LETTERS = "sendas-received", "sendas-received-dead"
TIMEOUT = timedelta(seconds=60)
VISIBILITY = 6 * TIMEOUT
"""Lambda guide, "Using Lambda with Amazon SQS": six times the function's time-out."""
LATER = timedelta(minutes=16)
"""Longer than the visibility time-out, and than the function ever puts a message off."""
PATIENCE_SECONDS = 600.0
"""For the lab to come to rest; a crowded machine has needed more than a minute."""
_LONGEST_RETENTION = "1209600"
"""Seconds of 14 days, SQS's most: a dead letter's age counts from its first arrival."""
MAX_RECEIVES = 5
"""The same page: at least five, or a throttled function loses its tries."""
BATCH = 10
_CODE_MADE: dict[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Wish:
    """How the function is to run; *endpoint* is AWS's for it, if not the lab's own."""

    endpoint: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = 2
    batch: int = BATCH
    max_receives: int = MAX_RECEIVES


@dataclass(slots=True)
class Receiver:
    """Receiving that stands, and the hands to use it."""

    scene: Scene
    queue_url: str
    dead_letters_url: str
    topic_arn: str

    # Mail ----------------------------------------------------------------

    def bring(
        self, content: bytes, *forward_paths: str, reverse_path: str = "jane@example.net"
    ) -> DeliveryResult:
        """A correspondent's server hands *content* over; SPF passes for example.net."""
        envelope = Envelope(reverse_path, forward_paths or (self.scene.address,))
        transmission = Transmission(envelope, content, ORDINARY_ADDRESS, ORDINARY_HOST)
        return self.scene.lab.bring(transmission)[0]

    def letter(
        self,
        *forward_paths: str,
        subject: str = "Hello",
        text: str = "Hello.\r\n",
        author: str = "Jane Doe <jane@example.net>",
        **headers: str,
    ) -> bytes:
        """A plain mail as a person writes it; *headers* with _ for the hyphen."""
        to = ", ".join(forward_paths or (self.scene.address,))
        fields = {
            "From": author,
            "To": to,
            "Subject": subject,
            "Date": format_datetime(self.scene.lab.clock.now()),
            "Message-ID": f"<{token_hex(8)}@{ORDINARY_HOST}>",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=utf-8",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{head}\r\n{text}".encode()

    def write(self, *forward_paths: str, subject: str = "Hello", **more: str) -> DeliveryResult:
        """Bring a `letter`, and let everything follow that is due."""
        letter = self.letter(*forward_paths, subject=subject, **more)
        result = self.bring(letter, *forward_paths)
        self.settle()
        return result

    def tell_again(self, message_id: str) -> None:
        """Publish the notice of a mail once more, as SNS and SQS may deliver twice.

        Raises:
            LookupError: There was none yet.
        """
        for text in self._topics.published(self.topic_arn):
            if message_id in text:
                self.scene.call("sns", "Publish", TopicArn=self.topic_arn, Message=text)
                return
        raise LookupError(message_id)

    @property
    def _topics(self) -> MotoTopics:
        topics = self.scene.lab.ses.sns
        if not isinstance(topics, MotoTopics):
            raise TypeError(topics)
        return topics

    def inbox(self) -> tuple[StoredMail, ...]:
        """What the owner's Gmail has got."""
        return self.scene.inbox()

    # Time ----------------------------------------------------------------

    def settle(self, timeout_seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nothing that is due is left, neither in SES nor in the queue.

        Raises:
            TimeoutError: Still at work.
        """
        lab = self.scene.lab
        until = time.monotonic() + timeout_seconds
        while True:
            lab.settle(timeout_seconds)
            if lab.aws.mappings.idle() and lab.ses.courier.idle:
                break
            lab.aws.mappings.settle(max(0.0, until - time.monotonic()))
        lab.aws.mappings.settle(0.0)

    def later(self, by: timedelta = LATER) -> None:
        """Let *by* pass, by default until what failed can be seen again, and settle."""
        self.scene.lab.clock.move(by)
        self.scene.lab.ses.courier.wake()
        self.settle()

    def wait_it_out(self, rounds: int = MAX_RECEIVES + 1) -> None:
        """Let time pass until the queue has nothing left, seen or unseen; or *rounds* times."""
        for _ in range(rounds):
            if self.waiting() == (0, 0):
                return
            self.later()

    # Places --------------------------------------------------------------

    def waiting(self) -> tuple[int, int]:
        """Messages of the queue that can be seen, and that cannot just now."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.scene.call(
            "sqs", "GetQueueAttributes", QueueUrl=self.queue_url, AttributeNames=names
        )["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def dead_letters(self, *, take: bool = False) -> tuple[str, ...]:
        """The SES message ids of the notices that were given up; they stay there unless taken."""
        bodies: list[str] = []
        while True:
            found = self.scene.call(
                "sqs",
                "ReceiveMessage",
                QueueUrl=self.dead_letters_url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=3600,
            ).get("Messages", ())
            if not found:
                return tuple(bodies)
            bodies += [_message_id_in(message["Body"]) for message in found]
            for message in found if take else ():
                self.scene.call(
                    "sqs",
                    "DeleteMessage",
                    QueueUrl=self.dead_letters_url,
                    ReceiptHandle=message["ReceiptHandle"],
                )

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """The keys of the bucket under *prefix*, all of them."""
        found: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self.scene.call(
                "s3", "ListObjectsV2", Bucket=self.scene.bucket, Prefix=prefix, **token
            )
            found += [entry["Key"] for entry in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return tuple(found)
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def read(self, key: str) -> bytes:
        """An object of the bucket."""
        found = self.scene.call("s3", "GetObject", Bucket=self.scene.bucket, Key=key)
        body: bytes = found["Body"].read()
        return body

    def records(self) -> dict[str, dict[str, Any]]:
        """What the function remembers of each mail, by SES message id."""
        keys = self.keys(f"{STATE_PREFIX}state/")
        found = [json.loads(self.read(key)) for key in keys]
        return {record["ses_message_id"]: record for record in found}

    def kept(self) -> tuple[str, ...]:
        """The SES message ids of every mail in the bucket."""
        names = (key.removeprefix(PREFIX) for key in self.keys(PREFIX))
        return tuple(name for name in names if name != "AMAZON_SES_SETUP_NOTIFICATION")

    def ask(self, **request: object) -> Any:  # noqa: ANN401  any JSON
        """Ask the function for something, as `sendas mail` does: ``release=[…]``, ``digest=…``.

        Raises:
            RuntimeError: It failed.
        """
        payload = json.dumps({"sendas": request}).encode()
        answer = self.scene.call("lambda", "Invoke", FunctionName=FUNCTION, Payload=payload)
        said = json.load(answer["Payload"])
        if answer.get("FunctionError"):
            raise RuntimeError(said)
        self.settle()
        return said

    def log(self) -> str:
        """What the function has written to its log."""
        return self.scene.lab.aws.functions.log(FUNCTION)

    # Changes -------------------------------------------------------------

    def set_routes(self, routes: Routes) -> None:
        """Write the routes object, as `sendas` does after it has checked it."""
        self.scene.call(
            "s3",
            "PutObject",
            Bucket=self.scene.bucket,
            Key=ROUTES_KEY,
            Body=format_routes(routes).encode(),
        )

    def set_environment(self, **variables: str) -> None:
        """Change the function's configuration: what it needs, and *variables*."""
        self.scene.call(
            "lambda",
            "UpdateFunctionConfiguration",
            FunctionName=FUNCTION,
            Environment={"Variables": self.environment() | variables},
        )

    def environment(self) -> dict[str, str]:
        """What the function is told."""
        return {
            "SENDAS_BUCKET": self.scene.bucket,
            "SENDAS_PREFIX": PREFIX,
            "SENDAS_STATE_PREFIX": STATE_PREFIX,
            "SENDAS_ROUTES_KEY": ROUTES_KEY,
        }


def routes_for(
    scene: Scene,
    *,
    policy: Policy | None = None,
    limits: Limits | None = None,
    **routes: Any,  # noqa: ANN401  To, Refuse or Ignore by local-part
) -> Routes:
    """Routes of the scene's domain: the owner's local-part to Gmail, and whatever *routes* say."""
    chosen = {scene.set_up.local_part: To((scene.set_up.gmail,))} | routes
    domain = RoutedDomain(
        scene.domain,
        f"forwarded@{scene.domain}",
        scene.set_up.gmail,
        chosen,
        policy or Policy(),
    )
    return Routes({scene.domain: domain}, limits or Limits())


def receive_with(scene: Scene, routes: Routes | None = None, wish: Wish | None = None) -> Receiver:
    """Make topic, queues, function, role, mapping, rule and routes on a scene that receives."""
    wish = wish or Wish()
    topic = scene.call("sns", "CreateTopic", Name=TOPIC)["TopicArn"]
    dead = _make_queue(scene, DEAD_LETTERS)
    redrive = {
        "deadLetterTargetArn": _arn(scene, DEAD_LETTERS),
        "maxReceiveCount": wish.max_receives,
    }
    queue = _make_queue(
        scene,
        QUEUE,
        VisibilityTimeout=str(int(VISIBILITY.total_seconds())),
        RedrivePolicy=json.dumps(redrive),
        Policy=json.dumps(_queue_policy(scene, topic)),
    )
    receiver = Receiver(scene, queue, dead, topic)
    receiver.set_routes(routes or routes_for(scene))
    _make_function(receiver, wish)
    scene.call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=_arn(scene, QUEUE))
    _point_rule_at(receiver)
    return receiver


def _make_queue(scene: Scene, name: str, **attributes: str) -> str:
    kept = {"MessageRetentionPeriod": _LONGEST_RETENTION}
    made = scene.call("sqs", "CreateQueue", QueueName=name, Attributes=kept | attributes)
    return str(made["QueueUrl"])


def _arn(scene: Scene, queue: str) -> str:
    return f"arn:aws:sqs:{scene.region}:{scene.lab.account_id}:{queue}"


def _queue_policy(scene: Scene, topic: str) -> dict[str, object]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": _arn(scene, QUEUE),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _make_function(receiver: Receiver, wish: Wish) -> None:
    scene = receiver.scene
    own = {"AWS_ENDPOINT_URL": wish.endpoint} if wish.endpoint else {}
    scene.call(
        "lambda",
        "CreateFunction",
        FunctionName=FUNCTION,
        Runtime="python3.11",
        Role=_make_role(scene),
        Handler=HANDLER,
        Timeout=int(TIMEOUT.total_seconds()),
        MemorySize=512,
        Environment={"Variables": receiver.environment() | own | dict(wish.environment)},
        Code={"ZipFile": _code()},
    )
    scene.call(
        "lambda",
        "CreateEventSourceMapping",
        FunctionName=FUNCTION,
        EventSourceArn=_arn(scene, QUEUE),
        BatchSize=wish.batch,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": wish.concurrency},
    )


def _code() -> bytes:
    """The zip, built once for the process."""
    if HANDLER not in _CODE_MADE:
        _CODE_MADE[HANDLER] = bundle()
    return _CODE_MADE[HANDLER]


def _make_role(scene: Scene) -> str:
    """What the function may do, and no more."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = scene.call(
        "iam", "CreateRole", RoleName=FUNCTION, AssumeRolePolicyDocument=json.dumps(trust)
    )["Role"]
    scene.call(
        "iam",
        "PutRolePolicy",
        RoleName=FUNCTION,
        PolicyName=FUNCTION,
        PolicyDocument=json.dumps(function_policy(scene)),
    )
    return str(role["Arn"])


def function_policy(scene: Scene) -> Mapping[str, Any]:
    """What the function's role may do, and no more."""
    return policy_of(
        RIGHTS,
        Role.FORWARDER,
        {
            **EVERYWHERE,
            "region": (scene.region,),
            "account": (scene.lab.account_id,),
            "domain": (scene.domain,),
            "root": ("sendas",),
            "bucket": (scene.bucket,),
            "prefix": (PREFIX,),
        },
    )


def _point_rule_at(receiver: Receiver) -> None:
    """Let the receipt rule store under the prefix, and tell the topic."""
    scene = receiver.scene
    action = {
        "BucketName": scene.bucket,
        "ObjectKeyPrefix": PREFIX,
        "TopicArn": receiver.topic_arn,
    }
    scene.call(
        "ses",
        "UpdateReceiptRule",
        RuleSetName=RULE_SET,
        Rule={
            "Name": RULE,
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": [scene.domain],
            "Actions": [{"S3Action": action}],
        },
    )


def _message_id_in(body: str) -> str:
    """The SES message id in the body of a queue's message."""
    notice = json.loads(json.loads(body)["Message"])
    return str(notice["mail"]["messageId"])
