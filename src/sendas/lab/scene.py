"""A set-up as an owner makes one, by the calls an owner makes: the stage every fault is played on.

`healthy` builds a domain that sends and receives as it should.  Nothing here
reaches into the lab's insides: whatever an owner does through AWS is done
through the lab's AWS, and what only AWS's staff can do (granting production
access) is asked of the lab by name.
"""

import json
import smtplib

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from sendas.ses.regions import Region, feedback_host, inbound_host, parse_region, smtp_host
from sendas.smtp.password import derive_smtp_password


if TYPE_CHECKING:
    from sendas.lab.world import Lab


OTHER_PROVIDER = "other"
ROUTE53 = "route53"

SPF_FOR_SES = "v=spf1 include:amazonses.com ~all"
SMTP_PORT = 587


@dataclass(slots=True)
class Scene:
    """One domain in one Region, and everything that was made for it."""

    lab: "Lab"
    domain: str
    region: Region
    dns: str
    mailbox: str
    iam_user: str
    smtp_username: str = ""
    secret_access_key: str = field(default="", repr=False)
    dkim_tokens: tuple[str, ...] = ()
    mail_from: str | None = None
    bucket: str = ""
    rule_set: str = ""
    zone_id: str = ""

    @property
    def smtp_password(self) -> str:
        """The right password for this Region."""
        return derive_smtp_password(self.secret_access_key, region=self.region).value

    @property
    def address(self) -> str:
        """The address the owner writes as."""
        return f"hello@{self.domain}"

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401  boto3's own
        """An AWS client of the owner's administrator, in this Region unless said."""
        return self.lab.client(service, region or self.region)

    def set_record(self, name: str, record_type: str, *values: str, ttl: int = 300) -> None:
        """Publish exactly *values* there, at the owner's DNS provider; TXT without quotes."""
        if self.dns == OTHER_PROVIDER:
            self.lab.dns.provider.zone(self.domain).set(name, record_type, *values, ttl=ttl)
            return
        self._change("UPSERT", _record_set(name, record_type, values, ttl))

    def remove_record(self, name: str, record_type: str) -> None:
        """Take the record set away, if it is there."""
        if self.dns == OTHER_PROVIDER:
            self.lab.dns.provider.zone(self.domain).remove(name, record_type)
            return
        for found in self._record_sets():
            if found["Name"] == f"{name}." and found["Type"] == record_type:
                self._change("DELETE", found)

    def records(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """What the owner's provider holds for the domain."""
        if self.dns == OTHER_PROVIDER:
            held = self.lab.dns.provider.zone(self.domain).data().record_sets
            return {key: found.values for key, found in held.items()}
        return {
            (found["Name"].rstrip("."), found["Type"]): tuple(
                record["Value"] for record in found["ResourceRecords"]
            )
            for found in self._record_sets()
        }

    def send_smtp(
        self, *, to: str, subject: str, sender: str = "", password: str | None = None
    ) -> None:
        """Submit a mail over SES SMTP as any client would; raises what smtplib raises."""
        message = EmailMessage()
        message["From"] = sender or self.address
        message["To"] = to
        message["Subject"] = subject
        message.set_content("hello\n")
        name = smtp_host(self.region)
        host, port = self.lab.network.dial_map().dial(name, SMTP_PORT)
        with smtplib.SMTP(timeout=20) as client:
            client.connect(host, port)
            client._host = name  # type: ignore[attr-defined]  # noqa: SLF001  the certificate is for the public name
            client.starttls(context=self.lab.tls_context())
            client.login(self.smtp_username, password or self.smtp_password)
            client.send_message(message)

    def _record_sets(self) -> list[dict[str, Any]]:
        pages = self.client("route53").get_paginator("list_resource_record_sets")
        found = pages.paginate(HostedZoneId=self.zone_id)
        return [record_set for page in found for record_set in page["ResourceRecordSets"]]

    def _change(self, action: str, record_set: Mapping[str, Any]) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record_set}]}
        self.client("route53").change_resource_record_sets(
            HostedZoneId=self.zone_id, ChangeBatch=batch
        )


def _record_set(name: str, record_type: str, values: tuple[str, ...], ttl: int) -> dict[str, Any]:
    quoted = [_quoted(value) if record_type == "TXT" else value for value in values]
    return {
        "Name": f"{name}.",
        "Type": record_type,
        "TTL": ttl,
        "ResourceRecords": [{"Value": value} for value in quoted],
    }


def _quoted(text: str) -> str:
    """TXT data as Route 53 wants it: strings of at most 255 characters, in quotes."""
    if text.startswith('"'):
        return text
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    escaped = (piece.replace("\\", "\\\\").replace('"', '\\"') for piece in pieces)
    return " ".join(f'"{piece}"' for piece in escaped)


def healthy(  # noqa: PLR0913  each option is a choice an owner has
    lab: "Lab",
    *,
    domain: str = "example.com",
    region: str = "us-east-2",
    dns: str = ROUTE53,
    mail_from: bool = True,
    dmarc_policy: str = "none",
    mailbox: str = "owner@gmail.com",
    receiving: bool = True,
    configuration_set: bool = True,
) -> Scene:
    """A domain that is all right: verified, signed, receiving into S3, with an SMTP user."""
    scene = Scene(
        lab,
        domain,
        parse_region(region),
        dns,
        mailbox,
        iam_user=f"ses-smtp-{domain.replace('.', '-')}",
    )
    _make_zone(scene)
    _verify_domain(scene)
    if mail_from:
        _set_mail_from(scene)
    scene.set_record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p={dmarc_policy}")
    lab.ses.grant_production_access(scene.region)
    if configuration_set:
        _set_configuration_set(scene)
    if receiving:
        _receive(scene)
    make_smtp_user(scene)
    lab.gmail.account(mailbox)
    return scene


def _make_zone(scene: Scene) -> None:
    if scene.dns == OTHER_PROVIDER:
        zone = scene.lab.dns.provider.zone(scene.domain)
        scene.lab.dns.registry.delegate(scene.domain, scene.lab.dns.provider.name_servers)
        zone.set(scene.domain, "A", "192.0.2.80")
        return
    made = scene.client("route53").create_hosted_zone(
        Name=scene.domain, CallerReference=f"sendas-lab-{scene.domain}"
    )
    scene.zone_id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    scene.lab.dns.registry.delegate(scene.domain, made["DelegationSet"]["NameServers"])


def _verify_domain(scene: Scene) -> None:
    made = scene.client("sesv2").create_email_identity(EmailIdentity=scene.domain)
    scene.dkim_tokens = tuple(made["DkimAttributes"]["Tokens"])
    for token in scene.dkim_tokens:
        scene.set_record(
            f"{token}._domainkey.{scene.domain}", "CNAME", f"{token}.dkim.amazonses.com."
        )


def _set_mail_from(scene: Scene) -> None:
    scene.mail_from = f"bounce.{scene.domain}"
    scene.set_record(scene.mail_from, "MX", f"10 {feedback_host(scene.region)}.")
    scene.set_record(scene.mail_from, "TXT", SPF_FOR_SES)
    scene.client("sesv2").put_email_identity_mail_from_attributes(
        EmailIdentity=scene.domain, MailFromDomain=scene.mail_from
    )


def _set_configuration_set(scene: Scene) -> None:
    name = f"main-{scene.domain.replace('.', '-')}"
    ses = scene.client("sesv2")
    ses.create_configuration_set(ConfigurationSetName=name)
    ses.put_email_identity_configuration_set_attributes(
        EmailIdentity=scene.domain, ConfigurationSetName=name
    )


def _receive(scene: Scene) -> None:
    scene.set_record(scene.domain, "MX", f"10 {inbound_host(scene.region)}.")
    scene.bucket = f"mail-{scene.domain.replace('.', '-')}"
    scene.rule_set = "inbound"
    s3, ses = scene.client("s3"), scene.client("ses")
    if scene.region == "us-east-1":  # S3's own exception: it must not be named there
        s3.create_bucket(Bucket=scene.bucket)
    else:
        s3.create_bucket(
            Bucket=scene.bucket, CreateBucketConfiguration={"LocationConstraint": scene.region}
        )
    s3.put_bucket_policy(Bucket=scene.bucket, Policy=json.dumps(bucket_policy(scene)))
    known = {found["Name"] for found in ses.list_receipt_rule_sets()["RuleSets"]}
    if scene.rule_set not in known:
        ses.create_receipt_rule_set(RuleSetName=scene.rule_set)
    ses.create_receipt_rule(
        RuleSetName=scene.rule_set,
        Rule={
            "Name": rule_name(scene),
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": [scene.domain],
            "Actions": [{"S3Action": {"BucketName": scene.bucket, "ObjectKeyPrefix": "mail/"}}],
        },
    )
    ses.set_active_receipt_rule_set(RuleSetName=scene.rule_set)


def rule_name(scene: Scene) -> str:
    """The receipt rule that stores the domain's mail."""
    return f"store-{scene.domain.replace('.', '-')}"


def bucket_policy(scene: Scene) -> dict[str, Any]:
    """What lets SES write (SES guide, "Giving permissions to Amazon SES for email receiving")."""
    account = scene.lab.account_id
    rule = f"receipt-rule-set/{scene.rule_set}:receipt-rule/{rule_name(scene)}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "SesPuts",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{scene.bucket}/*",
                "Condition": {
                    "StringEquals": {
                        "AWS:SourceAccount": account,
                        "AWS:SourceArn": f"arn:aws:ses:{scene.region}:{account}:{rule}",
                    }
                },
            }
        ],
    }


def make_smtp_user(scene: Scene) -> None:
    """The mailbox's IAM user, allowed to send as the domain and nothing else, and its first key."""
    iam = scene.client("iam")
    iam.create_user(UserName=scene.iam_user)
    iam.put_user_policy(
        UserName=scene.iam_user, PolicyName="send", PolicyDocument=json.dumps(send_policy(scene))
    )
    new_key(scene)


def send_policy(scene: Scene, **condition: Mapping[str, str]) -> dict[str, Any]:
    """Send as the domain: identity and configuration sets must both be covered (FACTS 4)."""
    here = f"arn:aws:ses:{scene.region}:{scene.lab.account_id}"
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": ["ses:SendRawEmail", "ses:SendEmail"],
        "Resource": [f"{here}:identity/{scene.domain}", f"{here}:configuration-set/*"],
    }
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def new_key(scene: Scene) -> None:
    """Make the user a new access key; the scene's user name and secret are the new ones."""
    made = scene.client("iam").create_access_key(UserName=scene.iam_user)["AccessKey"]
    scene.smtp_username = made["AccessKeyId"]
    scene.secret_access_key = made["SecretAccessKey"]
