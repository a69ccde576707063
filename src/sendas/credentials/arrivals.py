"""Who sent the mails that came to one-time addresses, where no history of sent mail is kept.

The stored mail shows that SES sent it for our domain, and SES's own record of it names
the user.  Where SES keeps no such record, nothing is proven.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sendas.auth.ses_trace import received_at
from sendas.credentials.decide.holders import Holder
from sendas.credentials.decide.verification import Expected, Path, is_answer, judge, message_id
from sendas.credentials.doors import Post
from sendas.credentials.watching import MAX_BYTES, MOST_MAILS, Place
from sendas.history.line import Line, stamp_of
from sendas.mail.address import Address
from sendas.outcome import NoAnswer, Seen
from sendas.ses.events import SesEvent
from sendas.ses.regions import Region


_SKEW = timedelta(minutes=2)
"""S3's clock and this machine's need not agree."""


def arrived(  # noqa: PLR0913, PLR0917  whose mails, which, and where they lie
    address: Address,
    region: Region,
    once: Mapping[Address, Holder],
    since: datetime,
    places: tuple[Place, ...],
    post: Post,
) -> Seen[tuple[Line, ...]]:
    """A line for each mail that came to one of *once* since, as the history would have it."""
    found: list[Line] = []
    for place in places:
        listed = post.mails_since(place.bucket, place.prefix, since - _SKEW)
        if isinstance(listed, NoAnswer):
            return listed
        for mail in listed[:MOST_MAILS]:
            raw = post.read_mail(mail, MAX_BYTES)
            if isinstance(raw, NoAnswer):
                return raw
            if raw is not None:
                found += _lines(raw, address, region, once, since, post)
    return tuple(found)


def _lines(  # noqa: PLR0913, PLR0917  one mail, and what is asked of it
    raw: bytes,
    address: Address,
    region: Region,
    once: Mapping[Address, Holder],
    since: datetime,
    post: Post,
) -> Iterator[Line]:
    for wanted in once:
        expected = Expected(address, wanted, region, since)
        if not is_answer(raw, expected) or judge(raw, expected).path is not Path.SES:
            continue
        ses_id = message_id(raw)
        event = post.sent_message(ses_id) if ses_id else None
        if not isinstance(event, SesEvent):
            continue
        at = stamp_of(received_at(raw))
        yield Line(
            id=ses_id,
            at=at,
            kind="send",
            mail=ses_id,
            sent_at=at,
            sender=address,
            recipient=wanted,
            credential=event.tag("ses:caller-identity"),
            source_ip=event.tag("ses:source-ip"),
        )
