"""What mailboxes of a domain left outside its stack: users that send, and their secrets.

`sendas gmail add` and `credentials rotate` make users and secrets of their own: the
second of each pair, and those of mailboxes whose way to send was another one since.  Each
carries the tag of its address; what does not is somebody else's, and is named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sendas.aws import iam, inventory
from sendas.aws.password_stores import passwords_named
from sendas.aws.session import Session
from sendas.config.model import ConfiguredDomain
from sendas.credentials.decide.marks import ADDRESS, FOUND
from sendas.credentials.decide.pair import SECOND, pair_of
from sendas.credentials.sender import SECRET_PREFIX
from sendas.mail.address import Address, MalformedAddress
from sendas.outcome import see
from sendas.setup.steps import DeleteSecret, DeleteUser, Step


@dataclass(frozen=True, slots=True)
class Leftovers:
    """*users* and *secrets* are sendas's; *kept* are sentences about what is not."""

    users: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Users first: without its secret nobody would know which user was a mailbox's."""
        return (*map(DeleteUser, self.users), *map(DeleteSecret, self.secrets))


@dataclass(frozen=True, slots=True)
class Found:
    """What the account has: every user's name, the tags of those that may be ours, the secrets."""

    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tags of each secret of a mailbox, by its name."""
    users: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tags of each user that has a name of ours, or stood before."""


def look_for_leftovers(
    domain: ConfiguredDomain, session: Session, in_stack: Iterable[str]
) -> Leftovers:
    """See them.

    Raises:
        CouldNotLook: AWS did not answer.
    """
    region = domain.region
    listed = see(passwords_named(session, region, SECRET_PREFIX), "the mailboxes' passwords")
    ours = {one.name: one.tags for one in listed if _is_at(one.tags.get(ADDRESS, ""), domain)}
    names = see(inventory.users(session, region), "the account's users")
    wanted = {name.lower() for name in _possible(domain, ours)}
    users = {
        name: see(iam.tags_of_user(session, region, name), f"the tags of {name}")
        for name in names
        if name.lower() in wanted or _has_our_name(name, domain)
    }
    return leftovers(domain, Found(ours, users), in_stack)


def leftovers(domain: ConfiguredDomain, found: Found, in_stack: Iterable[str]) -> Leftovers:
    """Which of it goes, and what is to be said of the rest; pure."""
    held = {name.lower() for name in in_stack}
    goes, kept = [], list(_adopted(domain, found))
    for name, tags in sorted(found.users.items()):
        if name.lower() in held:
            continue
        if _is_at(tags.get(ADDRESS, ""), domain):
            goes.append(name)
        else:
            kept.append(f"IAM user {name}: it lacks the tag {ADDRESS} of what sendas makes")
    return Leftovers(tuple(goes), tuple(sorted(found.secrets)), tuple(dict.fromkeys(kept)))


def _adopted(domain: ConfiguredDomain, found: Found) -> Iterator[str]:
    named = [mailbox.user for mailbox in domain.mailboxes if mailbox.user]
    named += [tags[FOUND] for tags in found.secrets.values() if tags.get(FOUND)]
    for user in dict.fromkeys(named):
        yield f"IAM user {user} and its keys: it stood before sendas"


def _possible(domain: ConfiguredDomain, ours: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The names of the pairs of every mailbox that the file, or a secret, tells of."""
    addresses = [domain.address_of(box) for box in domain.mailboxes if not box.is_catch_all]
    addresses += [Address(tags[ADDRESS]) for tags in ours.values()]
    for address in addresses:
        yield from pair_of(address)


def _has_our_name(name: str, domain: ConfiguredDomain) -> bool:
    lower = name.lower().removesuffix(SECOND)
    return lower.startswith("sendas-") and lower.endswith(f"@{domain.name}")


def _is_at(address: str, domain: ConfiguredDomain) -> bool:
    try:
        return Address(address).domain == domain.name
    except MalformedAddress:
        return False
