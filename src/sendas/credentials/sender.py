"""A mailbox that sends: its address, and what its things are called."""

import json

from dataclasses import dataclass

from sendas.config.model import (
    Config,
    ConfiguredDomain,
    Mailbox,
    PasswordStore,
    UnknownDomain,
    UnknownMailbox,
)
from sendas.credentials.rights import RIGHTS
from sendas.iam.rights import EVERYWHERE, Place, Role, policy_of
from sendas.mail.address import Address
from sendas.mail.domain import Domain
from sendas.ses.regions import Region, partition_of, smtp_host


SECRET_PREFIX = "sendas/smtp/"  # noqa: S105  the name of a secret, not one
PARAMETER_PREFIX = "/sendas/smtp/"
POLICY_NAME = "sendas-send-as"
_SECRET_SIGNS = frozenset("/_+=.@-")
_PARAMETER_SIGNS = frozenset(".-")


@dataclass(frozen=True, slots=True)
class Sender:
    """One address at a domain in SES, in one Region.

    *user* is the IAM user whose key's password it sends with, *secret* the name
    under which *store* keeps that.  *targets* are the mailboxes its owner reads in,
    none where nobody said.
    """

    address: Address
    domain: Domain
    region: Region
    user: str
    name: str | None = None
    targets: tuple[str, ...] = ()
    boundary: str = ""
    """The managed policy that bounds whom sendas makes; empty where nothing does."""
    store: PasswordStore = PasswordStore.SECRETS_MANAGER

    @property
    def reads_at(self) -> str | None:
        """The first mailbox its owner reads in."""
        return next(iter(self.targets), None)

    @property
    def secret(self) -> str:
        """Where the password is kept; the address, in the signs that such names may have.

        A parameter's name begins with a slash, and no secret's of ours does.
        """
        if self.store is PasswordStore.PARAMETER_STORE:
            local = _spelt(self.address.local_part, _PARAMETER_SIGNS)
            return f"{PARAMETER_PREFIX}{self.domain}/{local}"
        return f"{SECRET_PREFIX}{_spelt(self.address, _SECRET_SIGNS)}"

    @property
    def host(self) -> str:
        """Where it submits."""
        return smtp_host(self.region)


def _spelt(text: str, signs: frozenset[str]) -> str:
    """*text* in letters, digits and *signs*; any other character by its number."""
    return "".join(
        c if (c.isascii() and c.isalnum()) or c in signs else f"_{ord(c):02x}_" for c in text
    )


def sender_of(
    address: Address, region: Region, config: Config | None = None, user: str | None = None
) -> Sender:
    """What `sendas.toml` says of *address*, if it speaks of it; else our names for its things."""
    domain, mailbox = _configured(config, address.domain, address.local_part)
    return Sender(
        address=address,
        domain=address.domain,
        region=region,
        user=user or domain.user_of(mailbox),
        name=mailbox.display_name,
        targets=mailbox.targets,
        boundary=domain.permissions_boundary or "",
        store=domain.password_store,
    )


def writable_passwords(store: PasswordStore, domain: str) -> Place:
    """Where rights let passwords be written: in *store*, and nowhere in the other one."""
    if store is PasswordStore.PARAMETER_STORE:
        return {"secrets": (), "parameters": (f"{PARAMETER_PREFIX[1:]}{domain}/*",)}
    return {"secrets": EVERYWHERE["secrets"], "parameters": ()}


def configured_region(address: Address, config: Config | None) -> Region | None:
    """The Region that the file gives the address's domain; None if it does not speak of it."""
    if config is None:
        return None
    try:
        return config.domain(address.domain).region
    except UnknownDomain:
        return None


def _configured(
    config: Config | None, domain_name: Domain, local: str
) -> tuple[ConfiguredDomain, Mailbox]:
    plain = Mailbox(local.lower())
    bare = ConfiguredDomain(domain_name, Region(""), (plain,))
    if config is None:
        return bare, plain
    try:
        domain = config.domain(domain_name)
    except UnknownDomain:
        return bare, plain
    try:
        return domain, domain.mailbox(local)
    except UnknownMailbox:
        return domain, plain


def least_policy(sender: Sender, account_id: str, configuration_set: str | None) -> str:
    """The least that lets the user send as the address and as no other, as JSON."""
    place = {
        **EVERYWHERE,
        "partition": (partition_of(sender.region),),
        "region": (sender.region,),
        "account": (account_id,),
        "domain": (sender.domain,),
        "configuration_set": (configuration_set,) if configuration_set else (),
        "address": (sender.address,),
    }
    return json.dumps(policy_of(RIGHTS, Role.MAILBOX, place))
