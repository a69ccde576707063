"""The keys that sign aliases, deleted by hand: what they signed is answerable again."""

import pytest

from owner_setup import Owner
from sendas_lab.world import Lab

from sendas.config.model import Config, ConfiguredDomain, DnsProvider, Mailbox, SendWay
from sendas.ses.regions import Region
from sendas.setup.apply import End


OWNER = "owner@gmail.com"
DOMAIN = ConfiguredDomain(
    name="example.com",
    region=Region("us-east-1"),
    mailboxes=(Mailbox("me", targets=(OWNER,), send=SendWay.REPLY_ALIAS),),
    dns=DnsProvider.ROUTE53,
    notices=OWNER,
    forwarding_address="forwarded@example.com",
)
KEYS = "sendas/reply/example.com"


@pytest.fixture
def owner(sendas_lab: Lab) -> Owner:
    """An owner whose stack stands."""
    owner = Owner(sendas_lab, Config((DOMAIN,)))
    owner.delegate(domain="example.com")
    sendas_lab.ses.grant_production_access("us-east-1")
    owner.apply(DOMAIN)
    return owner


def keys(owner: Owner) -> str:
    """The secret's text."""
    return str(owner.call("secretsmanager", "GetSecretValue", SecretId=KEYS)["SecretString"])


def test_keys_that_wait_to_be_deleted_are_taken_back(owner: Owner) -> None:
    """Secrets Manager keeps a deleted secret for days: `apply` restores it, with the same keys."""
    before = keys(owner)
    owner.call("secretsmanager", "DeleteSecret", SecretId=KEYS)

    (step,) = owner.plan(DOMAIN, detect_drift=True).steps
    assert f"secret {KEYS}: take back its deletion" in str(step)
    assert End.DONE is owner.apply(DOMAIN), owner.said
    assert before == keys(owner)
    assert () == owner.plan(DOMAIN, detect_drift=True).steps
