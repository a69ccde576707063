"""What is seen of one mailbox's credentials: users, keys, versions, marks, mails."""

import hashlib

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sendas.credentials.decide.ages import REST
from sendas.credentials.decide.claim import Claim
from sendas.credentials.decide.credential import StoredCredential
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.marks import How, Marks
from sendas.credentials.decide.pair import Pair
from sendas.history.line import Line
from sendas.iam.keys import AccessKey
from sendas.mail.address import Address
from sendas.outcome import NOT_ASKED, NoAnswer, Seen
from sendas.ses.regions import Region
from sendas.stages import Stage


@dataclass(frozen=True, slots=True)
class UserSeen:
    """One IAM user that may send as the mailbox.

    *wider* says why its key must not be touched unasked: it may do more than send
    as this address.  Empty of the users that sendas named.
    """

    name: str
    keys: tuple[AccessKey, ...] = ()
    wider: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What one version of the secret holds; *credential* None where it is none, as in a claim."""

    version_id: str
    credential: StoredCredential | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the next step follows from.

    *lines* are the mails sent by any of the users as the address, and why none
    are known where nothing tells; *last_claim* is whoever was at work, still or not.
    """

    now: datetime
    address: Address
    region: Region
    pair: Pair
    users: tuple[UserSeen, ...]
    holders: tuple[Holder, ...]
    stages: Mapping[Stage, Held] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    last_claim: Claim | None = None
    released: bool = False
    lines: Seen[tuple[Line, ...]] = NOT_ASKED

    # Keys -------------------------------------------------------------------

    @property
    def keys(self) -> tuple[AccessKey, ...]:
        """Every key of every user."""
        return tuple(key for user in self.users for key in user.keys)

    def key(self, held: Held | None) -> AccessKey | None:
        """The key of a stored credential; None if it is gone."""
        if held is None or held.credential is None:
            return None
        wanted = held.credential.username
        return next((key for key in self.keys if key.key_id == wanted), None)

    def user(self, name: str) -> UserSeen:
        """One of the users, by its name."""
        return next((one for one in self.users if one.name == name), UserSeen(name))

    # Versions ---------------------------------------------------------------

    @property
    def current(self) -> Held | None:
        """What is handed out."""
        return self.stages.get(Stage.CURRENT)

    @property
    def pending(self) -> Held | None:
        """What is made, and not yet published."""
        return self.stages.get(Stage.PENDING)

    @property
    def previous(self) -> Held | None:
        """What was handed out before."""
        return self.stages.get(Stage.PREVIOUS)

    @property
    def current_key(self) -> AccessKey | None:
        """The key of the current credential if it works here: there, active, of this Region."""
        held = self.current
        key = self.key(held)
        if held is None or held.credential is None or key is None or not key.active:
            return None
        return key if held.credential.region == self.region else None

    @property
    def old_keys(self) -> tuple[AccessKey, ...]:
        """The keys that are neither the current credential's nor the pending one's."""
        kept = {key.key_id for key in (self.current_key, self.key(self.pending)) if key}
        return tuple(key for key in self.keys if key.key_id not in kept)

    @property
    def orphans(self) -> tuple[AccessKey, ...]:
        """Keys that the last run made and never came to store: nobody knows their password.

        Only of the users that sendas named, and only what came while that run was at work:
        what was made there before it, or by hand since, somebody may send with.
        """
        claim = self.last_claim
        if claim is None:
            return ()
        stored = {held.credential.username for held in self.stages.values() if held.credential}
        return tuple(
            key
            for key in self.keys
            if self.pair.owns(key.user)
            and key.key_id not in claim.before
            and key.key_id not in stored
            and claim.can_have_made(key.created)
        )

    def claimed_by_another(self, run: str) -> Claim | None:
        """The claim of another run that may still be at work."""
        claim = self.last_claim
        if claim is None or self.released or claim.run == run or claim.until <= self.now:
            return None
        return claim

    # Evidence ---------------------------------------------------------------

    @property
    def since(self) -> datetime | None:
        """Since when mails count as evidence for the current credential."""
        key, mark = self.current_key, self.marks.since
        return mark.at if key and mark and mark.key_id == key.key_id else None

    @property
    def evidence_counts(self) -> bool:
        """Whether anything hangs on who sent with which: a hand-over, or an old one."""
        old = any(key.active for key in self.old_keys)
        return self.since is not None and bool(self.waiting or old)

    @property
    def blind(self) -> str:
        """Why nobody knows who sent with which, where anything hangs on it; empty if it is known.

        What the operator vouched for, holder by holder, hangs on nothing that is seen.
        """
        key = self.current_key
        if key is None or not self.evidence_counts or not isinstance(self.lines, NoAnswer):
            return ""
        marks = [self.marks.adopted(holder, key.key_id) for holder in self.holders]
        said = all(mark is not None and How.SAID in mark.words for mark in marks)
        return "" if said else str(self.lines)

    @property
    def waiting(self) -> tuple[Holder, ...]:
        """The holders that were not seen to use the current credential."""
        key = self.current_key
        if key is None:
            return self.holders
        return tuple(h for h in self.holders if self.marks.adopted(h, key.key_id) is None)

    @property
    def told_apart(self) -> bool:
        """Whether a mail tells which credential sent it: no old active key shares the user."""
        key = self.current_key
        return key is not None and not any(
            old.active and old.user == key.user for old in self.old_keys
        )


def once_address(address: Address, key_id: str, holder: Holder) -> Address:
    """Where *holder* alone is asked to write to, so that its mail proves that it has the key.

    It follows from the key and the holder, so that every run asks for the same; it is
    no secret: only who sends with the new credential proves anything.
    """
    mark = hashlib.sha256(f"{key_id}\0{holder.name}".encode()).hexdigest()[:8]
    local = address.local_part.partition("+")[0]
    return Address(f"{local}+sendas-{mark}@{address.domain}")


def once_addresses(situation: Situation) -> Iterator[tuple[Holder, Address]]:
    """The one-time address of each holder, for the current credential."""
    key = situation.current_key
    for holder in situation.holders if key else ():
        if key is not None:
            yield holder, once_address(situation.address, key.key_id, holder)


class Begin(StrEnum):
    """Whether a rotation may begin."""

    IF_DUE = "if-due"
    IF_OLD = "if-old"
    """For its age alone: what is missing or broken is told, and a person begins."""
    NOW = "now"
    NEVER = "never"
    """Only look, or only end what began."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asks for.

    *run* names this run.  *revoke* and *replace* are the last characters of a key's
    id: it is to die now; it may be deleted if there is no room.  *vouched* holders
    count as seen on the operator's word.  *user* is the one that may do more than send
    and whose key may be made inactive all the same.
    """

    run: str
    begin: Begin = Begin.IF_DUE
    revoke: str = ""
    replace: str = ""
    vouched: tuple[Holder, ...] = ()
    user: str = ""
    rest: timedelta = REST
