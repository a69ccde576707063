"""The part of the stack that publishes records, where Route 53 holds the zone.

Only names that are the stack's alone: DKIM and the MAIL FROM domain.  The
domain's own TXT and MX, and its DMARC record, hold what others wrote too: they
are merged (`sendas.setup.records.diff`), which a stack cannot do, and the MX
moves last, when SES takes the mail.
"""

from sendas.config.model import ConfiguredDomain
from sendas.ses.regions import feedback_host
from sendas.setup.records.wanted import SES_SPF, TTL_SECONDS
from sendas.setup.template.document import Resource, Resources, Value, att


def record_resources(
    domain: ConfiguredDomain, zone_id: str, *, dkim: bool = True, mail_from: bool = True
) -> Resources:
    """The record sets, *dkim* and *mail_from* saying which the stack is to hold."""
    resources: Resources = {}
    if dkim:
        for number in (1, 2, 3):
            resources[f"Dkim{number}"] = _record(
                zone_id,
                att("Identity", f"DkimDNSTokenName{number}"),
                "CNAME",
                att("Identity", f"DkimDNSTokenValue{number}"),
            )
    if mail_from and domain.mail_from:
        exchanger = f"10 {feedback_host(domain.region)}"
        resources["MailFromMx"] = _record(zone_id, domain.mail_from, "MX", exchanger)
        resources["MailFromSpf"] = _record(zone_id, domain.mail_from, "TXT", f'"{SES_SPF}"')
    return resources


def _record(zone_id: str, name: Value, kind: str, value: Value) -> Resource:
    return Resource(
        "AWS::Route53::RecordSet",
        {
            "HostedZoneId": zone_id,
            "Name": name,
            "Type": kind,
            "TTL": str(TTL_SECONDS),
            "ResourceRecords": [value],
        },
    )
