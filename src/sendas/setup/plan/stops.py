"""Why a plan must not be carried out: one clear line each; pure."""

from sendas.config.model import ConfiguredDomain, DnsProvider
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.names import canonical
from sendas.setup.plan.facts import Surroundings
from sendas.setup.plan.take_over import TakeOver, hands_on
from sendas.setup.records.wanted import Mark, RecordChange
from sendas.setup.stack.names import StackNames
from sendas.setup.template.receiving import receipt_rules
from sendas.stacks import BucketState


MAKING = "iam:CreatePolicy"
"""What making the permissions boundary takes, and no operator's policy gives."""


def hosted_zone(domain: ConfiguredDomain, seen: Surroundings) -> HostedZone | None:
    """The account's zone that the world really asks; a namesake that nobody asks is none."""
    delegated = frozenset(map(canonical, seen.zone.servers))
    for zone in seen.hosted:
        wanted = domain.adopted.zone_id
        if (wanted is None or zone.zone_id == wanted) and _asked(zone, delegated):
            return zone
    return None


def _asked(zone: HostedZone, delegated: frozenset[str]) -> bool:
    return bool(delegated & frozenset(map(canonical, zone.name_servers)))


def reasons_to_stop(
    domain: ConfiguredDomain,
    names: StackNames,
    seen: Surroundings,
    records: tuple[RecordChange, ...],
    taking: TakeOver | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What forbids the plan, and what could not be looked at; *taking*: a forwarder is to end."""
    receives = domain.receive and not domain.adopted.receiving
    stops = [
        *_zone(domain, seen),
        *_identity(domain, seen),
        *_boundary(domain, seen),
        *(_receiving(domain, names, seen, taking) if receives else ()),
        *(f"{one.type} {one.name}: {one.why}" for one in records if one.mark is Mark.STOP),
    ]
    unseen = [f"{one.type} {one.name}: {one.why}" for one in records if one.mark is Mark.UNKNOWN]
    return tuple(stops), tuple(unseen)


def _zone(domain: ConfiguredDomain, seen: Surroundings) -> tuple[str, ...]:
    if domain.dns is not DnsProvider.ROUTE53 or hosted_zone(domain, seen):
        return ()
    servers = ", ".join(seen.zone.servers)
    if seen.hosted:
        ids = ", ".join(zone.zone_id for zone in seen.hosted)
        return (
            (
                f"{domain.name} is not delegated to the Route 53 zone of this account ({ids}): "
                f"the world asks {servers}. Enter its name servers at the registrar, or set "
                'dns = "manual" in the file'
            ),
        )
    return (
        (
            f"no Route 53 zone of this account holds {domain.name}: the world asks {servers}. "
            'Set dns = "manual" in the file, or use the account that has the zone'
        ),
    )


def _identity(domain: ConfiguredDomain, seen: Surroundings) -> tuple[str, ...]:
    ours = seen.stack is not None and "Identity" in seen.stack.resources
    if seen.identity is None:
        if domain.adopted.identity:
            return (
                (
                    f"the file says that {domain.name} is an identity in {domain.region} already, "
                    "and SES knows of none: take `identity` out of [domain.adopted]"
                ),
            )
        return ()
    if domain.adopted.identity or ours:
        return ()
    return (
        (
            f"{domain.name} is an identity in {domain.region} already, made by somebody else: "
            f"`sendas init --adopt {domain.name}` writes a file that uses it as it is"
        ),
    )


def _boundary(domain: ConfiguredDomain, seen: Surroundings) -> tuple[str, ...]:
    """Whoever may not make the boundary must not begin: what it binds could not be made."""
    name = domain.permissions_boundary
    if name is None or seen.boundary is not None or MAKING not in seen.not_permitted:
        return ()
    return (
        (
            f"there is no policy {name}, which the file names as permissions_boundary, and you "
            "may not make it. An administrator does, once: "
            "sendas policy --boundary > boundary.json; "
            f"aws iam create-policy --policy-name {name} --policy-document file://boundary.json"
        ),
    )


def _receiving(
    domain: ConfiguredDomain, names: StackNames, seen: Surroundings, taking: TakeOver | None
) -> tuple[str, ...]:
    if not seen.receives:
        return (
            (
                f"SES takes in no mail in {domain.region}. Choose another Region in the file, "
                "such as us-east-1 or eu-west-1, or set receive = false to send only"
            ),
        )
    found = []
    if seen.bucket is BucketState.TAKEN:
        bucket = names.real_bucket(seen.account_id)
        found.append(
            f"the bucket name {bucket} is taken by another account, or we may not look into "
            "it: name a bucket of yours as `bucket` under [domain.adopted]"
        )
    found += taking.stops if taking else _beside(domain, names, seen)
    active = seen.active
    if domain.adopted.rule_set and seen.own_set is None:
        found.append(
            f"the file names the receipt rule set {names.rule_set}, and there is none of that "
            f"name in {domain.region}"
        )
    elif (
        active is not None
        and active.name != names.rule_set
        and any(rule.enabled for rule in active.rules)
        and taking is None
    ):
        if any(hands_on(rule) for rule in active.rules_of(domain.name)):
            how = (
                f"They forward mail of {domain.name}, it seems: `sendas apply --take-over` ends "
                "that as ours begins"
            )
        else:
            how = (
                f'Put rule_set = "{active.name}" under [domain.adopted], and our rule is added '
                "to it"
            )
        found.append(
            f"the receipt rule set {active.name} is active in {domain.region} and somebody "
            f"else's rules are in it; SES obeys one set only. {how}"
        )
    return tuple(found)


def _beside(domain: ConfiguredDomain, names: StackNames, seen: Surroundings) -> list[str]:
    """Another forwarder in the very set that our rule would be added to."""
    active = seen.active
    if active is None or active.name != names.rule_set:
        return []
    if seen.stack is not None and "Rule" in seen.stack.resources:
        return []  # they stand side by side already: the owner knows, or the doctor tells
    ours = receipt_rules(domain, names)
    theirs = [r for r in active.rules_of(domain.name) if r.name not in ours and hands_on(r)]
    return [
        f"receipt rule {rule.name} of {active.name} takes mail of {domain.name} and tells "
        "somebody of it: both would forward. `sendas apply --take-over` ends it as ours begins"
        for rule in theirs
    ]
