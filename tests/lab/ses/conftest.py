"""SES without HTTP: state, checks, deliveries, over made-up neighbours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from sendas_lab.clock import Clock
from sendas_lab.mail import DeliveryResult, Envelope, SmtpReply, Transmission
from sendas_lab.ses.identities import new_identity
from sendas_lab.ses.ports import Principal, StoredKey
from sendas_lab.ses.region_state import RuleSet, Status
from sendas_lab.ses.service import Ses
from sendas_lab.ses.submission import Api, Submission

from sendas.dns.answers import Absent, Answer, Question, Records
from sendas.iam.policy import PolicyDocument, Source
from sendas.ses.regions import Region


ACCOUNT = "111122223333"
REGION = Region("us-east-2")
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
USER = Principal(ACCOUNT, "AKIAIOSFODNN7EXAMPLE", f"arn:aws:iam::{ACCOUNT}:user/smtp", "smtp")
ALLOW = '{"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}'


@dataclass
class Keys:
    """IAM with one user."""

    keys: dict[str, StoredKey] = field(default_factory=dict)
    policy: str = ALLOW
    uses: list[tuple[str, str, str]] = field(default_factory=list)

    def key(self, key_id: str) -> StoredKey | None:
        """By id."""
        return self.keys.get(key_id)

    def policies(self, principal: Principal) -> Sequence[PolicyDocument]:
        """The one there is."""
        del principal
        return (PolicyDocument("p", Source.INLINE, self.policy),)

    def used(self, key_id: str, service: str, region: Region, now: datetime) -> None:
        """Noted."""
        del now
        self.uses.append((key_id, service, region))


@dataclass
class Buckets:
    """S3 with what a test puts there."""

    objects: dict[str, dict[str, bytes]] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)

    def exists(self, bucket: str) -> bool:
        """Made by the test."""
        return bucket in self.objects

    def policy(self, bucket: str) -> str | None:
        """Set by the test."""
        return self.policies.get(bucket)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Kept."""
        self.objects[bucket][key] = body


@dataclass
class Topics:
    """SNS that keeps what it is told."""

    heard: list[tuple[str, str]] = field(default_factory=list)

    def exists(self, topic_arn: str) -> bool:
        """All but one named gone."""
        return "gone" not in topic_arn

    def publish(self, topic_arn: str, message: str, subject: str) -> None:
        """Kept."""
        del subject
        if not self.exists(topic_arn):
            raise LookupError(topic_arn)
        self.heard.append((topic_arn, message))


@dataclass
class Functions:
    """Lambda that answers as the test says."""

    answer: Any = None
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def invocable(self, function_arn: str, source_account: str) -> bool:
        """All but those named forbidden."""
        return source_account == ACCOUNT and "forbidden" not in function_arn

    def invoke(self, function_arn: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        """Kept and answered."""
        del function_arn
        self.events.append(event)
        if isinstance(self.answer, RuntimeError):
            raise self.answer
        return self.answer


class Stage:
    """SES and its neighbours; example.com is verified and out of the sandbox."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.iam = Keys({USER.key_id: StoredKey(USER, SECRET, created=self.clock.now())})
        self.s3 = Buckets()
        self.sns = Topics()
        self.functions = Functions()
        self.records: dict[tuple[str, str], tuple[str, ...]] = {}
        self.outbox: list[Transmission] = []
        self.reply = SmtpReply(250, "2.0.0 OK")
        self.ses = Ses(
            ACCOUNT,
            self.clock,
            self.resolve,
            self.deliver,
            self.iam,
            s3=self.s3,
            sns=self.sns,
            functions=self.functions,
        )
        self.state = self.ses.region(REGION)
        self.ses.grant_production_access(REGION)
        self.verified("example.com")

    def resolve(self, question: Question) -> Answer:
        """The test's records."""
        values = self.records.get((question.name, str(question.type)))
        return Records(values, 60) if values else Absent(name_exists=False, negative_ttl=60)

    async def deliver(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """Kept; awaitable, as the lab's own may be."""
        self.outbox.append(transmission)
        paths = transmission.envelope.forward_paths
        return tuple(DeliveryResult(to, self.reply, "192.0.2.1") for to in paths)

    def verified(self, name: str) -> None:
        """An identity whose records are there."""
        identity = new_identity(name, f"{ACCOUNT}/{REGION}", self.clock.now())
        for token in identity.dkim.tokens:
            self.records[f"{token}._domainkey.{name}", "CNAME"] = (f"{token}.dkim.amazonses.com",)
        self.state.identities[name] = identity
        self.ses.check(identity)
        assert identity.verification.status is Status.SUCCESS

    def submission(self, content: bytes, **changes: Any) -> Submission:  # noqa: ANN401  fields of several types
        """Over SMTP from me@example.com to you@example.net unless changed."""
        given: dict[str, Any] = {
            "region": REGION,
            "principal": USER,
            "api": Api.SMTP,
            "reverse_path": "me@example.com",
            "destinations": ("you@example.net",),
            "content": content,
        }
        return Submission(**(given | changes))

    def rule(self, *actions: dict[str, Any], **more: Any) -> None:  # noqa: ANN401  fields of several types
        """One more rule in the active set."""
        rule_set = self.state.rule_sets.setdefault("set", RuleSet("set", self.clock.now()))
        self.state.active_rule_set = "set"
        rule = {
            "Name": f"rule{len(rule_set.rules)}",
            "Enabled": True,
            "TlsPolicy": "Optional",
            "Recipients": ["example.com"],
            "ScanEnabled": True,
            "Actions": list(actions),
        }
        rule_set.rules.append(rule | more)

    def incoming(
        self,
        content: bytes,
        *to: str,
        **more: Any,  # noqa: ANN401  fields of several types
    ) -> Transmission:
        """A mail from a stranger."""
        envelope = Envelope("jane@example.net", to or ("info@example.com",))
        return Transmission(envelope, content, "192.0.2.9", "mx.example.net", **more)

    def pass_time(self, **by: float) -> None:
        """Move the clock and look."""
        self.clock.move(timedelta(**by))
        self.ses.refresh()
        self.ses.settle()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A fresh one, its courier at work."""
    made = Stage()
    made.ses.start()
    yield made
    made.ses.stop()
