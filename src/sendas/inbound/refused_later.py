"""After SES took it: a bounce that comes back is joined to the mail whose copy was refused.

A copy of ours carries the id of the mail it was made of (X-Sendas-Id), and the report of
its refusal returns the copy's header.  So the mail's own record learns that its target
refused it, its owner is told once, and the mail can be delivered again.  What a stranger
makes up is believed of nothing that we did not send to that very target.
"""

import re

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sendas.aws.lean import Lean
from sendas.bounce import RecipientReport, explain
from sendas.forward.decision import Notify, Quarantine, Reason
from sendas.forward.routes import Routes
from sendas.inbound.kinds import Kind
from sendas.inbound.mail import Mail
from sendas.inbound.record_store import Store
from sendas.inbound.tasks import name_of, task_of
from sendas.journal.record import Record, with_task
from sendas.journal.task import State, Task, done, refused
from sendas.ses.notices import Verdict


# SES message ids: letters, digits, hyphens; ours stands in a header, folded or not.
_ID = re.compile(rb"^X-Sendas-Id:\s{0,4}([A-Za-z0-9-]{10,128})\s*$", re.MULTILINE | re.IGNORECASE)
_MAX_LOOKED_AT = 1 << 18


@dataclass(frozen=True, slots=True)
class Refusal:
    """The target that refused a copy of the mail *ses_message_id*, and why, in a line."""

    ses_message_id: str
    target: str
    why: str


def read_refusal(content: bytes) -> Refusal | None:
    """What *content*, a mail to the forwarding address, says of a copy of ours; None if nothing.

    A delay is none: SES still tries.
    """
    found = _ID.search(content[:_MAX_LOOKED_AT])
    if found is None:
        return None
    explanation = explain(content[:_MAX_LOOKED_AT])
    for one in explanation.recipients:
        if one.failed and not one.delayed:
            target = (one.original_recipient or one.recipient).lower()
            return Refusal(found[1].decode("ascii"), target, _why(one))
    return None


def _why(one: RecipientReport) -> str:
    by = one.provider.capitalize() or one.refusing_host or one.recipient.rpartition("@")[2]
    says = one.explanation.partition(". ")[0].rstrip(".")
    codes = " ".join(code for code in (one.reply_code, one.status) if code)
    said = f" ({codes})" if codes else ""
    return f"forwarded, then refused by {by}: {one.reason}{said}, because: {says}"


class LaterRefusals:
    """Joins the bounces that one process sees to the mails they are about."""

    def __init__(self, aws: Lean, store: Store, clock: Callable[[], datetime]) -> None:
        """Read mails by *aws*, records by *store*."""
        self._aws = aws
        self._store = store
        self._clock = clock
        self._found: dict[str, Refusal] = {}

    def decide(self, kept: Quarantine, mail: Mail, routes: Routes) -> Quarantine | Notify:
        """Tell the owner of a refusal that nobody was notified of; keep every other answer.

        Raises:
            AwsFailure: The mail, or the record of the one it is about, could not be read.
        """
        verdicts = mail.receipt.verdicts
        domain = routes.domain_of(kept.forward_paths[0])
        if domain is None or Verdict.FAIL in {verdicts.spam, verdicts.virus}:
            return kept
        refusal = read_refusal(self._aws.read(mail.place.bucket, mail.place.key).content)
        lease = self._store.find(refusal.ses_message_id) if refusal else None
        if refusal is None or lease is None:
            return kept
        told = _told(lease.record, refusal, kept, domain.notice_address, domain.forwarding_address)
        task = _forward(lease.record, refusal)
        if told is None or task is None:
            return kept
        known = lease.record.task(name_of(told))
        ours = known is not None and known.answer == mail.receipt.ses_message_id
        if task.state is not State.DONE and not ours:
            return kept
        self._found[mail.receipt.ses_message_id] = refusal
        return told

    def write_down(self, notice: Notify, mail: Mail) -> None:
        """Let the mail's own record say that its target refused it afterwards.

        Raises:
            AwsFailure: It could not be written; to be repeated, which changes nothing more.
        """
        refusal = self._found.get(mail.receipt.ses_message_id)
        if refusal is None:
            return
        now, by = self._clock(), mail.receipt.ses_message_id

        def change(record: Record) -> Record:
            task = _forward(record, refusal)
            if task is None or task.state is not State.DONE:
                return record
            name = name_of(notice)
            told = task_of(name, notice, because_of=task.name)
            record = with_task(record, refused(task, refusal.why, now))
            return with_task(record, done(told, by, now))

        self._store.amend(refusal.ses_message_id, change)


def _told(
    record: Record, refusal: Refusal, kept: Quarantine, notice_address: str, from_address: str
) -> Notify | None:
    about = record.summary
    subject = f"“{about.subject}” of " if about.subject else "a mail of "
    why = f"{subject}{about.author or record.reverse_path or 'nobody named'} was {refusal.why}"
    again = f"{why}. Once mended: sendas mail redeliver {record.ses_message_id}"
    return Notify(
        Reason.REFUSED_LATER, again, kept.forward_paths, notice_address, from_address,
        (refusal.target,),
    )  # fmt: skip


def _forward(record: Record, refusal: Refusal) -> Task | None:
    """The copy that the record says went to that very target."""
    copies = (task for task in record.tasks if task.kind == Kind.FORWARD)
    return next((task for task in copies if task.target.lower() == refusal.target), None)
