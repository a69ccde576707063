"""How `destroy` ends where somebody else's DNS holds records: never with more than is true."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from sendas.cli.destroy import _LEFT
from sendas.config.model import ConfiguredDomain, DnsProvider
from sendas.dns.answers import RecordType
from sendas.dns.zone import Zone
from sendas.ses.identity import Dkim, Identity
from sendas.setup.apply import ApplyOptions
from sendas.setup.destroy import Ending, Farewell, Standing, carry_out, farewell
from sendas.setup.destroy_printed import farewell_text
from sendas.setup.plan.look import Doors
from sendas.setup.records.wanted import Mark, Purpose, RecordChange
from sendas.setup.steps import PasteRecords
from sendas.stacks import BucketState


def change(kind: RecordType, purpose: Purpose) -> RecordChange:
    """A record to remove."""
    return RecordChange(Mark.REMOVE, "x.example.com", kind, ("v",), (), purpose, 300)


NO_DOORS = Doors(cast("Any", None), cast("Any", None), lambda _: None)
MX = change(RecordType.MX, Purpose.INBOUND_MX)
DKIM = change(RecordType.CNAME, Purpose.DKIM)


@pytest.mark.parametrize(
    ("changes", "now", "ending"),
    [
        ((MX, DKIM), False, Ending.MX_FIRST),
        ((MX, DKIM), True, Ending.RECORDS_LEFT),
        ((DKIM,), False, Ending.RECORDS_LEFT),
        ((), False, Ending.GONE),
    ],
)
def test_records_that_somebody_must_remove_are_left(
    owner_domain: ConfiguredDomain,
    changes: tuple[RecordChange, ...],
    now: bool,  # noqa: FBT001  a table
    ending: Ending,
) -> None:
    """Only what is gone is called gone; the records are shown in each case."""
    steps = (PasteRecords(changes, removing=True),) if changes else ()
    zone = Zone("example.com", ("ns1.example.net",))
    shown: list[PasteRecords] = []
    options = ApplyOptions(lambda _: None, lambda _zone, step: shown.append(step))
    plan = Farewell("example.com", "eu-west-1", zone, steps, ())

    assert ending is carry_out(plan, owner_domain, NO_DOORS, options, now=now)
    assert list(steps) == shown


def test_each_ending_that_leaves_something_is_told() -> None:
    """The command line has words for all but the last."""
    assert {one.value for one in Ending} - {"gone"} == set(_LEFT)


@pytest.mark.parametrize("stands", [True, False])
@pytest.mark.parametrize("dns", DnsProvider)
def test_what_nobody_can_see_any_more_is_said_to_stay(
    variant: Callable[..., ConfiguredDomain],
    dns: DnsProvider,
    stands: bool,  # noqa: FBT001  the same
) -> None:
    """Without the identity nobody knows the names of DKIM records at another provider."""
    identity = Identity(
        "example.com",
        variant().region,
        "SUCCESS",
        verified_for_sending=True,
        dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
    )
    nothing = Standing(
        account_id="123456789012",
        stack=None,
        identity=identity if stands else None,
        rule_set=None,
        bucket=BucketState.FREE,
        zone=Zone("example.com", ()),
        published={},
    )
    text = farewell_text(farewell(replace(variant(), dns=dns), nothing))

    assert (dns is DnsProvider.MANUAL and not stands) is ("_domainkey.example.com" in text)
    assert "Nothing to take away" in text


def test_the_policy_that_bounds_what_is_made_is_said_to_stay(
    variant: Callable[..., ConfiguredDomain],
) -> None:
    """`apply` made it, and roles of other domains may be bound by it; without one, no word."""
    nothing = Standing(
        account_id="123456789012",
        stack=None,
        identity=None,
        rule_set=None,
        bucket=BucketState.FREE,
        zone=Zone("example.com", ()),
        published={},
    )
    bounded = replace(variant(), permissions_boundary="sendas-boundary")
    unbounded = replace(variant(), permissions_boundary=None)

    assert "  = policy sendas-boundary: " in farewell_text(farewell(bounded, nothing))
    assert "policy " not in farewell_text(farewell(unbounded, nothing))
