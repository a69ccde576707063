"""Carrying out one action: what is sent to whom, or written where."""

import json

from dataclasses import dataclass
from datetime import datetime, timedelta

from sendas.aws.lean import Lean
from sendas.aws.raw_message import Envelope
from sendas.forward.author import shown_name
from sendas.forward.decision import Discard, Forward, Notify, Quarantine, Reject
from sendas.forward.facts import Facts, subject_of
from sendas.forward.rewrite import Rewritten, rewrite
from sendas.inbound.settings import Settings
from sendas.inbound.tasks import Action, name_of
from sendas.journal.record import Summary
from sendas.mail.headers import Head
from sendas.ses.notices import Receipt, S3Object


_BOUNCE_TYPES = {
    # RFC 3463, 3.2 to 3.8, in SES's words (API v1, BouncedRecipientInfo).
    "5.1.1": "DoesNotExist",
    "5.2.2": "ExceededQuota",
    "5.3.4": "MessageTooLarge",
    "5.6.0": "ContentRejected",
    "5.7.1": "ContentRejected",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One received mail as it was read: what was said of it, where it lies, what it holds."""

    receipt: Receipt
    place: S3Object
    head: Head
    facts: Facts
    size: int

    @property
    def summary(self) -> Summary:
        """As its record speaks of it."""
        author, subject = shown_name(self.facts.authors), subject_of(self.head)
        return Summary(author, subject, self.size, self.receipt.words())


class Sending:
    """Does what was decided; says what AWS answered."""

    def __init__(self, aws: Lean, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def rewritten(self, forward: Forward, mail: Mail) -> Rewritten:
        """The copy as it would go out."""
        return rewrite(mail.head, forward, mail.receipt.ses_message_id, mail.facts.authors)

    def carry_out(self, one: Action, mail: Mail, now: datetime) -> str:
        """Do it; gives AWS's answer.

        Raises:
            AwsFailure: It was not done; NoReply with ``sent``: it may have been.
        """
        match one:
            case Forward():
                return self._forward(one, mail)
            case Notify():
                return self._notify(one, mail, now)
            case Reject():
                return self._reject(one, mail)
            case Quarantine():
                return self._put_aside(one, mail, now)
            case Discard():
                return ""

    def _forward(self, forward: Forward, mail: Mail) -> str:
        made = self.rewritten(forward, mail)
        return self._aws.send(
            self._envelope(forward.from_address, forward.target), (made.head, made.body)
        )

    def _notify(self, notify: Notify, mail: Mail, now: datetime) -> str:
        from sendas.forward import notices  # noqa: PLC0415  most cold starts write no letter

        receipt, seconds = mail.receipt, self._settings.link_seconds
        url = self._aws.link(mail.place.bucket, mail.place.key, seconds)
        link = notices.Link(url, now + timedelta(seconds=seconds))
        about = notices.About(
            receipt.ses_message_id,
            receipt.received_at,
            mail.facts.authors,
            subject_of(mail.head),
            mail.size,
        )
        letter = notices.notice(notify, about, now, link)
        return self._aws.send(
            self._envelope(notify.from_address, notify.notice_address), (letter,)
        )

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
