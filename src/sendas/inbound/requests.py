"""What the function is asked for by a schedule or by the owner: digest, redelivery, release."""

import time

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sendas.errors import SendasError
from sendas.forward.decision import RELEASED, Reason
from sendas.inbound.digest import send_digest, send_digests
from sendas.inbound.events import EventTaker
from sendas.inbound.kinds import Kind
from sendas.inbound.log import Log
from sendas.inbound.stored_mail import receipt_of_head, receipt_of_record
from sendas.inbound.work import Again, Settled, Worker
from sendas.journal.record import Record
from sendas.journal.task import State
from sendas.mail.headers import read_head
from sendas.ses.notices import Receipt, S3Object


MOST_IDS = 100
"""Mails that one call redelivers or releases."""


class MalformedRequest(SendasError):
    """Nothing that the function could be asked for."""


def answer_request(
    worker: Worker, event: Mapping[str, Any], leased_to: str, over: float, log: Log
) -> dict[str, Any]:
    """Do what is asked for; gives an account of it.

    Raises:
        MalformedRequest: *event* asks for nothing known.
        SendasError: The digest cannot be sent now.
    """
    worker.aws.until = over
    asked = event.get("sendas")
    if asked is None and event.get("source") == "aws.events":
        return {
            **send_digests(worker, _yesterday(event), log),
            **EventTaker(worker, log).compact(over),
        }
    match asked:
        case "digest":
            return send_digests(worker, _yesterday(event), log)
        case {"digest": str(day)}:
            return send_digest(worker, _day(day), log)
        case "compact":
            return EventTaker(worker, log).compact(over)
        case {"redeliver": [*ids]}:
            return _again(worker, _ids(ids), leased_to, over, log, release=False)
        case {"release": [*ids]}:
            return _again(worker, _ids(ids), leased_to, over, log, release=True)
        case _:
            pass
    msg = "asks for none of digest, compact, redeliver, release"
    raise MalformedRequest(msg)


def _ids(ids: Sequence[object]) -> tuple[str, ...]:
    known = tuple(one for one in ids if isinstance(one, str) and one.isalnum())
    if len(known) != len(ids) or not 0 < len(known) <= MOST_IDS:
        msg = f"between 1 and {MOST_IDS} SES message ids are needed"
        raise MalformedRequest(msg)
    return known


def _again(  # noqa: PLR0913  what to do with which mails until when
    worker: Worker, ids: Sequence[str], leased_to: str, over: float, log: Log, *, release: bool
) -> dict[str, Any]:
    return {"results": [_one(worker, one, leased_to, over, log, release=release) for one in ids]}


def _one(  # noqa: PLR0913  the same for one
    worker: Worker, ses_message_id: str, leased_to: str, over: float, log: Log, *, release: bool
) -> dict[str, Any]:
    try:
        lease = worker.store.find(ses_message_id)
        receipt = receipt_of_record(lease.record) if lease else _unrecorded(worker, ses_message_id)
        waived = RELEASED if release else frozenset[Reason]()
        again = Again.RELEASED if release else Again.UNLESS_DELIVERED
        seconds = over - time.monotonic()
        outcome = worker.work(receipt, leased_to, seconds, waived=waived, again=again)
        if release and lease is not None and isinstance(outcome, Settled):
            _unmark(worker, lease.record, outcome)
    except SendasError as error:
        log.alarm("not done", id=ses_message_id, why=type(error).__name__)
        return {"id": ses_message_id, "outcome": "failed", "why": str(error)}
    except Exception as error:  # noqa: BLE001  one bad mail must not hide the others'
        log.alarm("broke", id=ses_message_id, why=type(error).__name__)
        return {"id": ses_message_id, "outcome": "failed", "why": type(error).__name__}
    if not isinstance(outcome, Settled):
        return {"id": ses_message_id, "outcome": "later", "why": outcome.why}
    did = [{"task": d.kind, "reason": d.reason, "state": d.state} for d in outcome.tasks]
    log.say("released" if release else "redelivered", id=ses_message_id)
    answer = {"id": ses_message_id, "outcome": "settled", "tasks": did}
    if lease is None:
        # The mail names one recipient, its notice named all (RFC 5321, 4.4).
        answer["why"] = f"for {receipt.forward_paths[0]} alone: no record says who else it was for"
    return answer


def _unrecorded(worker: Worker, ses_message_id: str) -> Receipt:
    settings = worker.settings
    place = S3Object(settings.bucket, settings.mail_key(ses_message_id))
    content = worker.aws.read(place.bucket, place.key).content
    return receipt_of_head(read_head(content), ses_message_id, place)


def _unmark(worker: Worker, record: Record, outcome: Settled) -> None:
    """Take the mail off the digest's list, unless it is still nowhere else."""
    gone = {
        path
        for task in outcome.tasks
        if task.kind in {Kind.FORWARD, Kind.ANSWER} and task.state is State.DONE
        for path in task.forward_paths
    }
    for task in record.tasks:
        kept = task.kind == Kind.QUARANTINE and task.state is State.DONE
        if kept and gone.issuperset(task.forward_paths):
            worker.aws.remove(worker.settings.bucket, task.answer)


def _yesterday(event: Mapping[str, Any]) -> str:
    """The day before the schedule's time."""
    try:
        at = datetime.fromisoformat(str(event.get("time")))
    except ValueError as error:
        msg = "a schedule's event has its time"
        raise MalformedRequest(msg) from error
    return f"{at.astimezone(UTC) - timedelta(days=1):%Y-%m-%d}"


def _day(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d}"
    except ValueError as error:
        msg = "a day is written as 2026-01-02"
        raise MalformedRequest(msg) from error
