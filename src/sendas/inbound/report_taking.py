"""A mail with reports: read, and kept as lines in the bucket by the day they are about.

The mail itself stays where SES put it.  The same mail makes the same objects, so
taking it again, after a crash or for a second notice, writes them over themselves.
What a stranger sends here is bounded, read as a value, and believed only as far as
SES's verdict proves who sent it.
"""

import hashlib

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from sendas.aws.lean import Lean
from sendas.inbound.mail import Mail
from sendas.inbound.settings import Settings
from sendas.mail.address import domain_of
from sendas.reports.line import (
    Carried,
    Line,
    LostLine,
    Origin,
    ReportLine,
    lines_of,
    write_line,
)
from sendas.reports.unpack import Limits, documents, of_bytes
from sendas.ses.notices import Verdict


LIMITS = Limits(
    report_bytes=48 * 1024**2,
    total_bytes=48 * 1024**2,
    held_bytes=48 * 1024**2,
    members=200,
)
"""Of one mail.  The function has 512 MB, and a third of a processor."""


MAX_DOCUMENTS = 500
MAX_BYTES = 80_000_000
"""Of lines: rows may be shorter than what is written of them."""
OLDEST = timedelta(days=400)


def take_report(aws: Lean, settings: Settings, mail: Mail) -> str:
    """Keep what *mail* reports; gives how much that was, for the log.

    Raises:
        AwsFailure: It is not kept, or not all.
    """
    kept = _Kept()
    for line in _lines(mail, origin_of(mail)):
        kept.add(line)
        if len(kept.content) > MAX_BYTES:
            why = f"its rows are more than {MAX_BYTES // 10**6} MB: the rest is in the mail alone"
            kept.add(LostLine("mail", why, origin_of(mail)))
            break
    # One object for a mail, however much it holds: what a stranger sends costs one call.
    name = hashlib.sha256(kept.content).hexdigest()[:32]
    day = day_of(kept.begins, mail.receipt.received_at.astimezone(UTC))
    key = f"{settings.reports_prefix(day)}{name}.jsonl"
    aws.write(settings.bucket, key, bytes(kept.content))
    return f"{kept.reports} reports, {kept.lost} not readable"


@dataclass(slots=True)
class _Kept:
    """The lines of a mail, as they are written down."""

    content: bytearray = field(default_factory=bytearray)
    reports: int = 0
    lost: int = 0
    begins: list[int | None] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.content += write_line(line)
        if isinstance(line, ReportLine):
            self.reports += 1
            self.begins.append(line.about.begin)
        self.lost += isinstance(line, LostLine)


def _lines(mail: Mail, origin: Origin) -> Iterator[Line]:
    found = documents("mail", of_bytes(mail.head.content), LIMITS)
    for document in islice(found, MAX_DOCUMENTS):
        yield from lines_of(document, origin)
    if next(found, None) is not None:
        why = f"there are more than {MAX_DOCUMENTS} things in it: the rest is left"
        yield LostLine("mail", why, origin)


def origin_of(mail: Mail) -> Origin:
    """What SES's verdict proves of who sent the mail: DMARC passed for its one author's domain."""
    authors = mail.facts.authors
    verdicts = mail.receipt.verdicts
    proven = verdicts.dmarc is Verdict.PASS and len(authors) == 1
    if not proven:
        return Origin(Carried.UNPROVEN, "", mail.receipt.ses_message_id)
    return Origin(Carried.PROVEN, domain_of(authors[0].address), mail.receipt.ses_message_id)


def day_of(begins: Iterable[int | None], received: datetime) -> str:
    """The latest day that a report is about; that on which it came, where that cannot be.

    Whoever writes a report chooses its day: a listing by day must stay a listing.
    """
    newest = received + timedelta(days=1)
    oldest = received - OLDEST
    fitting = [at for at in begins if at and oldest.timestamp() <= at <= newest.timestamp()]
    day = datetime.fromtimestamp(max(fitting), UTC) if fitting else received
    return f"{day:%Y-%m-%d}"
