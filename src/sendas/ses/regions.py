"""AWS Regions, and the names of SES's hosts in them.

No table here decides anything: FACTS 2.1 and 8.4 tell why.  An unknown Region
is a warning, and SES itself has the last word.
"""

import re

from typing import NewType

from sendas.errors import UsageError


Region = NewType("Region", str)

_SHAPE = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d{1,2}")

KNOWN: tuple[Region, ...] = tuple(
    map(
        Region,
        (
            "us-east-1", "us-east-2", "us-west-1", "us-west-2",
            "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
            "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
            "ap-southeast-4", "ap-southeast-5", "ca-central-1", "ca-west-1", "eu-central-1",
            "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
            "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "sa-east-1",
            "us-gov-east-1", "us-gov-west-1",
        ),
    )
)  # fmt: skip
"""Regions by name as of November 2026: to try and to spell-check, never to refuse."""


class MalformedRegion(UsageError):
    """The text cannot be the name of an AWS Region."""


def parse_region(text: str) -> Region:
    """Read a Region code such as ``us-east-2``.

    Raises:
        MalformedRegion: Not of that shape; whether it exists is SES's to say.
    """
    if not _SHAPE.fullmatch(text):
        msg = f"{text!r} is not a Region code; one looks like us-east-2"
        raise MalformedRegion(msg)
    return Region(text)


def is_known(region: Region) -> bool:
    """Whether the Region's name was known when this release was made."""
    return region in KNOWN


def partition_of(region: str) -> str:
    """The partition in the ARNs of a Region (AWS General Reference, "Amazon Resource Names")."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"


_IAM_AT = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def iam_region(region: Region) -> Region:
    """Where the IAM of a Region's partition stands (IAM guide, "Endpoints and quotas")."""
    return Region(_IAM_AT[partition_of(region)])


def smtp_host(region: Region) -> str:
    """Where mail is submitted (SES guide, "SMTP endpoints")."""
    return f"email-smtp.{region}.amazonaws.com"


def region_of_smtp_host(host: str) -> Region | None:
    """The Region whose endpoint *host* is; None if it is another server's name."""
    match = re.fullmatch(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com\.?", host.lower())
    return parse_region(match[1]) if match and _SHAPE.fullmatch(match[1]) else None


def inbound_host(region: Region) -> str:
    """What the domain's MX names so that SES receives (SES guide, "Receiving MX record")."""
    return f"inbound-smtp.{region}.amazonaws.com"


def feedback_host(region: Region) -> str:
    """What the custom MAIL FROM domain's one MX names (SES guide, "MAIL FROM domain")."""
    return f"feedback-smtp.{region}.amazonses.com"
