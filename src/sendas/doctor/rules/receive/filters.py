"""RX110: no address filter shuts senders out.

Asks: is there an IP address filter of SES receiving that blocks, and whom?

Why it matters: SES refuses blocked addresses in the SMTP dialogue, before any
rule; nothing in the account tells of it.

How to mend: delete the filter, unless it is meant so.

Source: RULES RX-04; SES guide, "Creating IP address filters"; API v1, ReceiptFilter.
"""

import ipaddress

from sendas.advice import Applies, Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.doctor.model import Exhibit, Layer, Rule, Severity, Status, Verdict
from sendas.doctor.rules.account._aws_cli import aws
from sendas.doctor.rules.receive._road import start
from sendas.outcome import see
from sendas.ses.regions import Region
from sendas.ses.road import Filter


_WIDE_BITS = 8
"""So many or fewer leading bits hold no mere handful of senders: somebody meant a test, or all."""


def judge(evidence: Evidence) -> Verdict | None:
    """Whether anybody is refused before the rules."""
    begin = start(evidence)
    if begin is None:
        return None
    standing = see(evidence.road.filters, f"ListReceiptFilters in {begin.region}")
    blocking = [one for one in standing if one.blocks]
    if not blocking:
        return Verdict(Status.OK, "No address filter shuts senders out")
    wide = [one for one in blocking if _width(one.cidr) <= _WIDE_BITS]
    shown = wide or blocking
    names = ", ".join(one.name for one in shown)
    return Verdict(
        Status.FAIL if wide else Status.INFO,
        f"The receipt filter {names} shuts senders out",
        "SES refuses them before any rule, and nothing tells of it.",
        tuple(Exhibit(f"receipt filter {one.name}", f"blocks {one.cidr}") for one in shown),
        (_mend(begin.region, shown),),
    )


def _mend(region: Region, shown: list[Filter]) -> Help:
    return Help(
        "Delete it, unless it is meant so.",
        commands=tuple(
            aws("ses delete-receipt-filter", region=region, filter_name=one.name) for one in shown
        ),
        applies=Applies.CONFIRM,
    )


def _width(cidr: str) -> int:
    try:
        return ipaddress.ip_network(cidr, strict=False).prefixlen
    except ValueError:
        return 32


RULE = Rule(
    code="RX110",
    title="No address filter shuts senders out",
    layer=Layer.RECEIVE,
    owner=Owner.SES,
    severity=Severity.HIGH,
    judge=judge,
)
