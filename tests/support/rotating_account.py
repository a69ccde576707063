# ruff: noqa: D102  what each method is, the protocol in sendas.credentials.doors says
"""A world in which a credential rotates: AWS, SMTP, the bucket and people, as data.

Secrets Manager's rules are those of its API reference: a version per token, the
first version is AWSCURRENT whatever was asked, AWSPREVIOUS follows AWSCURRENT.
"""

import itertools

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sending_account import NOW, REGION, SENDER, FakeAccount, FakeClock

from sendas.aws.key_writes import NewKey
from sendas.aws.mail_objects import MailObject
from sendas.aws.secret import Secret, StagedSecret, Version
from sendas.aws.writes import NotDone
from sendas.credentials.decide.claim import is_claim
from sendas.credentials.decide.credential import StoredCredential, stored_in
from sendas.credentials.decide.holders import Holder, parse_holder
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.decide.rotation.state import once_address
from sendas.credentials.looking import Subject
from sendas.credentials.rotate import Doors, RunOptions
from sendas.history.line import Line, Stream, stamp_of
from sendas.iam.keys import AccessKey
from sendas.mail.address import Address
from sendas.mail.canary import CANARY
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action
from sendas.smtp.password import derive_smtp_password
from sendas.smtp.probe import Outcome, Probe, Reply
from sendas.smtp.probe import Stage as Smtp
from sendas.smtp.session import Credential, TestMessage


ME = Address(SENDER.address)
OWN = replace(SENDER, address=ME)
RULES = RuleSet(
    "main", (ReceiptRule("r", enabled=True, recipients=(), actions=(S3Action("mail", ""),)),)
)


@dataclass
class _Kept:
    """One secret."""

    tags: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


class RotatingAccount(FakeAccount):
    """The account, with versions and labels; counts the most credentials there ever were."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, _Kept] = {}
        self.most = 0

    # Secrets Manager

    def secret(self, name: str) -> Secret | None:
        def answer() -> Secret | None:
            kept = self.kept.get(name)
            if kept is None:
                return None
            current = kept.labels.get("AWSCURRENT", "")
            return Secret(name, kept.versions.get(current), dict(kept.tags))

        return self.plan.call("secret", answer)  # type: ignore[return-value]  any value

    def staged_secret(self, name: str) -> StagedSecret | None:
        def answer() -> StagedSecret | None:
            kept = self.kept.get(name)
            if kept is None:
                return None
            versions = {
                stage: Version(one, kept.versions[one]) for stage, one in kept.labels.items()
            }
            return StagedSecret(name, versions, dict(kept.tags))  # type: ignore[arg-type]  a StrEnum's words

        return self.plan.call("staged_secret", answer)  # type: ignore[return-value]  the same

    def create_secret(self, name: str, description: str, tags: Mapping[str, str]) -> None:
        assert description
        self.plan.call("create_secret", lambda: self.kept.setdefault(name, _Kept(dict(tags))))

    def put_secret(self, name: str, text: str, token: str) -> None:
        self.plan.call("put_secret", lambda: self._put(name, text, token, "AWSCURRENT"))

    def stage_secret(self, name: str, text: str, token: str, stage: str) -> bool:
        return bool(self.plan.call("stage_secret", lambda: self._put(name, text, token, stage)))

    def _put(self, name: str, text: str, token: str, stage: str) -> bool:
        assert 32 <= len(token) <= 64
        kept = self.kept[name]
        if token in kept.versions:
            return kept.versions[token] == text
        first = not kept.versions
        kept.versions[token] = text
        for one in {stage, "AWSCURRENT"} if first else {stage}:
            self._label(kept, one, token)
        return True

    @staticmethod
    def _label(kept: _Kept, stage: str, version: str) -> None:
        if stage == "AWSCURRENT" and stage in kept.labels:
            kept.labels["AWSPREVIOUS"] = kept.labels[stage]
        kept.labels[stage] = version

    def move_stage(self, name: str, stage: str, from_id: str, to_id: str) -> None:
        def move() -> None:
            kept = self.kept[name]
            held = kept.labels.get(stage, "")
            if held not in {from_id, to_id} or (from_id and held != from_id):
                raise NotDone(NoAnswer(Why.REFUSED, "label"), "InvalidParameterException")
            if not to_id:
                assert stage != "AWSCURRENT"
                kept.labels.pop(stage, None)
            else:
                self._label(kept, stage, to_id)

        self.plan.call("move_stage", move)

    def tag_secret(self, name: str, key: str, value: str) -> None:
        assert len(value) <= 256
        self.plan.call("tag_secret", lambda: self.kept[name].tags.update({key: value}))

    def untag_secret(self, name: str, key: str) -> None:
        self.plan.call("untag_secret", lambda: self.kept[name].tags.pop(key, None))

    # IAM

    def create_key(self, user: str) -> NewKey:
        return self.plan.call("create_key", lambda: self._new_key(user))  # type: ignore[return-value]  any value

    def _new_key(self, user: str) -> NewKey:
        assert user in self.users
        made = super()._new_key(user)
        self.most = max(self.most, len(self.keys))
        return made

    def owner_of(self, key_id: str) -> str | None:
        key = self.keys.get(key_id)
        return self.plan.call("owner_of", lambda: key.user if key else None)  # type: ignore[return-value]  the same

    def set_key_active(self, user: str, key_id: str, *, active: bool) -> None:
        def change() -> None:
            if key_id not in self.keys:
                raise NotDone(NoAnswer(Why.REFUSED, "gone"), "NoSuchEntity")
            assert self.keys[key_id].user == user
            self.keys[key_id] = replace(self.keys[key_id], active=active)

        self.plan.call("set_key_active", change)

    def secret_for(self, key_id: str) -> None:
        """No key's secret is at hand."""

    # For tests

    def held_at(self, stage: str) -> StoredCredential | None:
        """What lies at a stage, without a call."""
        kept = self.kept.get(SENDER.secret)
        text = kept.versions.get(kept.labels.get(stage, "")) if kept else None
        return stored_in(text, SENDER.secret)

    def works(self, username: str, password: str) -> AccessKey | None:
        """The key, if SES would let it log in."""
        key = self.keys.get(username)
        if key is None or not key.active:
            return None
        right = derive_smtp_password(self.secrets_of_keys[username], region=REGION).value
        return key if right == password else None


@dataclass
class Person:
    """A holder with a copy, who writes mail; *sent* and *lost* are counted."""

    holder: Holder
    username: str = ""
    password: str = ""
    sent: int = 0
    lost: int = 0


class World:
    """The account, its SMTP server and bucket, the clock, and who sends."""

    def __init__(self, *names: str, found: str = "") -> None:
        self.account = RotatingAccount()
        self.clock = FakeClock()
        self.pair = pair_of(ME, found)
        holders = tuple(parse_holder(name) for name in names or ("gmail:owner@gmail.com",))
        self.people = [Person(holder) for holder in holders]
        self.holders = holders
        self.lines: list[Line] | NoAnswer = []
        self.mails: list[tuple[MailObject, bytes]] = []
        self.propagation = timedelta(0)
        self.lost_canaries = 0
        self.silent_after_login = False
        self.dialled: list[str] = []
        self.said: list[str] = []
        self._numbers = itertools.count(1)

    # Doors

    def doors(self) -> Doors:
        return Doors(self.account, self, self.dial, self.clock.timing())  # type: ignore[arg-type]  the parts that are used

    def options(self) -> RunOptions:
        return RunOptions(lambda: f"{next(self._numbers):032x}", self.said.append)

    def subject(self) -> Subject:
        return Subject(OWN, self.pair, self.holders, lambda _, __: self.known())

    def known(self) -> Seen[tuple[Line, ...]]:
        """What the history tells."""
        return self.lines if isinstance(self.lines, NoAnswer) else tuple(self.lines)

    def dial(
        self, host: str, port: int, credential: Credential, send: TestMessage | None = None
    ) -> Probe:
        return self.account.plan.call(  # type: ignore[return-value]  any value
            "dial", lambda: self._dial(host, port, credential, send)
        )

    def _dial(
        self, host: str, port: int, credential: Credential, send: TestMessage | None
    ) -> Probe:
        self.dialled.append(credential.username)
        key = self.account.works(credential.username, credential.password)
        young = key and key.created and self.clock.at - key.created < self.propagation
        if key is None or young:
            reply = Reply(535, ("Authentication Credentials Invalid",))
            return _probe(host, port, credential, Outcome.REFUSED, Smtp.AUTH, reply)
        if send is None:
            reply = Reply(235, ("Authentication successful.",))
            return _probe(host, port, credential, Outcome.ACCEPTED, Smtp.AUTH, reply)
        if self.silent_after_login:
            return _probe(host, port, credential, Outcome.TIMED_OUT, Smtp.SEND, None)
        self._take(key.user, send.forward_path, send.content)
        reply = Reply(250, ("Ok",))
        return _probe(host, port, credential, Outcome.SENT, Smtp.SEND, reply)

    def _take(self, user: str, recipient: str, content: bytes) -> None:
        canary = CANARY.encode() in content
        self.line(user, recipient, stream=Stream.CANARY if canary else Stream.OWN)
        if canary and self.lost_canaries:
            self.lost_canaries -= 1
            return
        self.mails.append((MailObject("mail", f"m{next(self._numbers)}", self.clock.at, 1),
                           received(recipient, content)))  # fmt: skip

    def line(
        self, user: str, recipient: str, *, stream: str = Stream.OWN, message_id: str = ""
    ) -> None:
        """SES's Send event, as the history keeps it."""
        at = stamp_of(self.clock.at)
        if not isinstance(self.lines, NoAnswer):
            self.lines.append(
                Line(f"l{len(self.lines)}", at, "send", f"m{len(self.lines)}", at, ME, recipient,
                     stream, message_id, credential=user, source_ip="192.0.2.9",
                     user_agent="Postfix")
            )  # fmt: skip

    def active_rule_set(self) -> RuleSet:
        return self.account.plan.call("active_rule_set", lambda: RULES)  # type: ignore[return-value]  the same

    def mails_since(self, bucket: str, prefix: str, since: datetime) -> tuple[MailObject, ...]:
        assert (bucket, prefix) == ("mail", "")
        found = tuple(m for m, _ in reversed(self.mails) if m.stored >= since)
        return self.account.plan.call("mails_since", lambda: found)  # type: ignore[return-value]  the same

    def read_mail(self, mail: MailObject, max_bytes: int) -> bytes | None:
        raw = next(raw for one, raw in self.mails if one == mail)
        return self.account.plan.call("read_mail", lambda: raw[:max_bytes])  # type: ignore[return-value]  the same

    def delete_mail(self, mail: MailObject) -> None:
        def gone() -> None:
            self.mails = [one for one in self.mails if one[0] != mail]

        self.account.plan.call("delete_mail", gone)

    def told_secrets(self, *texts: str) -> list[str]:
        """Secrets that stand in *texts*, or in what sendas said, tagged or claimed."""
        kept = self.account.kept.get(SENDER.secret)
        tags = list(kept.tags.items()) if kept else []
        claims = [text for text in (kept.versions.values() if kept else ()) if is_claim(text)]
        everything = "\n".join((*texts, *self.said, repr(tags), *claims))
        secrets = list(self.account.secrets_of_keys.values())
        passwords = [derive_smtp_password(one, region=REGION).value for one in secrets]
        return [one for one in (*secrets, *passwords) if one in everything]

    # What people do; none of it is a call of ours

    def pass_time(self, **by: float) -> None:
        self.clock.at += timedelta(**by)
        self.account.now = self.clock.at

    def everybody_writes(self, *, once: bool = False) -> None:
        """Each holder sends a mail with its copy; SES takes it or it is lost."""
        for person in self.people:
            self.write(person, once=once)

    def write(self, person: Person, *, once: bool = False) -> bool:
        person.sent += 1
        key = self.account.works(person.username, person.password)
        if key is None:
            person.lost += 1
            return False
        message_id = "<CA+x@mail.gmail.com>" if person.holder.is_gmail else "<1@shop.example>"
        to = once_address(ME, key.key_id, person.holder) if once else Address("jane@example.net")
        self.line(key.user, to, message_id=message_id)
        return True

    def adopt(self, person: Person) -> None:
        """Type in what is current."""
        held = self.account.held_at("AWSCURRENT")
        assert held is not None
        person.username, person.password = held.username, held.password

    def existing(self, user: str, *, stored: bool = True, age_days: int = 80) -> AccessKey:
        """A credential that stands: made long ago, and everybody has it."""
        self.account.users.setdefault(user, {})
        if user in {self.pair.first, self.pair.second}:
            self.account.policies.setdefault(user, {})
        made = self.account._new_key(user)  # noqa: SLF001  not a call of ours
        key = replace(
            self.account.keys[made.key_id], created=self.clock.at - timedelta(days=age_days)
        )
        self.account.keys[made.key_id] = key
        password = derive_smtp_password(made.secret, region=REGION).value
        if stored:
            kept = self.account.kept.setdefault(SENDER.secret, _Kept({}))
            held = StoredCredential(ME, REGION, made.key_id, password)
            token = f"{len(kept.versions):032x}"
            self.account._put(SENDER.secret, held.dump(), token, "AWSCURRENT")  # noqa: SLF001  the same
        for person in self.people:
            person.username, person.password = made.key_id, password
        return key


def _probe(
    host: str,
    port: int,
    credential: Credential,
    outcome: Outcome,
    stage: Smtp,
    reply: Reply | None,
) -> Probe:
    return Probe(
        host, port, implicit_tls=False, username=credential.username, outcome=outcome,
        stage=stage, reply=reply, steps=(),
    )  # fmt: skip


def received(recipient: str, content: bytes) -> bytes:
    """What SES stores of a mail that it sent itself: its lines on top (FACTS 8.2)."""
    host = "e226-31.smtp-out.us-east-2.amazonses.com"
    identity = "010f019abcdef012-01234567-89ab-cdef-0123-456789abcdef-000000"
    head = (
        f"Return-Path: <{identity}@mail.example.com>\r\n"
        f"Received: from {host} ({host} [192.0.2.1])\r\n"
        " by inbound-smtp.us-east-2.amazonaws.com with SMTP id x1\r\n"
        f" for {recipient};\r\n Sun, 22 Nov 2026 05:00:00 +0000\r\n"
        "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: PASS\r\n"
        "Authentication-Results: amazonses.com; dkim=pass header.i=@amazonses.com;"
        " dkim=pass header.i=@example.com; spf=pass"
        f" smtp.mailfrom={identity}@mail.example.com; dmarc=pass header.from=example.com\r\n"
        "X-SES-RECEIPT: x\r\n"
        f"Message-ID: <{identity}@us-east-2.amazonses.com>\r\n"
    )
    return head.encode() + content.replace(b"Message-ID", b"X-Message-ID")


__all__ = ["ME", "NOW", "Person", "RotatingAccount", "World"]
