"""What forwarding costs: the steps of one mail's journey, each with its price.

Pure.  Free tiers are left out: they end, and a bill that is smaller than said
surprises nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from sendas.prices.price_list import PriceList


MILLE = 1000
GIGABYTE = Decimal(10**9)
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Workload:
    """One mail of *mail_bytes* forwarded to *targets* mailboxes, and our function's work for it.

    *s3_puts* and *s3_gets* are what the function asks of S3, SES's own write
    not among them; *sqs_requests* what Lambda asks of the queue (receive and
    delete; polls that find nothing are not a mail's); *kept_days* is how long
    the bucket's rule leaves the mail there.
    """

    mail_bytes: int
    targets: int = 1
    s3_puts: int = 2
    s3_gets: int = 2
    sqs_requests: int = 2
    lambda_seconds: Decimal = Decimal("0.2")
    memory_bytes: int = 512 * 1024 * 1024
    log_bytes: int = 1024
    kept_days: int = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill for a thousand mails; *dollars* is None where no price is listed."""

    what: str
    dollars: Decimal | None


def bill(workload: Workload, prices: PriceList, plan: str) -> tuple[Line, ...]:
    """The lines for a thousand such mails, in the order of the journey."""
    return tuple(_lines(workload, prices, plan))


def total(lines: tuple[Line, ...]) -> Decimal:
    """The sum of what has a price."""
    return sum((line.dollars for line in lines if line.dollars is not None), Decimal(0))


def _lines(work: Workload, prices: PriceList, plan: str) -> Iterator[Line]:
    def cost(item: str, units: Decimal | int) -> Decimal | None:
        if not prices.has(item, plan):
            return None
        return prices.price(item, plan).of(units * MILLE)

    size = Decimal(work.mail_bytes)
    chunks = (size / _CHUNK).to_integral_value(ROUND_CEILING)
    gigabyte_seconds = Decimal(work.memory_bytes) / 1024**3 * work.lambda_seconds
    yield Line("SES receives the mail", cost("ses-inbound", 1))
    yield Line("… by the 256 KB", cost("ses-inbound-chunks", chunks))
    yield Line("S3 writes: SES's one, and ours", cost("s3-put", 1 + work.s3_puts))
    kept = size / GIGABYTE * work.kept_days / 30
    yield Line(f"S3 keeps it {work.kept_days} days", cost("s3-storage", kept))
    yield Line("SNS carries the notice", cost("sns-publish", 1))
    yield Line("SQS hands it over", cost("sqs-request", work.sqs_requests))
    yield Line("Lambda: one request", cost("lambda-request", 1))
    yield Line("Lambda: time and memory", cost("lambda-compute", gigabyte_seconds))
    yield Line("S3 reads", cost("s3-get", work.s3_gets))
    yield Line("SES sends it on", cost("ses-outbound", work.targets))
    sent = size / GIGABYTE * work.targets
    yield Line("… by the GB of attachments", cost("ses-attachments", sent))
    yield Line("Logs", cost("logs-ingest", Decimal(work.log_bytes) / GIGABYTE))
