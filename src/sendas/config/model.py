"""What the owner wants, as `load` hands it out: valid, whole, and free of secrets.

Names of domains are lower-case A-labels, local-parts lower case (SES's receipt
rules compare them so), addresses as written but for their domain.  A field that
is None was not given: whoever acts on it has the default.
"""

import hashlib
import re

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from sendas.auth.dmarc import Policy as DmarcPolicy
from sendas.config.networks import IpNetwork, TrustedNetwork
from sendas.errors import UsageError
from sendas.mail.address import Address
from sendas.mail.domain import Domain
from sendas.ses.regions import Region


CATCH_ALL = "*"
"""The mailbox that takes what no other takes."""

_MAX_USER_NAME = 64
"""Characters in the name of an IAM user (IAM guide, "IAM and STS quotas")."""


_FORWARDERS = ("forwarded", "forwarder", "sendas-forwarder")
"""Local-parts for From of forwarded mail: the first that is no mailbox."""


class UnknownDomain(UsageError):
    """The file does not speak of that domain."""


class UnknownMailbox(UsageError):
    """The domain has no mailbox of that name."""


class DnsProvider(StrEnum):
    """Who holds the domain's zone, and so who writes the records."""

    ROUTE53 = "route53"
    """Route 53, in the same account: sendas writes them."""
    MANUAL = "manual"
    """Somebody else: `sendas records` prints what to paste."""


class PasswordStore(StrEnum):
    """Where the SMTP passwords of a domain's mailboxes are kept."""

    SECRETS_MANAGER = "secrets-manager"
    """AWS Secrets Manager: paid by the secret; what is deleted can be restored for days."""
    PARAMETER_STORE = "parameter-store"
    """Systems Manager Parameter Store: costs nothing; what is deleted is gone."""

    @property
    def service(self) -> str:
        """What AWS calls it."""
        return self.value.replace("-", " ").title()


class SendWay(StrEnum):
    """How the owner writes as a mailbox."""

    SMTP = "smtp"
    """Gmail's "Send mail as" over SES SMTP, with an IAM user of the mailbox's own."""
    RELAY = "relay"
    """"Send mail as" over our relay, with a password of ours."""
    REPLY_ALIAS = "reply-alias"
    """By answering, or by writing to a compose address; no settings in Gmail."""
    NONE = "none"
    """It only receives."""


class Rotation(StrEnum):
    """What happens by itself, once a day, when a mailbox's SMTP password is due."""

    PREPARE = "prepare"
    """The new one is made and proven; the owner is told what to type where."""
    REMIND = "remind"
    """The owner is told that it is due."""
    OFF = "off"
    """Nothing."""


class Handling(StrEnum):
    """What becomes of received mail that SES has doubts about; the words of the routes."""

    FORWARD = "forward"
    QUARANTINE = "quarantine"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Reply:
    """Writing as a mailbox by answering: what is not given has `sendas.forward`'s default."""

    enabled: bool = True
    expires_days: int | None = None
    """How long an alias is answerable."""
    per_hour: int | None = None
    per_day: int | None = None
    automatic: bool = False
    """Whether vacation answers go out."""
    scrub: str = "off"
    """``off``, or ``attribution``: the private address in the lines over a quote."""


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """What the addresses to write to are called, at one domain."""

    prefix: str = "to"
    """What compose aliases begin with."""
    compose: str = "compose"
    """The local-part that sends to whom a mail's subject names."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address at the domain, or `CATCH_ALL`.

    Exactly one of three becomes of its mail: it goes to each of *targets*; it is
    refused with the text *reject*; or *keep* is set, and it stays in the bucket,
    sent on to nobody.  At a domain that does not receive, none of the three.
    """

    name: str
    """The local-part, lower case, with its detail if it has one: ``sales+eu``."""
    targets: tuple[Address, ...] = ()
    reject: str | None = None
    keep: bool = False
    send: SendWay = SendWay.NONE
    display_name: str | None = None
    """What stands before the address in From."""
    user: str | None = None
    """The IAM user that sends for it, if that stood before sendas; see `user_of`."""
    held_by: tuple[str, ...] = ()
    """Who keeps a copy of its SMTP password, or has one of the relay's.

    ``gmail:you@gmail.com``, or words: ``printer in the hall``.
    """
    rotation: Rotation = Rotation.REMIND
    reply: Reply | None = None

    @property
    def answers(self) -> bool:
        """Whether its owners write as it by answering forwarded mail."""
        wished = self.reply is None or self.reply.enabled
        return wished and (self.reply is not None or self.send is SendWay.REPLY_ALIAS)

    @property
    def is_catch_all(self) -> bool:
        """Whether it is no address of its own."""
        return self.name == CATCH_ALL


@dataclass(frozen=True, slots=True)
class Dmarc:
    """What the domain's DMARC record should say at least; a stricter one that stands is kept."""

    policy: DmarcPolicy = DmarcPolicy.NONE
    reports: tuple[Address, ...] = ()
    """Addresses for aggregate reports (``rua=mailto:``)."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Receivers' reports come to an address at the domain itself, and are read there."""

    mailbox: str = "reports"
    """Its local-part; no mailbox: nothing of its mail goes on to anybody."""
    tls: bool = True
    """Whether TLS reports are asked for as well."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What becomes of mail by SES's verdicts; the words of `sendas.forward.routes.Policy`."""

    virus: Handling | None = None
    spam: Handling | None = None
    unsure_spam: Handling | None = None
    dmarc_reject: Handling | None = None
    dmarc_quarantine: Handling | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Where forwarding stops; the words of `sendas.forward.routes.Limits`."""

    max_message_bytes: int | None = None
    max_hops: int | None = None
    max_per_hour: int | None = None
    stop_at_bounce_percent: float | None = None
    max_per_hour_address: int | None = None
    max_per_hour_domain: int | None = None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What stood before sendas: used as it is, never made, changed or deleted by it.

    Names, or ARNs where AWS has no name.  All None at a domain that sendas set up.
    """

    identity: bool = False
    configuration_set: str | None = None
    zone_id: str | None = None
    """Of the Route 53 zone that holds the domain's records."""
    rule_set: str | None = None
    rules: tuple[str, ...] = ()
    """Of *rule_set*, those that match the domain, in order."""
    bucket: str | None = None
    prefix: str = ""
    """What the keys of received mail begin with."""
    topic_arn: str | None = None
    function_arn: str | None = None
    """The forwarder that runs now."""

    @property
    def receiving(self) -> bool:
        """Whether mail was received before sendas, by rules that stay as they are."""
        return bool(self.rules)

    @property
    def notifies(self) -> bool:
        """Whether the identity, without a configuration set, tells of sent mail by itself."""
        return self.identity and self.configuration_set is None


@dataclass(frozen=True, slots=True)
class ConfiguredDomain:
    """One domain in one Region."""

    name: Domain
    region: Region
    mailboxes: tuple[Mailbox, ...]
    profile: str | None = None
    """The AWS profile of its account; None: the one that --profile or the environment says."""
    dns: DnsProvider = DnsProvider.ROUTE53
    receive: bool = True
    """Whether SES takes in its mail, so that its MX names SES."""
    keep_deleted_days: int | None = None
    """How long the mail bucket keeps what was deleted or overwritten; None: not at all."""
    mail_from: str | None = None
    """The custom MAIL FROM domain, whole: ``mail.example.com``.  None: amazonses.com's."""
    spf: bool = True
    """Whether the domain's own SPF record shall let SES send; that of MAIL FROM always does."""
    dmarc: Dmarc | None = None
    """None: the record, or its absence, is not ours to touch."""
    reports: Reports | None = None
    """None: no address for reports is received; those of *dmarc* may be elsewhere."""
    reports_about: tuple[Domain, ...] = ()
    """Domains elsewhere in the file whose DMARC reports come to an address at this one."""
    verdicts: Verdicts = field(default_factory=Verdicts)
    notices: Address | None = None
    """Where the owner is notified of mail that could not be forwarded; outside our domains."""
    reply: ReplyWords = field(default_factory=ReplyWords)
    forwarding_address: str = ""
    """What stands in From of forwarded mail: an address at the domain that is no mailbox."""
    adopted: Adopted = field(default_factory=Adopted)
    permissions_boundary: str | None = None
    """The name of the managed policy that bounds every role and user that sendas makes."""
    password_store: PasswordStore = PasswordStore.SECRETS_MANAGER

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox of a local-part or of an address at this domain, case aside.

        Raises:
            MalformedAddress: It has an ``@``, and is no address.
            UnknownMailbox: None of that very name; a catch-all takes mail, but is no address.
        """
        wanted = name.lower()
        if "@" in name:
            address = Address(name)
            wanted = address.local_part.lower() if address.domain == self.name else address
        for mailbox in self.mailboxes:
            if mailbox.name == wanted:
                return mailbox
        known = ", ".join(mailbox.name for mailbox in self.mailboxes)
        msg = f"{name!r} is no mailbox of {self.name} in the file; there are {known or 'none'}"
        raise UnknownMailbox(msg)

    def address_of(self, mailbox: Mailbox) -> Address:
        """The mailbox as an address."""
        return Address(f"{mailbox.name}@{self.name}")

    @property
    def report_address(self) -> Address | None:
        """Where receivers send their reports, if the domain takes them itself."""
        return Address(f"{self.reports.mailbox}@{self.name}") if self.reports else None

    def user_of(self, mailbox: Mailbox) -> str:
        """The IAM user that sends for *mailbox*: the one named in the file, or our name for it."""
        return mailbox.user or user_name(self.address_of(mailbox))

    @property
    def answers(self) -> bool:
        """Whether any mailbox is written as by answering, so that aliases are signed."""
        return self.forwards and any(mailbox.answers for mailbox in self.mailboxes)

    @property
    def targets(self) -> tuple[Address, ...]:
        """Everybody whom mail goes on to, each once."""
        targets = (target for mailbox in self.mailboxes for target in mailbox.targets)
        return tuple({target.lower(): target for target in targets}.values())

    @property
    def forwards(self) -> bool:
        """Whether any mailbox has targets, so that a forwarder is needed."""
        return self.receive and bool(self.targets)


def user_name(address: str, mark: str = "") -> str:
    """Our name for an IAM user that sends as *address*; *mark* tells several apart.

    IAM allows letters, digits and ``+=,.@_-``, at most 64 of them, and
    compares names without case (IAM API, CreateUser).
    """
    wanted = f"sendas-{address}"
    plain = re.sub(r"[^A-Za-z0-9+=,.@_-]", "-", wanted)
    room = _MAX_USER_NAME - len(mark)
    if plain == wanted and len(plain) <= room:
        return f"{plain}{mark}"
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    return f"{plain[: room - 9]}-{digest}{mark}"


def default_forwarding_address(domain: str, mailboxes: tuple[Mailbox, ...]) -> str:
    """What stands in From of forwarded mail unless the file says otherwise."""
    taken = {mailbox.name for mailbox in mailboxes}
    local = next((local for local in _FORWARDERS if local not in taken), _FORWARDERS[-1])
    return f"{local}@{domain}"


def default_notices(mailboxes: tuple[Mailbox, ...], alarms: tuple[Address, ...]) -> Address | None:
    """Where the owner is told unless the file says otherwise: the first target of all."""
    targets = (target for mailbox in mailboxes for target in mailbox.targets)
    return next(targets, None) or next(iter(alarms), None)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of sent mail, for how long, and whether somebody looks by himself."""

    history: bool = True
    keep_days: int = 400
    hash_addresses: bool = False
    """Whether addresses are remembered as hashes: to be found, not to be read."""
    daily: bool = True
    """Whether a function looks once a day, and tells what changed."""
    summary: str = "never"
    """How often it tells what is open, changed or not: never, weekly, monthly."""
    audits: bool = True
    """Whether it proves once a month that each stored SMTP password works."""
    athena: bool = False
    """Whether the history is a table of Athena, too: for more than one machine holds."""
    off: bool = False
    """Whether nothing is watched at all; no alarms either, unless the file says who hears them."""

    @classmethod
    def none(cls) -> Self:
        """Nothing of it: ``watch = false``."""
        return cls(history=False, daily=False, audits=False, off=True)


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay that takes mail with passwords of our own (`sendas relay`).

    *host* is the name in its certificate, which clients dial; *starttls* and *tls* are the
    ports where TLS is begun by command and at once.  *give_up_hours* is how long mail is
    tried.  *status* is where ``/healthz`` and ``/metrics`` are, empty for nowhere.
    *bucket* and *queue*, of S3 and SQS, hold what several relays share; else it is in
    *directory*.  Only *proxies* are asked for whom they stand (PROXY protocol).
    """

    host: Domain
    region: Region
    certificate: str = ""
    key: str = ""
    directory: str = "/var/lib/sendas-relay"
    bucket: str = ""
    queue: str = ""
    address: str = ""
    """Of this machine, to listen at; empty for all of them."""
    proxies: tuple[IpNetwork, ...] = ()
    starttls: tuple[int, ...] = (587, 2587)
    tls: tuple[int, ...] = (465,)
    networks: tuple[TrustedNetwork, ...] = ()
    configuration_set: str = ""
    notices_from: str = ""
    """What stands in From of a notice that a mail did not go out."""
    alarm_topic: str = ""
    status: str = "127.0.0.1:9587"
    give_up_hours: int = 48
    calls: int = 20
    """To SES at once."""
    max_message_bytes: int | None = None
    max_recipients: int | None = None
    max_connections: int | None = None
    min_free_disk_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All of `sendas.toml`; *warnings* are what it says that may not be meant."""

    domains: tuple[ConfiguredDomain, ...]
    alarms: tuple[Address, ...] = ()
    """Who is told when something breaks, by address."""
    limits: Limits = field(default_factory=Limits)
    watch: Watch = field(default_factory=Watch)
    relay: Relay | None = None
    warnings: tuple[str, ...] = ()

    def domain(self, name: str | None = None) -> ConfiguredDomain:
        """The domain called *name*, or the only one.

        Raises:
            UnknownDomain: Not in the file, or none was named and there are several.
            MalformedDomain: *name* is none.
        """
        known = ", ".join(domain.name for domain in self.domains)
        if name is None:
            if len(self.domains) == 1:
                return self.domains[0]
            msg = f"the file speaks of several domains ({known}); name one"
            raise UnknownDomain(msg)
        wanted = Domain(name)
        for domain in self.domains:
            if domain.name == wanted:
                return domain
        msg = f"the file does not speak of {name!r}; it speaks of {known}"
        raise UnknownDomain(msg)
