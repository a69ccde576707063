"""An owner's receiving as sendas ships it: the template, made by `apply` in the lab.

::

    outside ─SMTP→ SES ─receipt rule→ S3 object
                              └ SNS notice → SQS ─→ function (a child process) ─→ SES → Gmail
                                               └ dead-letter queue

`receive_with` takes away what a scene received with, and lets the apply journey make
the stack through the lab's CloudFormation: its time-outs, receives, batches, role and
code are those that ship.  What it gives back brings mail in, lets time pass, and looks
at every place where a mail can be.
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

from sendas.config.load import parse_config
from sendas.config.model import Config
from sendas.dialmap import load_dial_map
from sendas.dns.resolver import NetworkResolver, nameserver_from
from sendas.forward.routes import Limits, Policy, RoutedDomain, Routes, To
from sendas.forward.routes_file import format_routes
from sendas.inbound.settings import DEFAULT_ROUTES_KEY, records_prefix
from sendas.play.scene import CONFIGURATION_SET, RULE_SET, Scene
from sendas.setup.apply import ApplyOptions, End, apply_plan, plan_for
from sendas.setup.plan.changes import Plan
from sendas.setup.plan.code import stack_code
from sendas.setup.plan.look import Doors
from sendas.setup.stack.names import MAIL_PREFIX, STATE_PREFIX, root_name, stack_names
from sendas.setup.template.receiving import MAX_RECEIVES


FUNCTION = root_name("example.com")
"""As the stack of the scenes' usual domain calls it."""
PREFIX = MAIL_PREFIX
ROUTES_KEY = DEFAULT_ROUTES_KEY
LATER = timedelta(hours=4, minutes=30)
"""Longer than the visibility time-out, and than the function puts a message off, but for a
day's quota."""
PATIENCE_SECONDS = 600.0
"""For the lab to come to rest; a crowded machine has needed more than a minute."""
_POLL_SECONDS = 0.05
_FILE = """
region = "{region}"
[watch]
history = false
[[domain]]
name = "{domain}"
dns = "{dns}"
[domain.adopted]
identity = true
{configuration_set}
[[domain.mailbox]]
name = "{local_part}"
to = ["{gmail}"]
[[domain.mailbox]]
name = "*"
keep = true
"""
"""The catch-all lets mail to every address in, for the routes that a test sets.

Without a history: what is played and counted is receiving alone, at the function's own calls.
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the function is told beside what the stack tells it.

    *endpoint* is AWS's for it, if not the lab's own.
    """

    endpoint: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Receiver:
    """Receiving that stands, and the hands to use it."""

    scene: Scene
    queue_url: str
    dead_letters_url: str
    topic_arn: str
    function: str = FUNCTION
    prefix: str = PREFIX
    shipped: Mapping[str, str] = field(default_factory=dict)
    """The function's variables as the stack sets them."""

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

    def wait_it_out(self, rounds: int = MAX_RECEIVES + 2) -> None:
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
        keys = self.keys(records_prefix(STATE_PREFIX))
        found = [json.loads(self.read(key)) for key in keys]
        return {record["ses_message_id"]: record for record in found}

    def kept(self) -> tuple[str, ...]:
        """The SES message ids of every mail in the bucket."""
        names = (key.removeprefix(self.prefix) for key in self.keys(self.prefix))
        return tuple(name for name in names if name != "AMAZON_SES_SETUP_NOTIFICATION")

    def ask(self, **request: object) -> Any:  # noqa: ANN401  any JSON
        """Ask the function for something, as `sendas mail` does: ``release=[…]``, ``digest=…``.

        Raises:
            RuntimeError: It failed.
        """
        payload = json.dumps({"sendas": request}).encode()
        answer = self.scene.call("lambda", "Invoke", FunctionName=self.function, Payload=payload)
        said = json.load(answer["Payload"])
        if answer.get("FunctionError"):
            raise RuntimeError(said)
        self.settle()
        return said

    def log(self) -> str:
        """What the function has written to its log."""
        return self.scene.lab.aws.functions.log(self.function)

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
            FunctionName=self.function,
            Environment={"Variables": self.environment() | variables},
        )

    def environment(self) -> dict[str, str]:
        """What the function is told."""
        return dict(self.shipped)


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
    """Receiving for a scene, by the stack that ships; *routes* and *wish* are told to it."""
    wish = wish or Wish()
    _remove_receiving(scene)
    config = parse_config(_file(scene))
    [domain] = config.domains
    names = stack_names(domain)
    _apply(scene, config)
    scene.received_in = names.real_bucket(scene.lab.account_id)
    function = scene.call("lambda", "GetFunctionConfiguration", FunctionName=names.function)
    receiver = Receiver(
        scene,
        _queue_url(scene, names.received),
        _queue_url(scene, names.dead_letters),
        f"arn:aws:sns:{scene.region}:{scene.lab.account_id}:{names.received}",
        names.function,
        names.prefix,
        function["Environment"]["Variables"],
    )
    receiver.set_routes(routes or routes_for(scene))
    own = {"AWS_ENDPOINT_URL": wish.endpoint} if wish.endpoint else {}
    if own or wish.environment:
        receiver.set_environment(**own, **wish.environment)
    return receiver


def _file(scene: Scene) -> str:
    """The scene as `sendas.toml` says it: its identity stood before."""
    wanted = scene.set_up
    named = f'configuration_set = "{CONFIGURATION_SET}"' if wanted.configuration_set else ""
    return _FILE.format(
        region=scene.region,
        domain=scene.domain,
        dns="route53" if wanted.route53 else "manual",
        configuration_set=named,
        local_part=wanted.local_part,
        gmail=wanted.gmail,
    )


def _apply(scene: Scene, config: Config) -> None:
    """What ``sendas apply --yes`` does.

    Raises:
        RuntimeError: Something is left to do.
    """
    environment = scene.lab.environment()
    resolver = NetworkResolver(nameserver_from(environment), load_dial_map(environment))
    doors = Doors(scene.session, resolver, lambda _: time.sleep(_POLL_SECONDS))
    [domain] = config.domains

    def plan(look_for_drift: bool = False) -> Plan:  # noqa: FBT001, FBT002  as `apply_plan` asks
        return plan_for(config, domain, stack_code(), doors, detect_drift=look_for_drift)

    said: list[str] = []
    options = ApplyOptions(said.append, lambda *_: None, timedelta())
    if apply_plan(plan(), plan, domain, doors, options) is not End.DONE:
        msg = f"apply leaves something to do: {said}"
        raise RuntimeError(msg)


def _queue_url(scene: Scene, name: str) -> str:
    return str(scene.call("sqs", "GetQueueUrl", QueueName=name)["QueueUrl"])


def _remove_receiving(scene: Scene) -> None:
    """Take away the rule set and the bucket that the scene itself received with."""
    if not scene.set_up.receiving or scene.received_in:
        return
    scene.call("ses", "SetActiveReceiptRuleSet")
    scene.call("ses", "DeleteReceiptRuleSet", RuleSetName=RULE_SET)
    listed = scene.call("s3", "ListObjectsV2", Bucket=scene.bucket).get("Contents", ())
    for entry in listed:
        scene.call("s3", "DeleteObject", Bucket=scene.bucket, Key=entry["Key"])
    scene.call("s3", "DeleteBucket", Bucket=scene.bucket)


def _message_id_in(body: str) -> str:
    """The SES message id in the body of a queue's message."""
    notice = json.loads(json.loads(body)["Message"])
    return str(notice["mail"]["messageId"])
