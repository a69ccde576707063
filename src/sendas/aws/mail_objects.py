"""Received mail in S3: what arrived since, and its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sendas.aws import objects
from sendas.aws.paging import MOST_PAGES_OF_MUCH, by_truncation, pages
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.outcome import NoAnswer, Seen
from sendas.ses.regions import Region


_SETUP = "AMAZON_SES_SETUP_NOTIFICATION"
"""SES writes it when a rule is made; it is no mail (FACTS 8.1)."""


@dataclass(frozen=True, slots=True)
class MailObject:
    """One stored mail."""

    bucket: str
    key: str
    stored: datetime
    size_bytes: int


def mails_since(
    session: Session, region: Region, bucket: str, prefix: str, since: datetime
) -> Seen[tuple[MailObject, ...]]:
    """The mails stored at *since* or later, newest first.

    S3 lists by key, and SES's keys are random: every page has to be read.
    """
    found: list[MailObject] = []
    told = pages(
        session,
        "s3",
        "ListObjectsV2",
        by_truncation("NextContinuationToken", "ContinuationToken"),
        region=region,
        most=MOST_PAGES_OF_MUCH,
        Bucket=bucket,
        Prefix=prefix,
    )
    for answer in told:
        if isinstance(answer, NoAnswer):
            return answer
        found += _mails((answer or {}).get("Contents", ()), bucket, since)
    return tuple(sorted(found, key=lambda mail: mail.stored, reverse=True))


def _mails(entries: object, bucket: str, since: datetime) -> Iterator[MailObject]:
    for entry in entries if isinstance(entries, list) else ():
        key, stored = entry["Key"], entry["LastModified"]
        if stored >= since and not key.endswith(_SETUP):
            yield MailObject(bucket, key, stored, entry.get("Size", 0))


def read_mail(
    session: Session, region: Region, mail: MailObject, *, max_bytes: int
) -> Seen[bytes | None]:
    """The first *max_bytes* of the mail; None if it is gone."""
    return objects.read(session, region, mail.bucket, mail.key, first=max_bytes)


def delete_mail(session: Session, region: Region, mail: MailObject) -> None:
    """Delete one stored mail; one that is gone is as good.

    Raises:
        NotDone: Refused, or nobody answered.
    """
    do(session, "s3", "DeleteObject", region=region, Bucket=mail.bucket, Key=mail.key)
