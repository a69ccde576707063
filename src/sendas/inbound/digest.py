"""The daily letter about what was put into quarantine.

It is read from the marks of one day.  That a letter went out is written down
afterwards: a crash between the two repeats a list, which harms nobody.
"""

import json

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import NotFound
from sendas.forward import notices
from sendas.forward.decision import Reason
from sendas.forward.routes import Routes
from sendas.inbound.log import Log
from sendas.inbound.tasks import digest
from sendas.inbound.work import Worker
from sendas.mail.mailboxes import Mailbox


_MOST_READ = 2_000
"""Marks, read one by one: 40 s of the function's 120, should each take 20 ms (an estimate)."""


def send_digest(worker: Worker, day: str, log: Log) -> dict[str, Any]:
    """One letter for each owner about what was put aside on *day*, once.

    Raises:
        AwsFailure: A letter could not be sent now; those that were are not sent again.
        NoRoutes: Nobody knows whom to tell.
    """
    settings = worker.settings
    prefix = settings.quarantine_prefix(day)
    marks = [
        mark
        for entry in worker.aws.listing(settings.bucket, prefix, most=_MOST_READ)
        if (mark := _mark(worker, entry.key)) is not None
    ]
    sent = 0
    for (to, sender), kept in _by_owner(marks, worker.routes.current().routes).items():
        done_key = f"{settings.state_prefix}digest/{day}/{digest(to.lower())}"
        if _is_there(worker, done_key):
            continue
        kept.sort(key=lambda one: one.about.received_at)
        letter = notices.digest(kept, to, sender, worker.clock())
        envelope = Envelope(sender, to, settings.feedback_address, settings.configuration_set)
        answer = worker.aws.send(envelope, (letter,))
        if day < f"{worker.clock():%Y-%m-%d}":
            # What comes later today would never be listed.
            worker.aws.write(settings.bucket, done_key, json.dumps({"sent": answer}).encode())
        sent += 1
    log.say("digest", day=day, kept=len(marks), letters=sent)
    return {"day": day, "kept": len(marks), "letters": sent}


def _mark(worker: Worker, key: str) -> Mapping[str, Any] | None:
    """The mark, unless its mail was released meanwhile."""
    try:
        value = json.loads(worker.aws.read(worker.settings.bucket, key).content)
    except (NotFound, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _is_there(worker: Worker, key: str) -> bool:
    try:
        worker.aws.read(worker.settings.bucket, key)
    except NotFound:
        return False
    return True


def _by_owner(
    marks: Iterable[Mapping[str, Any]], routes: Routes
) -> dict[tuple[str, str], list[notices.Kept]]:
    """The marks by whom to tell, and from which address of ours; each owner's paths alone."""
    found: dict[tuple[str, str], list[notices.Kept]] = {}
    for kept in filter(None, map(_kept, marks)):
        paths: dict[tuple[str, str], list[str]] = {}
        for path in kept.forward_paths:
            domain = routes.domain_of(path)
            if domain is not None:
                owner = (domain.notice_address, domain.forwarding_address)
                paths.setdefault(owner, []).append(path)
        for owner, own in paths.items():
            found.setdefault(owner, []).append(replace(kept, forward_paths=tuple(own)))
    return found


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
