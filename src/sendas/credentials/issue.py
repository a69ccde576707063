"""Making, or taking up again, the credential of a mailbox: safe to repeat after any crash.

The order is what makes it so.  The empty secret stands before there is
anything to put into it; its tag says that a key is being made before one is;
the key is deleted at once if its password cannot be stored.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sendas.credentials.credential import StoredCredential, load_credential
from sendas.credentials.doors import Account, Timing
from sendas.credentials.issue_plan import (
    ISSUING,
    Intent,
    Issue,
    NoRoom,
    Reuse,
    Situation,
    Unusable,
    orphans_of,
    plan,
    read_intent,
)
from sendas.credentials.rights import RIGHTS
from sendas.credentials.sender import POLICY_NAME, Sender, least_policy
from sendas.errors import CouldNotLook, SendasError, UsageError
from sendas.iam.keys import AccessKey
from sendas.iam.lacking import Needs
from sendas.iam.policy import Outcome, Request, decide
from sendas.iam.rights import EVERYWHERE, NotPermitted, Verb, When, missing_text, rights_of
from sendas.outcome import NoAnswer, see
from sendas.ses.identity import Identity
from sendas.ses.regions import partition_of
from sendas.smtp.password import derive_smtp_password


if TYPE_CHECKING:
    from sendas.aws.key_writes import NewKey


_TAG = "sendas:address"
_DELETE_TRIES = 3


class NoIdentity(UsageError):
    """SES does not know the domain in this Region."""


class NoRoomForKey(UsageError):
    """The user has two keys, and no one has said which may go."""


class NotStored(CouldNotLook):
    """The password could not be stored; the key made for it was deleted again, or is named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.  *token* makes storing repeatable: 32 to 64 signs, new for each run."""

    sender: Sender
    token: str
    anew: bool = False
    give_up: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """The credential that stands now."""

    stored: StoredCredential
    made: bool
    why: Unusable | None = None
    others: tuple[AccessKey, ...] = ()
    """Further keys of the user, left alone: their secrets are not ours to know."""
    remarks: tuple[str, ...] = ()


def issue(wanted: Wanted, account: Account, timing: Timing, talk: Callable[[str], None]) -> Issued:
    """Bring about that a credential is stored, whose key is there and active.

    Raises:
        NoIdentity: The domain is no identity here.  Nothing was changed.
        NotPermitted: A permission is missing.  Nothing was changed.
        NoRoomForKey: Two keys, and it is not known that one may go.
        UnreadableCredential: Somebody else's secret lies under our name.
        CouldNotLook: Something could not be asked or done; repeat it.
    """
    return _Run(wanted, account, timing, talk).run()


class _Run:
    def __init__(
        self, wanted: Wanted, account: Account, timing: Timing, talk: Callable[[str], None]
    ) -> None:
        self._wanted, self._sender = wanted, wanted.sender
        self._account, self._timing, self._talk = account, timing, talk
        self._remarks: list[str] = []
        self._number = ""
        """The account's."""

    def run(self) -> Issued:
        identity = self._identity()
        self._check_permissions()
        # The secret first: if it is not to be had, nothing is left behind.
        text, intent = self._secret()
        stored = load_credential(text, self._sender.secret) if text else None
        self._ensure_user(identity)
        if intent is not None:
            self._let_the_other_end(intent)
        seen = Situation(
            region=self._sender.region,
            keys=self._keys(),
            stored=stored,
            intent=intent,
            anew=self._wanted.anew,
            give_up=self._wanted.give_up,
        )
        match plan(seen):
            case NoRoom(keys):
                raise NoRoomForKey(_no_room(self._sender.user, keys))
            case Reuse(found, orphans):
                self._delete(orphans)
                self._settled(intent)
                others = tuple(
                    k for k in seen.keys if k not in orphans and k.key_id != found.username
                )
                return Issued(found, made=False, others=others, remarks=tuple(self._remarks))
            case Issue() as step:
                made = self._make(step)
                why, others = step.why, step.others
                return Issued(made, True, why, others, tuple(self._remarks))  # noqa: FBT003  a field

    # Looking ------------------------------------------------------------

    def _identity(self) -> Identity:
        name, region = self._sender.domain, self._sender.region
        found = see(self._account.identity(name), f"the identity {name}")
        if found is None:
            msg = (
                f"{name} is no identity of SES in {region}; set it up there first, or name the "
                "Region where it is with --region"
            )
            raise NoIdentity(msg)
        if not found.verified_for_sending:
            self._remarks.append(
                f"{name} is not verified in {region} yet: the login works, sending does not"
            )
        return found

    def _check_permissions(self) -> None:
        lacking = self._account.lacking(self._needs())
        if isinstance(lacking, NoAnswer):
            self._remarks.append(
                "what you may do shows only when AWS refuses it, since your own policies "
                f"could not be read ({lacking})"
            )
        elif lacking:
            raise NotPermitted(missing_text(lacking, Verb.GMAIL))

    def _needs(self) -> Needs:
        """The rights of one mailbox's credential."""
        sender = self._sender
        self._number = see(self._account.account_id(), "the account's number")
        place = {
            **EVERYWHERE,
            "partition": (partition_of(sender.region),),
            "region": (sender.region,),
            "account": (self._number,),
            "domain": (sender.domain,),
            "users": (sender.user,),
        }
        rights = [r for r in rights_of(RIGHTS, [Verb.GMAIL]) if r.when is When.ALWAYS]
        return Needs(tuple(rights), place)

    def _keys(self) -> tuple[AccessKey, ...]:
        return see(self._account.keys_of(self._sender.user), f"the keys of {self._sender.user}")

    # Before a key is made -----------------------------------------------

    def _secret(self) -> tuple[str | None, Intent | None]:
        name = self._sender.secret
        found = see(self._account.secret(name), f"the secret {name}")
        if found is not None and found.deleted:
            self._account.restore_secret(name)
            self._talk(f"{name} was to be deleted; that is taken back")
            found = see(self._account.secret(name), f"the secret {name}")
        if found is None:
            description = f"SES SMTP password of {self._sender.address}, kept by sendas"
            self._account.create_secret(name, description, {_TAG: self._sender.address})
            return None, None
        return found.text, read_intent(found.tags.get(ISSUING))

    def _ensure_user(self, identity: Identity) -> None:
        user = self._sender.user
        if not see(self._account.user_exists(user), f"the user {user}"):
            self._account.create_user(user, {_TAG: self._sender.address})
            self._talk(f"made the IAM user {user}")
        self._ensure_policy(identity)

    def _ensure_policy(self, identity: Identity) -> None:
        """Add the least policy unless what binds the user lets it send already."""
        sender, account = self._sender, self._account
        number = self._number
        prefix = f"arn:{partition_of(sender.region)}:ses:{sender.region}:{number}"
        own_set = identity.configuration_set
        more = (f"{prefix}:configuration-set/{own_set}",) if own_set else ()
        request = Request(
            "ses:SendRawEmail",
            (f"{prefix}:identity/{sender.domain}", *more),
            f"arn:{partition_of(sender.region)}:iam::{number}:user/{sender.user}",
            {"ses:FromAddress": (sender.address,), "ses:ApiVersion": ("2",)},
        )
        documents = see(account.policies_of(sender.user), f"the policies of {sender.user}")
        decision = decide(documents, request)
        if decision.outcome is Outcome.IMPLICIT_DENY and not decision.at_boundary:
            policy = least_policy(sender, number, own_set)
            account.put_policy(sender.user, POLICY_NAME, policy)
            self._talk(f"let {sender.user} send as {sender.address}, and as nobody else")
        elif not decision.allowed:
            self._remarks.append(
                f"a policy denies {sender.user} to send as {sender.address}: "
                f"ask `sendas doctor --from {sender.address}`"
            )

    def _let_the_other_end(self, intent: Intent) -> None:
        wait = intent.left_to_wait(self._timing.now()).total_seconds()
        if wait > 0:
            self._talk(
                f"an earlier run was making a key; waiting {wait:.0f} s in case it still does"
            )
            self._timing.sleep(wait)

    # The key ------------------------------------------------------------

    def _make(self, step: Issue) -> StoredCredential:
        self._delete(step.orphans)
        if step.freed:
            self._delete((step.freed,))
        left = frozenset(key.key_id for key in step.others)
        intent = Intent(self._timing.now(), left)
        self._account.tag_secret(self._sender.secret, ISSUING, intent.dump())
        with self._swept(intent):
            key = self._account.create_key(self._sender.user)
            made = self._store(key)
        # botocore asks again after silence: the first answer's key may be there as well.
        self._delete(tuple(orphans_of(self._keys(), intent, made)))
        self._settled(intent)
        self._talk(f"made key …{key.key_id[-4:]} and stored its password as {self._sender.secret}")
        return made

    def _store(self, key: "NewKey") -> StoredCredential:
        sender = self._sender
        password = derive_smtp_password(key.secret, region=sender.region).value
        made = StoredCredential(sender.address, sender.region, key.key_id, password)
        self._account.put_secret(sender.secret, made.dump(), self._wanted.token)
        return made

    @contextmanager
    def _swept(self, intent: Intent) -> Iterator[None]:
        """Whatever fails inside, even Ctrl-C: no key is left whose password is not stored."""
        try:
            yield
        except BaseException as error:
            left = self._sweep(intent)
            if not left:
                with suppress(Exception):
                    self._settled(intent)
            if not isinstance(error, SendasError):
                raise
            after = (
                f"a key (…{', …'.join(left)}) is left over, which the next run deletes"
                if left
                else "no key is left over"
            )
            msg = f"{error}; no password was stored and {after}: repeat this"
            raise NotStored(msg) from error

    def _sweep(self, intent: Intent) -> tuple[str, ...]:
        """The last four of the keys that could not be deleted."""
        for _ in range(_DELETE_TRIES):
            with suppress(Exception):
                self._delete(tuple(orphans_of(self._keys(), intent, None)))
                return ()
        with suppress(Exception):
            return tuple(k.key_id[-4:] for k in orphans_of(self._keys(), intent, None))
        return ("????",)

    def _delete(self, keys: tuple[AccessKey, ...]) -> None:
        for key in keys:
            self._account.delete_key(self._sender.user, key.key_id)
            self._talk(f"deleted key …{key.key_id[-4:]}, whose password nobody has")

    def _settled(self, intent: Intent | None) -> None:
        if intent is not None:
            self._account.untag_secret(self._sender.secret, ISSUING)


def _no_room(user: str, keys: tuple[AccessKey, ...]) -> str:
    told = "; ".join(
        f"…{key.key_id[-4:]} {'active' if key.active else 'inactive'}, "
        + (f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used")
        for key in keys
    )
    return (
        f"{user} has two access keys, the most there can be ({told}), and the password of "
        "neither is stored; see which one nobody uses, then repeat with --replace-key and its "
        "last four letters"
    )
