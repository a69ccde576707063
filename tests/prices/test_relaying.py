"""What the relay's machine costs, and a queue that relays share."""

from decimal import Decimal

from sendas.prices.forwarding import total
from sendas.prices.price_list import load
from sendas.prices.relaying import VOLUME_GB, of_idling, of_machine, of_sharing
from sendas.setup.template import relay_host


def test_a_month_of_a_machine() -> None:
    """730 hours at $0.0042 and at $0.005, and 12 GB at $0.08; disk and machine as in the stack."""
    assert Decimal("7.676") == total(tuple(of_machine(load())))
    assert relay_host.VOLUME_GB == VOLUME_GB
    assert "t4g.nano" == relay_host.INSTANCE_TYPE


def test_a_shared_queue() -> None:
    """Four writes at $5, three reads at $0.40 and three calls to SQS at $0.40, for a million each.

    Idle: 518,400 looks in SQS and S3 at $0.40, 86,400 signs and lists at $5, for a million each.
    """
    assert Decimal("0.0224") == total(tuple(of_sharing(load())))
    assert Decimal("0.84672") == of_idling(load())
