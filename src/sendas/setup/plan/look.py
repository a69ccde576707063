"""See everything that a plan hangs on; the thin shell of `sendas.setup.plan.changes`.

AWS and the DNS are asked at the same time.  Whoever cannot look makes no plan:
all that was denied or silent is told at once.
"""

import asyncio

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sendas.aws import (
    buckets,
    cloudformation,
    functions,
    iam,
    iam_policies,
    inventory,
    objects,
    route53,
    secrets,
    ses,
    sesv2,
    sns,
    sts,
)
from sendas.aws.session import Session
from sendas.aws.writes import missing_action
from sendas.config.model import ConfiguredDomain
from sendas.credentials.sender import POLICY_NAME
from sendas.dns.answers import Absent, Question, RecordType
from sendas.dns.resolver import Resolver
from sendas.dns.zone import Zone
from sendas.errors import CouldNotLook
from sendas.iam.keys import Caller
from sendas.iam.policy import Source
from sendas.iam.rights import Verb, When, missing_text
from sendas.inbound.settings import DEFAULT_ROUTES_KEY
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.identity import Identity, Notifications
from sendas.ses.receiving import RuleSet
from sendas.ses.regions import Region, inbound_host, partition_of
from sendas.setup.plan.facts import Surroundings
from sendas.setup.plan.permissions import permissions
from sendas.setup.plan.sandbox import Targets, targets_left
from sendas.setup.records.look import find_zone, look_at
from sendas.setup.records.wanted import wanted_records
from sendas.setup.rights.place import asks_targets, needed_when, recipients_of
from sendas.setup.stack.names import STATE_PREFIX, StackNames, stack_names, topic_arn
from sendas.setup.stack.watched import turning_users
from sendas.stacks import BucketState, Drift, StackSeen
from sendas.watch.decide.settings import CHARGES, USERS


T = TypeVar("T")
_DRIFT_SECONDS, _DRIFT_PAUSE_SECONDS = 60, 2.0


class CannotPlan(CouldNotLook):
    """Something that the plan hangs on could not be seen; the message names all of it."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways out."""

    session: Session
    resolver: Resolver
    sleep: Callable[[float], None]


class _Silences:
    """Collects what nobody answered, so that all of it is told at once."""

    def __init__(self) -> None:
        self._found: list[NoAnswer] = []
        self.lacking: tuple[str, ...] = ()
        """Actions that the policies do not allow, whether or not they were tried."""

    def take(self, seen: Seen[T], otherwise: T) -> T:
        if isinstance(seen, NoAnswer):
            self._found.append(seen)
            return otherwise
        return seen

    def raise_any(self) -> None:
        if not self._found and not self.lacking:
            return
        denied = [one for one in self._found if one.why is Why.DENIED]
        lines = [str(one) for one in self._found]
        if denied or self.lacking:
            # CloudFormation's refusals speak of the call that it was denied itself.
            actions = {missing_action(one.detail) or one.detail.split(": ")[0] for one in denied}
            actions |= set(self.lacking)
            lines.insert(0, missing_text(actions, Verb.PLAN))
        raise CannotPlan("\n".join(dict.fromkeys(lines)))


async def look(  # noqa: PLR0913  what the command line asks for
    domain: ConfiguredDomain,
    code_keys: tuple[str, str],
    doors: Doors,
    *,
    detect_drift: bool = False,
    also: frozenset[When] = frozenset(),
    others: bool = False,
) -> Surroundings:
    """Everything that a plan for *domain* hangs on.

    *code_keys* are where the forwarder's and the watcher's code will lie; *also* are
    occasions that the command line asks for, and that take permissions; *others*:
    whether the Region's other domains matter.

    Raises:
        CannotPlan: Something could not be seen.
        NotDelegated: The world does not find the domain's zone.
    """
    zone, receives, aws = await asyncio.gather(
        find_zone(domain.name, doors.resolver),
        _takes_mail(domain.region, doors.resolver),
        asyncio.to_thread(
            _Aws(doors, domain, code_keys, also, detect_drift=detect_drift, others=others).see
        ),
    )
    silences = aws.silences
    delegated = silences.take(zone, Zone(domain.name, ()))
    taken = silences.take(receives, otherwise=False) if domain.receive else False
    silences.raise_any()
    tokens = aws.identity.dkim.tokens if aws.identity else ()
    questions = [one.question for one in wanted_records(domain, tokens)]
    published = await look_at(questions, delegated, doors.resolver)
    return replace(aws.surroundings(delegated, receives=taken), published=published)


async def _takes_mail(region: Region, resolver: Resolver) -> Seen[bool]:
    """Whether SES has a host that takes in mail there: there is no list of them (FACTS 8.4)."""
    answer = await resolver.ask(Question(inbound_host(region), RecordType.A))
    if isinstance(answer, NoAnswer):
        return answer
    return not isinstance(answer, Absent)


class _Aws:
    """What AWS says, one question after another: SES v1 allows one a second anyway."""

    def __init__(  # noqa: PLR0913  the same
        self,
        doors: Doors,
        domain: ConfiguredDomain,
        code_keys: tuple[str, str],
        also: frozenset[When],
        *,
        detect_drift: bool,
        others: bool,
    ) -> None:
        self.silences = _Silences()
        self._also = also
        self._others = others
        self._doors = doors
        self._session = doors.session
        self._domain = domain
        self._region = domain.region
        self._code_keys = code_keys
        self._detect_drift = detect_drift
        self._names: StackNames = stack_names(domain)
        self.identity: Identity | None = None

    def see(self) -> "_Aws":
        take, session, region = self.silences.take, self._session, self._region
        who = sts.caller(session, region)
        if isinstance(who, NoAnswer):
            raise CannotPlan(str(who))
        self.caller: Caller = who
        self.account = sesv2.account(session, region)
        take(self.account, None)  # only to remember its silence
        self.stack = take(cloudformation.stack(session, region, self._names.root), None)
        self.identity = take(sesv2.identity(session, region, self._domain.name), None)
        self.hosted = take(route53.hosted_zones(session, region, self._domain.name), ())
        self._see_receiving()
        self._see_targets()
        self._see_boundary()
        self._see_bucket()
        self._see_users()
        self._see_keys()
        self.unconfirmed: tuple[str, ...] = ()
        self.switched_off: tuple[str, ...] = ()
        self.drift: tuple[Drift, ...] = ()
        if self.stack is not None and not self.stack.moving:
            self._see_stack(self.stack)
        self._see_notifications()
        self._see_permissions()
        return self

    def _see_notifications(self) -> None:
        self.notifications: Notifications | None = None
        standing = self.stack.resources if self.stack else ()
        if When.TOLD_BY_IDENTITY in needed_when(self._domain, tuple(standing)):
            told = ses.notifications(self._session, self._region, self._domain.name)
            self.notifications = self.silences.take(told, None)

    def _see_permissions(self) -> None:
        drift = self._detect_drift and self.stack is not None
        seen = permissions(
            self._session, self.caller, self._domain, self.stack, also=self._also, drift=drift
        )
        self.permissions_unknown = seen.unknown
        self.silences.lacking = seen.lacking.get(Verb.PLAN, ())
        self.not_permitted = seen.lacking.get(Verb.APPLY, ())

    def _see_receiving(self) -> None:
        self.others: tuple[str, ...] = ()
        self.active: RuleSet | None = None
        self.own_set: RuleSet | None = None
        if not self._domain.receive:
            return
        take, session, region = self.silences.take, self._session, self._region
        self.active = take(ses.active_rule_set(session, region), None)
        if self.active is not None and self.active.name == self._names.rule_set:
            self.own_set = self.active
        else:
            self.own_set = take(ses.rule_set(session, region, self._names.rule_set), None)
        if self._others:
            listed = take(inventory.identities(session, region), ())
            self.others = tuple(n for n in listed if "@" not in n and n != self._domain.name)

    def _see_targets(self) -> None:
        self.targets = Targets()
        account, domain = self.account, self._domain
        if isinstance(account, NoAnswer) or not account.in_sandbox or not asks_targets(domain):
            return
        self._also |= {When.SANDBOX}
        known = self.silences.take(inventory.verifications(self._session, self._region), {})
        self.targets = targets_left(recipients_of(domain), domain.name, known)

    def _see_boundary(self) -> None:
        self.boundary: str | None = None
        name = self._domain.permissions_boundary
        if name is None:
            return
        partition, account = partition_of(self._region), self.caller.account_id
        arn = f"arn:{partition}:iam::{account}:policy/{name}"
        found = self.silences.take(
            iam_policies.managed(self._session, self._region, name, arn, Source.BOUNDARY, ""), ()
        )
        if found:
            self.boundary = found[0].text
        else:
            self._also |= {When.MAKING_BOUNDARY}

    def _see_bucket(self) -> None:
        self.bucket = BucketState.FREE
        self.code_there, self.watcher_there = False, False
        self.routes: bytes | None = None
        self.charges: bytes | None = None
        self.users: bytes | None = None
        if not self._domain.receive or self._domain.adopted.receiving:
            return
        take, session, region = self.silences.take, self._session, self._region
        account = self.caller.account_id
        name = self._names.real_bucket(account)
        self.bucket = take(buckets.bucket_state(session, region, name, account), BucketState.FREE)
        if self.bucket is BucketState.OURS and self._domain.forwards:
            self.code_there, self.watcher_there = (
                take(objects.exists(session, region, name, key), otherwise=False)
                for key in self._code_keys
            )
            self.routes = self._content(name, DEFAULT_ROUTES_KEY)
            self.charges = self._content(name, f"{STATE_PREFIX}{CHARGES}")
            self.users = self._content(name, f"{STATE_PREFIX}{USERS}")

    def _content(self, bucket: str, key: str) -> bytes | None:
        read = objects.read(self._session, self._region, bucket, key, absent=objects.NOWHERE)
        return self.silences.take(read, None)

    def _see_users(self) -> None:
        take, session, region = self.silences.take, self._session, self._region
        self.users_without_policy: tuple[str, ...] = tuple(
            user
            for user, _ in turning_users(self._domain)
            if not take(iam.has_policy(session, region, user, POLICY_NAME), otherwise=True)
        )

    def _see_keys(self) -> None:
        take, name = self.silences.take, self._names.reply_secret
        asked = self._domain.answers and self.stack is not None
        marked = asked and take(
            secrets.is_marked(self._session, self._region, name), otherwise=False
        )
        self.keys_marked: bool = marked

    def _see_stack(self, stack: StackSeen) -> None:
        region, session = self._region, self._session
        if "AlarmTopic" in stack.resources:
            topic = topic_arn(region, self.caller.account_id, self._names.alarms)
            self.unconfirmed = self.silences.take(sns.unconfirmed(session, region, topic), ())
        self.switched_off = tuple(
            name
            for logical_id, name in self._names.functions.items()
            if logical_id in stack.resources
            and self.silences.take(functions.concurrency(session, region, name), None) == 0
        )
        if self._detect_drift and stack.resources:
            self.drift = self.silences.take(self._drifted(stack), ())

    def _drifted(self, stack: StackSeen) -> Seen[tuple[Drift, ...]]:
        session, region = self._session, self._region
        detection = cloudformation.begin_drift(session, region, stack.name)
        if isinstance(detection, NoAnswer):
            return detection
        for _ in range(int(_DRIFT_SECONDS / _DRIFT_PAUSE_SECONDS)):
            done = cloudformation.drift_done(session, region, detection)
            if isinstance(done, NoAnswer):
                return done
            if done:
                return cloudformation.drift(session, region, stack.name)
            self._doors.sleep(_DRIFT_PAUSE_SECONDS)
        return NoAnswer(Why.TIMEOUT, "cloudformation:DetectStackDrift: did not end in a minute")

    def surroundings(self, zone: Zone, *, receives: bool) -> Surroundings:
        account = self.account
        if isinstance(account, NoAnswer):
            raise CannotPlan(str(account))
        return Surroundings(
            account_id=self.caller.account_id,
            account=account,
            stack=self.stack,
            identity=self.identity,
            zone=zone,
            published={},
            receives=receives,
            active=self.active,
            own_set=self.own_set,
            others=self.others,
            bucket=self.bucket,
            code_there=self.code_there,
            watcher_there=self.watcher_there,
            routes=self.routes,
            charges=self.charges,
            users=self.users,
            users_without_policy=self.users_without_policy,
            hosted=self.hosted,
            unconfirmed=self.unconfirmed,
            targets=self.targets,
            boundary=self.boundary,
            switched_off=self.switched_off,
            keys_marked=self.keys_marked,
            drift=self.drift,
            notifications=self.notifications,
            not_permitted=self.not_permitted,
            permissions_unknown=self.permissions_unknown,
        )
