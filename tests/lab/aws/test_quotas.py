"""Service Quotas and SES: what the owner who wants more asks.

Source: API reference of Service Quotas; the two codes from AWS's own quota tables.
"""

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import REGION, World


SENDS, RATE = "L-804C8AE8", "L-CDEF9B6B"


def test_quotas_are_the_account_s(world: World) -> None:
    """The default is the sandbox's; the value follows the account."""
    quotas = world.client("service-quotas")
    world.ses.grant_production_access(REGION, max_24_hour=50_000, max_rate=14)
    listed = quotas.list_service_quotas(ServiceCode="ses")["Quotas"]
    assert {SENDS: 50_000.0, RATE: 14.0} == {one["QuotaCode"]: one["Value"] for one in listed}
    got = quotas.get_service_quota(ServiceCode="ses", QuotaCode=SENDS)["Quota"]
    assert ("Sending quota", True) == (got["QuotaName"], got["Adjustable"])
    default = quotas.get_aws_default_service_quota(ServiceCode="ses", QuotaCode=RATE)["Quota"]
    assert 1.0 == default["Value"]


def test_more_is_asked_for_once(world: World) -> None:
    """A person decides; a second request meanwhile is refused, as one for less is."""
    quotas = world.client("service-quotas")
    more = {"ServiceCode": "ses", "QuotaCode": SENDS, "DesiredValue": 50_000.0}
    made = quotas.request_service_quota_increase(**more)["RequestedQuota"]
    assert "PENDING" == made["Status"]
    (seen,) = quotas.list_requested_service_quota_change_history(ServiceCode="ses")[
        "RequestedQuotas"
    ]
    assert made["Id"] == seen["Id"]
    for given, code in (
        (more, "ResourceAlreadyExistsException"),
        (more | {"QuotaCode": RATE, "DesiredValue": 0.5}, "IllegalArgumentException"),
        (more | {"QuotaCode": "L-00000000"}, "NoSuchResourceException"),
        (more | {"ServiceCode": "ec2"}, "NotImplementedByLab"),
    ):
        with pytest.raises(ClientError) as error:
            quotas.request_service_quota_increase(**given)
        assert code == error.value.response["Error"]["Code"]


def test_quotas_need_leave(world: World) -> None:
    """IAM's prefix is servicequotas (Service Authorization Reference)."""
    allow = {"Effect": "Allow", "Action": "servicequotas:GetServiceQuota", "Resource": "*"}
    quotas = world.client("service-quotas", key=world.user("u", allow))
    quotas.get_service_quota(ServiceCode="ses", QuotaCode=SENDS)
    with pytest.raises(ClientError) as error:
        quotas.list_service_quotas(ServiceCode="ses")
    assert "servicequotas:ListServiceQuotas" in str(error.value)
