"""What the watcher knows of a domain, from sendas.toml; pure.

The stack hands it to the function as its environment, the command line as it is.
"""

from collections.abc import Iterator, Mapping

from sendas.config.model import ConfiguredDomain, Rotation, SendWay, Watch
from sendas.credentials.charge import Charge, charges_of
from sendas.credentials.decide.pair import pair_of
from sendas.errors import UsageError
from sendas.inbound.settings import Settings
from sendas.setup.stack.names import STATE_PREFIX, own_users, stack_names, topic_arn
from sendas.watch.decide.settings import Watched


class NotWatched(UsageError):
    """The domain has no bucket in which to remember what was seen, or nobody to tell of it."""


def unwatched_why(domain: ConfiguredDomain) -> str:
    """Why nobody can watch *domain*, for people; empty where somebody can."""
    if not domain.receive:
        return (
            "it receives no mail, so there is no bucket in which to remember what was "
            "seen; sendas doctor looks at it without"
        )
    if domain.notices is None:
        return (
            "there is nobody to be told what changed: name an address by `notices` of "
            "[[domain]], `to` of a mailbox, or [alarms]"
        )
    return ""


def watched_of(
    domain: ConfiguredDomain, account_id: str, watch: Watch, *, has_alarms: bool, remembers: bool
) -> Watched:
    """*domain* as the watcher knows it, in that account; the rest is of its `Wanted` stack.

    Raises:
        NotWatched: There is no bucket, or nobody to tell.
    """
    if why := unwatched_why(domain):
        msg = f"{domain.name} is not watched: {why}"
        raise NotWatched(msg)
    names = stack_names(domain)
    topic = topic_arn(domain.region, account_id, names.alarms)
    settings = Settings(
        names.real_bucket(account_id),
        domain.region,
        domain.region,
        prefix=names.prefix,
        state_prefix=STATE_PREFIX,
        configuration_set=names.configuration_set or "",
    )
    return Watched(
        domain.name,
        names.root,
        settings,
        topic if has_alarms else "",
        sending_users(domain),
        remembers,
        watch.summary,
        events_arn=topic_arn(domain.region, account_id, names.events) if remembers else "",
        tends=bool(charges_of(domain, audited=watch.audits)),
    )


def sending_users(domain: ConfiguredDomain) -> tuple[str, ...]:
    """Every user that sends as a mailbox: in turn two of ours, and one that stood before."""
    named = [
        user
        for mailbox in domain.mailboxes
        if mailbox.send is SendWay.SMTP
        for user in pair_of(domain.address_of(mailbox), mailbox.user or "")
    ]
    return tuple(dict.fromkeys(named))


def turning_users(domain: ConfiguredDomain) -> Iterator[tuple[str, Charge]]:
    """The users beside the stack that the watcher gives keys to, where rotation is prepared."""
    stack = {user for _, user in own_users(domain)}
    for charge in charges_of(domain, audited=True):
        if charge.rotation is Rotation.PREPARE:
            for user in (charge.pair.first, charge.pair.second):
                if user not in stack:
                    yield user, charge


def environment_of(watched: Watched) -> Mapping[str, str]:
    """What `read_watched` reads; the bucket and the topic are CloudFormation's to name."""
    variables = {
        "SENDAS_STATE_PREFIX": watched.settings.state_prefix,
        "SENDAS_ROUTES_KEY": watched.settings.routes_key,
        "SENDAS_CONFIGURATION_SET": watched.settings.configuration_set,
        "SENDAS_WATCH_DOMAIN": watched.domain,
        "SENDAS_WATCH_STACK": watched.stack,
        "SENDAS_WATCH_SUMMARY": watched.summary,
        "SENDAS_WATCH_HISTORY": "1" if watched.remembers else "",
        "SENDAS_WATCH_CREDENTIALS": "1" if watched.tends else "",
    }
    return {name: value for name, value in variables.items() if value}
