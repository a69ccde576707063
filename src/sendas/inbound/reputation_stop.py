"""Telling the owner that forwarding has stopped: once a day, however many mails are kept.

For the account's reputation, or because of a flood: more mail in an hour than the limits let on.

Each kept mail is in quarantine, listed by the daily digest, and logged; this
letter is the loud part.  That it went out is written down afterwards: a crash
between the two, or two functions at once, repeat a letter, which harms nobody.
Nothing that fails here holds up a mail: the next one kept tries again.
"""

import json

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sendas.aws.lean import Lean
from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, NotFound
from sendas.forward import notices
from sendas.forward.decision import Quarantine, Reason
from sendas.forward.routes import Routes
from sendas.inbound.log import Log
from sendas.inbound.settings import Settings
from sendas.inbound.tasks import digest


@dataclass(frozen=True, slots=True)
class Told:
    """The means to tell owners; *already*: whom this process told, or could not."""

    aws: Lean
    settings: Settings
    log: Log
    already: set[str]


def tell(kept: Iterable[Quarantine], routes: Routes, told: Told, now: datetime) -> None:
    """Tell the owners of *kept*, mails held back for one of those reasons, once a day each.

    A process that cannot tries again within the hour no more: mail waits for it.
    """
    for one in kept:
        for domain in filter(None, map(routes.domain_of, one.forward_paths)):
            owner = digest(domain.notice_address.lower())
            what = owner if one.reason is Reason.REPUTATION else f"{one.reason}-{owner}"
            key = told.settings.stop_key(f"{now:%Y-%m-%d}", what)
            tried = f"{key} {now:%H}"
            if not told.already.isdisjoint((key, tried)):
                continue
            told.already.add(tried)
            try:
                if not _told(told, key):
                    told.log.alarm("forwarding has stopped", reason=one.reason, why=one.why)
                    to, sender = domain.notice_address, domain.forwarding_address
                    if one.reason is Reason.FLOOD:
                        notice = notices.flood(one.why, to, sender, now)
                    else:
                        limit = routes.limits.stop_at_bounce_percent
                        notice = notices.stopped(one.why, limit, to, sender, now)
                    _write_to(told, key, notice, to, sender)
            except AwsFailure as error:
                told.log.alarm("owner not told", why=str(error), status=error.status)
            else:
                told.already.add(key)


def _told(told: Told, key: str) -> bool:
    """Whether any process told the owner today."""
    try:
        told.aws.read(told.settings.bucket, key)
    except NotFound:
        return False
    return True


def _write_to(told: Told, key: str, notice: bytes, to: str, sender: str) -> None:
    settings = told.settings
    envelope = Envelope(sender, to, settings.feedback_address, settings.configuration_set)
    answer = told.aws.send(envelope, (notice,))
    told.aws.write(settings.bucket, key, json.dumps({"sent": answer}).encode("ascii"))
