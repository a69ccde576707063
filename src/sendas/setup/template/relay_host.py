"""The relay on one small ARM instance: a CloudFormation document; pure.

The instance has a role and no key; its queue lies on a volume of its own, which outlives
it, or in S3, where other relays share it.  Whoever administers it comes by Session Manager:
no port for a shell is open.
"""

from collections.abc import Sequence
from dataclasses import replace

from sendas import __version__
from sendas.config.model import Config, ConfiguredDomain, Relay
from sendas.config.write import write
from sendas.iam.rights import Verb, When, rights_of, statements
from sendas.relay.deploying import CONFIG, SERVICE
from sendas.relay.rights import RIGHTS, shared_place
from sendas.setup.rights.place import template_place
from sendas.setup.stack.names import stack_names
from sendas.setup.template.document import (
    Resource,
    Resources,
    Template,
    Value,
    att,
    policy,
    ref,
    sub,
    with_subs,
)
from sendas.setup.template.relay_shared import shared_resources


INSTANCE_TYPE = "t4g.nano"
"""0.5 GB: the relay takes under 100 MB, and SES's rate is far below what it can do."""
VOLUME_GB = 4
IMAGE = "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}"
_CORE = "arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
"""What Session Manager needs; AWS's own policy, which AWS keeps."""
_DEVICE = "/dev/sdf"
_ACME_PORT = 80


def relay_template(config: Config, relay: Relay) -> Template:
    """The stack of *relay*, for every domain of the file in its Region."""
    domains = [one for one in config.domains if one.region == relay.region]
    resources: Resources = {
        "Alarms": Resource(
            "AWS::SNS::Topic",
            {"Subscription": [{"Protocol": "email", "Endpoint": a} for a in config.alarms]}
            if config.alarms
            else {},
            why="Who is told when the relay or its machine needs somebody",
        ),
        "Role": _role(domains, relay),
        "Profile": Resource("AWS::IAM::InstanceProfile", {"Roles": [ref("Role")]}),
        "Group": _group(relay),
        "Instance": _instance(config, relay),
        **(shared_resources(relay) if relay.bucket else _volume()),
        "Address": Resource("AWS::EC2::EIP", {"Domain": "vpc", "InstanceId": ref("Instance")}),
        "Unwell": _alarm(),
    }
    return Template(
        f"sendas relay {relay.host}: SMTP in, SES's API out",
        resources,
        metadata={
            "Sendas": {
                "After": [
                    f"point {relay.host} at the address below (an A record)",
                    "confirm the alarms' mail",
                    "wait until the certificate is there: certbot asks every ten minutes",
                    f"sendas relay check {relay.host}",
                ]
            }
        },
        outputs={"Address": ref("Address"), "Instance": ref("Instance"), "Topic": ref("Alarms")},
    )


def _volume() -> Resources:
    return {
        "Queue": Resource(
            "AWS::EC2::Volume",
            {
                "AvailabilityZone": att("Instance", "AvailabilityZone"),
                "Encrypted": True,
                "Size": VOLUME_GB,
                "VolumeType": "gp3",
            },
            retain=True,
            why="The queue and the passwords: they outlive the machine",
        ),
        "QueueAttachment": Resource(
            "AWS::EC2::VolumeAttachment",
            {"Device": _DEVICE, "InstanceId": ref("Instance"), "VolumeId": ref("Queue")},
        ),
    }


def _role(domains: Sequence[ConfiguredDomain], relay: Relay) -> Resource:
    places = [
        {**template_place(domain, stack_names(domain)), **shared_place(relay)}
        for domain in domains
    ]
    trust: dict[str, Value] = {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    send = [right for right in RIGHTS if right.when is not When.IF_ASKED]
    tell: Value = {"Effect": "Allow", "Action": "sns:Publish", "Resource": ref("Alarms")}
    granted = with_subs(list(statements(rights_of(send, [Verb.RELAY]), places)))
    return Resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": policy(trust),
            "ManagedPolicyArns": [sub(_CORE)],
            "Policies": [
                {
                    "PolicyName": "relay",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [*(granted if isinstance(granted, list) else ()), tell],
                    },
                }
            ],
        },
        why="Sends as the domains, keeps its queue, tells the topic; no key anywhere",
    )


def _group(relay: Relay) -> Resource:
    ports = (*relay.starttls, *relay.tls, _ACME_PORT)
    return Resource(
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": "SMTP submission, and port 80 for the certificate",
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    _WHERE[version]: _ANYWHERE[version],
                    "Description": "certbot" if port == _ACME_PORT else "submission",
                }
                for port in ports
                for version in (4, 6)
            ],
        },
        why="Nothing else comes in: who administers it comes by Session Manager",
    )


_WHERE = {4: "CidrIp", 6: "CidrIpv6"}
_ANYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


def _instance(config: Config, relay: Relay) -> Resource:
    return Resource(
        "AWS::EC2::Instance",
        {
            "IamInstanceProfile": ref("Profile"),
            "ImageId": IMAGE,
            "InstanceType": INSTANCE_TYPE,
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "SecurityGroupIds": [att("Group", "GroupId")],
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3"}}
            ],
            "CreditSpecification": {"CPUCredits": "standard"},
            "UserData": {"Fn::Base64": {"Fn::Sub": user_data(config, relay)}},
        },
        why="The relay; replaced, it finds its queue again",
    )


def user_data(config: Config, relay: Relay) -> str:
    """What cloud-init runs once, as Fn::Sub reads it: ``${Alarms}`` is the topic."""
    here = replace(
        relay,
        certificate="/etc/sendas/fullchain.pem",
        key="/etc/sendas/privkey.pem",
        alarm_topic=_TOPIC_HERE,
    )
    text = (
        write(replace(config, relay=here)).replace("${", "${!").replace(_TOPIC_HERE, "${Alarms}")
    )
    return _SCRIPT.format(
        version=__version__,
        config_file=CONFIG,
        config=text.rstrip(),
        service=SERVICE.rstrip().replace("${", "${!"),
        host=relay.host,
        mount="" if relay.bucket else _MOUNT.format(device=_DEVICE, folder=relay.directory),
        folder=relay.directory,
    )


_TOPIC_HERE = "arn:aws:sns:us-east-1:000000000000:sendas-relay"
"""Stands for the stack's topic until CloudFormation knows it."""
_MOUNT = """\
for _ in $(seq 60); do test -b {device} && break; sleep 5; done
blkid {device} || mkfs.xfs {device}
echo "{device} {folder} xfs nofail,noatime 0 2" >> /etc/fstab
mount {folder}
"""
_SCRIPT = """\
#!/bin/bash
set -eux
dnf install -y python3.12 python3.12-pip
useradd --system --home-dir {folder} sendas-relay
mkdir -p {folder}
{mount}chown sendas-relay: {folder}
chmod 0700 {folder}
python3.12 -m venv /opt/sendas
/opt/sendas/bin/pip install sendas=={version} uvloop certbot
install -d -m 0755 /etc/sendas
cat > {config_file} <<'END-OF-FILE'
{config}
END-OF-FILE
cat > /etc/systemd/system/sendas-relay.service <<'END-OF-FILE'
{service}
END-OF-FILE
cat > /etc/sendas/certificate <<'END-OF-FILE'
#!/bin/bash
# Every ten minutes until there is a certificate, and twice a day afterwards.
set -eu
live=/etc/letsencrypt/live/{host}
/opt/sendas/bin/certbot certonly --standalone --non-interactive --agree-tos \\
    --register-unsafely-without-email --keep-until-expiring -d {host}
install -g sendas-relay -m 0640 $live/fullchain.pem $live/privkey.pem /etc/sendas/
systemctl enable --now sendas-relay
END-OF-FILE
chmod 0755 /etc/sendas/certificate
cat > /etc/cron.d/sendas <<'END-OF-FILE'
*/10 * * * * root test -e /etc/sendas/privkey.pem || /etc/sendas/certificate
17 3,15 * * * root /etc/sendas/certificate
END-OF-FILE
dnf install -y cronie
systemctl enable --now crond
systemctl daemon-reload
"""


def _alarm() -> Resource:
    return Resource(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmDescription": "The relay's machine does not answer; AWS moves it",
            "Namespace": "AWS/EC2",
            "MetricName": "StatusCheckFailed_System",
            "Dimensions": [{"Name": "InstanceId", "Value": ref("Instance")}],
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 3,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [
                ref("Alarms"),
                sub("arn:${AWS::Partition}:automate:${AWS::Region}:ec2:recover"),
            ],
        },
    )
