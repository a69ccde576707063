"""Observing SES: all of it in the subject's Region, and a glance at every other.

Elsewhere only what people forget is asked: is the domain verified there, and
is an address on that Region's own suppression list (FACTS 9, 13).
"""

import asyncio

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from sendas.dns.names import ancestry, canonical
from sendas.doctor.dns_questions import Expectations
from sendas.doctor.doors import Aws
from sendas.doctor.evidence import RegionEvidence, Subject
from sendas.doctor.inquiry import Inquiry
from sendas.doctor.observe_road import observe_road
from sendas.doctor.road import Road
from sendas.doctor.road_hops import awaited
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.account_state import Account
from sendas.ses.configuration_set import ConfigurationSet
from sendas.ses.identity import Identity
from sendas.ses.receiving import Bucket, RuleSet, S3Action
from sendas.ses.regions import Region
from sendas.ses.suppression import Suppressed


T = TypeVar("T")
_NOBODY_THERE = frozenset({Why.TIMEOUT, Why.UNREACHABLE})
"""Whoever asks again would only wait as long again."""

_Identities: TypeAlias = dict[str, Seen[Identity | None]]


@dataclass(frozen=True, slots=True)
class Here:
    """What SES says in the subject's Region, and the buckets that its active rules write to."""

    region: RegionEvidence
    buckets: dict[str, Seen[Bucket]]
    road: Road


async def observe_here(
    subject: Subject,
    inquiry: Inquiry,
    expectations: asyncio.Future[Expectations],
    addresses: tuple[str, ...],
) -> Here:
    """Everything SES says in the subject's Region; *addresses* must not be suppressed.

    *expectations* is fulfilled as soon as the domain's identity is known, so
    that the DNS can be asked for what SES expects there.
    """
    region = subject.region
    async with asyncio.TaskGroup() as group:
        account = group.create_task(
            inquiry.ask(lambda aws: aws.account(region), f"SES account in {region}")
        )
        active = group.create_task(
            inquiry.ask(lambda aws: aws.active_rule_set(region), "active receipt rule set")
        )
        rule_sets = group.create_task(_rule_sets(region, inquiry, active))
        suppressed = group.create_task(_suppressed(subject.region, addresses, inquiry))
        domain = group.create_task(_expected(subject, inquiry, expectations))
        others = group.create_task(_identities(_sending_names(subject), region, inquiry))
        recipients = group.create_task(_recipients(subject, inquiry, account))
        sets = group.create_task(_configuration_sets(subject, inquiry, domain, others))
        waited = group.create_task(_awaited(subject, active, rule_sets))
        buckets = group.create_task(_buckets(region, inquiry, waited))
        road = group.create_task(observe_road(subject, inquiry, waited))
    seen = RegionEvidence(
        account=account.result(),
        identities=recipients.result() | others.result() | {subject.domain: domain.result()},
        suppressed=suppressed.result(),
        configuration_sets=sets.result(),
        active_rule_set=active.result(),
        rule_sets=rule_sets.result(),
    )
    return Here(seen, buckets.result(), road.result())


async def observe_elsewhere(
    subject: Subject, inquiry: Inquiry, addresses: tuple[str, ...]
) -> dict[Region, RegionEvidence]:
    """The domain's identity and the suppression list in every other Region of SES.

    A Region that is not enabled in the account is left out: it does not know
    credentials that hold elsewhere, and nothing of the account's is there.
    """
    aws = await inquiry.aws()
    if isinstance(aws, NoAnswer):
        return {}
    near = subject.region
    regions = await inquiry.in_thread(lambda: aws.regions(near))
    seen = await _each(
        (region for region in regions if region != near),
        lambda region: inquiry.ask(
            lambda aws: _glance(aws, subject, region, addresses), f"SES in {region}"
        ),
    )
    return {
        region: (
            _unseen(subject, evidence, addresses) if isinstance(evidence, NoAnswer) else evidence
        )
        for region, evidence in seen.items()
        if evidence is not None
    }


def _glance(
    aws: Aws, subject: Subject, region: Region, addresses: tuple[str, ...]
) -> RegionEvidence | None:
    """One Region, one question after the other: SES allows few a second; None if not enabled."""
    identity = aws.identity(region, subject.domain)
    if isinstance(identity, NoAnswer):
        if identity.why is Why.NO_CREDENTIALS:
            return None
        if identity.why in _NOBODY_THERE:
            return _unseen(subject, identity, addresses)
    suppressed = {a: aws.suppressed(region, a) for a in addresses}
    return RegionEvidence(identities={subject.domain: identity}, suppressed=suppressed)


def _unseen(subject: Subject, silence: NoAnswer, addresses: tuple[str, ...]) -> RegionEvidence:
    return RegionEvidence(
        identities={subject.domain: silence},
        suppressed=dict.fromkeys(addresses, silence),
    )


async def _expected(
    subject: Subject, inquiry: Inquiry, expectations: asyncio.Future[Expectations]
) -> Seen[Identity | None]:
    """The domain's own identity; what it expects of the DNS is passed on at once."""
    found = Expectations()
    try:
        identity = await _identity(subject.domain, subject.region, inquiry)
        if identity is not None and not isinstance(identity, NoAnswer):
            mail_from = identity.mail_from.domain if identity.mail_from else None
            found = Expectations(identity.dkim.tokens, mail_from)
        return identity
    finally:
        if not expectations.done():
            expectations.set_result(found)


async def _identity(name: str, region: Region, inquiry: Inquiry) -> Seen[Identity | None]:
    return await inquiry.ask(lambda aws: aws.identity(region, name), f"identity {name}")


async def _identities(names: Iterable[str], region: Region, inquiry: Inquiry) -> _Identities:
    return await _each(names, lambda name: _identity(name, region, inquiry))


def _sending_names(subject: Subject) -> tuple[str, ...]:
    """What else could be the identity that mail is sent as: parents, and the address itself."""
    names = list(_domains(subject.domain))
    if subject.from_address:
        names += subject.from_address, *_domains(subject.from_address.rpartition("@")[2])
    return tuple(name for name in dict.fromkeys(names) if name != subject.domain)


def _domains(domain: str) -> tuple[str, ...]:
    return tuple(name for name in ancestry(canonical(domain)) if "." in name)


async def _recipients(
    subject: Subject, inquiry: Inquiry, account: asyncio.Task[Seen[Account]]
) -> _Identities:
    """The recipients' identities, which the sandbox asks for (SES guide, "Sandbox").

    Whoever reads forwarded mail is a recipient as well.
    """
    state = await account
    if isinstance(state, NoAnswer) or not state.in_sandbox:
        return {}
    addresses = filter(None, (subject.to_address, subject.mailbox))
    names = dict.fromkeys(
        name for one in addresses for name in (one, *_domains(one.rpartition("@")[2]))
    )
    known = {subject.domain, *_sending_names(subject)}
    return await _identities((n for n in names if n not in known), subject.region, inquiry)


async def _suppressed(
    region: Region, addresses: tuple[str, ...], inquiry: Inquiry
) -> dict[str, Seen[Suppressed | None]]:
    return await _each(
        addresses,
        lambda address: inquiry.ask(
            lambda aws: aws.suppressed(region, address), "suppression list"
        ),
    )


async def _configuration_sets(
    subject: Subject,
    inquiry: Inquiry,
    domain: asyncio.Task[Seen[Identity | None]],
    others: asyncio.Task[_Identities],
) -> dict[str, Seen[ConfigurationSet | None]]:
    """The default sets of the identities that mail is sent as."""
    seen = (await domain, *(await others).values())
    names = [i.configuration_set for i in seen if i is not None and not isinstance(i, NoAnswer)]
    return await _each(
        dict.fromkeys(filter(None, names)),
        lambda name: inquiry.ask(
            lambda aws: aws.configuration_set(subject.region, name), f"configuration set {name}"
        ),
    )


async def _rule_sets(
    region: Region, inquiry: Inquiry, active: asyncio.Task[Seen[RuleSet | None]]
) -> Seen[tuple[RuleSet, ...]]:
    """Asked after the active one: SES answers one such question a second (FACTS 6)."""
    first = await active
    if isinstance(first, NoAnswer) and first.why in _NOBODY_THERE:
        return first
    return await inquiry.ask(lambda aws: aws.rule_sets(region), "receipt rule sets")


async def _awaited(
    subject: Subject,
    active: asyncio.Task[Seen[RuleSet | None]],
    beside: asyncio.Task[Seen[tuple[RuleSet, ...]]],
) -> RuleSet | None:
    """The set whose road is looked at; those beside the active one are waited for if need be."""
    first = await active
    if isinstance(first, NoAnswer):
        return None
    found = awaited(first, (), subject)
    if found is not None and found.rules_of(subject.domain):
        return found
    others = await beside
    return awaited(first, () if isinstance(others, NoAnswer) else others, subject)


async def _buckets(
    region: Region, inquiry: Inquiry, waited: asyncio.Task[RuleSet | None]
) -> dict[str, Seen[Bucket]]:
    rule_set = await waited
    if rule_set is None:
        return {}
    actions = [action for rule in rule_set.rules for action in rule.actions]
    return await _each(
        dict.fromkeys(action.bucket for action in actions if isinstance(action, S3Action)),
        lambda name: inquiry.ask(lambda aws: aws.bucket(region, name), f"bucket {name}"),
    )


K = TypeVar("K")


async def _each(keys: Iterable[K], ask: Callable[[K], Awaitable[T]]) -> dict[K, T]:
    """*ask* about all of *keys* at once."""
    keys = tuple(keys)
    return dict(zip(keys, await asyncio.gather(*map(ask, keys)), strict=True))
