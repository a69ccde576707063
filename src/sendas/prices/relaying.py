"""What the relay's machine costs, and a queue that several of them share; pure."""

from collections.abc import Iterator
from decimal import Decimal

from sendas.prices.forwarding import MILLE, Line
from sendas.prices.price_list import PriceList


HOURS = 730
"""Of a month, as AWS's own calculator has it."""
ROOT_GB, VOLUME_GB = 8, 4
"""The image's own disk, and the queue's: a test holds it against the template."""
SHARED_PUTS, SHARED_GETS, SHARED_MESSAGES = 4, 3, 3
"""For each mail in a queue that relays share: a test counts them."""
_LOOKS = 60 * 60 * 24 * 30 // 5
"""For reminders in a month: one in five seconds (`relay.shared.queue.Times`)."""
_SIGNS = 60 * 24 * 30


def of_machine(prices: PriceList) -> Iterator[Line]:
    """For a month of one machine as `sendas relay template` makes it."""
    yield Line("a machine, t4g.nano", prices.price("ec2-t4g-nano").of(HOURS))
    yield Line("its disks", prices.price("ebs-gp3").of(ROOT_GB + VOLUME_GB))
    yield Line("its public address", prices.price("public-ipv4").of(HOURS))


def of_sharing(prices: PriceList) -> Iterator[Line]:
    """For 1,000 mails in a queue that relays share."""
    yield Line("S3 writes", prices.price("s3-put").of(SHARED_PUTS * MILLE))
    yield Line("S3 reads", prices.price("s3-get").of(SHARED_GETS * MILLE))
    yield Line("SQS reminds", prices.price("sqs-request").of(SHARED_MESSAGES * MILLE))


def of_idling(prices: PriceList) -> Decimal:
    """For a month of one relay of several that has nothing to do.

    It asks for reminders, and whether the owner wants a retry, gives a sign of life and lists
    the others'.
    """
    asked = prices.price("sqs-request").of(_LOOKS) + prices.price("s3-get").of(_LOOKS)
    return asked + prices.price("s3-put").of(2 * _SIGNS)
