"""What a proof leaves, in a bucket as a value: other runs and other people's mail."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sendas.aws.mail_objects import MailObject
from sendas.forward import probe
from sendas.forward.probe import Announced
from sendas.mail.address import Address
from sendas.mail.canary import canary_mail
from sendas.outcome import Seen
from sendas.prove.doors import Aws
from sendas.prove.tidying import Notes, busy_until, leftovers, mails_of
from sendas.ses.road import Place, Queue


NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOTES = Notes(Place("mail", "sendas/"), Place("mail", "mail/"))
TOKEN, ONWARD = "a" * 16, "b" * 16


def announced(patience_seconds: float = 30.0) -> Announced:
    """A run that began at noon."""
    return Announced(
        TOKEN, ONWARD, NOON, NOON + timedelta(hours=1),
        at_work_until=busy_until(NOON, patience_seconds),
    )  # fmt: skip


@dataclass
class Bucket(Aws):
    """Objects by key; mails with the time at which they were stored."""

    objects: dict[str, bytes] = field(default_factory=dict)
    mails: dict[str, datetime] = field(default_factory=dict)

    def mails_since(
        self, bucket: str, prefix: str, since: datetime
    ) -> Seen[tuple[MailObject, ...]]:
        """Newest first, as S3 is read."""
        found = [MailObject(bucket, k, at, 1) for k, at in self.mails.items() if at >= since]
        assert all(one.key.startswith(prefix) for one in found)
        return tuple(sorted(found, key=lambda one: one.stored, reverse=True))

    def read_mail(self, mail: MailObject, max_bytes: int) -> Seen[bytes | None]:
        """Its first bytes."""
        return self.objects.get(mail.key, b"Subject: Hello\r\n\r\n")[:max_bytes]

    def read(self, bucket: str, key: str) -> Seen[bytes | None]:
        """An object."""
        assert bucket == "mail"
        return self.objects.get(key)

    def keys(self, bucket: str, prefix: str) -> Seen[tuple[str, ...]]:
        """Those that begin so."""
        assert bucket == "mail"
        return tuple(key for key in self.objects if key.startswith(prefix))

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Not here."""
        raise NotImplementedError(bucket, key, content)

    def delete(self, bucket: str, key: str) -> None:
        """Not here."""
        raise NotImplementedError(bucket, key)

    def queue(self, arn: str) -> Seen[Queue]:
        """Not here."""
        raise NotImplementedError(arn)

    def send(self, sender: str, to: str, content: bytes) -> str:
        """Not here."""
        raise NotImplementedError(sender, to, content)


def test_a_patient_run_is_left_alone() -> None:
    """With a deadline of ten minutes it is at work for long, and its mail is not another's."""
    bucket = Bucket({NOTES.key(TOKEN): probe.write(announced(600))})

    assert () == leftovers(NOTES, bucket, NOON + timedelta(minutes=30))
    assert (announced(600),) == leftovers(NOTES, bucket, NOON + timedelta(minutes=50))


def test_an_announcement_of_an_older_release_is_read() -> None:
    """It does not say how long its run is at work: five minutes."""
    old = Announced(TOKEN, ONWARD, NOON, NOON + timedelta(hours=1))
    bucket = Bucket({NOTES.key(TOKEN): probe.write(old)})

    assert () == leftovers(NOTES, bucket, NOON + timedelta(minutes=4))
    assert (old,) == leftovers(NOTES, bucket, NOON + timedelta(minutes=6))


def test_newer_mail_hides_no_proof() -> None:
    """However many mails have come since it began."""
    later = {f"mail/{n:04}": NOON + timedelta(minutes=1, seconds=n) for n in range(1200)}
    content = canary_mail(Address("me@example.com"), TOKEN, NOON)
    mails = {"mail/proof": NOON + timedelta(seconds=3), **later}
    bucket = Bucket({"mail/proof": content}, mails)

    assert ["mail/proof"] == [one.key for one in mails_of(announced(), NOTES.store, bucket)]
