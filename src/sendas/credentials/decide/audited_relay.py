"""What is proven of the relay's own passwords, by what the relay noted of each; pure.

The relay notes when each password last logged in, and from which network: that is the proof.
Each holder has one of its own, so its use is the use of that copy.
"""

import re

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.config.model import Config, ConfiguredDomain, Mailbox, SendWay
from sendas.credentials.decide.ages import OVERDUE
from sendas.credentials.decide.audited import PASSWORD, Claim, Report, Standing, holder_claim
from sendas.credentials.decide.holders import Holder, holders_of
from sendas.mail.address import Address, same_address
from sendas.outcome import NoAnswer, Seen


AGE, HOLDER, MAILBOX = "age", "holder", "mailbox"
_GMAIL_LABEL = "gmail"


@dataclass(frozen=True, slots=True)
class RelayPassword:
    """One password as the relay keeps it, without its digest; *used_from* is a network."""

    mailbox: Address
    label: str
    made_at: datetime
    used_at: datetime | None = None
    used_from: str = ""


def relay_reports(
    passwords: Seen[tuple[RelayPassword, ...]],
    file: Config,
    now: datetime,
    only: Address | None = None,
) -> tuple[Report, ...]:
    """A report on each password of the file's relay, and on each mailbox that lacks one.

    *only* leaves out all but one mailbox.
    """
    if file.relay is None:
        return ()
    server = file.relay.host
    boxes = [
        (domain.address_of(box), box)
        for domain in file.domains
        for box in domain.mailboxes
        if box.send is SendWay.RELAY
    ]
    boxes = [one for one in boxes if only is None or same_address(one[0], only)]
    if isinstance(passwords, NoAnswer):
        unseen = (Claim(PASSWORD, Standing.UNKNOWN, str(passwords)),)
        return tuple(Report(address, server, "", unseen) for address, _ in boxes)
    found = [
        Report(f"{one.mailbox}/{one.label}", server, "", tuple(_claims(one, _box(file, one), now)))
        for one in passwords
        if only is None or same_address(one.mailbox, only)
    ]
    lacking = (_lacking(address, box, passwords, server) for address, box in boxes)
    return (*found, *(one for one in lacking if one))


def label_fits(label: str, holder: Holder) -> bool:
    """Whether *label* can be of *holder*: `gmail`; or all or the beginning of its words."""
    if holder.is_gmail:
        return label == _GMAIL_LABEL or label.startswith(f"{_GMAIL_LABEL}-")
    words = re.sub(r"[^a-z0-9]+", "-", holder.name.lower()).strip("-")
    return words == label or words.startswith(f"{label}-")


def _box(file: Config, one: RelayPassword) -> Mailbox | None:
    mailboxes = ((domain, box) for domain in file.domains for box in domain.mailboxes)
    return next((box for domain, box in mailboxes if _is(domain, box, one)), None)


def _is(domain: ConfiguredDomain, box: Mailbox, one: RelayPassword) -> bool:
    return not box.is_catch_all and same_address(domain.address_of(box), one.mailbox)


def _claims(one: RelayPassword, box: Mailbox | None, now: datetime) -> Iterator[Claim]:
    yield _used(one, now)
    if now - one.made_at >= OVERDUE:
        words = (
            f"it is {(now - one.made_at) // timedelta(days=1)} days old: make another, revoke it"
        )
        yield Claim(AGE, Standing.WRONG, words, one.made_at)
    if box is None:
        words = f"sendas.toml has no mailbox {one.mailbox}: revoke it, if nobody needs it"
        yield Claim(MAILBOX, Standing.WRONG, words)
    elif not any(label_fits(one.label, holder) for holder in holders_of(box)):
        words = f"held_by of {one.mailbox} names nobody whose it can be"
        yield Claim(HOLDER, Standing.NOT_PROVEN, words, one.made_at)


def _used(one: RelayPassword, now: datetime) -> Claim:
    if one.used_at is None:
        return Claim(PASSWORD, Standing.NOT_PROVEN, "it never logged in", one.made_at)
    if now - one.used_at >= OVERDUE:
        return Claim(PASSWORD, Standing.NOT_PROVEN, "it has not logged in", one.used_at)
    words = f"it logged in from {one.used_from}" if one.used_from else "it logged in"
    return Claim(PASSWORD, Standing.PROVEN, words, one.used_at)


def _lacking(
    address: Address, box: Mailbox, passwords: Iterable[RelayPassword], server: str
) -> Report | None:
    """What a mailbox that sends through the relay has no password for."""
    labels = [one.label for one in passwords if same_address(one.mailbox, address)]
    if not labels:
        words = f"there is none: `sendas relay password add {address} --label gmail`"
        return Report(address, server, "", (Claim(PASSWORD, Standing.WRONG, words),))
    claims = tuple(
        Claim(holder_claim(str(holder)), Standing.NOT_PROVEN, "no password has its label")
        for holder in holders_of(box)
        if not any(label_fits(label, holder) for label in labels)
    )
    return Report(address, server, "", claims) if claims else None
