"""Making, or taking up again, the credential of a mailbox: safe to repeat after any crash.

The order is what makes it so.  The empty secret stands before there is
anything to put into it; its tag says that a key is being made before one is;
the key is deleted at once if its password cannot be stored.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sendas.credentials.decide.credential import StoredCredential, stored_in
from sendas.credentials.decide.issue_plan import (
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
from sendas.credentials.decide.marks import ADDRESS, SINCE, Mark
from sendas.credentials.decide.pair import pair_of
from sendas.credentials.doors import Account, Timing
from sendas.credentials.ground import Ground, storing_cost
from sendas.credentials.sender import Sender
from sendas.errors import CouldNotLook, SendasError, UsageError
from sendas.iam.keys import AccessKey
from sendas.iam.rights import Verb
from sendas.mail.address import Address
from sendas.outcome import see
from sendas.smtp.password import derive_smtp_password


if TYPE_CHECKING:
    from sendas.aws.key_writes import NewKey


_DELETE_TRIES = 3
_UNSTORED = "made by a run that ended before it stored the password"


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
        self._ground = Ground(self._sender, account, talk)

    def run(self) -> Issued:
        identity = self._ground.identity()
        users = tuple(dict.fromkeys((self._sender.user, *pair_of(Address(self._sender.address)))))
        self._ground.check_permissions(Verb.GMAIL, users)
        # The secret first: if it is not to be had, nothing is left behind.
        text, intent = self._secret()
        stored = stored_in(text, self._sender.secret)
        if stored is not None and pair_of(Address(self._sender.address)).owns(stored.user):
            # It was rotated: another user of the pair sends now.
            self._sender = replace(self._sender, user=stored.user)
        self._ground.ensure_user(self._sender.user, identity)
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
                raise NoRoomForKey(_no_room(self._sender.user, keys, stored))
            case Reuse(found, orphans):
                self._delete(orphans)
                self._settled(intent)
                others = tuple(
                    k for k in seen.keys if k not in orphans and k.key_id != found.username
                )
                remarks = tuple(self._ground.remarks)
                return Issued(found, made=False, others=others, remarks=remarks)
            case Issue() as step:
                made = self._make(step)
                why, others = step.why, step.others
                return Issued(made, True, why, others, tuple(self._ground.remarks))  # noqa: FBT003  a field

    # Looking ------------------------------------------------------------

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
            self._talk(storing_cost(self._sender.store))
            description = f"SES SMTP password of {self._sender.address}, kept by sendas"
            self._account.create_secret(name, description, {ADDRESS: self._sender.address})
            return None, None
        return found.text, read_intent(found.tags.get(ISSUING))

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
            self._delete((step.freed,), "as --replace-key says")
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
        made = StoredCredential(sender.address, sender.region, key.key_id, password, sender.user)
        # First: what is current and not marked was handed to nobody, as far as `rotate` knows.
        began = Mark(key.key_id, self._timing.now()).dump()
        self._account.tag_secret(sender.secret, SINCE, began)
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

    def _delete(self, keys: tuple[AccessKey, ...], what: str = _UNSTORED) -> None:
        for key in keys:
            self._account.delete_key(self._sender.user, key.key_id)
            self._talk(f"deleted key …{key.key_id[-4:]}, {what}")

    def _settled(self, intent: Intent | None) -> None:
        if intent is not None:
            self._account.untag_secret(self._sender.secret, ISSUING)


def _no_room(user: str, keys: tuple[AccessKey, ...], stored: StoredCredential | None) -> str:
    told = "; ".join(
        f"…{key.key_id[-4:]} {'active' if key.active else 'inactive'}, "
        + (f"last used {key.last_used:%Y-%m-%d}" if key.last_used else "never used")
        for key in keys
    )
    held = next((k for k in keys if stored and k.key_id == stored.username), None)
    which = f"that of …{held.key_id[-4:]} is stored" if held else "no password of them is stored"
    return (
        f"{user} has two access keys, the most there can be ({told}); {which}. See which one "
        "nobody uses, then repeat with --replace-key and its last four letters"
    )
