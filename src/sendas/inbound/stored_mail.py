"""A mail as it lies in S3, told of as its notice told of it.

Its record holds what the notice said.  Without one (the mail never got so far)
the fields that SES wrote on top of it say most of it; they name one forward-path
only (RFC 5321, 4.4: "for" names at most one).
"""

import re

from datetime import datetime
from email.utils import parsedate_to_datetime

from sendas.errors import SendasError
from sendas.journal.record import Record
from sendas.mail.headers import Head
from sendas.ses.notices import DmarcPolicy, Receipt, S3Object, Verdict, Verdicts


_NAMES = ("spam", "virus", "spf", "dkim", "dmarc")
_FOR = re.compile(rb"\sfor <?([^\s<>;]+@[^\s<>;]+)>?;(.*)", re.DOTALL)
_RESULT = re.compile(rb"\b(spf|dkim|dmarc)=([a-z]+)")
_POLICY = re.compile(rb"\bdmarc=fail[^;]*\bp=(none|quarantine|reject)")
_WORDS = {b"pass": Verdict.PASS, b"fail": Verdict.FAIL}


class NotFromSes(SendasError):
    """The object does not begin as SES writes received mail."""


def receipt_of_record(record: Record) -> Receipt:
    """What the notices of the mail said."""
    words = record.summary.verdicts
    policy = words.get("dmarc_policy")
    return Receipt(
        ses_message_id=record.ses_message_id,
        reverse_path=record.reverse_path,
        forward_paths=record.forward_paths,
        received_at=record.received_at,
        verdicts=Verdicts(**{name: _verdict(words.get(name, "")) for name in _NAMES}),
        dmarc_policy=DmarcPolicy(policy) if policy in set(DmarcPolicy) else None,
        location=S3Object(record.bucket, record.key),
    )


def receipt_of_head(head: Head, ses_message_id: str, place: S3Object) -> Receipt:
    """What SES wrote on top of the mail.

    Raises:
        NotFromSes: It did not.
    """
    spans = [key for key, _, _, _ in head.spans[:2]]
    received = head.value(1) if spans == [b"return-path", b"received"] else b""
    found = _FOR.search(received)
    # Senders write such fields too: only those on top of the mail's own are SES's (FACTS 8.2).
    if found is None or b".amazonaws.com with " not in received:
        msg = "the fields on top are not those SES writes on received mail"
        raise NotFromSes(msg)
    results = dict(_RESULT.findall(head.get(b"authentication-results") or b""))
    policy = _POLICY.search(head.get(b"authentication-results") or b"")
    return Receipt(
        ses_message_id=ses_message_id,
        reverse_path=head.value(0).strip(b"<> \t").decode("utf-8", "replace"),
        forward_paths=(found[1].decode("utf-8", "replace"),),
        received_at=_time(found[2]),
        verdicts=Verdicts(
            spam=_verdict((head.get(b"x-ses-spam-verdict") or b"").decode("ascii", "replace")),
            virus=_verdict((head.get(b"x-ses-virus-verdict") or b"").decode("ascii", "replace")),
            **{
                name: _WORDS.get(results.get(name.encode(), b""), Verdict.GRAY)
                for name in ("spf", "dkim", "dmarc")
            },
        ),
        dmarc_policy=DmarcPolicy(policy[1].decode()) if policy else None,
        location=place,
    )


def _verdict(word: str) -> Verdict:
    return Verdict(word) if word in set(Verdict) else Verdict.UNKNOWN


def _time(value: bytes) -> datetime:
    try:
        at = parsedate_to_datetime(value.strip().decode("ascii"))
    except ValueError as error:
        msg = "the time in SES's Received field cannot be read"
        raise NotFromSes(msg) from error
    if at.tzinfo is None:
        msg = "the time in SES's Received field has no zone"
        raise NotFromSes(msg)
    return at
