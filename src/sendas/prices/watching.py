"""What it costs to remember what became of sent mail, and to look once a day; pure."""

from collections.abc import Iterator
from decimal import Decimal

from sendas.prices.forwarding import MILLE, Line
from sendas.prices.price_list import PriceList


EVENTS = 2
"""Of an ordinary mail: Send and Delivery."""
EVENT_SECONDS, LOOK_SECONDS = Decimal("0.1"), Decimal(30)
"""Estimates: no Lambda was measured."""
LOOKS = 30
LOOK_PUTS, LOOK_GETS = 10, 100
_GIGABYTES = Decimal("0.5")
"""Of memory, for both functions."""
_BATCH_REQUESTS = 2
"""Receiving and deleting."""
LINE_BYTES = 800
"""Of one event in the history, at most: a test measures ordinary ones."""
ALARMS, METRICS = 14, 5
"""Of a stack with everything: a test counts them."""
_TERABYTE = Decimal(1024**4)
_LEAST_BYTES = Decimal(10 * 1024**2)
"""Athena counts no question as less."""


def of_history(prices: PriceList) -> Iterator[Line]:
    """For 1,000 sent mails, each event in a batch of its own: at most so much."""
    events = EVENTS * MILLE
    compute = prices.price("lambda-compute").of(_GIGABYTES * EVENT_SECONDS * events)
    yield Line("SNS carries the events", prices.price("sns-publish").of(events))
    yield Line("SQS hands them over", prices.price("sqs-request").of(_BATCH_REQUESTS * events))
    yield Line("Lambda writes them down", prices.price("lambda-request").of(events) + compute)
    yield Line("S3 writes", prices.price("s3-put").of(events))


def of_looks(prices: PriceList) -> Iterator[Line]:
    """For a month of daily looks."""
    compute = prices.price("lambda-compute").of(_GIGABYTES * LOOK_SECONDS * LOOKS)
    requests = prices.price("s3-put").of(LOOK_PUTS * LOOKS)
    requests += prices.price("s3-get").of(LOOK_GETS * LOOKS)
    yield Line("Lambda", prices.price("lambda-request").of(LOOKS) + compute)
    yield Line("S3 writes and reads", requests)


def of_alarms(prices: PriceList) -> Iterator[Line]:
    """For a month, whether or not anything is sent."""
    yield Line(f"{ALARMS} alarms", prices.price("cloudwatch-alarm").of(ALARMS))
    yield Line(f"{METRICS} metrics of our own", prices.price("cloudwatch-metric").of(METRICS))


def of_question(prices: PriceList, mails: int) -> Decimal:
    """A question to Athena that reads the events of so many sent mails."""
    read = max(Decimal(LINE_BYTES * EVENTS * mails), _LEAST_BYTES)
    return prices.price("athena-scan").of(read / _TERABYTE)
