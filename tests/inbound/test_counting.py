"""How many mails an author wrote within the hour: in one process's memory, then in S3."""

from datetime import UTC, datetime, timedelta

import pytest

from sendas.aws.lean import Listed
from sendas.forward.facts import Facts
from sendas.forward.routes import CATCH_ALL, Limits, RoutedDomain, Routes, To
from sendas.inbound.counting import Counting, Counts
from sendas.inbound.settings import Settings
from sendas.mail.mailboxes import Mailbox
from sendas.ses.notices import Receipt, Verdict, Verdicts


NOW = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)
SETTINGS = Settings("bucket", "eu-west-1", "eu-west-1")
PROVEN = Verdicts(spf=Verdict.PASS, dkim=Verdict.PASS, dmarc=Verdict.PASS)
ROUTES = Routes(
    {
        "example.com": RoutedDomain(
            "example.com",
            "forwarded@example.com",
            "owner@gmail.com",
            {CATCH_ALL: To(("owner@gmail.com",))},
        )
    },
    Limits(max_per_hour_address=20, max_per_hour_domain=30),
)


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
        verdicts: Verdicts = PROVEN,
        reverse_path: str = "",
    ) -> int:
        """How many others of that author there were."""
        return self.counts(
            message_id, path, author=author, now=now, verdicts=verdicts, reverse_path=reverse_path
        ).written[path]

    def counts(
        self,
        message_id: str,
        path: str = "info@example.com",
        *,
        author: str = "jane@example.net",
        now: datetime = NOW,
        verdicts: Verdicts = PROVEN,
        reverse_path: str = "",
    ) -> Counts:
        """Everything that is counted of a mail which would be forwarded."""
        facts = Facts((Mailbox("Jane", author),), automatic=False, bulk=False, hops=3)
        receipt = Receipt(message_id, reverse_path or author, (path,), now, verdicts)
        return self.counting.count(receipt, facts, (path,), ROUTES)


def test_an_ordinary_mail_costs_no_call() -> None:
    """A tenth of the cap is counted in memory."""
    bucket = Bucket()
    process = Process(bucket)

    assert [0, 1] == [process.count(f"id{n}") for n in range(2)]
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
    """Another author, another address and the next hour start again; case is none."""
    process = Process(Bucket())
    for n in range(5):
        process.count(f"id{n}")

    assert 5 == process.count("id5", "INFO@example.com", author="Jane@EXAMPLE.net")
    assert 0 == process.count("id6", author="john@example.net")
    assert 0 == process.count("id7", "sales@example.com")
    assert 0 == process.count("id8", now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("verdicts", "reverse_path"),
    [
        (Verdicts(spf=Verdict.FAIL, dkim=Verdict.GRAY, dmarc=Verdict.FAIL), "jane@example.net"),
        (Verdicts(spf=Verdict.PASS, dkim=Verdict.GRAY, dmarc=Verdict.FAIL), "x@example.org"),
        (Verdicts(spf=Verdict.PASS, dkim=Verdict.PASS, dmarc=Verdict.GRAY), "x@example.org"),
    ],
)
def test_who_forges_a_friend_does_not_use_up_the_friends_hour(
    verdicts: Verdicts, reverse_path: str
) -> None:
    """The same From, proven or not, is counted apart: by DMARC, and by SPF's domain without it."""
    process = Process(Bucket())
    for n in range(9):
        process.count(f"forged{n}", verdicts=verdicts, reverse_path=reverse_path)

    assert 0 == process.count("id")
    friend = Verdicts(spf=Verdict.PASS, dkim=Verdict.GRAY, dmarc=Verdict.GRAY)
    assert 0 == process.count("id2", verdicts=friend)


def test_a_bomb_of_many_authors_is_counted() -> None:
    """By address and by domain, across processes."""
    bucket = Bucket()
    one, other = Process(bucket), Process(bucket)
    for n in range(10):
        one.counts(f"a{n}", author=f"a{n}@example.net")
        last = other.counts(f"b{n}", author=f"b{n}@example.net")

    assert {"info@example.com": 19} == last.at_address
    assert {"example.com": 19} == last.at_domain
    assert {"sales@example.com": 0} == one.counts("c", "sales@example.com").at_address


def test_what_is_beyond_a_narrow_limit_does_not_fill_a_wider_one() -> None:
    """One author cannot fill an address's hour, nor one address the domain's."""
    process = Process(Bucket())
    for n in range(120):
        process.counts(f"jane{n}", "me@example.com")
    for n in range(60):
        process.counts(f"bomb{n}", author=f"a{n}@example.net")

    assert {} == process.counts("jane", "me@example.com").at_address
    assert 20 <= process.counts("bomb", author="z@example.net").at_address["info@example.com"]
    found = process.counts("else", "sales@example.com", author="j@example.org")
    assert 0 == found.at_address["sales@example.com"]


def test_the_hour_of_the_domain_is_not_filled_by_one_address() -> None:
    """The bomb at info@ stops counting where its own limit is: others still get through."""
    process = Process(Bucket())
    for n in range(60):
        process.counts(f"bomb{n}", author=f"a{n}@example.net")

    assert 20 == process.counts("else", "sales@example.com").at_domain["example.com"]
