"""What SES needs of the rest of AWS, as the lab's SES sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sendas.dns.answers import Answer, Question
from sendas.iam.policy import PolicyDocument
from sendas.ses.regions import Region


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a user with a long-term key, a role's session, or the lab's administrator."""

    account_id: str
    key_id: str
    arn: str
    user: str
    """The IAM user's name; a role session's is ``role/session``."""
    administrator: bool = False
    """The lab's own key: allowed everything, as the root user is."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One access key with its secret, as only IAM knows it."""

    principal: Principal
    secret: str = field(repr=False)
    active: bool = True
    created: datetime | None = None
    session_token: str | None = field(default=None, repr=False)

    @property
    def temporary(self) -> bool:
        """From STS: its id begins with ASIA, and it never works over SMTP (FACTS 2.1)."""
        return self.session_token is not None


class Iam(Protocol):
    """Keys, and the documents that bind their users."""

    def key(self, key_id: str) -> StoredKey | None:
        """The key, whatever its status; None if it never was or is deleted."""

    def policies(self, principal: Principal) -> Sequence[PolicyDocument]:
        """Every document that decides about *principal*: inline, managed, group, boundary."""

    def used(self, key_id: str, service: str, region: Region, now: datetime) -> None:
        """Note a use, for GetAccessKeyLastUsed."""


class Storage(Protocol):
    """S3, as SES writes to it and reads from it."""

    def exists(self, bucket: str) -> bool:
        """Whether the account has the bucket."""

    def policy(self, bucket: str) -> str | None:
        """The bucket policy's JSON text."""

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Store an object; raises LookupError if the bucket is gone."""

    def get(self, bucket: str, key: str) -> bytes:
        """An object's bytes; raises LookupError if there is none."""


class Topics(Protocol):
    """SNS, as SES publishes to it."""

    def exists(self, topic_arn: str) -> bool:
        """Whether the topic is there."""

    def publish(self, topic_arn: str, message: str, subject: str) -> None:
        """Publish; raises LookupError if the topic is gone."""


class Functions(Protocol):
    """Lambda, as the Lambda action calls it."""

    def invocable(self, function_arn: str, source_account: str) -> bool:
        """Whether it exists and its policy lets ses.amazonaws.com invoke it."""

    def invoke(self, function_arn: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        """Run it to the end and give its answer; raises RuntimeError if it failed."""


Resolve = Callable[[Question], Answer]
"""One question to the lab's public DNS, CNAMEs followed."""


class Absent:
    """Stands in for S3, SNS and Lambda where nobody composed them: nothing exists."""

    def exists(self, _name: str) -> bool:
        """Nothing does."""
        return False

    def policy(self, _bucket: str) -> str | None:
        """No bucket, no policy."""
        return None

    def put(self, bucket: str, _key: str, _body: bytes) -> None:
        """There is no bucket."""
        raise LookupError(bucket)

    def get(self, bucket: str, _key: str) -> bytes:
        """There is no bucket."""
        raise LookupError(bucket)

    def publish(self, topic_arn: str, _message: str, _subject: str) -> None:
        """There is no topic."""
        raise LookupError(topic_arn)

    def invocable(self, _function_arn: str, _source_account: str) -> bool:
        """There is no function."""
        return False

    def invoke(self, function_arn: str, _event: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
        """There is no function."""
        raise RuntimeError(function_arn)
