"""The lab's AWS for contract tests: served for real, with a made-up DNS and outbox."""

import json

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
import pytest

from botocore.config import Config
from sendas_lab.aws.backends import MotoFunctions, MotoIam, MotoStorage, MotoTopics
from sendas_lab.aws.server import AwsServer, new_administrator
from sendas_lab.clock import Clock
from sendas_lab.mail import DeliveryResult, SmtpReply, Transmission
from sendas_lab.ses.ports import StoredKey
from sendas_lab.ses.service import Ses

from sendas.dns.answers import Absent, Answer, Question, Records
from sendas.outcome import NoAnswer
from tests.support.answer_shapes_known import KNOWN
from tests.support.shape_checking import ShapeChecked


REGION = "us-east-2"


@dataclass
class World:
    """One AWS, and what tests put around it."""

    account_id: str
    clock: Clock = field(default_factory=Clock)
    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    outbox: list[Transmission] = field(default_factory=list)
    replies: dict[str, SmtpReply] = field(default_factory=dict)
    clients: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compose, as the lab does."""
        self.administrator: StoredKey = new_administrator(self.account_id)
        now = self.clock.now
        self.ses = Ses(
            self.account_id,
            self.clock,
            self.resolve,
            self.deliver,
            MotoIam(self.account_id, now, self.administrator),
            s3=MotoStorage(self.account_id, now),
            sns=MotoTopics(self.account_id, now),
            functions=MotoFunctions(self.account_id),
        )
        self.aws = AwsServer(self.ses, self.clock, self.administrator)
        self.checked = ShapeChecked(self.aws.answer)
        self.aws.answer = self.checked  # type: ignore[assignment]  # WSGI, as the other is

    def resolve(self, question: Question) -> Answer:
        """The made-up DNS; SES's own records are in it."""
        if question.name in self.silent:
            return NoAnswer(why="timeout", detail="nobody answered")  # type: ignore[arg-type]  # any will do
        everything = {**self.ses.published_records(), **self.records}
        values = everything.get((question.name, str(question.type)))
        if values is not None:
            return Records(values, 300)
        exists = any(
            name == question.name or name.endswith("." + question.name) for name, _ in everything
        )
        return Absent(name_exists=exists, negative_ttl=300)

    def deliver(self, transmission: Transmission) -> tuple[DeliveryResult, ...]:
        """Keep it, and answer as the test said for that recipient."""
        self.outbox.append(transmission)
        return tuple(
            DeliveryResult(to, self.replies.get(to, SmtpReply(250, "2.0.0 OK")), "192.0.2.25")
            for to in transmission.envelope.forward_paths
        )

    def client(self, service: str, region: str = REGION, key: StoredKey | None = None) -> Any:  # noqa: ANN401  boto3's own
        """boto3's client, unmodified but for the address."""
        key = key or self.administrator
        which = (
            service,
            region,
            self.aws.url,
            key.principal.key_id,
            key.secret,
            str(key.session_token),
        )
        if which not in self.clients:
            self.clients[which] = self._new_client(service, region, key)
        return self.clients[which]

    def unchecked(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401  the same
        """A client that sends whatever it is given."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.aws.url,
            aws_access_key_id=self.administrator.principal.key_id,
            aws_secret_access_key=self.administrator.secret,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    def _new_client(self, service: str, region: str, key: StoredKey) -> Any:  # noqa: ANN401  the same
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.aws.url,
            aws_access_key_id=key.principal.key_id,
            aws_secret_access_key=key.secret,
            aws_session_token=key.session_token,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
        )

    def verify(self, domain: str = "example.com", region: str = REGION) -> list[str]:
        """Make a domain identity and publish its three CNAMEs; gives the tokens."""
        made = self.client("sesv2", region).create_email_identity(EmailIdentity=domain)
        tokens: list[str] = made["DkimAttributes"]["Tokens"]
        for token in tokens:
            name = f"{token}._domainkey.{domain}"
            self.records[name, "CNAME"] = (f"{token}.dkim.amazonses.com",)
        return tokens

    def user(self, name: str, *statements: dict[str, Any]) -> StoredKey:
        """An IAM user with an inline policy of those statements, and its key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        found = self.ses.iam.key(made["AccessKeyId"])
        assert found is not None
        return found

    def pass_time(self, **by: float) -> None:
        """Move the clock, as the lab does."""
        self.clock.move(timedelta(**by))
        self.ses.refresh()

    def reset(self) -> None:
        """As new."""
        self.aws.reset()
        self.clock.reset()
        self.records.clear()
        self.silent.clear()
        self.outbox.clear()
        self.replies.clear()


@pytest.fixture(scope="session")
def served() -> Iterator[World]:
    """One server for the whole session."""
    # Not the documentation's account id: the lab of other tests has that one in this process.
    world = World("111122223333")
    world.aws.start()
    world.ses.start()
    yield world
    world.aws.stop()
    world.ses.stop()


@pytest.fixture
def world(served: World) -> Iterator[World]:
    """The server, with nothing in it."""
    served.reset()
    served.checked.found.clear()
    yield served
    served.ses.settle()
    assert set() == served.checked.found - set(KNOWN), "answers that are not of botocore's shapes"
