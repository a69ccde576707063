"""Where a domain's rights are needed: what stands for each name in a pattern; pure."""

from collections.abc import Collection

from sendas.config.model import (
    ConfiguredDomain,
    DnsProvider,
    Mailbox,
    PasswordStore,
    Rotation,
    SendWay,
)
from sendas.credentials.charge import Charge, charge_of
from sendas.credentials.decide.pair import SECOND, pair_of
from sendas.credentials.sender import writable_passwords
from sendas.iam.rights import EVERYWHERE, Place, When
from sendas.inbound.settings import DEFAULT_ROUTES_KEY
from sendas.setup.stack.names import ACCOUNT, PARTITION, StackNames, own_users, stack_names


def place_of(domain: ConfiguredDomain, account_id: str, partition: str) -> Place:
    """What *domain*'s things are called in that account; a wildcard where nobody knows."""
    names = stack_names(domain)
    usual = f"sendas-*@{domain.name}"
    users = [user for _, user in own_users(domain) if not user.endswith(f"@{domain.name}")]
    return {
        **EVERYWHERE,
        "partition": (partition,),
        "region": (domain.region,),
        "account": (account_id,),
        "domain": (domain.name,),
        "root": (names.root,),
        "bucket": (names.real_bucket(account_id),),
        "prefix": (names.prefix,),
        "configuration_set": (names.configuration_set or "*",),
        # A name that is too long for IAM is cut, and does not end in the domain.
        "users": (usual, *users),
        "senders": _senders(domain, usual),
        **writable_passwords(domain.password_store, domain.name),
        **_tended(domain),
        "targets": recipients_of(domain),
        "answered": (domain.name,),
        "zone": (domain.adopted.zone_id or "*",),
        "boundary": (domain.permissions_boundary,) if domain.permissions_boundary else (),
    }


def _senders(domain: ConfiguredDomain, usual: str) -> tuple[str, ...]:
    """Every user that sends as a mailbox: in turn two of ours, and one that stood before."""
    named: list[str] = []
    for mailbox in domain.mailboxes:
        if mailbox.send is SendWay.SMTP:
            named += pair_of(domain.address_of(mailbox), mailbox.user or "")
    endings = (f"@{domain.name}", f"@{domain.name}{SECOND}")
    ours = [usual, f"{usual}{SECOND}"]
    cut = [name for name in named if not (name.startswith("sendas-") and name.endswith(endings))]
    return tuple(dict.fromkeys([*ours, *cut]))


_MOST_NAMED = 12
"""Mailboxes that a role's policy names one by one; it holds 10,240 characters (IAM quotas)."""


def _tended(domain: ConfiguredDomain) -> Place:
    """The users and secrets of mailboxes that are looked after by themselves.

    *turning* get new keys, *turning_old* may lose theirs as well: users that stood before.
    """
    charges = [charge_of(domain, box, audited=True) for box in _smtp(domain)]
    turning = [one for one in charges if one.rotation is Rotation.PREPARE]
    if len(charges) > _MOST_NAMED:
        usual = f"sendas-*@{domain.name}"
        every = _senders(domain, usual)
        old = tuple(one.pair.found for one in turning if one.pair.found)
        ours = tuple(one for one in every if one not in old)
        return {
            "turning": ours if turning else (),
            "turning_old": old,
            "tended": every,
            **_stored("turning", domain, turning[:1], named=False),
            **_stored("tended", domain, charges, named=False),
        }
    return {
        "turning": tuple(u for one in turning for u in (one.pair.first, one.pair.second)),
        "turning_old": tuple(one.pair.found for one in turning if one.pair.found),
        "tended": tuple(user for one in charges for user in one.pair),
        **_stored("turning", domain, turning, named=True),
        **_stored("tended", domain, charges, named=True),
    }


def _stored(
    what: str, domain: ConfiguredDomain, charges: Collection[Charge], *, named: bool
) -> Place:
    """Where the passwords of *charges* are stored: each by its name, or all by one pattern."""
    names: tuple[str, ...]
    if domain.password_store is PasswordStore.PARAMETER_STORE:
        whole = (f"sendas/smtp/{domain.name}/*",) if charges else ()
        each = [one.sender.secret.removeprefix("/") for one in charges]
        # A claim lies below the parameter whose it is.
        names = tuple(part for name in each for part in (name, f"{name}/*")) if named else whole
        return {f"{what}_secrets": (), f"{what}_parameters": names}
    # Secrets Manager adds six signs of its own to each name.
    whole = (f"sendas/smtp/*@{domain.name}-*",) if charges else ()
    names = tuple(f"{one.sender.secret}-??????" for one in charges) if named else whole
    return {f"{what}_secrets": names, f"{what}_parameters": ()}


def _smtp(domain: ConfiguredDomain) -> tuple[Mailbox, ...]:
    return tuple(
        box for box in domain.mailboxes if box.send is SendWay.SMTP and not box.is_catch_all
    )


def template_place(
    domain: ConfiguredDomain, names: StackNames, mailbox: Mailbox | None = None
) -> Place:
    """The same for CloudFormation, which fills in the account: ``${AWS::AccountId}``."""
    return {
        **place_of(domain, ACCOUNT, PARTITION),
        "configuration_set": (names.configuration_set,) if names.configuration_set else (),
        "address": (domain.address_of(mailbox),) if mailbox else (),
        "answered": (domain.name,) if domain.answers else (),
    }


def recipients_of(domain: ConfiguredDomain) -> tuple[str, ...]:
    """Everybody the forwarder ever writes to, each once."""
    return tuple(dict.fromkeys([*domain.targets, *filter(None, [domain.notices])]))


def asks_targets(domain: ConfiguredDomain) -> bool:
    """Whether our forwarder writes to people, who in SES's sandbox have to agree first."""
    return domain.forwards and not domain.adopted.receiving


def needed_when(domain: ConfiguredDomain, standing: Collection[str] = ()) -> frozenset[When]:
    """Which rights matter for *domain*; *standing* are the logical ids that its stack has."""
    found = {When.ALWAYS}
    adopted = domain.adopted
    if (domain.receive and not adopted.receiving) or "MailBucket" in standing:
        found.add(When.RECEIVING)
    if asks_targets(domain) or "Forwarder" in standing:
        found.add(When.FORWARDING)
    if own_users(domain) or any(one.startswith("User") for one in standing):
        found.add(When.SENDING)
    if not adopted.identity or "Identity" in standing:
        found.add(When.OWN_IDENTITY)
    if asks_targets(domain) or "EventTopic" in standing:  # a function that can remember
        found |= {When.TOLD_BY_SET} if adopted.configuration_set else set()
        found |= {When.TOLD_BY_IDENTITY} if adopted.notifies else set()
    if domain.permissions_boundary:
        found.add(When.BOUNDED)
    if domain.answers or "ReplyKeys" in standing:
        found.add(When.ANSWERING)
    if any(box.rotation is Rotation.PREPARE for box in _smtp(domain)):
        found.add(When.ROTATING)
    if domain.dns is DnsProvider.ROUTE53:
        found.add(When.ROUTE53)
    return frozenset(found)


def known_arns(domain: ConfiguredDomain, account_id: str, partition: str) -> tuple[str, ...]:
    """ARNs of what *domain* has or will have, where the table has only a pattern for them."""
    names = stack_names(domain)
    here = f"{domain.region}:{account_id}"
    bucket = names.real_bucket(account_id)
    users = [user for _, user in own_users(domain)] or [f"sendas-x@{domain.name}"]
    found = [
        f"cloudformation:{here}:stack/{names.root}/x",
        f"s3:::{bucket}/{DEFAULT_ROUTES_KEY}",
        *(f"sns:{here}:{topic}" for topic in (names.alarms, names.received, names.events)),
        *(f"sqs:{here}:{queue}" for queue in (names.received, names.dead_letters)),
        f"lambda:{here}:event-source-mapping:x",
        f"events:{here}:rule/{names.root}-digest",
        f"cloudwatch:{here}:alarm:{names.alarm('bounce-rate')}",
        f"logs:{here}:log-group:{names.log_group}",
        f"logs:{here}:log-group:{names.log_group}:*",
        *(f"iam::{account_id}:user/{user}" for user in users),
        f"secretsmanager:{here}:secret:sendas/smtp/{users[0]}-x",
        f"ssm:{here}:parameter/sendas/smtp/{domain.name}/x",
        f"secretsmanager:{here}:secret:{names.reply_secret}-x",
    ]
    return tuple(f"arn:{partition}:{one}" for one in found)
