"""The daily letter about what was put into quarantine.

It is read from the marks of one day.  That a letter went out is written down
afterwards: a crash between the two repeats a list, which harms nobody.
"""

import json

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, NotFound
from sendas.errors import SendasError
from sendas.forward import notices
from sendas.forward.decision import Reason
from sendas.forward.routes import Routes
from sendas.inbound.log import Log
from sendas.inbound.tasks import digest
from sendas.inbound.work import Worker
from sendas.mail.mailboxes import Mailbox


_MOST_READ = 2_000
"""Marks, read one by one: 40 s of the function's 120, should each take 20 ms (an estimate)."""
_MOST_COUNTED = 100_000
"""Marks that are counted: a hundred pages of a list."""
_DAYS_BACK = 14
"""As long as a queue keeps a message: nobody who waits longer is waiting for a letter."""


def send_digests(worker: Worker, day: str, log: Log) -> dict[str, Any]:
    """The letters about *day*, and those about days before that could not be sent then.

    As in SES's sandbox, until the owner's address is verified; `_DAYS_BACK` goes back so far.

    Raises:
        SendasError: A letter could not be sent now; those that were are not sent again.
    """
    days = [f"{date.fromisoformat(day) - timedelta(days=n):%Y-%m-%d}" for n in range(_DAYS_BACK)]
    told: dict[str, dict[str, Any]] = {}
    failed: list[SendasError] = []
    for one in days:
        try:
            if one == day or _waits(worker, one):
                told[one] = send_digest(worker, one, log)
        except SendasError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    late = sum(one["letters"] for name, one in told.items() if name != day)
    return told[day] | ({"late": late} if late else {})


def _waits(worker: Worker, day: str) -> bool:
    """Whether something was put aside on that past day, and not everybody was told."""
    settings = worker.settings
    kept = worker.aws.listing(settings.bucket, settings.quarantine_prefix(day), most=1)
    return bool(kept) and not _is_there(worker, _all_told(worker, day))


def send_digest(worker: Worker, day: str, log: Log) -> dict[str, Any]:
    """One letter for each owner about what was put aside on *day*, once.

    Raises:
        AwsFailure: A letter could not be sent now; the others were, and are not sent again.
        NoRoutes: Nobody knows whom to tell.
    """
    settings = worker.settings
    listed = worker.aws.listing(
        settings.bucket, settings.quarantine_prefix(day), most=_MOST_COUNTED
    )
    marks = [_mark(worker, entry.key) for entry in listed[:_MOST_READ]]
    read = [one for one in marks if one is not None]
    understood = [found for one in read if (found := _kept(one)) is not None]
    unread = len(read) - len(understood)
    uncounted = max(0, len(listed) - _MOST_READ)
    owned = _by_owner(understood, worker.routes.current().routes)
    _tell_of_gaps(log, day, unread, owned.nobodys)
    past = day < f"{worker.clock():%Y-%m-%d}"  # else what comes later today would never be listed
    sent = 0
    failed: list[AwsFailure] = []
    for (to, sender), kept in owned.by_owner.items():
        done_key = f"{settings.state_prefix}digest/{day}/{digest(to.lower())}"
        if _is_there(worker, done_key):
            continue
        kept.sort(key=lambda one: one.about.received_at)
        beyond = notices.Beyond(uncounted, unread)
        letter = notices.digest(kept, to, sender, worker.clock(), beyond)
        envelope = Envelope(sender, to, settings.feedback_address, settings.configuration_set)
        try:
            answer = worker.aws.send(envelope, (letter,))
        except AwsFailure as error:  # of an address that is not verified, day after day
            failed.append(error)
            continue
        if past:
            worker.aws.write(settings.bucket, done_key, json.dumps({"sent": answer}).encode())
        sent += 1
    if failed:
        raise failed[0]
    if past and listed:
        account = json.dumps({"letters": sent, "marks": len(listed)}).encode()
        worker.aws.write(settings.bucket, _all_told(worker, day), account)
    log.say("digest", day=day, kept=len(listed), letters=sent)
    return {"day": day, "kept": len(listed), "letters": sent}


def _all_told(worker: Worker, day: str) -> str:
    return f"{worker.settings.state_prefix}digest/{day}/all-told"


def _tell_of_gaps(log: Log, day: str, unread: int, nobodys: int) -> None:
    """What no letter can tell of: the alarm does."""
    if unread:
        log.alarm("marks not understood", day=day, count=unread)
    if nobodys:
        log.alarm("marks of no domain of the routes", day=day, count=nobodys)


_UNREADABLE: Mapping[str, Any] = {}


def _mark(worker: Worker, key: str) -> Mapping[str, Any] | None:
    """The mark; None where its mail was released meanwhile, an empty one if it is none of ours."""
    try:
        value = json.loads(worker.aws.read(worker.settings.bucket, key).content)
    except NotFound:
        return None
    except ValueError:
        return _UNREADABLE
    return value if isinstance(value, dict) else _UNREADABLE


def _is_there(worker: Worker, key: str) -> bool:
    try:
        worker.aws.read(worker.settings.bucket, key)
    except NotFound:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Owned:
    """The marks by whom to tell, and from which address of ours; how many are nobody's."""

    by_owner: dict[tuple[str, str], list[notices.Kept]]
    nobodys: int


def _by_owner(marks: Iterable[notices.Kept], routes: Routes) -> _Owned:
    """Each owner's own forward-paths alone."""
    found: dict[tuple[str, str], list[notices.Kept]] = {}
    nobodys = 0
    for kept in marks:
        paths: dict[tuple[str, str], list[str]] = {}
        for path in kept.forward_paths:
            domain = routes.domain_of(path)
            if domain is not None:
                owner = (domain.notice_address, domain.forwarding_address)
                paths.setdefault(owner, []).append(path)
        nobodys += not paths
        for owner, own in paths.items():
            found.setdefault(owner, []).append(replace(kept, forward_paths=tuple(own)))
    return _Owned(found, nobodys)


def _kept(mark: Mapping[str, Any]) -> notices.Kept | None:
    try:
        about = notices.About(
            mark["ses_message_id"],
            datetime.fromisoformat(mark["received_at"]),
            tuple(Mailbox(name, address) for name, address in mark["authors"]),
            mark["subject"],
            mark["size"],
        )
        reason = Reason(mark["reason"])
        return notices.Kept(about, reason, mark["why"], tuple(mark["forward_paths"]))
    except (KeyError, TypeError, ValueError):
        return None
