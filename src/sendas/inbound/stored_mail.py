"""A mail as it lies in S3, described as its notice described it.

Its record holds what the notice said.  Without one (the mail never got so far)
the fields that SES wrote on top of it say most of it; they name one forward-path
only (RFC 5321, 4.4: "for" names at most one).
"""

from sendas.auth.ses_trace import Trace, trace_of
from sendas.errors import SendasError
from sendas.journal.record import Record
from sendas.mail.headers import Head
from sendas.ses.notices import DmarcPolicy, Receipt, S3Object, Verdict, Verdicts


_NAMES = ("spam", "virus", "spf", "dkim", "dmarc")
_WORDS = {"pass": Verdict.PASS, "fail": Verdict.FAIL}


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
    # Senders write such fields too: only those on top of the mail's own are SES's (FACTS 8.2).
    on_top = [key for key, _, _, _ in head.spans[:2]] == [b"return-path", b"received"]
    trace = trace_of(head) if on_top else None
    if trace is None or not trace.forward_path:
        msg = "the fields on top are not those SES writes on received mail"
        raise NotFromSes(msg)
    if trace.received_at is None:
        msg = "the time in SES's Received field cannot be read"
        raise NotFromSes(msg)
    dmarc = trace.of("dmarc")
    policy = dmarc[0].policy if dmarc and dmarc[0].result == "fail" else ""
    return Receipt(
        ses_message_id=ses_message_id,
        reverse_path=trace.reverse_path,
        forward_paths=(trace.forward_path,),
        received_at=trace.received_at,
        verdicts=Verdicts(
            spam=_verdict(trace.spam),
            virus=_verdict(trace.virus),
            spf=_of(trace, "spf"),
            dkim=_of(trace, "dkim"),
            dmarc=_of(trace, "dmarc"),
        ),
        dmarc_policy=DmarcPolicy(policy) if policy else None,
        location=place,
    )


def _of(trace: Trace, method: str) -> Verdict:
    """SES's verdict, from its results: passed if any did; GRAY where they cannot be believed."""
    words = {one.result for one in trace.of(method)}
    return next((_WORDS[word] for word in ("pass", "fail") if word in words), Verdict.GRAY)


def _verdict(word: str) -> Verdict:
    return Verdict(word) if word in set(Verdict) else Verdict.UNKNOWN
