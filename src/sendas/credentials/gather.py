"""Asking AWS for every way to send in the account, all at once; decides nothing.

Each thing that could not be looked at stays a NoAnswer of its own.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Protocol, TypeAlias, TypeVar

from sendas.aws.regions import is_closed
from sendas.credentials.decide.authority import (
    Foreign,
    MaySend,
    assumed_by,
    beyond_sending,
    foreign_senders,
    may_send,
)
from sendas.credentials.decide.inventory import Inventory
from sendas.credentials.decide.marks import ADDRESS
from sendas.credentials.decide.verdicts import Box, Credential, Judged, Stored, judge, worst
from sendas.credentials.stored_passwords import PasswordsAccount, StoredPasswords
from sendas.errors import CouldNotLook
from sendas.history.sighting import Sighting
from sendas.iam.key_acts import REMEMBERED, KeyAct
from sendas.iam.keys import KeyUse
from sendas.iam.principal import Kind, Principal
from sendas.mail.address import domain_of
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, Why
from sendas.ses.identity import Identity
from sendas.ses.regions import Region


T = TypeVar("T")
_AskedKeys: TypeAlias = dict[str, Future[Seen[tuple[KeyUse, ...]]]]
"""The keys of users, asked for, by the user's name."""
_AT_ONCE = 40
"""Questions at a time: two for each of hundreds of users are what takes the time."""


class Account(PasswordsAccount, Protocol):
    """What an inventory asks of one AWS account; read-only, safe from any thread."""

    def principals(self) -> Seen[tuple[Principal, ...]]:
        """Every user and role with all their documents."""

    def has_root_key(self) -> Seen[bool]:
        """Whether root has an access key."""

    def keys_in_use(self, user: str) -> Seen[tuple[KeyUse, ...]]:
        """A user's keys with their last use."""

    def key_acts(self, since: datetime) -> Seen[tuple[KeyAct, ...]]:
        """What was done to keys."""

    def identities(self, region: Region) -> Seen[tuple[str, ...]]:
        """The names of a Region's identities."""

    def identity(self, region: Region, name: str) -> Seen[Identity | None]:
        """One of them, with its policies."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be listed.  *regions*: where identities are looked for.

    *seen*: what is known of sent mail; asked for while AWS is asked.
    *is_googles* tells whether an address is of Google's own outgoing servers.
    """

    account_id: str
    regions: Sequence[Region]
    now: datetime
    boxes: Sequence[tuple[Region, Box]] = ()
    seen: Callable[[], "MailSeen"] = lambda: MailSeen()  # noqa: PLW0108  it stands below
    is_googles: Callable[[str], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class MailSeen:
    """What each domain's history tells of who sent; a NoAnswer where there is none.

    *known* says for people until when that is known.
    """

    by_domain: Mapping[str, Seen[Sequence[Sighting]]] = field(default_factory=dict)
    known: str = ""


def take_stock(account: Account, wanted: Wanted) -> Inventory:
    """Look at everything at once, then judge it."""
    with ThreadPoolExecutor(_AT_ONCE, "credentials") as pool:
        run = _Run(account, wanted, pool)
        return run.inventory()


@dataclass(slots=True)
class _Run:
    account: Account
    wanted: Wanted
    pool: ThreadPoolExecutor
    doubts: list[str] = field(default_factory=list)
    sightings: Mapping[str, Seen[Mapping[str, Sequence[Sighting]]]] = field(default_factory=dict)
    """Of each domain, by the name of the user."""

    def inventory(self) -> Inventory:
        account, wanted = self.account, self.wanted
        everybody = self.pool.submit(self._everybody)
        mail = self.pool.submit(wanted.seen)
        root = self.pool.submit(account.has_root_key)
        acts = self.pool.submit(account.key_acts, wanted.now - REMEMBERED)
        names = {r: self.pool.submit(account.identities, r) for r in wanted.regions}
        homes = dict.fromkeys((*(region for region, _ in wanted.boxes), *wanted.regions[:1]))
        passwords = StoredPasswords(account, self.pool, self.doubts)
        passwords.ask(homes)
        identities, seen_in = self._identities(names)
        stored = passwords.by_key()
        boxes = tuple(passwords.known_of(box, region) for region, box in wanted.boxes)
        principals, early = everybody.result()
        acted = acts.result()
        if isinstance(principals, NoAnswer):
            judged: Seen[tuple[Judged, ...]] = principals
        else:
            self.sightings = _by_user(mail.result())
            judged = self._judged(principals, early, identities, stored, boxes, acted)
        return Inventory(
            account_id=wanted.account_id,
            at=wanted.now,
            judged=judged,
            root_key=root.result(),
            foreign=_foreign(identities, wanted.account_id),
            acts=acted,
            boxes=boxes,
            doubts=tuple(self.doubts),
            looked_in=seen_in,
            mail_known=mail.result().known,
        )

    # Identities -----------------------------------------------------------

    def _identities(
        self, names: Mapping[Region, Future[Seen[tuple[str, ...]]]]
    ) -> tuple[tuple[Identity, ...], tuple[Region, ...]]:
        asked: list[tuple[Region, str, Future[Seen[Identity | None]]]] = []
        seen: list[Region] = []
        for region, future in names.items():
            listed = future.result()
            if isinstance(listed, NoAnswer):
                if not is_closed(listed):
                    self.doubts.append(f"the identities in {region}: {listed}")
                continue
            seen.append(region)
            asked += [
                (region, name, self.pool.submit(self.account.identity, region, name))
                for name in listed
            ]
        found = []
        for region, name, one in asked:
            identity = one.result()
            if isinstance(identity, NoAnswer):
                self.doubts.append(f"the identity {name} in {region}: {identity}")
            elif identity is not None:
                found.append(identity)
        return tuple(found), tuple(seen)

    # Principals -------------------------------------------------------------

    def _everybody(self) -> tuple[Seen[tuple[Principal, ...]], _AskedKeys]:
        """Who there is; and at once the keys of the mailboxes' users, who are listed anyway."""
        principals = self.account.principals()
        if isinstance(principals, NoAnswer):
            return principals, {}
        ours = {user.lower() for _, box in self.wanted.boxes for user in box.pair}
        return principals, {
            one.name: self.pool.submit(self.account.keys_in_use, one.name)
            for one in principals
            if one.kind is Kind.USER and (one.name.lower() in ours or ADDRESS in one.tags)
        }

    def _judged(  # noqa: PLR0913, PLR0917  all that is known
        self,
        principals: Iterable[Principal],
        early: _AskedKeys,
        identities: tuple[Identity, ...],
        stored: Seen[dict[str, Stored]],
        boxes: tuple[Box, ...],
        acts: Seen[tuple[KeyAct, ...]],
    ) -> tuple[Judged, ...]:
        account, now = self.wanted.account_id, self.wanted.now
        by_user = {user.lower(): box for box in boxes for user in box.pair}
        wanted: list[tuple[Principal, Seen[tuple[MaySend, ...]], Box | None]] = []
        for principal in principals:
            box = by_user.get(principal.name.lower()) if principal.kind is Kind.USER else None
            sends = _known(partial(may_send, principal, identities, account, now))
            if sends or box is not None or ADDRESS in principal.tags:
                wanted.append((principal, sends, box))
        asked = early | {
            one.name: self.pool.submit(self.account.keys_in_use, one.name)
            for one, _, _ in wanted
            if one.kind is Kind.USER and one.name not in early
        }
        found = [
            credential
            for principal, sends, box in wanted
            for credential in self._credentials(principal, sends, box, asked, stored, acts)
        ]
        google = self._google(found)
        return worst(judge(one, self.wanted.now, google) for one in found)

    def _credentials(  # noqa: PLR0913, PLR0917  all that is known of one
        self,
        principal: Principal,
        sends: Seen[tuple[MaySend, ...]],
        box: Box | None,
        asked: _AskedKeys,
        stored: Seen[dict[str, Stored]],
        acts: Seen[tuple[KeyAct, ...]],
    ) -> Iterable[Credential]:
        account, now = self.wanted.account_id, self.wanted.now
        bare = Credential(
            kind=principal.kind,
            name=principal.name,
            arn=principal.arn,
            sends=sends,
            beyond=_known(lambda: beyond_sending(principal, account, now)),
            box=box,
            seen=self._seen_of(principal, box),
        )
        if principal.kind is Kind.ROLE:
            trusted = _known(lambda: assumed_by(principal))
            told = (str(trusted),) if isinstance(trusted, NoAnswer) else trusted
            yield replace(bare, trusted=told, last_used=principal.last_used)
            return
        keys = asked[principal.name].result()
        if isinstance(keys, NoAnswer):
            yield replace(bare, keys=keys, acts=_about(acts, principal.name, ""))
            return
        if not keys:
            yield replace(bare, acts=_about(acts, principal.name, ""))
        for key in keys:
            held = stored if isinstance(stored, NoAnswer) else stored.get(key.key_id)
            yield replace(
                bare,
                key=key,
                keys=len(keys),
                stored=held,
                acts=_about(acts, principal.name, key.key_id),
            )

    def _seen_of(self, principal: Principal, box: Box | None) -> Seen[tuple[Sighting, ...]]:
        """What it sent: as a mailbox, what its domain's history tells; else what any does."""
        histories = self.sightings
        if box is not None:
            told = [histories.get(domain_of(box.address), NOT_ASKED)]
        else:
            told = list(histories.values()) or [NOT_ASKED]
        known = [one for one in told if not isinstance(one, NoAnswer)]
        if not known:
            return next(one for one in told if isinstance(one, NoAnswer))
        name = principal.name.lower()
        return tuple(chain.from_iterable(one.get(name, ()) for one in known))

    def _google(self, found: Collection[Credential]) -> dict[str, bool]:
        """Whether each network that anything came from is Google's own."""
        examples = {
            one.network: one.sample.source_ip
            for credential in found
            if not isinstance(credential.seen, NoAnswer)
            for one in credential.seen
            if one.network
        }
        answers = self.pool.map(self.wanted.is_googles, examples.values())
        return dict(zip(examples, answers, strict=True))


def _by_user(mail: MailSeen) -> Mapping[str, Seen[Mapping[str, Sequence[Sighting]]]]:
    """The sightings of each domain, by the name of the user in lower case."""
    found: dict[str, Seen[Mapping[str, Sequence[Sighting]]]] = {}
    for domain, told in mail.by_domain.items():
        if isinstance(told, NoAnswer):
            found[domain] = told
            continue
        users: dict[str, list[Sighting]] = {}
        for one in told:
            users.setdefault(one.credential.lower(), []).append(one)
        found[domain] = users
    return found


def _about(acts: Seen[tuple[KeyAct, ...]], user: str, key_id: str) -> Seen[tuple[KeyAct, ...]]:
    if isinstance(acts, NoAnswer):
        return acts
    return tuple(
        one
        for one in acts
        if one.user.lower() == user.lower() and (not key_id or one.key_id == key_id)
    )


def _known(decide: Callable[[], T]) -> Seen[T]:
    """What *decide* gives; a policy that cannot be read is no answer, about this one alone."""
    try:
        return decide()
    except CouldNotLook as error:
        return NoAnswer(Why.SERVER_FAILURE, str(error))


def _foreign(identities: Iterable[Identity], account_id: str) -> Seen[tuple[Foreign, ...]]:
    return _known(lambda: foreign_senders(identities, account_id))
