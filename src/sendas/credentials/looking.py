"""Seeing how a mailbox's credentials stand: one `Situation`, from questions alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sendas.aws.secret import StagedSecret, Version
from sendas.credentials.decide.claim import RELEASED, read_claim
from sendas.credentials.decide.credential import stored_in
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.marks import FOUND, read_marks
from sendas.credentials.decide.pair import Pair, pair_of
from sendas.credentials.decide.reach import wider_than_address
from sendas.credentials.decide.rotation.state import Held, Situation, UserSeen, once_addresses
from sendas.credentials.doors import Account
from sendas.credentials.ground import Ground
from sendas.credentials.sender import Sender
from sendas.errors import UsageError
from sendas.history.line import Line
from sendas.mail.address import Address
from sendas.outcome import Seen, see
from sendas.ses.identity import Identity
from sendas.stages import Stage


class SecretGoing(UsageError):
    """The secret waits for its deletion."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose credential it is: *pair* are its users, *holders* those who keep a copy.

    *lines* gives the mails sent as the address since a moment, or why nobody knows; it
    is told the one-time address of each holder, too.
    """

    sender: Sender
    pair: Pair
    holders: tuple[Holder, ...]
    lines: Callable[[datetime, Mapping[Address, Holder]], Seen[tuple[Line, ...]]]


def look(
    subject: Subject, account: Account, ground: Ground, identity: Identity, now: datetime
) -> Situation:
    """How it stands now.

    Raises:
        CouldNotLook: AWS did not answer.
        SecretGoing: Its secret is to be deleted.
        UnreadableCredential: What lies there is not ours.
    """
    name = subject.sender.secret
    secret = see(account.staged_secret(name), f"the secret {name}")
    if secret is not None and secret.deleted:
        msg = f"the secret {name} waits for its deletion; `sendas gmail add` takes that back"
        raise SecretGoing(msg)
    secret = secret or StagedSecret(name, {})
    stages = {stage: _held(version, name) for stage, version in secret.versions.items()}
    claimed = secret.versions.get(Stage.CLAIM)
    claim = read_claim(claimed.id, claimed.text) if claimed else None
    marks = read_marks(secret.tags)
    current = stages.get(Stage.CURRENT)
    pair = subject.pair
    if not pair.found:  # said in a run before, perhaps on another machine
        pair = pair_of(subject.sender.address, secret.tags.get(FOUND, ""))
    users = _users(pair, current, account, ground, identity)
    seen = Situation(
        now=now,
        address=subject.sender.address,
        region=subject.sender.region,
        pair=pair,
        users=users,
        holders=subject.holders,
        stages={stage: held for stage, held in stages.items() if stage is not Stage.CLAIM},
        marks=marks,
        last_claim=claim,
        released=claim is not None and secret.tags.get(RELEASED) == claim.id,
    )
    since = seen.since
    if since is None or not seen.evidence_counts:
        return seen
    once = {address: holder for holder, address in once_addresses(seen)}
    return replace(seen, lines=subject.lines(since, once))


def _held(version: Version, name: str) -> Held:
    return Held(version.id, stored_in(version.text, name))


def _users(
    pair: Pair, current: Held | None, account: Account, ground: Ground, identity: Identity
) -> tuple[UserSeen, ...]:
    names = list(pair)
    keys = {user: see(account.keys_of(user), f"the keys of {user}") for user in names}
    stored = current.credential if current else None
    known = {key.key_id for of_user in keys.values() for key in of_user}
    if stored is not None and stored.username not in known:
        # A user that nobody named here: it made the stored credential before.
        owner = see(account.owner_of(stored.username), "whose key the stored one is")
        if owner is not None:
            keys |= {owner: see(account.keys_of(owner), f"the keys of {owner}")}
    return tuple(
        UserSeen(user, found, _wider(user, pair, account, ground, identity) if found else "")
        for user, found in keys.items()
    )


def _wider(user: str, pair: Pair, account: Account, ground: Ground, identity: Identity) -> str:
    if pair.owns(user):
        return ""
    documents = see(account.policies_of(user), f"the policies of {user}")
    return wider_than_address(documents, ground.sending(user, identity))
