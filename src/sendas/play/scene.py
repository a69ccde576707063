"""An owner's set-up in the lab, built as the owner builds it: by API calls and DNS records.

`build` makes a healthy one; what `SetUp` leaves out is left out.  Faults are
then played upon it (`sendas.play.faults`).
"""

import json

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sendas_lab.dns import route53
from sendas_lab.dns.internet import PROVIDER_SERVERS
from sendas_lab.dns.zone import txt_value
from sendas_lab.gmail import SendAs, TlsMode
from sendas_lab.recipients import StoredMail
from sendas_lab.world import Lab

from sendas.auth.ses_trace import received_at
from sendas.aws.session import Session
from sendas.ses.regions import Region, feedback_host, inbound_host, smtp_host
from sendas.smtp.password import derive_smtp_password


CORRESPONDENT = "ada@fabrikam.example"
"""Somebody at the Exchange-like server, to write to."""
SMTP_POLICY_NAME = "AmazonSesSendingAccess"
RULE_SET = "inbound"
RULE = "to-s3"
CONFIGURATION_SET = "main"
_OLD_ENOUGH = timedelta(minutes=10)
"""The key's age when the scene begins: past any propagation."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the owner has.  *mail_from* is the label of the custom MAIL FROM domain, or None."""

    domain: str = "example.com"
    region: Region | None = None
    route53: bool = True
    mail_from: str | None = "mail"
    dmarc: str | None = "v=DMARC1; p=none; rua=mailto:dmarc@example.com"
    spf: str | None = "v=spf1 include:amazonses.com ~all"
    production: bool = True
    receiving: bool = True
    configuration_set: bool = True
    local_part: str = "me"
    user: str = "ses-smtp-user"
    gmail: str = "owner@gmail.com"


@dataclass(slots=True)
class Scene:
    """A set-up that stands, and the hands to change it."""

    lab: Lab
    set_up: SetUp
    region: Region
    session: Session
    zone_id: str | None = None
    key_id: str = ""
    secret: str = field(default="", repr=False)
    username: str = ""
    """What the owner types as the SMTP user name; a fault may make it wrong."""
    password: str = field(default="", repr=False)
    """What the owner types as the SMTP password; the same."""
    tokens: tuple[str, ...] = ()
    received_in: str = ""
    """The bucket of whatever else receives now (`sendas.play.receiving_stack`)."""

    # Names --------------------------------------------------------------

    @property
    def domain(self) -> str:
        """The owner's domain."""
        return self.set_up.domain

    @property
    def address(self) -> str:
        """The owner's address at the domain."""
        return f"{self.set_up.local_part}@{self.domain}"

    @property
    def bucket(self) -> str:
        """Where received mail lies."""
        return self.received_in or f"{self.domain.replace('.', '-')}-mail"

    @property
    def mail_from(self) -> str | None:
        """The custom MAIL FROM domain."""
        return f"{self.set_up.mail_from}.{self.domain}" if self.set_up.mail_from else None

    @property
    def smtp_password(self) -> str:
        """The right password for the key, in the scene's Region."""
        return derive_smtp_password(self.secret, region=self.region).value

    # Hands --------------------------------------------------------------

    def call(self, service: str, operation: str, **parameters: object) -> Mapping[str, Any]:
        """One AWS API call as the administrator, in the scene's Region."""
        return self.session.call(service, operation, region=self.region, **parameters)

    def set_record(self, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
        """Put a record set into the domain's zone, wherever that is; TXT plain or quoted."""
        if self.zone_id is None:
            self.lab.dns.provider.zone(self.domain).set(name, record_type, *values, ttl=ttl)
            return
        self._change("UPSERT", name, record_type, _presented(record_type, values), ttl)

    def remove_record(self, name: str, record_type: str) -> None:
        """Take a record set out of the domain's zone, if it is there."""
        if self.zone_id is None:
            self.lab.dns.provider.zone(self.domain).remove(name, record_type)
            return
        listed = self.call("route53", "ListResourceRecordSets", HostedZoneId=self.zone_id)
        for record_set in listed["ResourceRecordSets"]:
            if (record_set["Name"].rstrip("."), record_set["Type"]) == (name, record_type):
                values = tuple(record["Value"] for record in record_set["ResourceRecords"])
                self._change("DELETE", name, record_type, values, record_set["TTL"])

    def remove_value(self, name: str, record_type: str, value: str) -> None:
        """Take one value out of a record set; the others stay."""
        standing = self.values_at(name, record_type)
        left = [held for held in standing if _data(held) != _data(value)]
        if left:
            self.set_record(name, record_type, *left)
        else:
            self.remove_record(name, record_type)

    def values_at(self, name: str, record_type: str) -> tuple[str, ...]:
        """The values of a record set, as the provider holds them; empty if it is not there."""
        if self.zone_id is None:
            held = self.lab.dns.provider.zone(self.domain).data().at(name, record_type)
            return tuple(held.values) if held else ()
        listed = self.call("route53", "ListResourceRecordSets", HostedZoneId=self.zone_id)
        return tuple(
            record["Value"]
            for record_set in listed["ResourceRecordSets"]
            if (record_set["Name"].rstrip("."), record_set["Type"]) == (name, record_type)
            for record in record_set["ResourceRecords"]
        )

    def new_key(self, *, age: timedelta = _OLD_ENOUGH) -> None:
        """Make an access key for the SMTP user, and type what follows from it from here on."""
        made = self.call("iam", "CreateAccessKey", UserName=self.set_up.user)["AccessKey"]
        self.key_id, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        self.username, self.password = self.key_id, self.smtp_password
        self.lab.clock.move(age)

    def stored_mail(self) -> tuple[bytes, ...]:
        """Every received mail in the bucket, oldest first by SES's own time, told in seconds.

        Keys are random, and S3's times are the machine's, which knows of no moved clock.
        """
        self.lab.settle()
        listed = self.call("s3", "ListObjectsV2", Bucket=self.bucket).get("Contents", ())
        keys = [entry["Key"] for entry in listed]
        mails = (
            self.call("s3", "GetObject", Bucket=self.bucket, Key=key)["Body"].read()
            for key in keys
            if not key.endswith("AMAZON_SES_SETUP_NOTIFICATION")
        )
        return tuple(sorted(mails, key=received_at))

    def confirmation_mail(self) -> bytes:
        """The newest mail in the bucket by which Gmail wants the address confirmed.

        Raises:
            LookupError: None has arrived.
        """
        wanted = b"\r\nSubject: Gmail Confirmation - Send Mail as "
        found = [mail for mail in self.stored_mail() if wanted in mail]
        if not found:
            raise LookupError(self.bucket)
        return found[-1]

    def add_to_gmail(
        self,
        *,
        username: str | None = None,
        password: str | None = None,
        host: str | None = None,
        port: int = 587,
        tls: TlsMode = TlsMode.TLS,
    ) -> SendAs:
        """Fill in "Send mail as" with what the owner holds, unless told otherwise, and confirm.

        The code is taken from Gmail itself: reading it out of the confirmation
        mail is what `sendas gmail` does.

        Raises:
            DialogError: Gmail could not log in.
        """
        gmail, account = self.lab.gmail, self.set_up.gmail
        added = gmail.add_send_as(
            account,
            address=self.address,
            name="The Owner",
            host=host or smtp_host(self.region),
            port=port,
            username=username or self.username,
            password=password or self.password,
            tls=tls,
        )
        gmail.confirm(account, self.address, added.code)
        return gmail.send_as(account, self.address)

    def send_from_gmail(self, to: str, subject: str = "Hello", text: str = "Hello.\n") -> str:
        """Write as the domain address in Gmail; everything that follows has happened then."""
        message_id = self.lab.gmail.send(
            self.set_up.gmail, to=to, subject=subject, text=text, sender=self.address
        )
        self.lab.settle()
        return message_id

    def inbox(self) -> tuple[StoredMail, ...]:
        """The owner's Gmail inbox."""
        self.lab.settle()
        return self.lab.gmail.inbox(self.set_up.gmail)

    def _change(
        self, action: str, name: str, record_type: str, values: tuple[str, ...], ttl: int
    ) -> None:
        record_set = {
            "Name": name,
            "Type": record_type,
            "TTL": ttl,
            "ResourceRecords": [{"Value": value} for value in values],
        }
        self.call(
            "route53",
            "ChangeResourceRecordSets",
            HostedZoneId=self.zone_id,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record_set}]},
        )


def _presented(record_type: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if record_type != "TXT":
        return values
    return tuple(v if v.startswith('"') else txt_value(v) for v in values)


def _data(value: str) -> str:
    """A value, however its text is cut into strings and its names are ended."""
    return value.replace('" "', "").strip('"').rstrip(".").lower()


def build(lab: Lab, set_up: SetUp | None = None) -> Scene:
    """Make the set-up: zone, identity, records, user, receiving, mailbox, in that order."""
    wanted = set_up or SetUp()
    scene = Scene(lab, wanted, wanted.region or lab.region, lab.session())
    lab.gmail.open_account(wanted.gmail)
    _make_zone(scene)
    make_identity(scene)
    scene.tokens = dkim_tokens(scene)
    _publish(scene)
    if wanted.production:
        lab.ses.grant_production_access(scene.region)
    lab.ses.refresh()
    _make_user(scene)
    if wanted.receiving:
        _make_receiving(scene)
    lab.ses.refresh()
    return scene


def _make_zone(scene: Scene) -> None:
    lab, domain = scene.lab, scene.domain
    if not scene.set_up.route53:
        lab.dns.provider.zone(domain)
        lab.dns.registry.delegate(domain, PROVIDER_SERVERS)
        return
    made = scene.call(
        "route53", "CreateHostedZone", Name=f"{domain}.", CallerReference=f"lab-{domain}"
    )
    scene.zone_id = made["HostedZone"]["Id"].rpartition("/")[2]
    lab.dns.registry.delegate(domain, route53.servers_of(lab.account_id, scene.zone_id))


def dkim_tokens(scene: Scene, region: Region | None = None) -> tuple[str, ...]:
    """The identity's DKIM tokens in *region*, the scene's own if not given."""
    found = scene.session.call(
        "sesv2", "GetEmailIdentity", region=region or scene.region, EmailIdentity=scene.domain
    )
    return tuple(found["DkimAttributes"]["Tokens"])


def make_identity(scene: Scene) -> None:
    """Create the domain's identity with its MAIL FROM and default configuration set."""
    scene.call("sesv2", "CreateEmailIdentity", EmailIdentity=scene.domain)
    if scene.mail_from:
        scene.call(
            "sesv2",
            "PutEmailIdentityMailFromAttributes",
            EmailIdentity=scene.domain,
            MailFromDomain=scene.mail_from,
            BehaviorOnMxFailure="USE_DEFAULT_VALUE",
        )
    if scene.set_up.configuration_set:
        _make_configuration_set(scene)
        scene.call(
            "sesv2",
            "PutEmailIdentityConfigurationSetAttributes",
            EmailIdentity=scene.domain,
            ConfigurationSetName=CONFIGURATION_SET,
        )


def _make_configuration_set(scene: Scene) -> None:
    listed = scene.call("sesv2", "ListConfigurationSets").get("ConfigurationSets", ())
    if CONFIGURATION_SET not in listed:
        scene.call("sesv2", "CreateConfigurationSet", ConfigurationSetName=CONFIGURATION_SET)


def _publish(scene: Scene) -> None:
    domain, set_up = scene.domain, scene.set_up
    for token in scene.tokens:
        scene.set_record(f"{token}._domainkey.{domain}", "CNAME", f"{token}.dkim.amazonses.com.")
    if set_up.spf:
        scene.set_record(domain, "TXT", set_up.spf)
    if set_up.dmarc:
        scene.set_record(f"_dmarc.{domain}", "TXT", set_up.dmarc)
    if scene.mail_from:
        scene.set_record(scene.mail_from, "MX", f"10 {feedback_host(scene.region)}.")
        scene.set_record(scene.mail_from, "TXT", "v=spf1 include:amazonses.com ~all")
    if set_up.receiving:
        scene.set_record(domain, "MX", f"10 {inbound_host(scene.region)}.")


def _make_user(scene: Scene) -> None:
    user = scene.set_up.user
    scene.call("iam", "CreateUser", UserName=user)
    allow_sending(scene)
    scene.new_key()


def allow_sending(scene: Scene, **statement: object) -> None:
    """Give the SMTP user its policy; *statement* replaces members of the one that is right."""
    right: dict[str, object] = {
        "Effect": "Allow",
        "Action": ["ses:SendRawEmail", "ses:SendEmail"],
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Statement": [right | statement]}
    scene.call(
        "iam",
        "PutUserPolicy",
        UserName=scene.set_up.user,
        PolicyName=SMTP_POLICY_NAME,
        PolicyDocument=json.dumps(document),
    )


def _make_receiving(scene: Scene) -> None:
    where = (
        {}
        if scene.region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": scene.region}}
    )
    scene.call("s3", "CreateBucket", Bucket=scene.bucket, **where)
    scene.call(
        "s3", "PutBucketPolicy", Bucket=scene.bucket, Policy=json.dumps(bucket_policy(scene))
    )
    scene.call("ses", "CreateReceiptRuleSet", RuleSetName=RULE_SET)
    scene.call(
        "ses",
        "CreateReceiptRule",
        RuleSetName=RULE_SET,
        Rule={
            "Name": RULE,
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": [scene.domain],
            "Actions": [{"S3Action": {"BucketName": scene.bucket}}],
        },
    )
    scene.call("ses", "SetActiveReceiptRuleSet", RuleSetName=RULE_SET)


def bucket_policy(scene: Scene) -> dict[str, object]:
    """What lets SES write into the bucket, as the guide has it (FACTS 8.3)."""
    account = scene.lab.account_id
    rule = f"arn:aws:ses:{scene.region}:{account}:receipt-rule-set/{RULE_SET}:receipt-rule/{RULE}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AllowSESPuts",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{scene.bucket}/*",
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": account, "AWS:SourceArn": rule}
                },
            }
        ],
    }


__all__ = ["CORRESPONDENT", "Scene", "SetUp", "allow_sending", "bucket_policy", "build"]
