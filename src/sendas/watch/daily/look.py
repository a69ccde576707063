"""One look at a domain: the doctor, and what he does not ask; the thin shell of `sight`."""

import asyncio

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sendas.aws import ses
from sendas.aws.gateways import Gateways
from sendas.aws.mail_store import MailStore
from sendas.aws.password_stores import passwords_named
from sendas.aws.regions import ses_regions
from sendas.aws.session import Session
from sendas.credentials.sender import SECRET_PREFIX
from sendas.doctor.doors import Doors
from sendas.doctor.evidence import Evidence, Subject
from sendas.doctor.judge import unasked
from sendas.doctor.model import Diagnosis
from sendas.doctor.observe import Request, observe
from sendas.doctor.registry import all_rules
from sendas.doctor.run import examine
from sendas.errors import CouldNotLook
from sendas.forward.routes import RoutedDomain
from sendas.forward.sent_notice import is_grave
from sendas.history.line import Line, MalformedLine, read_line
from sendas.iam.keys import AccessKey
from sendas.inbound.settings import ALERTED
from sendas.mail.address import domain_of
from sendas.outcome import NoAnswer, Seen, Why, see
from sendas.ses.regions import Region, parse_region
from sendas.ses.road import Topic
from sendas.ses.suppression import Suppressed
from sendas.watch import suppression
from sendas.watch.daily.history_road import HISTORY_ROAD, carriers, nearby, of_history_road
from sendas.watch.decide.measures import Ages, canary_days, credential_days
from sendas.watch.decide.settings import Watched
from sendas.watch.decide.sight import (
    Proofs,
    Sight,
    of_addresses,
    of_answer,
    of_dns,
    of_findings,
    of_keys,
    of_proofs,
    of_rule_set,
    of_subscriptions,
    together,
)


T = TypeVar("T")
DOCTOR_SECONDS = 60.0
_AT_ONCE = 16
_DAYS_AGAIN = 2
"""Days of the history that are read again: events of a mail come for days, into its own day."""


@dataclass(frozen=True, slots=True)
class Looked:
    """All of it: to be kept, compared and measured."""

    at: datetime
    evidence: Evidence
    diagnosis: Diagnosis
    sight: Sight
    listed: Seen[suppression.Lists]
    history: Seen["History"]
    ages: Ages


@dataclass(frozen=True, slots=True)
class History:
    """What the latest days of the history tell.

    *arrived*: by user, when something of his last arrived.  *alerted*: recipients, as they
    stand in the history, of whose bounce or complaint the owner was told at once.
    *strange*: how many lines cannot be read.
    """

    arrived: dict[str, datetime]
    alerted: frozenset[str]
    strange: int = 0


class Looking:
    """Looks at one domain with one session."""

    def __init__(
        self, watched: Watched, session: Session, doors: Doors, pause: Callable[[float], None]
    ) -> None:
        self._watched = watched
        self._session = session
        self._aws = Gateways(session)
        self._doors = replace(doors, aws=lambda: self._aws)
        self._pause = pause
        self._region: Region = parse_region(watched.settings.region)

    def look(self, routed: Seen[RoutedDomain], known: Proofs, proved_until: str) -> Looked:
        """Everything that is compared; *known* are proofs of earlier looks.

        Raises:
            UsageError: There are no credentials to look with.
        """
        mailbox = None if isinstance(routed, NoAnswer) else _mailbox(routed)
        subject = Subject(self._watched.domain, self._region, mailbox=mailbox)
        request = Request(subject, log_in=True, deadline_seconds=DOCTOR_SECONDS)
        evidence = asyncio.run(observe(request, self._doors))
        now = evidence.observed_at
        rules = all_rules()
        diagnosis = examine(evidence, rules=rules)
        # Without a mailbox nobody asked about it, which must not look like an answer.
        not_asked = {*unasked(evidence, rules), *(_ABOUT_MAILBOX if mailbox is None else ())}
        codes = [rule.code for rule in rules]
        users = self._keys()
        topic = self._topic()
        listed = self._listed()
        history = self._history(proved_until, now)
        stored = passwords_named(self._session, self._region, SECRET_PREFIX)
        sight = together(
            [
                of_findings(diagnosis, codes, not_asked),
                of_dns(evidence),
                of_rule_set(evidence),
                of_keys(users, now),
                of_subscriptions(topic, self._watched.domain),
                self._ours_listed(listed, routed, topic, mailbox),
                self._proved(history, known, users, now),
                self._history_road(evidence),
                of_answer("canaries", stored),
                of_answer("routes", routed),
            ]
        )
        ages = Ages(canary_days(stored, self._watched.domain, now), credential_days(users, now))
        return Looked(now, evidence, diagnosis, sight, listed, history, ages)

    def _keys(self) -> dict[str, Seen[tuple[AccessKey, ...]]]:
        users = self._watched.users
        if isinstance(users, NoAnswer):
            return {_EVERYBODY: users}
        return _each(users, lambda user: self._aws.keys_of(self._region, user))

    def _topic(self) -> Seen[Topic] | None:
        arn = self._watched.topic_arn
        return self._aws.topic(self._region, arn) if arn else None

    def _history_road(self, evidence: Evidence) -> Sight:
        arn, region = self._watched.events_arn, self._region
        if not arn:
            return Sight(well=frozenset((HISTORY_ROAD,)))
        domain = self._watched.domain
        try:
            carried = carriers(
                evidence, arn, lambda: ses.notifications(self._session, region, domain)
            )
        except CouldNotLook as error:
            return Sight(unseen={HISTORY_ROAD: str(error)})
        topics = _each(nearby(carried or {}, arn), lambda one: self._aws.topic(region, one))
        return of_history_road(carried, topics, arn.replace(":sns:", ":sqs:"))

    def _listed(self) -> Seen[suppression.Lists]:
        regions = ses_regions(self._session, self._region)
        lists = suppression.look(self._session, regions, self._pause)
        try:
            lists.complete()
        except CouldNotLook as error:
            return NoAnswer(Why.SERVER_FAILURE, str(error))
        return lists

    def _ours_listed(
        self,
        listed: Seen[suppression.Lists],
        routed: Seen[RoutedDomain],
        topic: Seen[Topic] | None,
        mailbox: str | None,
    ) -> Sight:
        if isinstance(listed, NoAnswer):
            return of_addresses(listed, (), mailbox)
        if isinstance(routed, NoAnswer):
            return of_addresses(routed, (), mailbox)
        if isinstance(topic, NoAnswer):
            return of_addresses(topic, (), mailbox)
        ours = [*routed.targets, routed.notice_address, routed.forwarding_address]
        ours += (
            [one.endpoint for one in topic.subscriptions if "@" in one.endpoint] if topic else []
        )
        entries: tuple[Suppressed, ...] = listed.entries
        # Mailboxes of the domain itself, and the one-time addresses that probes go to.
        ours += [one.address for one in entries if domain_of(one.address) == routed.name]
        return of_addresses(entries, ours, mailbox)

    def _proved(
        self,
        history: Seen[History],
        known: Proofs,
        users: dict[str, Seen[tuple[AccessKey, ...]]],
        now: datetime,
    ) -> Sight:
        if not self._watched.remembers:
            return of_proofs(known, {}, now)
        if not isinstance(history, NoAnswer) and history.strange:
            # What arrived may stand in those: who is proven stays so, of nobody else is said.
            why = f"{history.strange} lines of the history are unreadable"
            history = NoAnswer(Why.SERVER_FAILURE, why)
        if isinstance(history, NoAnswer):
            return of_proofs(history, users, now)
        return of_proofs(Proofs({**known.last, **history.arrived}, known.since), users, now)

    def _history(self, proved_until: str, now: datetime) -> Seen[History]:
        if not self._watched.remembers:
            return History({}, frozenset())
        first = datetime.fromisoformat(proved_until) if proved_until else now
        first = min(first.replace(tzinfo=UTC), now) - timedelta(days=_DAYS_AGAIN)
        days = (now - first).days + 1
        prefixes = [
            self._watched.settings.events_prefix(f"{first + timedelta(days=number):%Y-%m-%d}")
            for number in range(days + 1)
        ]
        settings = self._watched.settings
        store = MailStore(self._session, parse_region(settings.bucket_region), settings.bucket)
        try:
            return _read(store, prefixes, settings.state_prefix + ALERTED)
        except CouldNotLook as error:
            return NoAnswer(Why.SERVER_FAILURE, str(error))


_ABOUT_MAILBOX = ("SUP005",)
_EVERYBODY = "every user"
"""Where nobody knows who there is: no user's name has a blank (IAM guide, "Name requirements")."""


def _read(store: MailStore, prefixes: Iterable[str], alerted_prefix: str) -> History:
    arrived: dict[str, datetime] = {}
    grave: dict[str, str] = {}
    strange = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for prefix in prefixes:
            keys = [see(one, "the history").key for one in store.objects(prefix)]
            for raw in pool.map(lambda key: see(store.read(key), "the history"), keys):
                for line in _lines(raw or b""):
                    if line is None:
                        strange += 1
                    elif line.kind == "delivery" and line.credential:
                        at = datetime.fromisoformat(line.at)
                        arrived[line.credential] = max(at, arrived.get(line.credential, at))
                    elif is_grave(line):
                        grave[line.id] = line.recipient.lower()
        marks = pool.map(lambda one: see(store.read(alerted_prefix + one), "the history"), grave)
        told = {
            recipient
            for recipient, mark in zip(grave.values(), marks, strict=True)
            if mark is not None
        }
    return History(arrived, frozenset(told), strange)


def _lines(content: bytes) -> Iterable[Line | None]:
    """Each line; None for one that cannot be read."""
    for raw in content.splitlines():
        try:
            yield read_line(raw)
        except MalformedLine:
            yield None


def _mailbox(routed: RoutedDomain) -> str | None:
    return next(iter(routed.targets), None)


def _each(keys: Iterable[str], ask: Callable[[str], Seen[T]]) -> dict[str, Seen[T]]:
    keys = tuple(keys)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(keys, pool.map(ask, keys), strict=True))
