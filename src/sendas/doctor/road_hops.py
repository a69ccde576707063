"""What of a rule set concerns the domain, and what its routes say; pure."""

from sendas.forward.routes_file import MalformedRoutes, parse_routes
from sendas.ses.receiving import Action, RuleSet
from sendas.ses.road import RoutesSeen


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
