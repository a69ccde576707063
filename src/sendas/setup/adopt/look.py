"""Look at an account and at the DNS, for `adopt`: reads only, everything at once.

Changes nothing.  What a missing permission hides is a NoAnswer, and told; only
without the identity itself is there nothing to describe.
"""

import asyncio

from collections.abc import Iterable

from sendas.auth import spf
from sendas.aws import inventory
from sendas.aws.gateways import Gateways
from sendas.dns.answers import Question, Records, RecordType
from sendas.dns.resolver import Resolver
from sendas.errors import UsageError
from sendas.mail.domain import Domain
from sendas.outcome import NoAnswer, Seen, see
from sendas.ses.identity import Identity
from sendas.ses.receiving import LambdaAction, OtherAction, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.setup.adopt.seen import AccountSeen, Forwarder, Sender
from sendas.setup.init import Found
from sendas.setup.records.look import find_zone, look_at


_MOST_USERS = 300
_AT_ONCE = 8


class NothingToAdopt(UsageError):
    """The account has no identity for the domain where it was looked for."""


async def look_at_dns(domain: Domain, resolver: Resolver) -> tuple[Found, Seen[tuple[str, ...]]]:
    """What the DNS says before anything is written, and the domain's SPF records.

    Raises:
        NotDelegated: The world does not find the domain's zone.
    """
    zone = await find_zone(domain, resolver)
    mx, dmarc, texts = (
        Question(domain, RecordType.MX),
        Question(f"_dmarc.{domain}", RecordType.TXT),
        Question(domain, RecordType.TXT),
    )
    said = await look_at((mx, dmarc, texts), zone, resolver)
    at_apex = said[texts]
    if isinstance(at_apex, NoAnswer):
        return Found(zone, said[mx], said[dmarc]), at_apex
    values = at_apex.values if isinstance(at_apex, Records) else ()
    return Found(zone, said[mx], said[dmarc]), tuple(filter(spf.claims_spf, values))


async def find_region(aws: Gateways, near: Region, domain: Domain) -> Region:
    """The one Region whose SES knows *domain*.

    Raises:
        NothingToAdopt: None does, or several do.
        CouldNotLook: Nobody answered, in any Region.
    """
    regions = aws.regions(near)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(region: Region) -> Seen[Identity | None]:
        async with gate:
            return await asyncio.to_thread(aws.identity, region, domain)

    answers = await asyncio.gather(*map(ask, regions))
    there = [r for r, a in zip(regions, answers, strict=True) if isinstance(a, Identity)]
    if len(there) == 1:
        return there[0]
    if there:
        msg = f"{domain} is an identity in {', '.join(there)}; name one with --region"
        raise NothingToAdopt(msg)
    if all(isinstance(answer, NoAnswer) for answer in answers):
        see(answers[0], f"identity {domain} in {regions[0]}")
    msg = (
        f"SES knows no identity {domain} in any Region of this account; without --adopt,"
        " `sendas init` writes a file for a new one"
    )
    raise NothingToAdopt(msg)


async def look_at_account(
    aws: Gateways, region: Region, domain: Domain, resolver: Resolver
) -> AccountSeen:
    """Everything `adopt` describes.

    Raises:
        NothingToAdopt: SES knows no such identity in *region*.
        CouldNotLook: The account or the identity could not be asked for.
        NotDelegated: The world does not find the domain's zone.
    """
    caller = see(await asyncio.to_thread(aws.caller, region), "who is asking")
    identity = see(await asyncio.to_thread(aws.identity, region, domain), f"identity {domain}")
    if identity is None:
        msg = f"SES knows no identity {domain} in {region}; without --region, all are searched"
        raise NothingToAdopt(msg)
    session = aws.session
    (dns, spf_texts), addresses, (active, forwarders), senders, zones = await asyncio.gather(
        look_at_dns(domain, resolver),
        asyncio.to_thread(inventory.identities, session, region),
        asyncio.to_thread(_receiving, aws, region, domain),
        asyncio.to_thread(_senders, aws, region),
        asyncio.to_thread(aws.hosted_zones, region, domain),
    )
    if not isinstance(addresses, NoAnswer):
        addresses = tuple(a for a in addresses if a.lower().endswith(f"@{domain}"))
    return AccountSeen(
        domain,
        region,
        caller.account_id,
        identity,
        addresses=addresses,
        active=active,
        forwarders=forwarders,
        senders=senders,
        zones=zones,
        dns=dns,
        spf=spf_texts,
    )


def _receiving(
    aws: Gateways, region: Region, domain: Domain
) -> tuple[Seen[RuleSet | None], Seen[tuple[Forwarder, ...]]]:
    active = aws.active_rule_set(region)
    if not isinstance(active, RuleSet):
        return active, active if isinstance(active, NoAnswer) else ()
    actions = [(rule.name, action) for rule in active.rules_of(domain) for action in rule.actions]
    told: dict[str, str] = {}
    for rule, action in actions:
        match action:
            case LambdaAction(function_arn):
                told.setdefault(function_arn, f"rule {rule}")
            case S3Action():
                silence = _note_told(told, aws, region, action)
                if silence:
                    return active, silence
            case OtherAction():
                pass
    return active, tuple(_forwarder(aws, region, arn, by) for arn, by in told.items())


def _note_told(
    told: dict[str, str], aws: Gateways, region: Region, action: S3Action
) -> NoAnswer | None:
    """Add to *told* each function that hears of what *action* stores, and by whom."""
    notices = aws.bucket_notices(region, action.bucket)
    if isinstance(notices, NoAnswer):
        return notices
    _note(told, notices.functions, f"bucket {action.bucket}")
    topics = dict.fromkeys((*filter(None, [action.topic_arn]), *notices.topics))
    behind = [
        *((inventory.functions_behind, "queue", arn) for arn in notices.queues),
        *((inventory.functions_told_by_topic, "topic", arn) for arn in topics),
    ]
    for ask, kind, arn in behind:
        heard = ask(aws.session, region, arn)
        if isinstance(heard, NoAnswer):
            return heard
        _note(told, heard, f"{kind} {arn.rpartition(':')[2]}")
    return None


def _note(told: dict[str, str], functions: Iterable[str], by: str) -> None:
    for arn in functions:
        told.setdefault(arn, by)


def _forwarder(aws: Gateways, region: Region, arn: str, by: str) -> Forwarder:
    found = inventory.function(aws.session, region, arn)
    if found is None or isinstance(found, NoAnswer):
        return Forwarder(arn, by)
    return Forwarder(arn, by, found.addresses)


def _senders(aws: Gateways, region: Region) -> Seen[tuple[Sender, ...]]:
    names = inventory.users(aws.session, region)
    if isinstance(names, NoAnswer):
        return names
    found: list[Sender] = []
    for name in names[:_MOST_USERS]:
        keys = aws.keys_of(region, name)
        if isinstance(keys, NoAnswer):
            return keys
        if keys:  # without a key, nobody sends over SMTP as this user
            active = sum(key.active for key in keys)
            found.append(Sender(name, active, aws.policies_of(region, name)))
    return tuple(found)
