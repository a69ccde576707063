"""One suite, two worlds: the lab, and, opted in with --live, the account of the environment.

Whatever holds of both is asked of both, so that the lab cannot drift from AWS
unseen.  Live questions are read-only, and about things that are nobody's.
"""

import os

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from sendas_lab.world import Lab

from sendas.aws.gateways import Gateways
from sendas.aws.session import open_session
from sendas.ses.regions import Region


LAB_REGION = Region("us-east-1")


@dataclass(frozen=True)
class Account:
    """An AWS account, the lab's or a real one, and where to ask it."""

    gateways: Gateways
    region: Region


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """One lab for the whole suite; tests use names of their own."""
    with Lab(LAB_REGION) as world:
        yield world


def _worlds() -> list[object]:
    return ["lab", pytest.param("live", marks=pytest.mark.live)]


@pytest.fixture(scope="session")
def lab_account(lab: Lab) -> Account:
    """The lab's account, for tests that make things."""
    return Account(Gateways(lab.session()), LAB_REGION)


@pytest.fixture(scope="session", params=_worlds())
def account(request: pytest.FixtureRequest) -> Account:
    """The lab's account, and with --live the real one."""
    if request.param == "lab":
        lab_account: Account = request.getfixturevalue("lab_account")
        return lab_account
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or LAB_REGION
    return Account(Gateways(open_session(None, os.environ)), Region(region))


@pytest.fixture(scope="session", params=_worlds())
def stranger(request: pytest.FixtureRequest) -> Account:
    """The same doors, with a key that nobody has."""
    nobody = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    if request.param == "lab":
        nobody["AWS_ENDPOINT_URL"] = request.getfixturevalue("lab").aws.url
    return Account(Gateways(open_session(None, nobody)), LAB_REGION)


@pytest.fixture(scope="session")
def client(lab: Lab) -> Callable[[str], Any]:
    """boto3's clients, by which a test sets the lab up as an owner would."""
    environment = lab.environment()

    def made(service: str) -> Any:  # noqa: ANN401  boto3's own
        return boto3.client(
            service,
            region_name=LAB_REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    return made


@pytest.fixture
def powerless(lab: Lab, client: Callable[[str], Any]) -> Iterator[Account]:
    """A user of the lab who may do nothing at all."""
    iam = client("iam")
    iam.create_user(UserName="powerless")
    key = iam.create_access_key(UserName="powerless")["AccessKey"]
    session = open_session(
        None,
        {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_ENDPOINT_URL": lab.aws.url,
        },
    )
    yield Account(Gateways(session), LAB_REGION)
    iam.delete_access_key(UserName="powerless", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="powerless")
