"""What a proof by mail asks and does at AWS, bound to one session and Region."""

from dataclasses import dataclass
from datetime import datetime

from sendas.aws import mail_objects, objects, road
from sendas.aws.mail_objects import MailObject
from sendas.aws.paging import by_truncation, entries_of, pages
from sendas.aws.reading import understand
from sendas.aws.session import Session
from sendas.aws.writes import do
from sendas.outcome import Seen
from sendas.ses.regions import Region
from sendas.ses.road import Queue, region_of


@dataclass(frozen=True, slots=True)
class ProofGateways:
    """The gateway modules' functions, as methods.  Whatever changes something raises NotDone."""

    session: Session
    region: Region

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> Seen[tuple[MailObject, ...]]:
        """What was stored since, newest first."""
        return mail_objects.mails_since(self.session, self.region, bucket, prefix, since)

    def read_mail(self, mail: MailObject, max_bytes: int) -> Seen[bytes | None]:
        """Its first bytes; None if it is gone."""
        return mail_objects.read_mail(self.session, self.region, mail, max_bytes=max_bytes)

    def read(self, bucket: str, key: str) -> Seen[bytes | None]:
        """An object; None if there is none."""
        return objects.read(self.session, self.region, bucket, key)

    def keys(self, bucket: str, prefix: str) -> Seen[tuple[str, ...]]:
        """The keys that begin with *prefix*."""
        told = pages(
            self.session,
            "s3",
            "ListObjectsV2",
            by_truncation("NextContinuationToken", "ContinuationToken"),
            region=self.region,
            Bucket=bucket,
            Prefix=prefix,
        )
        return understand(
            entries_of(told, "Contents"),
            lambda found: tuple(str(one["Key"]) for one in found or ()),
        )

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object."""
        objects.put(self.session, self.region, bucket, key, content)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; one that is gone is as good."""
        do(self.session, "s3", "DeleteObject", region=self.region, Bucket=bucket, Key=key)

    def queue(self, arn: str) -> Seen[Queue]:
        """A queue, and what waits in it."""
        return road.queue(self.session, region_of(arn), arn)

    def send(self, sender: str, to: str, content: bytes) -> str:
        """Send a whole mail by SES's API; its message id."""
        answer = do(
            self.session,
            "sesv2",
            "SendEmail",
            region=self.region,
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": content}},
        )
        return str(answer.get("MessageId", ""))
