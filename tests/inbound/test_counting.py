"""How many mails an author wrote within the hour: in one process's memory, then in S3."""

from datetime import UTC, datetime, timedelta

from sendas.aws.lean import Listed
from sendas.forward.facts import Facts
from sendas.inbound.counting import Counting
from sendas.inbound.settings import Settings
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import Receipt


NOW = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
SETTINGS = Settings("bucket", "eu-west-1", "eu-west-1")
MOST = 100


class Bucket:
    """Stands for S3: keeps names, and counts the calls."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.calls = 0

    def write(self, _bucket: str, name: str, _content: bytes) -> str:
        """An empty object."""
        self.calls += 1
        self.names.add(name)
        return ""

    def listing(self, _bucket: str, prefix: str, *, most: int) -> tuple[Listed, ...]:
        """Names that begin so."""
        self.calls += 1
        found = sorted(name for name in self.names if name.startswith(prefix))
        return tuple(Listed(name, 0, "") for name in found[:most])


class Process:
    """One process that counts; *bucket* is everybody's."""

    def __init__(self, bucket: Bucket) -> None:
        self.counting = Counting(bucket, SETTINGS)  # type: ignore[arg-type]  # the two calls it makes

    def count(
        self,
        message_id: str,
        path: str = "info@example.com",
        *,
        author: str = "jane@example.net",
        now: datetime = NOW,
    ) -> int:
        """How many others there were."""
        facts = Facts((Mailbox("Jane", author),), automatic=False, bulk=False, hops=3)
        receipt = Receipt(message_id, author, (path,), now)
        return self.counting.count(receipt, facts, MOST)[path]


def test_an_ordinary_mail_costs_no_call() -> None:
    """A tenth of the cap is counted in memory."""
    bucket = Bucket()
    process = Process(bucket)

    assert list(range(10)) == [process.count(f"id{n}") for n in range(10)]
    assert 0 == bucket.calls


def test_counts_what_other_processes_saw() -> None:
    """A storm is met by many processes at once: beyond a tenth of the cap they add up."""
    bucket = Bucket()
    one, other = Process(bucket), Process(bucket)
    for n in range(20):
        one.count(f"one{n}")
    counted = [other.count(f"other{n}") for n in range(20)]

    assert 39 == counted[-1]


def test_the_same_mail_again_is_no_other_mail() -> None:
    """However often a notice comes, in whichever process, its mail counts once."""
    bucket = Bucket()
    one, other = Process(bucket), Process(bucket)
    for n in range(20):
        one.count(f"id{n}")
        other.count(f"id{n}")

    assert 19 == one.count("id7") == other.count("id7")


def test_counts_by_author_address_and_hour() -> None:
    """Another author, another address and the next hour begin anew; case is none."""
    process = Process(Bucket())
    for n in range(5):
        process.count(f"id{n}")

    assert 5 == process.count("id5", "INFO@example.com", author="Jane@EXAMPLE.net")
    assert 0 == process.count("id6", author="john@example.net")
    assert 0 == process.count("id7", "sales@example.com")
    assert 0 == process.count("id8", now=NOW + timedelta(hours=1))
