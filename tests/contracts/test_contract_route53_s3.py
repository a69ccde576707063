"""Route 53 and S3 as our gateways see them."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sendas.outcome import NoAnswer
from sendas.ses.receiving import Bucket


Account: TypeAlias = Any
"""A type of conftest, which pytest's importlib mode keeps to itself."""

Clients: TypeAlias = Callable[[str], Any]
MISSING = "sendas-contract-no-such-bucket-7c1e5d0a"


def test_a_domain_without_a_zone(account: Account) -> None:
    """No zone here is an answer: the domain's DNS is elsewhere."""
    seen = account.gateways.hosted_zones(account.region, "sendas-contract.invalid")

    assert () == seen


def test_a_bucket_that_is_not_there(account: Account) -> None:
    """S3 says so, or says nothing: never that it is there."""
    seen = account.gateways.bucket(account.region, MISSING)

    assert isinstance(seen, NoAnswer) or seen == Bucket(MISSING, exists=False, policy=None)


def test_a_bucket_without_policy(lab_account: Account, client: Clients) -> None:
    """It is there, and nobody is let in."""
    client("s3").create_bucket(Bucket="contract-bare")
    seen = lab_account.gateways.bucket(lab_account.region, "contract-bare")

    assert Bucket("contract-bare", exists=True, policy=None) == seen


def test_a_bucket_with_a_policy(lab_account: Account, client: Clients) -> None:
    """The policy's text is handed on as it is."""
    text = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        '{"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject", '
        '"Resource": "arn:aws:s3:::contract-open/*"}]}'
    )
    s3 = client("s3")
    s3.create_bucket(Bucket="contract-open")
    s3.put_bucket_policy(Bucket="contract-open", Policy=text)

    assert Bucket("contract-open", exists=True, policy=text) == lab_account.gateways.bucket(
        lab_account.region, "contract-open"
    )


def test_the_zone_of_a_parent(lab_account: Account, client: Clients) -> None:
    """The zone that could hold a subdomain, its name servers, and what mail asks about."""
    route53 = client("route53")
    made = route53.create_hosted_zone(Name="zone.example.com", CallerReference="contract")
    zone_id = made["HostedZone"]["Id"]

    def record(name: str, kind: str, value: str) -> dict[str, object]:
        return {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}],
            },
        }  # fmt: skip

    route53.change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={
            "Changes": [
                record("mail.zone.example.com", "MX", "10 inbound-smtp.us-east-1.amazonaws.com"),
                record("_dmarc.zone.example.com", "TXT", '"v=DMARC1; " "p=none"'),
                record("t._domainkey.mail.zone.example.com", "CNAME", "t.dkim.amazonses.com"),
                record("www.zone.example.com", "A", "192.0.2.1"),
            ]
        },
    )
    (zone,) = lab_account.gateways.hosted_zones(lab_account.region, "mail.zone.example.com")

    assert "zone.example.com" == zone.name
    assert tuple(made["DelegationSet"]["NameServers"]) == zone.name_servers
    assert {
        "MX mail.zone.example.com": ("10 inbound-smtp.us-east-1.amazonaws.com",),
        "TXT _dmarc.zone.example.com": ("v=DMARC1; p=none",),
        "CNAME t._domainkey.mail.zone.example.com": ("t.dkim.amazonses.com",),
    } == zone.records
