"""The owner's side of aliases: made to write to, listed, closed, their keys turned.

Read and written with the owner's own credentials, from the owner's machine.
"""

import secrets as chance

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sendas.aws.mail_store import MailStore
from sendas.aws.secrets import find_secret, put_secret
from sendas.aws.session import Session
from sendas.aws.sesv2 import suppressed
from sendas.errors import CouldNotLook, UsageError
from sendas.forward.answering import ReplyMailbox
from sendas.forward.decision import ANSWERS, Reason
from sendas.inbound.kinds import Kind
from sendas.inbound.settings import Settings
from sendas.journal.record_file import MalformedRecord, read_record
from sendas.journal.task import State
from sendas.outcome import NoAnswer, see
from sendas.reply.alias import Alias, Aliases, Standing, month_end
from sendas.reply.alias import Kind as AliasKind
from sendas.reply.closed import ReplyState, format_state, parse_state
from sendas.reply.keys import SigningKeys, format_keys, parse_keys, revoked, rotated


_KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_KEY_LENGTH = 48


class NoKeys(UsageError):
    """There are no signing keys: nothing answers at this domain yet."""


class NotWritable(UsageError):
    """Nobody can be written to by that alias."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one domain's aliases live, by the function's own *settings*."""

    domain: str
    settings: Settings
    store: MailStore
    prefix: str
    mailboxes: dict[str, ReplyMailbox]

    @property
    def session(self) -> Session:
        """As whom AWS is asked."""
        return self.store.session

    @property
    def secret(self) -> str:
        """The name of the secret that holds the keys."""
        return self.settings.reply_secret


def keys_of(place: Place) -> SigningKeys:
    """The signing keys.

    Raises:
        NoKeys: There are none.
        CouldNotLook: Nobody could tell.
        MalformedKeys: The secret holds something else.
    """
    found = see(
        find_secret(place.session, place.store.region, place.secret), f"the secret {place.secret}"
    )
    if found is None or found.text is None:
        msg = (
            f"there is no secret {place.secret}, whose keys sign aliases: run `sendas apply`, "
            "which takes it back, or makes a new one if it is gone for good"
        )
        raise NoKeys(msg)
    return parse_keys(found.text)


def new_address(place: Place, mailbox: str, correspondent: str, now: datetime) -> Alias:
    """An address by which the owner of *mailbox* writes to *correspondent* first.

    Raises:
        NotWritable: No address that SES sends to, or one on the suppression list.
        CouldNotLook: Nobody could tell, or the address could not be kept.
    """
    box = place.mailboxes[mailbox]
    listed = see(
        suppressed(place.session, place.store.region, correspondent), "the suppression list"
    )
    if listed:
        why = f"on the suppression list ({listed.reason})"
        msg = f"{correspondent} is {why}: SES would send it nothing"
        raise NotWritable(msg)
    aliases = Aliases(place.domain, keys_of(place), place.prefix)
    try:
        made = aliases.make(
            AliasKind.COMPOSE, mailbox, correspondent, month_end(now, box.expires_days)
        )
    except ValueError as error:
        msg = f"{correspondent!r} is {error}"
        raise NotWritable(msg) from error
    if made.to_keep is not None:
        mark, address = made.to_keep
        key = place.settings.kept_key(mark)
        see(place.store.write(key, address.encode("ascii")), "the bucket")
    read = aliases.read(made.address.rpartition("@")[0], (mailbox,), now)
    if read is None or read[0] is not Standing.GOOD or read[1] is None:
        msg = "the alias that was just made cannot be read again"
        raise AssertionError(msg)
    return read[1]


def examine(place: Place, alias: str, now: datetime) -> tuple[Standing, Alias | None] | None:
    """What an address is worth as an alias; None if it is none.

    Whom it stands for is looked up where the bucket keeps that; empty if it does no more.
    """
    aliases = Aliases(place.domain, keys_of(place), place.prefix)
    found = aliases.read(alias.rpartition("@")[0] or alias, place.mailboxes, now)
    if found is None or found[1] is None or not found[1].kept_hash:
        return found
    kept = see(place.store.read(place.settings.kept_key(found[1].kept_hash)), "the bucket")
    whom = (kept or b"").decode("ascii", "replace")
    return found[0], replace(found[1], address=whom)


def state_of(place: Place) -> ReplyState:
    """What is closed and paused; raises CouldNotLook, MalformedState."""
    content = see(place.store.read(place.settings.reply_state_key()), "what is closed")
    return ReplyState() if content is None else parse_state(content)


def put_state(place: Place, state: ReplyState) -> None:
    """Let it count from the next mail on."""
    see(place.store.write(place.settings.reply_state_key(), format_state(state)), "the bucket")


def rotate_keys(place: Place) -> SigningKeys:
    """A new key signs from now on; what older ones signed stays answerable."""
    secret = "".join(chance.choice(_KEY_CHARACTERS) for _ in range(_KEY_LENGTH))
    return _put(place, rotated(keys_of(place), secret))


def revoke_key(place: Place, key_id: str) -> SigningKeys:
    """What that key signed is answerable no more, within a quarter of an hour."""
    return _put(place, revoked(keys_of(place), key_id))


def _put(place: Place, keys: SigningKeys) -> SigningKeys:
    token = chance.token_hex(16)
    put_secret(place.session, place.store.region, place.secret, format_keys(keys), token)
    return keys


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of answers, as the records of the mails tell."""

    by_state: Counter[State]
    refused: Counter[str]
    """By reason, those that did not go out."""
    unread: int = 0


def stats_of(place: Place, since: datetime) -> Stats:
    """Counts over the records written since then; raises CouldNotLook."""
    states: Counter[State] = Counter()
    refused: Counter[str] = Counter()
    unread = 0
    for content in _records(place, since):
        try:
            record = read_record(content)
        except MalformedRecord:
            unread += 1
            continue
        for task in record.tasks:
            if task.kind is Kind.ANSWER:
                states[task.state] += 1
            elif task.reason in {*ANSWERS, Reason.ALIAS_CLOSED}:
                refused[task.reason] += 1
    return Stats(states, refused, unread)


def _records(place: Place, since: datetime) -> Iterator[bytes]:
    for one in place.store.objects(place.settings.records_prefix):
        if isinstance(one, NoAnswer):
            raise CouldNotLook(str(one.detail))
        if one.modified >= since:
            content = see(place.store.read(one.key), one.key)
            if content is not None:
                yield content
