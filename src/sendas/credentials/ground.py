"""What must stand before a mailbox can have a credential: identity, permissions, user, policy."""

import json

from collections.abc import Callable

from sendas.config.model import PasswordStore
from sendas.credentials.decide.marks import ADDRESS
from sendas.credentials.doors import Account
from sendas.credentials.rights import RIGHTS
from sendas.credentials.sender import POLICY_NAME, Sender, least_policy, writable_passwords
from sendas.errors import UsageError
from sendas.iam.lacking import Needs
from sendas.iam.policy import Outcome, PolicyDocument, Request, Source, decide
from sendas.iam.rights import EVERYWHERE, NotPermitted, Verb, When, missing_text, rights_of
from sendas.outcome import NoAnswer, see
from sendas.prices.price_list import load
from sendas.ses.identity import Identity
from sendas.ses.regions import partition_of


class NoIdentity(UsageError):
    """SES does not know the domain in this Region."""


class Ground:
    """One mailbox's ground, looked at once; *remarks* are what a person should hear at the end."""

    def __init__(self, sender: Sender, account: Account, talk: Callable[[str], None]) -> None:
        self._sender, self._account, self._talk = sender, account, talk
        self.remarks: list[str] = []
        self._number = ""

    @property
    def number(self) -> str:
        """The account's, asked once."""
        if not self._number:
            self._number = see(self._account.account_id(), "the account's number")
        return self._number

    def identity(self) -> Identity:
        """The domain's identity.

        Raises:
            NoIdentity: The domain is none here.
        """
        name, region = self._sender.domain, self._sender.region
        found = see(self._account.identity(name), f"the identity {name}")
        if found is None:
            msg = (
                f"{name} is no identity of SES in {region}; set it up there first, or name the "
                "Region where it is with --region"
            )
            raise NoIdentity(msg)
        if not found.verified_for_sending:
            self.remarks.append(
                f"{name} is not verified in {region} yet: the login works, sending does not"
            )
        return found

    def check_permissions(self, verb: Verb, users: tuple[str, ...]) -> None:
        """Refuse before anything is begun.

        Raises:
            NotPermitted: Something that *verb* needs is missing.
        """
        lacking = self._account.lacking(self._needs(verb, users))
        if isinstance(lacking, NoAnswer):
            self.remarks.append(
                "what you may do shows only when AWS refuses it, since your own policies "
                f"could not be read ({lacking})"
            )
        elif lacking:
            raise NotPermitted(missing_text(lacking, verb))

    def _needs(self, verb: Verb, users: tuple[str, ...]) -> Needs:
        sender = self._sender
        place = {
            **EVERYWHERE,
            "partition": (partition_of(sender.region),),
            "region": (sender.region,),
            "account": (self.number,),
            "domain": (sender.domain,),
            "users": users,
            "senders": users,
            "boundary": (sender.boundary,) if sender.boundary else (),
            **writable_passwords(sender.store, sender.domain),
        }
        rights = [r for r in rights_of(RIGHTS, [verb]) if r.when is When.ALWAYS]
        return Needs(tuple(rights), place)

    def ensure_user(
        self, user: str, identity: Identity, kept: tuple[PolicyDocument, ...] = ()
    ) -> None:
        """Make the user where it is missing, and let it send as the address.

        *kept* are the documents of a user that it follows: it gets the same, and no more.
        """
        if not see(self._account.user_exists(user), f"the user {user}"):
            self._account.create_user(user, {ADDRESS: self._sender.address}, self._boundary())
            self._talk(f"made the IAM user {user}")
        self._ensure_policy(user, identity, kept)

    def _boundary(self) -> str:
        """The ARN of the policy that bounds whoever is made; empty where nothing does."""
        name, partition = self._sender.boundary, partition_of(self._sender.region)
        return f"arn:{partition}:iam::{self.number}:policy/{name}" if name else ""

    def _ensure_policy(
        self, user: str, identity: Identity, kept: tuple[PolicyDocument, ...]
    ) -> None:
        """Add the least policy unless what binds the user lets it send already."""
        sender, account = self._sender, self._account
        documents = see(account.policies_of(user), f"the policies of {user}")
        decision = decide(documents, self.sending(user, identity))
        if decision.outcome is Outcome.IMPLICIT_DENY and not decision.at_boundary:
            if kept:
                for name, text in _copied(kept).items():
                    account.put_policy(user, name, text)
                self._talk(f"gave {user} the policies of the user it follows")
                return
            policy = least_policy(sender, self.number, identity.configuration_set)
            account.put_policy(user, POLICY_NAME, policy)
            self._talk(f"let {user} send as {sender.address}, and as nobody else")
        elif not decision.allowed:
            self.remarks.append(
                f"a policy denies {user} to send as {sender.address}: "
                f"ask `sendas doctor --from {sender.address}`"
            )

    def sending(self, user: str, identity: Identity, author: str = "") -> Request:
        """What SES decides when *user* sends as *author*, the address itself if empty."""
        sender = self._sender
        prefix = f"arn:{partition_of(sender.region)}:ses:{sender.region}:{self.number}"
        own_set = identity.configuration_set
        more = (f"{prefix}:configuration-set/{own_set}",) if own_set else ()
        return Request(
            "ses:SendRawEmail",
            (f"{prefix}:identity/{sender.domain}", *more),
            f"arn:{partition_of(sender.region)}:iam::{self.number}:user/{user}",
            {"ses:FromAddress": (author or sender.address,), "ses:ApiVersion": ("2",)},
        )


_MOST_NAME = 128
"""Characters in the name of an inline policy (IAM quotas)."""


def _copied(kept: tuple[PolicyDocument, ...]) -> dict[str, str]:
    """Inline policies that say the same as *kept*: each by a name of its own."""
    copies: dict[str, str] = {}
    for number, one in enumerate(kept, 1):
        name = f"{POLICY_NAME}-{number}-{one.name}"[:_MOST_NAME]
        copies[name] = json.dumps(json.loads(one.text), separators=(",", ":"))
    return copies


def can_be_kept(documents: tuple[PolicyDocument, ...]) -> bool:
    """Whether a copy as inline policies says the same: no boundary, and little enough of it."""
    size = sum(len("".join(one.text.split())) for one in documents)
    # IAM quotas: 2,048 characters of inline policies a user, blanks not counted.
    return size <= _MOST_INLINE and not any(one.source is Source.BOUNDARY for one in documents)


_MOST_INLINE = 2048


def storing_cost(store: PasswordStore) -> str:
    """What keeping a password costs, said before it is kept; pure but for the list it reads."""
    prices = load()
    free = store is PasswordStore.PARAMETER_STORE
    price = prices.price("parameter" if free else "secret")
    what = "one standard parameter of Parameter Store" if free else "one secret of Secrets Manager"
    return (
        f"its password is kept as {what}: ${price.dollars} a month by the price list of "
        f"{prices.as_of}"
    )
