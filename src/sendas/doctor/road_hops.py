"""What of a rule set concerns the domain, and what its routes say; pure."""

from collections.abc import Iterable
from dataclasses import replace

from sendas.doctor.evidence import Subject
from sendas.forward.routes_file import MalformedRoutes, parse_routes
from sendas.ses.receiving import Action, ReceiptRule, RuleSet
from sendas.ses.road import RoutesSeen


def awaited(active: RuleSet | None, others: Iterable[RuleSet], subject: Subject) -> RuleSet | None:
    """The set that takes the domain's mail, or would, once what is switched off is on.

    That is the active one; else the active one with the rule that sleeps enabled; else
    the first beside it.  What is broken behind is then told at once, and not only once
    the rule is on: SES refuses to enable a rule that cannot store (FACTS 8.3).
    """
    domain = subject.domain
    if active is not None:
        if active.rules_of(domain):
            return active
        asleep = sleeping(active, subject)
        if asleep is not None:
            rules = (replace(r, enabled=r.enabled or r is asleep) for r in active.rules)
            return replace(active, rules=tuple(rules))
        if any(rule.names(domain) for rule in active.rules):
            return active
    return next((each for each in others if each.rules_of(domain)), active)


def sleeping(
    rule_set: RuleSet, subject: Subject, wanted: tuple[str, ...] | None = None
) -> ReceiptRule | None:
    """The disabled rule that would take the mail of *wanted*, or what is asked about."""
    wanted = addresses_asked(subject) if wanted is None else wanted
    ours = (rule for rule in rule_set.rules if rule.names(subject.domain) and not rule.enabled)
    return next((rule for rule in ours if all(map(rule.matches, wanted))), None)


def addresses_asked(subject: Subject) -> tuple[str, ...]:
    """The addresses of the domain that this run is about."""
    wanted = (subject.to_address, subject.from_address)
    ours = [each for each in wanted if each and each.lower().endswith(f"@{subject.domain}")]
    return tuple(dict.fromkeys(ours))


def actions_for(rule_set: RuleSet, domain: str) -> tuple[Action, ...]:
    """What the rules that take mail of the domain do, in order."""
    return tuple(a for rule in rule_set.rules_of(domain) for a in rule.actions)


def mistake_in(text: bytes) -> RoutesSeen:
    """The routes object as far as rules need it: no address of it is kept."""
    try:
        routes = parse_routes(text)
    except MalformedRoutes as error:
        count = len(error.mistakes)
        return RoutesSeen(exists=True, mistake=f"{count} mistake{'s' if count > 1 else ''}")
    return RoutesSeen(exists=True, domains=tuple(routes.domains))
