# ruff: noqa: D102  what each method is, the protocol in sendas.credentials.doors says
"""An AWS account and a clock as data, with calls that fail where a test wants them to."""

import itertools

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sendas.aws.key_writes import NewKey
from sendas.aws.secret import Secret
from sendas.aws.writes import NotDone
from sendas.credentials.doors import Timing
from sendas.credentials.sender import Sender
from sendas.iam.keys import AccessKey
from sendas.iam.lacking import Needs
from sendas.iam.policy import PolicyDocument, Source
from sendas.outcome import NoAnswer, Why
from sendas.ses.identity import Dkim, Identity
from sendas.ses.regions import Region


NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
REGION = Region("us-east-2")
SENDER = Sender("me@example.com", "example.com", REGION, "sendas-me@example.com", "The Owner")
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE"


class Crash(BaseException):
    """The process ends here: no handler may catch it but to clean up."""


@dataclass
class Plan:
    """Which call fails, by number, and how: before it has its effect, or after."""

    at: int = -1
    after_effect: bool = False
    error: Callable[[], BaseException] = lambda: NotDone(NoAnswer(Why.TIMEOUT, "scripted"))
    dead: bool = False
    """Once it has failed, every further call fails too: the process or the network is gone."""
    calls: list[str] = field(default_factory=list)
    failed: bool = False

    def call(self, name: str, effect: Callable[[], object]) -> object:
        """Carry *effect* out, unless this call is to fail."""
        number = len(self.calls)
        self.calls.append(name)
        if self.failed and self.dead:
            raise self.error()
        if number != self.at:
            return effect()
        self.failed = True
        if self.after_effect:
            effect()
        raise self.error()


class FakeAccount:
    """IAM and Secrets Manager as far as the journey uses them; keeps IAM's limit of two keys."""

    def __init__(self) -> None:
        self.plan = Plan()
        self.users: dict[str, dict[str, str]] = {}
        self.boundaries: dict[str, str] = {}
        self.policies: dict[str, dict[str, str]] = {}
        self.keys: dict[str, AccessKey] = {}
        self.secrets_of_keys: dict[str, str] = {}
        self.held: dict[str, Secret] = {}
        self.identities = {"example.com": identity("example.com")}
        self._numbers = itertools.count(1)
        self.now = NOW
        self.denied: tuple[str, ...] = ()

    # Questions

    def account_id(self) -> str:
        return str(self.plan.call("account_id", lambda: "123456789012"))

    def identity(self, name: str) -> Identity | None:
        return self.plan.call("identity", lambda: self.identities.get(name))  # type: ignore[return-value]  any value

    def user_exists(self, user: str) -> bool:
        return bool(self.plan.call("user_exists", lambda: user in self.users))

    def policies_of(self, user: str) -> tuple[PolicyDocument, ...]:
        found = tuple(
            PolicyDocument(name, Source.INLINE, text, user)
            for name, text in self.policies.get(user, {}).items()
        )
        return self.plan.call("policies_of", lambda: found)  # type: ignore[return-value]  the same

    def keys_of(self, user: str) -> tuple[AccessKey, ...]:
        found = tuple(key for key in self.keys.values() if key.user == user)
        return self.plan.call("keys_of", lambda: found)  # type: ignore[return-value]  the same

    def secret(self, name: str) -> Secret | None:
        return self.plan.call("secret", lambda: self.held.get(name))  # type: ignore[return-value]  the same

    # Changes

    def create_user(self, user: str, tags: Mapping[str, str], boundary: str = "") -> None:
        self.plan.call("create_user", lambda: self.users.setdefault(user, dict(tags)))
        self.boundaries[user] = boundary

    def lacking(self, needs: Needs) -> tuple[str, ...]:
        assert needs.rights
        return self.denied

    def put_policy(self, user: str, name: str, document: str) -> None:
        self.plan.call(
            "put_policy", lambda: self.policies.setdefault(user, {}).update({name: document})
        )

    def create_key(self, user: str) -> NewKey:
        return self.plan.call("create_key", lambda: self._new_key(user))  # type: ignore[return-value]  the same

    def _new_key(self, user: str) -> NewKey:
        if sum(key.user == user for key in self.keys.values()) == 2:
            raise NotDone(NoAnswer(Why.THROTTLED, "iam:CreateAccessKey: quota"), "LimitExceeded")
        number = next(self._numbers)
        key_id, secret = f"AKIAIOSFODNN7EXAM{number:03}", f"{SECRET}{number % 10}"
        self.keys[key_id] = AccessKey(key_id, user, active=True, created=self.now)
        self.secrets_of_keys[key_id] = secret
        return NewKey(key_id, secret)

    def delete_key(self, user: str, key_id: str) -> None:
        assert key_id not in self.keys or self.keys[key_id].user == user
        self.plan.call("delete_key", lambda: self.keys.pop(key_id, None))

    def create_secret(self, name: str, description: str, tags: Mapping[str, str]) -> None:
        assert description
        made = Secret(name, None, dict(tags))
        self.plan.call("create_secret", lambda: self.held.setdefault(name, made))

    def restore_secret(self, name: str) -> None:
        self.plan.call("restore_secret", lambda: self._change(name, deleted=False))

    def put_secret(self, name: str, text: str, token: str) -> None:
        assert 32 <= len(token) <= 64  # API reference, PutSecretValue, ClientRequestToken
        self.plan.call("put_secret", lambda: self._change(name, text=text))

    def tag_secret(self, name: str, key: str, value: str) -> None:
        tags = {**self.held[name].tags, key: value}
        self.plan.call("tag_secret", lambda: self._change(name, tags=tags))

    def untag_secret(self, name: str, key: str) -> None:
        tags = {k: v for k, v in self.held[name].tags.items() if k != key}
        self.plan.call("untag_secret", lambda: self._change(name, tags=tags))

    def _change(self, name: str, **fields: object) -> None:
        old = self.held[name]
        values = {"text": old.text, "tags": old.tags, "deleted": old.deleted, **fields}
        self.held[name] = Secret(name, **values)  # type: ignore[arg-type]  any field


def identity(name: str, *, configuration_set: str | None = "main") -> Identity:
    """A verified domain."""
    return Identity(
        name,
        REGION,
        "SUCCESS",
        verified_for_sending=True,
        dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
        configuration_set=configuration_set,
    )


@dataclass
class FakeClock:
    """Time that passes only by sleeping."""

    at: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def timing(self) -> Timing:
        """As the journey wants it."""
        return Timing(lambda: self.at, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
