"""Whether and where SES receives for the domain, and the rules that take its mail."""

from collections.abc import Iterator

from sendas.dns.answers import RecordType
from sendas.dns.mx import SesHost
from sendas.doctor.evidence import Evidence, RegionEvidence
from sendas.doctor.road_hops import awaited
from sendas.doctor.rules.dns._mx import Exchanges, sorted_out
from sendas.errors import CouldNotLook
from sendas.outcome import see
from sendas.ses.receiving import ReceiptRule, RuleSet, S3Action
from sendas.ses.regions import Region


_AMAZON = (".amazonaws.com", ".amazonses.com")


def receiving_region(evidence: Evidence) -> Region | None:
    """The Region whose rules take the domain's mail; None if SES does not receive for it.

    It does where an MX record names a host of SES, or where a rule set mentions
    the domain and no MX record sends its mail to somebody else.  Where several
    Regions could be meant, it is the one whose rules speak of the domain, those
    of the active set first.

    Raises:
        CouldNotLook: No MX answer, and no rule tells either.
    """
    domain, here = evidence.subject.domain, evidence.subject.region
    try:
        found = told_exchanges(evidence)
    except CouldNotLook:
        if mentions(_active(evidence, here), domain):
            return here
        raise
    if found.texts and not any(mx.host.endswith(_AMAZON) for mx in found.parsed):
        return None
    named = [region for _, region in found.of(SesHost.INBOUND)]
    candidates = dict.fromkeys((*named, here))
    for region in candidates:
        if mentions(_active(evidence, region), domain):
            return region
    for region in candidates:
        if any(mentions(each, domain) for each in other_sets(evidence, region) or ()):
            return region
    # An MX at another of SES's hosts is a mistake of somebody who wants to receive.
    return next(iter(named), here if found.texts else None)


def told_exchanges(evidence: Evidence) -> Exchanges:
    """The domain's MX records as most servers tell them; raises CouldNotLook."""
    domain = evidence.subject.domain
    return sorted_out(domain, evidence.records(domain, RecordType.MX))


def _active(evidence: Evidence, region: Region) -> RuleSet | None:
    seen = evidence.regions.get(region, RegionEvidence()).active_rule_set
    return seen if isinstance(seen, RuleSet) else None


def active_rules(evidence: Evidence) -> tuple[Region, RuleSet | None] | None:
    """The receiving Region and its active rule set; None if SES does not receive.

    Raises:
        CouldNotLook: Neither MX nor the rules were told.
    """
    region = receiving_region(evidence)
    if region is None:
        return None
    seen = evidence.regions.get(region, RegionEvidence()).active_rule_set
    return region, see(seen, f"DescribeActiveReceiptRuleSet in {region}")


def current_rules(evidence: Evidence) -> tuple[Region, RuleSet] | None:
    """As ``active_rules``, where a set is active; RX001 tells where none is.

    Raises:
        CouldNotLook: Neither MX nor the rules were told.
    """
    found = active_rules(evidence)
    return (found[0], found[1]) if found and found[1] else None


def awaited_rules(evidence: Evidence) -> tuple[Region, RuleSet] | None:
    """As ``current_rules``, or the set with the rules that wait to be switched on.

    Raises:
        CouldNotLook: Neither MX nor the rules were told.
    """
    found = active_rules(evidence)
    if found is None:
        return None
    region, active = found
    rule_set = awaited(active, other_sets(evidence, region) or (), evidence.subject)
    return (region, rule_set) if rule_set else None


def other_sets(evidence: Evidence, region: Region) -> tuple[RuleSet, ...] | None:
    """The rule sets beside the active one; None if they were not looked at."""
    seen = evidence.regions.get(region, RegionEvidence())
    if not isinstance(seen.rule_sets, tuple):
        return None
    active = seen.active_rule_set.name if isinstance(seen.active_rule_set, RuleSet) else None
    return tuple(each for each in seen.rule_sets if each.name != active)


def mentions(rule_set: RuleSet | None, domain: str) -> bool:
    """Whether a rule, enabled or not, names the domain or an address of it."""
    return rule_set is not None and any(rule.names(domain) for rule in rule_set.rules)


def handles(rule_set: RuleSet, domain: str) -> bool:
    """Whether an enabled rule takes any mail of the domain."""
    return bool(rule_set.rules_of(domain))


def stores(rule_set: RuleSet, domain: str) -> Iterator[tuple[ReceiptRule, S3Action]]:
    """Where the domain's mail is written to: each S3 action and its rule."""
    for rule in rule_set.rules_of(domain):
        for action in rule.actions:
            if isinstance(action, S3Action):
                yield rule, action
