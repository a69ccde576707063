"""Take away what sendas made for one domain, and nothing else; pure but for `look_to_destroy`.

Received mail stays in its bucket, and suppression data is the account's: both
outlive the domain unless the owner says otherwise.  The shared rule set goes
only when no rule of another domain is left in it; a DMARC record stays.
"""

import asyncio

from dataclasses import dataclass, field
from enum import StrEnum, auto

from sendas.aws import buckets, cloudformation, route53, ses, sesv2, sts
from sendas.config.model import ConfiguredDomain, DnsProvider
from sendas.dns.hosted_zone import HostedZone
from sendas.dns.zone import Zone
from sendas.errors import CouldNotLook
from sendas.iam.rights import NotPermitted, Verb, When, missing_text
from sendas.outcome import NoAnswer, see
from sendas.ses.identity import Identity, Notifications
from sendas.ses.receiving import RuleSet
from sendas.setup.apply import ApplyOptions, StepRunner
from sendas.setup.leftovers import Leftovers, look_for_leftovers
from sendas.setup.plan.look import Doors
from sendas.setup.plan.permissions import permissions
from sendas.setup.plan.telling import stop
from sendas.setup.records.diff import Published, removals
from sendas.setup.records.look import NotDelegated, find_zone, look_at
from sendas.setup.records.wanted import Mark, Purpose, RecordChange, wanted_records
from sendas.setup.rights.place import needed_when
from sendas.setup.rule_steps import RetireRuleSet
from sendas.setup.stack.names import RULE_SET, stack_names, topic_arn
from sendas.setup.stack.standing import users_in
from sendas.setup.steps import (
    DeleteKeys,
    DeleteMail,
    DeleteStack,
    PasteRecords,
    PutRecords,
    Step,
)
from sendas.setup.template.receiving import receipt_rules
from sendas.stacks import BucketState, StackSeen


_PAUSE_SECONDS, _MOST_LOOKS = 2.0, 1800
_BY_STACK = {Purpose.DKIM: "Dkim1", Purpose.MAIL_FROM_MX: "MailFromMx"}
_BY_STACK[Purpose.MAIL_FROM_SPF] = "MailFromSpf"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a domain's set-up."""

    account_id: str
    stack: StackSeen | None
    identity: Identity | None
    rule_set: RuleSet | None
    bucket: BucketState
    zone: Zone
    published: Published
    hosted: tuple[HostedZone, ...] = ()
    not_permitted: tuple[str, ...] = ()
    """The actions, by IAM's names, that `destroy` needs and the caller is known to lack."""
    leftovers: Leftovers = field(default_factory=Leftovers)
    """Users and secrets of mailboxes that no stack holds; not looked for without permission."""
    notifications: Notifications | None = None
    """Whom an identity that stays tells of sent mail by itself; None where it need not matter."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """What would be taken away, and what stays."""

    domain: str
    region: str
    zone: Zone
    steps: tuple[Step, ...]
    keeps: tuple[str, ...]
    records: tuple[RecordChange, ...] = ()
    not_permitted: tuple[str, ...] = ()


def look_to_destroy(
    domain: ConfiguredDomain, doors: Doors, *, delete_mail: bool = False
) -> Standing:
    """See what stands, and what is not permitted.

    Raises:
        CouldNotLook: Somebody did not answer.
    """
    session, region, names = doors.session, domain.region, stack_names(domain)
    caller = see(sts.caller(session, region), "who is asking")
    account = caller.account_id
    stack = _at_rest(domain, doors)
    identity = see(sesv2.identity(session, region, domain.name), "the identity")
    rule_set = (
        see(ses.rule_set(session, region, names.rule_set), "the rule set")
        if domain.receive
        else None
    )
    bucket = see(
        buckets.bucket_state(session, region, names.real_bucket(account), account),
        "the mail bucket",
    )
    hosted = see(route53.hosted_zones(session, region, domain.name), "the hosted zones")
    zone, published = asyncio.run(_published(domain, identity, doors))
    also = frozenset({When.DELETING_MAIL} if delete_mail else ())
    allowed = permissions(session, caller, domain, stack, verbs=(Verb.DESTROY,), also=also)
    lacking = allowed.lacking.get(Verb.DESTROY, ())
    notifications = None
    if When.TOLD_BY_IDENTITY in needed_when(domain, tuple(stack.resources if stack else ())):
        told = ses.notifications(session, region, domain.name)
        notifications = see(told, "whom the identity tells of sent mail")
    left = Leftovers() if lacking else look_for_leftovers(domain, session, users_in(stack))
    return Standing(
        account,
        stack,
        identity,
        rule_set,
        bucket,
        zone,
        published,
        hosted,
        lacking,
        left,
        notifications,
    )


def _at_rest(domain: ConfiguredDomain, doors: Doors) -> StackSeen | None:
    """The stack, when CloudFormation has finished: of what is in motion nothing follows."""
    name = stack_names(domain).root
    for _ in range(_MOST_LOOKS):
        stack = see(cloudformation.stack(doors.session, domain.region, name), "the stack")
        if stack is None or not stack.moving:
            return stack
        doors.sleep(_PAUSE_SECONDS)
    msg = f"stack {name}: CloudFormation is at work still; try again later"
    raise CouldNotLook(msg)


async def _published(
    domain: ConfiguredDomain, identity: Identity | None, doors: Doors
) -> tuple[Zone, Published]:
    try:
        zone = await find_zone(domain.name, doors.resolver)
    except NotDelegated:
        return Zone(domain.name, ()), {}  # nobody sees any record of it: nothing to take away
    if isinstance(zone, NoAnswer):
        msg = f"the zone of {domain.name}: {zone}"
        raise CouldNotLook(msg)
    tokens = identity.dkim.tokens if identity else ()
    questions = [one.question for one in wanted_records(domain, tokens)]
    return zone, await look_at(questions, zone, doors.resolver)


def _bounding(domain: ConfiguredDomain) -> tuple[str, ...]:
    """The policy that bounds what is made; all domains of the account share it."""
    name = domain.permissions_boundary
    return (f"policy {name}: it bounds what is made for other domains, too",) if name else ()


def farewell(
    domain: ConfiguredDomain, standing: Standing, *, delete_mail: bool = False
) -> Farewell:
    """What would be done.

    Raises:
        CouldNotLook: The zone's servers do not tell what stands.
    """
    names = stack_names(domain)
    bucket = names.real_bucket(standing.account_id)
    records = _records(domain, standing)
    steps: list[Step] = [*_unpublish(domain, standing, records)]
    if standing.notifications:
        topic = topic_arn(domain.region, standing.account_id, names.events)
        steps += stop(domain, standing.notifications, topic)
    steps += _stack(names.root, standing.stack)
    steps += standing.leftovers.steps
    keeps = [
        *standing.leftovers.kept,
        "suppression entries: they are the account's",
        *_bounding(domain),
        *_kept_records(records),
        *_forgotten(domain, standing),
    ]
    if standing.rule_set is not None and names.rule_set == RULE_SET:
        ours = set(receipt_rules(domain, names))
        others = [rule.name for rule in standing.rule_set.rules if rule.name not in ours]
        if others:
            keeps.append(f"receipt rule set {RULE_SET}: {', '.join(others)} receives by it")
        else:
            steps.append(RetireRuleSet(RULE_SET))
    if standing.bucket is BucketState.OURS and not domain.adopted.bucket:
        if delete_mail:
            steps.append(DeleteMail(bucket))
        else:
            keeps.append(f"received mail: bucket {bucket} (--delete-mail deletes it)")
    return Farewell(
        domain.name,
        domain.region,
        standing.zone,
        tuple(steps),
        tuple(keeps),
        records,
        standing.not_permitted,
    )


def _stack(name: str, stack: StackSeen | None) -> list[Step]:
    if stack is None:
        return []
    return [*(DeleteKeys(user) for user in sorted(users_in(stack))), DeleteStack(name)]


def _records(domain: ConfiguredDomain, standing: Standing) -> tuple[RecordChange, ...]:
    """Records that the stack does not take with it; of an adopted domain none is ours."""
    if domain.adopted.identity:
        return ()
    tokens = standing.identity.dkim.tokens if standing.identity else ()
    held = standing.stack.resources if standing.stack else {}
    ours = [
        one for one in wanted_records(domain, tokens) if _BY_STACK.get(one.purpose, "") not in held
    ]
    found = removals(ours, standing.published)
    unseen = [f"{one.type} {one.name}: {one.why}" for one in found if one.mark is Mark.UNKNOWN]
    if unseen and standing.published:
        raise CouldNotLook("\n".join(unseen))
    return found


def _unpublish(
    domain: ConfiguredDomain, standing: Standing, records: tuple[RecordChange, ...]
) -> list[Step]:
    # The MX first of all: what is not sent here is not refused here.
    changes = tuple(
        sorted(
            (one for one in records if one.changes),
            key=lambda one: one.purpose is not Purpose.INBOUND_MX,
        )
    )
    if not changes:
        return []
    servers = set(standing.zone.servers)
    zone = next((z for z in standing.hosted if servers & set(z.name_servers)), None)
    if domain.dns is DnsProvider.ROUTE53 and zone is not None:
        return [PutRecords(zone.zone_id, changes)]
    return [PasteRecords(changes, removing=True)]


def _forgotten(domain: ConfiguredDomain, standing: Standing) -> list[str]:
    """What may stand at another provider, and nobody can see any more."""
    if domain.dns is DnsProvider.ROUTE53 or standing.identity or domain.adopted.identity:
        return []
    told = (
        "DKIM records at the DNS provider, unless you removed them: names under "
        f"_domainkey.{domain.name} that point to SES, which told them while the identity stood"
    )
    return [told]


def _kept_records(records: tuple[RecordChange, ...]) -> list[str]:
    return [f"{one.type} {one.name}: {one.why}" for one in records if one.why and not one.changes]


def check(plan: Farewell) -> None:
    """Let nobody be asked about what cannot be carried out.

    Raises:
        NotPermitted: A permission is missing; nothing was changed.
    """
    if plan.not_permitted:
        raise NotPermitted(missing_text(plan.not_permitted, Verb.DESTROY))


class Ending(StrEnum):
    """How far it came."""

    GONE = auto()
    """Nothing that sendas made is left, as far as anybody can see."""
    MX_FIRST = auto()
    """Nothing was done: the MX at another DNS provider sends mail here, which SES would refuse."""
    RECORDS_LEFT = auto()
    """All is gone but records at another DNS provider, which only their owner can remove."""


def carry_out(
    plan: Farewell,
    domain: ConfiguredDomain,
    doors: Doors,
    options: ApplyOptions,
    *,
    now: bool = False,
) -> Ending:
    """Take it away; may be interrupted and repeated.

    An MX at another DNS provider has to go first, unless *now* is set.

    Raises:
        NotPermitted: A permission is missing; nothing was changed.
        NotDone: AWS refused a step, or nobody answered.
        StackFailed: CloudFormation could not delete something.
    """
    check(plan)
    runner = StepRunner(domain, doors, options)
    ending = Ending.GONE
    for step in plan.steps:
        options.say(str(step))
        if isinstance(step, PasteRecords):
            options.show_records(plan.zone, step)
            if step.ends_receiving and not now:
                return Ending.MX_FIRST
            ending = Ending.RECORDS_LEFT
        runner.do(step)
    return ending


__all__ = ["Ending", "Farewell", "Standing", "carry_out", "check", "farewell", "look_to_destroy"]
