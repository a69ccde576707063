"""What an owner wants, for every test of domain as code."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from owner_setup import Owner
from sendas_lab.world import Lab

from sendas.config.model import Config, ConfiguredDomain, Dmarc, DnsProvider, Mailbox, SendWay
from sendas.ses.regions import Region


@pytest.fixture
def owner_domain() -> ConfiguredDomain:
    """example.com: one mailbox that forwards and sends, one that refuses, one that is kept."""
    return ConfiguredDomain(
        name="example.com",
        region=Region("eu-west-1"),
        mailboxes=(
            Mailbox("me", targets=("owner@gmail.com",), send=SendWay.SMTP),
            Mailbox("old", reject="Please write to me@example.com."),
            Mailbox("bin", keep=True),
        ),
        dns=DnsProvider.ROUTE53,
        mail_from="mail.example.com",
        dmarc=Dmarc(),
        notices="owner@gmail.com",
        forwarding_address="forwarded@example.com",
    )


@pytest.fixture
def owner_config(owner_domain: ConfiguredDomain) -> Config:
    """The file with that domain alone."""
    return Config((owner_domain,), alarms=("owner@gmail.com",))


@pytest.fixture
def variant(owner_domain: ConfiguredDomain) -> Callable[..., ConfiguredDomain]:
    """The same domain with some of it otherwise."""
    return lambda **otherwise: replace(owner_domain, **otherwise)


@pytest.fixture(scope="session")
def running_lab() -> Iterator[Lab]:
    """The lab, started once."""
    with Lab(region="eu-west-1") as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Lab:
    """The lab, empty."""
    running_lab.reset()
    return running_lab


@pytest.fixture
def owner(lab: Lab, owner_config: Config) -> Owner:
    """An owner with an empty account that has left the sandbox, and a zone of example.com."""
    lab.gmail.open_account("owner@gmail.com")
    lab.ses.grant_production_access(Region("eu-west-1"))
    owner = Owner(lab, owner_config)
    owner.delegate(domain="example.com")
    return owner
