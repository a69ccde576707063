"""Which mails show that a holder uses the new credential, and which that the old is used; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.credentials.decide.holders import Holder, sender_of_line
from sendas.credentials.decide.marks import How, Mark
from sendas.credentials.decide.rotation.state import Situation, once_addresses
from sendas.history.line import Line, hash_address
from sendas.mail.address import same_address
from sendas.outcome import NoAnswer


_IAM_COARSE = timedelta(hours=1)
"""IAM tells a key's last use coarsely (FACTS 4): within less it may be a use before."""


@dataclass(frozen=True, slots=True)
class LateUse:
    """A use of the old credential after all its known holders had the new one.

    *holder* is who it can have been, None where nothing tells; *source_ip* and
    *user_agent* are of SES's event, empty where only IAM tells of the use.
    """

    key_user: str
    at: datetime
    holder: Holder | None = None
    source_ip: str = ""
    user_agent: str = ""


def sightings(seen: Situation) -> Iterator[tuple[Holder, Mark]]:
    """Each holder seen to use the current credential since its hand-over began, with the mark.

    Only where a mail tells which credential sent it: SES names the user, so no
    old key of the same user may be active.
    """
    key, since = seen.current_key, seen.since
    if key is None or since is None or not seen.told_apart:
        return
    for line, at in mails_of(seen):
        if line.credential.lower() != key.user.lower() or at < since:
            continue
        asked = one_time(seen, line)
        holder = asked or sender_of_line(line, seen.holders)
        if holder is not None:
            yield holder, Mark(key.key_id, at, (How.ONE_TIME if asked else How.MAIL,))


def late_uses(seen: Situation) -> tuple[LateUse, ...]:
    """Uses of old active keys after every holder was seen to use the current one."""
    key, since = seen.current_key, seen.since
    if key is None or since is None or seen.waiting:
        return ()
    marks = (seen.marks.adopted(holder, key.key_id) for holder in seen.holders)
    settled = max((mark.at for mark in marks if mark), default=since)
    old = [one for one in seen.old_keys if one.active]
    users = {one.user.lower() for one in old if one.user.lower() != key.user.lower()}
    found = [
        LateUse(line.credential, at, sender_of_line(line, seen.holders), line.source_ip,
              line.user_agent)
        for line, at in mails_of(seen)
        if line.credential.lower() in users and at > settled
    ]  # fmt: skip
    told = {one.key_user.lower() for one in found}
    found += [
        LateUse(one.user, one.last_used)
        for one in old
        if one.last_used is not None
        and one.last_used > settled + _IAM_COARSE
        and one.user.lower() not in told
    ]
    return tuple(sorted(found, key=lambda late_use: late_use.at))


def one_time(seen: Situation, line: Line) -> Holder | None:
    """The holder whose one-time address the mail of *line* went to; None if it is nobody's."""
    for holder, address in once_addresses(seen):
        if same_address(line.recipient, address) or line.recipient == hash_address(address):
            return holder
    return None


def mails_of(seen: Situation) -> Iterator[tuple[Line, datetime]]:
    """What was sent as the address, oldest first."""
    if isinstance(seen.lines, NoAnswer):
        return
    ours = {seen.address.lower(), hash_address(seen.address).lower()}
    for line in sorted(seen.lines, key=lambda one: one.sent_at):
        # Lines of an earlier release have a name before the address.
        named = line.sender.rpartition("<")[2].rstrip(">")
        if line.kind == "send" and named.lower() in ours:
            yield line, datetime.fromisoformat(line.sent_at)
