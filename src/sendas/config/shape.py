"""The file's shape for pydantic: which keys there are, and what each may hold.

Imported late, for pydantic takes longer to load than everything else here.
What one key has to do with another is the business of `checks`.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sendas.config import readers


def _read_by(read: Any) -> AfterValidator:  # noqa: ANN401  any of `words`
    def validate(value: str) -> object:
        try:
            return read(value)
        except readers.Wrong as wrong:
            context = {"problem": wrong.problem, "remedy": wrong.remedy}
            raise PydanticCustomError("sendas", "{problem}", context) from wrong  # noqa: EM101  pydantic wants literals

    return AfterValidator(validate)


DomainName: TypeAlias = Annotated[
    str, _read_by(readers.domain_name), Field(json_schema_extra={"format": "idn-hostname"})
]
RegionName: TypeAlias = Annotated[str, _read_by(readers.region_name)]
Address: TypeAlias = Annotated[
    str, _read_by(readers.address), Field(json_schema_extra={"format": "idn-email"})
]
MailboxName: TypeAlias = Annotated[str, _read_by(readers.mailbox_name)]
Holder: TypeAlias = Annotated[str, _read_by(readers.holder)]
OneLine: TypeAlias = Annotated[str, _read_by(readers.one_line)]
Refusal: TypeAlias = Annotated[str, _read_by(readers.refusal)]
Name: TypeAlias = Annotated[str, _read_by(readers.aws_name)]
Arn: TypeAlias = Annotated[str, _read_by(readers.arn)]
ProfileName: TypeAlias = Annotated[str, _read_by(readers.profile_name)]
Label: TypeAlias = Annotated[str, _read_by(readers.label)]
Sender: TypeAlias = Annotated[str, _read_by(readers.sender)]
Network: TypeAlias = Annotated[str, _read_by(readers.network)]
IpAddress: TypeAlias = Annotated[str, _read_by(readers.ip_address)]
HostAndPort: TypeAlias = Annotated[str, _read_by(readers.host_and_port)]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65_535)]
Handling: TypeAlias = Literal["forward", "quarantine", "discard"]
Withholding: TypeAlias = Literal["quarantine", "discard"]


class _Table(BaseModel):
    # Strict: "587" is no number, and 1 is no true.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Reply(_Table):
    """Writing as the mailbox by answering forwarded mail."""

    enabled: bool = Field(default=True, description="Beside another `send`, or in its place.")
    expires_days: int | None = Field(
        default=None, ge=1, le=3650, description="How long an alias can be answered: 365."
    )
    per_hour: int | None = Field(default=None, ge=1, le=100_000, description="Answers: 60.")
    per_day: int | None = Field(default=None, ge=1, le=100_000, description="Answers: 300.")
    automatic: bool = Field(default=False, description="Whether vacation answers go out.")
    scrub: Literal["off", "attribution"] = Field(
        default="off", description="Whether your private address goes from the lines over a quote."
    )


class Mailbox(_Table):
    """An address at the domain, and what becomes of its mail."""

    name: MailboxName = Field(
        description='What stands before the @, with its detail if any ("sales+eu"); "*" takes'
        " what no other mailbox takes."
    )
    to: list[Address] = Field(
        default=[], max_length=50, description="Where its mail goes on to; each gets a copy."
    )
    reject: Refusal | None = Field(
        default=None, description="Refuse its mail with this text, instead of `to`."
    )
    keep: bool = Field(
        default=False,
        description="Leave its mail in the bucket and send it on to nobody, instead of `to`.",
    )
    send: Literal["smtp", "relay", "reply-alias", "none"] = Field(
        default="none",
        description='How you write as it: "smtp" is Gmail\'s "Send mail as" over SES.',
    )
    display_name: OneLine | None = Field(
        default=None, description="What stands before the address in From."
    )
    user: Name | None = Field(
        default=None, description="The IAM user that sends for it, if there is one already."
    )
    held_by: list[Holder] = Field(
        default=[],
        max_length=20,
        description='Who keeps a copy of its SMTP password: "gmail:you@gmail.com" for Gmail\'s'
        ' "Send mail as", any words for another program. If not given: Gmail, of its first `to`.',
    )
    rotation: Literal["prepare", "remind", "off"] = Field(
        default="remind",
        description='What happens by itself when the password is due, at 76 days: "prepare" makes'
        ' and proves the next one and tells you what to type where; "remind" tells you; "off".',
    )
    reply: Reply | None = None


class Dmarc(_Table):
    """What the DMARC record should say at least; a stricter one that stands is kept."""

    policy: Literal["none", "quarantine", "reject"] = Field(
        default="none", description="What receivers shall do with mail that fails."
    )
    reports: list[Address] = Field(default=[], description="Where daily reports go (rua).")


class Reports(_Table):
    """Receivers' reports, taken at the domain itself: `sendas reports` asks them."""

    mailbox: MailboxName = Field(
        default="reports", description="What stands before the @ of the address for them."
    )
    tls: bool = Field(default=True, description="Ask for TLS reports too (_smtp._tls).")


class Verdicts(_Table):
    """What becomes of mail that SES has doubts about."""

    virus: Withholding | None = Field(default=None, description="SES found a virus.")
    spam: Withholding | None = Field(default=None, description="SES takes it for spam.")
    unsure_spam: Handling | None = Field(default=None, description="SES cannot tell.")
    dmarc_reject: Handling | None = Field(
        default=None, description="DMARC fails, and the author's domain asks for refusal."
    )
    dmarc_quarantine: Handling | None = Field(
        default=None, description="DMARC fails, and the author's domain asks for the spam folder."
    )


class Adopted(_Table):
    """What stood before sendas: used as it is, never made, changed or deleted by it."""

    identity: bool = Field(default=False, description="The domain is an SES identity already.")
    configuration_set: Name | None = Field(
        default=None, description="The identity's default configuration set."
    )
    zone_id: Name | None = Field(default=None, description="The Route 53 zone of the records.")
    rule_set: Name | None = Field(default=None, description="The active receipt rule set.")
    rules: list[Name] = Field(default=[], description="Its rules for this domain, in order.")
    bucket: Name | None = Field(default=None, description="Where received mail is stored.")
    prefix: OneLine = Field(default="", description="What the keys of received mail begin with.")
    topic_arn: Arn | None = Field(default=None, description="Who is notified of received mail.")
    function_arn: Arn | None = Field(default=None, description="What forwards mail now.")


class DomainReply(_Table):
    """How the domain's compose addresses look."""

    prefix: MailboxName = Field(
        default="to", description="What the addresses to write to begin with."
    )
    compose: MailboxName = Field(
        default="compose", description="Mail to it goes to whom its subject names."
    )


class DomainTable(_Table):
    """A domain, in one Region of SES."""

    name: DomainName = Field(description="Such as example.com.")
    region: RegionName | None = Field(
        default=None, description="Its Region, if not the one at the top of the file."
    )
    profile: ProfileName | None = Field(
        default=None,
        description="The AWS profile of its account, if not the usual one; --profile wins.",
    )
    dns: Literal["route53", "manual"] = Field(
        default="route53",
        description='"route53": sendas writes the records; "manual": `sendas records` prints'
        " what to paste.",
    )
    password_store: Literal["secrets-manager", "parameter-store"] = Field(
        default="secrets-manager",
        description="Where the mailboxes' SMTP passwords are kept: Secrets Manager is paid by the"
        " secret, Parameter Store costs nothing.",
    )
    receive: bool = Field(default=True, description="Whether SES receives the domain's mail.")
    keep_deleted_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="For so long what is deleted from the mail bucket can be had back.",
    )
    mail_from: OneLine | None = Field(
        default=None,
        description='The custom MAIL FROM domain, or its label: "mail" is mail.example.com.',
    )
    spf: bool = Field(
        default=True, description="Whether the domain's own SPF record shall let SES send."
    )
    notices: Address | None = Field(
        default=None, description="Where you are notified of mail that could not go on."
    )
    forwarding_address: Address | None = Field(
        default=None, description="What stands in From of forwarded mail; no mailbox."
    )
    dmarc: Dmarc | None = None
    reports: Reports | None = None
    verdicts: Verdicts = Verdicts()
    reply: DomainReply = DomainReply()
    mailbox: list[Mailbox] = Field(default=[], description="The addresses at the domain.")
    adopted: Adopted = Adopted()


class Alarms(_Table):
    """Who is told when something breaks."""

    to: list[Address] = Field(default=[], description="Addresses; each confirms once.")


class Limits(_Table):
    """Where forwarding stops."""

    max_message_bytes: int | None = Field(default=None, ge=1024, le=40 * 1024 * 1024)
    max_hops: int | None = Field(default=None, ge=5, le=45)
    max_per_hour: int | None = Field(default=None, ge=1, le=100_000)
    max_per_hour_address: int | None = Field(default=None, ge=1, le=100_000)
    max_per_hour_domain: int | None = Field(default=None, ge=1, le=100_000)
    stop_at_bounce_percent: Annotated[
        float | None, BeforeValidator(lambda v: float(v) if type(v) is int else v)
    ] = Field(default=None, ge=0.1, le=100)


class Watch(_Table):
    """What is remembered of sent mail (`sendas trace`), and the daily look (`sendas watch`)."""

    history: bool = Field(default=True, description="Keep SES's events in the mail bucket.")
    keep_days: int = Field(default=400, ge=1, le=3650, description="For so long.")
    addresses: Literal["whole", "hashed"] = Field(
        default="whole", description='"hashed": addresses can be found, and not read.'
    )
    daily: bool = Field(
        default=True, description="Look at the domain once a day, and tell what changed."
    )
    summary: Literal["never", "weekly", "monthly"] = Field(
        default="never", description="How often to tell what is open, changed or not."
    )
    audit: Literal["monthly", "never"] = Field(
        default="monthly",
        description="Prove by itself that each stored SMTP password works: a login, and a mail to"
        " your own domain.",
    )
    athena: bool = Field(
        default=False,
        description="Make the history a table of Athena, too: for tens of millions of events.",
    )


def _or_false(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [
        {"const": False} if one == {"type": "null"} else one for one in schema["anyOf"]
    ]


Watching: TypeAlias = Annotated[
    Watch | None,
    BeforeValidator(lambda value: None if value is False else value),
    Field(
        json_schema_extra=_or_false,
        description="A table; or `watch = false`, which turns all of it off.",
    ),
]


class RelayNetwork(_Table):
    """Machines that send through the relay without a password."""

    name: Label = Field(description="What names it in logs and tags, such as printer.")
    network: Network = Field(
        description="Such as 192.168.1.0/24; public ones are at most one /24 together."
    )
    senders: list[Sender] = Field(
        min_length=1, max_length=100, description="What it may send as: addresses, *@domain."
    )
    answer: Literal["queued", "after-ses"] = Field(
        default="queued", description="When it hears 250: mail is on disk, or SES took it."
    )


class Relay(_Table):
    """The relay: SMTP in with passwords of our own, SES's API out."""

    host: DomainName = Field(description="The name that clients dial, and of its certificate.")
    region: RegionName | None = Field(default=None, description="Whose SES sends.")
    certificate: OneLine = Field(
        default="", description="The file with the chain, such as certbot's fullchain.pem."
    )
    key: OneLine = Field(default="", description="The file with its key, such as privkey.pem.")
    directory: OneLine = Field(
        default="/var/lib/sendas-relay", description="Where the queue and the passwords lie."
    )
    bucket: Name | None = Field(
        default=None, description="A bucket that several relays share, instead of `directory`."
    )
    queue: Name | None = Field(default=None, description="The SQS queue that goes with it.")
    address: IpAddress = Field(default="", description="Listen there only.")
    proxies: list[Network] = Field(
        default=[],
        max_length=100,
        description="Load balancers, which say with PROXY v2 for whom they stand.",
    )
    starttls: list[Port] = Field(default=[587, 2587], description="Ports with STARTTLS.")
    tls: list[Port] = Field(default=[465], description="Ports where TLS begins at once.")
    network: list[RelayNetwork] = Field(
        default=[], max_length=100, description="Who sends without a password."
    )
    configuration_set: Name | None = Field(
        default=None, description="SES's, if not the default one of the identity."
    )
    notices_from: Address | None = Field(
        default=None, description="From of notices; mailer-daemon@ the first domain."
    )
    alarm_topic: Arn | None = Field(default=None, description="An SNS topic that is told.")
    status: HostAndPort = Field(
        default="127.0.0.1:9587", description="Where /healthz and /metrics are; empty: nowhere."
    )
    give_up_hours: int = Field(default=48, ge=1, le=120, description="How long mail is tried.")
    calls: int = Field(default=20, ge=1, le=200, description="Calls to SES at once.")
    max_message_bytes: int | None = Field(default=None, ge=1024, le=40 * 1024 * 1024)
    max_recipients: int | None = Field(default=None, ge=100, le=10_000)
    max_connections: int | None = Field(default=None, ge=1, le=100_000)
    min_free_disk_bytes: int | None = Field(
        default=None, ge=0, description="With less than that free, mail is refused for now."
    )


class File(_Table):
    """sendas.toml: what you want of your domains.  It holds no secret."""

    region: RegionName | None = Field(
        default=None, description="The Region of every domain that does not name its own."
    )
    permissions_boundary: Name | None = Field(
        default=None, description="The IAM policy that bounds every role and user sendas makes."
    )
    domain: list[DomainTable] = Field(min_length=1, description="Your domains.")
    alarms: Alarms = Alarms()
    limits: Limits = Limits()
    watch: Watching = Watch()
    relay: Relay | None = None
