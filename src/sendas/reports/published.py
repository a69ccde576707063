"""What the policy as published, or as receivers found it, does, and does not; pure."""

from collections.abc import Iterator

from sendas.auth.dmarc import DmarcRecord, Policy
from sendas.auth.tags import read_tags
from sendas.dns.names import within
from sendas.reports.model import Published
from sendas.reports.tally import Tally
from sendas.reports.weighing import Remark, Weight


_ONE_LESS = {Policy.REJECT: Policy.QUARANTINE, Policy.QUARANTINE: Policy.NONE}


def applied(tally: Tally, record: DmarcRecord | None) -> Policy:
    """The policy in force: that of *record* if it was looked up, else what the reports say.

    One that holds for a part of the mail, or for a test, is the next laxer one: what it
    does not hold for is treated so (RFC 7489, 6.6.4; RFC 9989, 4.7, ``t``).
    """
    declared = record.policy if record else _reported(tally)
    if _partly(tally, record) or _testing(tally, record):
        return _ONE_LESS.get(declared, declared)
    return declared


def _latest(tally: Tally) -> list[Published]:
    last = max(tally.policies.values(), default=None)
    return [one for one, day in tally.policies.items() if day == last]


def _reported(tally: Tally) -> Policy:
    """The policy that receivers saw last; the laxest, where they saw several on that day."""
    seen = {one.p.lower() for one in _latest(tally)}
    return next((policy for policy in Policy if policy in seen), Policy.NONE)


def _partly(tally: Tally, record: DmarcRecord | None) -> str:
    """What ``pct`` says, if it says less than all; empty else."""
    if record is not None:
        values = [tag.value for tag in read_tags(record.text)[0] if tag.name == "pct"]
    else:
        values = sorted(one.pct for one in _latest(tally))
    return next((one for one in values if one not in {"", "100"}), "")


def _testing(tally: Tally, record: DmarcRecord | None) -> bool:
    if record is not None:
        return record.testing
    return any(one.testing.lower() == "y" for one in _latest(tally))


def published(tally: Tally, record: DmarcRecord | None) -> Iterator[Remark]:
    """What the policy as published, or as receivers found it, does not do."""
    seen = _latest(tally)
    last = max(tally.policies.values(), default=None)
    if len({one.p.lower() for one in seen}) > 1:
        words = ", ".join(sorted({f"p={one.p}" for one in seen}))
        text = f"receivers found different policies on {last} ({words})"
        yield Remark(Weight.NOTE, text, "it was changed that day, or servers of yours disagree")
    if partly := _partly(tally, record):
        text = f"pct={partly}: the policy is applied to a part of what fails"
        yield Remark(Weight.NOTE, text, "more is hit without it; RFC 9989 knows it no more")
    if _testing(tally, record):
        text = "t=y: receivers of RFC 9989 apply one level less than p says"
        yield Remark(Weight.NOTE, text)
    yield from _subdomains(tally, record)


def _subdomains(tally: Tally, record: DmarcRecord | None) -> Iterator[Remark]:
    below = {
        author
        for _, sums in tally.sources.items()
        for author in sums.authors
        if author != tally.domain and within(author, tally.domain)
    }
    if below:
        names = ", ".join(sorted(below)[:5])
        yield Remark(Weight.NOTE, f"{len(below)} subdomains stand in From: {names}")
    sp = record.subdomain_policy if record else None
    if record and sp is not None and sp.strictness < record.policy.strictness:
        text = f"sp={sp}: subdomains are protected less than the domain"
        yield Remark(Weight.NOTE, text, "forgers take a subdomain then; take sp out")
    np = record.nonexistent_policy if record else None
    if record and np is not None and np.strictness < record.policy.strictness:
        text = f"np={np}: subdomains that do not exist are protected less than the domain"
        yield Remark(Weight.NOTE, text, "forgers make one up then; take np out")
