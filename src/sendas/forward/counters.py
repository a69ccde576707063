"""What is counted within the hour, so that a flood stays within the owner's limits: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sendas.forward.decision import (
    Decision,
    Forward,
    Notify,
    Reject,
    TakeReports,
)
from sendas.forward.routes import NoRoute, OwnAddress, Routes
from sendas.ses.notices import Receipt


@dataclass(frozen=True, slots=True)
class Counters:
    """What was counted before this mail.

    *written* is how many other mails its author wrote within the hour, by
    forward-path; *at_address* and *at_domain* how many everybody wrote, by forward-path
    and by domain; *unrouted* how many anybody wrote to addresses without a route, by
    domain (see `unrouted_domains`); what is not there counts as none.  *bounce_percent* is
    of what the account sent lately, None when nobody measured it.
    """

    written: Mapping[str, int] = field(default_factory=dict)
    unrouted: Mapping[str, int] = field(default_factory=dict)
    at_address: Mapping[str, int] = field(default_factory=dict)
    at_domain: Mapping[str, int] = field(default_factory=dict)
    bounce_percent: float | None = None


def unrouted_domains(receipt: Receipt, routes: Routes) -> frozenset[str]:
    """Our domains at which the mail is for an address that nobody gave a route."""
    found = set()
    for path in receipt.forward_paths:
        domain = routes.domain_of(path)
        if domain is not None and isinstance(domain.route_of(path), (NoRoute, OwnAddress)):
            found.add(domain.name)
    return frozenset(found)


def counted_paths(decisions: Iterable[Decision]) -> frozenset[str]:
    """The forward-paths for which something would be sent: what is kept anyway counts for nothing.

    *decisions* are those of `plan` without counters.
    """
    paths: set[str] = set()
    for one in decisions:
        if isinstance(one, Reject):
            paths.add(one.forward_path)
        elif isinstance(one, (Forward, Notify, TakeReports)):
            paths.update(one.forward_paths)
    return frozenset(paths)
