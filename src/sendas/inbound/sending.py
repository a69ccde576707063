"""Carrying out one action: what is sent to whom, or written where."""

import json

from datetime import datetime, timedelta

from sendas.aws.lean import Lean
from sendas.aws.raw_message import Envelope
from sendas.forward.decision import (
    BESIDE,
    Discard,
    Forward,
    Notify,
    Quarantine,
    Reject,
    TakeReports,
)
from sendas.forward.facts import subject_of
from sendas.forward.rewrite import Rewritten, rewrite
from sendas.inbound.answering import Answering
from sendas.inbound.mail import Mail
from sendas.inbound.settings import Settings
from sendas.inbound.tasks import Action, name_of
from sendas.reply.decision import Answer
from sendas.reply.incoming import Instead


_BOUNCE_TYPES = {
    # RFC 3463, 3.2 to 3.8, in SES's words (API v1, BouncedRecipientInfo).
    "5.1.1": "DoesNotExist",
    "5.2.2": "ExceededQuota",
    "5.3.4": "MessageTooLarge",
    "5.6.0": "ContentRejected",
    "5.7.1": "ContentRejected",
}


class Sending:
    """Does what was decided; says what AWS answered."""

    def __init__(self, aws: Lean, settings: Settings, answering: Answering) -> None:
        self._aws = aws
        self._settings = settings
        self._answering = answering

    def rewritten(self, forward: Forward, mail: Mail) -> Rewritten:
        """The copy as it would go out."""
        return self._rewritten(forward, mail, self._answering.instead(forward, mail))

    def _rewritten(self, forward: Forward, mail: Mail, made: Instead | None) -> Rewritten:
        fields = made.fields if made else {}
        ses_id, authors = mail.receipt.ses_message_id, mail.facts.authors
        return rewrite(mail.head, forward, ses_id, authors, fields)

    def carry_out(self, one: Action, mail: Mail, now: datetime) -> str:
        """Do it; gives AWS's answer.

        Raises:
            AwsFailure: It was not done; NoReply with ``sent``: it may have been.
        """
        match one:
            case Forward():
                return self._forward(one, mail)
            case Answer():
                return self._answer(one, mail)
            case Notify():
                return self._notify(one, mail, now)
            case Reject():
                return self._reject(one, mail)
            case Quarantine():
                return self._put_aside(one, mail, now)
            case Discard() | TakeReports():
                return self._take_reports(mail) if isinstance(one, TakeReports) else ""

    def _take_reports(self, mail: Mail) -> str:
        from sendas.inbound.report_taking import take_report  # noqa: PLC0415  most mail is no report

        return take_report(self._aws, self._settings, mail)

    def _forward(self, forward: Forward, mail: Mail) -> str:
        alias = self._answering.instead(forward, mail)
        if alias:
            self._answering.keep(alias)
        made = self._rewritten(forward, mail, alias)
        return self._aws.send(
            self._envelope(forward.from_address, forward.target), (made.head, made.body)
        )

    def _answer(self, answer: Answer, mail: Mail) -> str:
        from sendas.reply.rewrite import rewrite_answer  # noqa: PLC0415  few cold starts answer

        before = self._answering.sent_before(answer, mail)
        if before:
            return f"sent before, as {before}"
        domain = answer.mailbox.address.rpartition("@")[2]
        made = rewrite_answer(mail.head, answer, domain, self._answering.keys())
        # No address for feedback: a bounce comes back to the mailbox, and so to its owner.
        settings = self._settings
        envelope = Envelope(answer.mailbox.address, answer.target, "", settings.configuration_set)
        return self._aws.send(envelope, (made.head, made.body))

    def _notify(self, notify: Notify, mail: Mail, now: datetime) -> str:
        from sendas.forward import notices  # noqa: PLC0415  most cold starts write no letter

        receipt, seconds = mail.receipt, self._settings.link_seconds
        about = notices.About(
            receipt.ses_message_id,
            receipt.received_at,
            mail.facts.authors,
            subject_of(mail.head),
            mail.size,
        )
        envelope = self._envelope(notify.from_address, notify.notice_address)
        if notify.reason in BESIDE:
            return self._aws.send(envelope, (notices.told_beside(notify, about, now),))
        url = self._aws.link(mail.place.bucket, mail.place.key, seconds)
        link = notices.Link(url, now + timedelta(seconds=seconds))
        return self._aws.send(envelope, (notices.notice(notify, about, now, link),))

    def _reject(self, reject: Reject, mail: Mail) -> str:
        return self._aws.bounce(
            mail.receipt.ses_message_id,
            reject.sender,
            reject.forward_path,
            _BOUNCE_TYPES.get(reject.status, "Undefined"),
            reject.text,
        )

    def _put_aside(self, kept: Quarantine, mail: Mail, now: datetime) -> str:
        """The mail stays where it is; a mark lists it; gives the mark's key.

        Written twice on one day it is the same mark.
        """
        summary = mail.summary
        mark = {
            "ses_message_id": mail.receipt.ses_message_id,
            "received_at": mail.receipt.received_at.isoformat(),
            "reverse_path": mail.receipt.reverse_path,
            "forward_paths": list(kept.forward_paths),
            "targets": list(kept.targets),
            "reason": kept.reason,
            "why": kept.why,
            "author": summary.author,
            "authors": [[one.name, one.address] for one in mail.facts.authors],
            "subject": summary.subject,
            "size": mail.size,
        }
        folder = self._settings.quarantine_prefix(f"{now:%Y-%m-%d}") + mail.receipt.ses_message_id
        key = f"{folder}/{name_of(kept).rpartition(':')[2]}.json"
        self._aws.write(self._settings.bucket, key, json.dumps(mark).encode("ascii"))
        return key

    def _envelope(self, from_address: str, target: str) -> Envelope:
        return Envelope(
            from_address,
            target,
            self._settings.feedback_address,
            self._settings.configuration_set,
        )
