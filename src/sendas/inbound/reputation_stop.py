"""Telling the owner that forwarding has stopped: once a day, however many mails are kept.

Each kept mail is in quarantine, listed by the daily digest, and logged; this
letter is the loud part.  That it went out is written down afterwards: a crash
between the two, or two functions at once, repeat a letter, which harms nobody.
Nothing that fails here holds up a mail: the next one kept tries again.
"""

import json

from collections.abc import Iterable

from sendas.aws.raw_message import Envelope
from sendas.aws.refusals import AwsFailure, NotFound
from sendas.forward import notices
from sendas.forward.decision import Quarantine
from sendas.forward.routes import Domain, Routes
from sendas.inbound.log import Log
from sendas.inbound.tasks import digest
from sendas.inbound.work import Worker


def tell(worker: Worker, kept: Iterable[Quarantine], routes: Routes, log: Log) -> None:
    """Tell the owners of *kept*, mails held back for the account's reputation, once a day each.

    A process that cannot tries again within the hour no more: mail waits for it.
    """
    now = worker.clock()
    for one in kept:
        for domain in filter(None, map(routes.domain_of, one.forward_paths)):
            owner = digest(domain.notice_address.lower())
            key = worker.settings.stop_key(f"{now:%Y-%m-%d}", owner)
            tried = f"{key} {now:%H}"
            if not worker.told_of_stop.isdisjoint((key, tried)):
                continue
            worker.told_of_stop.add(tried)
            try:
                if not _told(worker, key):
                    log.alarm("forwarding has stopped", reason=one.reason, why=one.why)
                    limit = routes.limits.stop_at_bounce_percent
                    _write_to(worker, domain, key, one.why, limit)
            except AwsFailure as error:
                log.alarm("owner not told", why=str(error), status=error.status)
            else:
                worker.told_of_stop.add(key)


def _told(worker: Worker, key: str) -> bool:
    """Whether any process told the owner today."""
    try:
        worker.aws.read(worker.settings.bucket, key)
    except NotFound:
        return False
    return True


def _write_to(worker: Worker, domain: Domain, key: str, why: str, limit: float) -> None:
    settings = worker.settings
    to, sender = domain.notice_address, domain.forwarding_address
    letter = notices.stopped(why, limit, to, sender, worker.clock())
    envelope = Envelope(sender, to, settings.feedback_address, settings.configuration_set)
    answer = worker.aws.send(envelope, (letter,))
    worker.aws.write(settings.bucket, key, json.dumps({"sent": answer}).encode("ascii"))
