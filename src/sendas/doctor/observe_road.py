"""Observing our own road: what stands behind the receipt rules, hop by hop.

Each hop's answer tells of the next; hops that do not hang on one another are
asked at once.
"""

import asyncio

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from sendas.doctor.evidence import Subject
from sendas.doctor.inquiry import Inquiry
from sendas.doctor.road import Road
from sendas.doctor.road_hops import actions_for, mistake_in
from sendas.iam.policy import PolicyDocument
from sendas.outcome import NOT_ASKED, NoAnswer, Seen
from sendas.ses.receiving import LambdaAction, RuleSet, S3Action
from sendas.ses.road import (
    BucketNotices,
    Function,
    Key,
    Place,
    Queue,
    Reader,
    RoutesSeen,
    SubscriptionFilter,
    Topic,
    TopicSettings,
    region_of,
)


_SEEN_BEHIND = frozenset({"sqs", "lambda"})
"""The protocols of whoever can be looked at."""
T = TypeVar("T")
K = TypeVar("K")


async def observe_road(
    subject: Subject, inquiry: Inquiry, awaited: asyncio.Task[RuleSet | None]
) -> Road:
    """Every hop behind the rules of *awaited* that take the domain's mail."""
    rule_set = await awaited
    if rule_set is None:
        return Road()
    return await _Walk(subject, inquiry).run(rule_set)


class _Walk:
    def __init__(self, subject: Subject, inquiry: Inquiry) -> None:
        self.subject, self.region, self.inquiry = subject, subject.region, inquiry

    async def run(self, rule_set: RuleSet) -> Road:
        region, ask = self.region, self.inquiry.ask
        actions = actions_for(rule_set, self.subject.domain)
        stores = [action for action in actions if isinstance(action, S3Action)]
        invoked = [a.function_arn for a in actions if isinstance(a, LambdaAction)]
        named = tuple(_given(s.topic_arn for s in stores))
        filters, topics, settings, by_bucket = await asyncio.gather(
            ask(lambda aws: aws.filters(region), "receipt filters"),
            _each(named, self.topic),
            _each(named, self.topic_settings),
            _each(_given(s.bucket for s in stores), self.bucket_notices),
        )
        by_s3 = _all(by_bucket.values())
        more = tuple(_given(arn for one in by_s3 for arn in one.topics if arn not in topics))
        if more:
            topics |= await _each(more, self.topic)
            settings |= await _each(more, self.topic_settings)
        told = [s for t in topics.values() if isinstance(t, Topic) for s in t.subscriptions]
        queue_arns = [s.endpoint for s in told if s.protocol == "sqs"]
        queue_arns += [arn for one in by_s3 for arn in one.queues]
        # Whom did a topic tell that tells nobody now?  Its queue is still read by somebody.
        lost = any(isinstance(t, Topic) and not t.subscriptions for t in topics.values())
        queues, readers, all_readers, let_through = await asyncio.gather(
            _each(_given(queue_arns), self.queue),
            _each(_given(queue_arns), self.readers),
            self.readers(None) if lost else _not_asked(),
            _each(_given(s.arn for s in told if s.protocol in _SEEN_BEHIND), self.filter),
        )
        queues |= await self.candidates(all_readers)
        dead = [q.dead_letters for q in queues.values() if isinstance(q, Queue)]
        invoked += [s.endpoint for s in told if s.protocol == "lambda"]
        invoked += [arn for one in by_s3 for arn in one.functions]
        invoked += [r.function_arn for some in _all(readers.values()) for r in some]
        locked = [s.key for s in _all(settings.values())] + [q.key for q in _all(queues.values())]
        dead_queues, functions, keys = await asyncio.gather(
            _each(_given(dead), self.queue),
            _each(_given(invoked), self.function),
            _each(_given(locked), self.key),
        )
        standing = [f for f in functions.values() if isinstance(f, Function) and f.exists]
        roles, routes, alias_keys = await asyncio.gather(
            _each(
                _given([*(f.role_arn for f in standing), *(s.role_arn for s in stores)]), self.role
            ),
            asyncio.gather(*(self.routes(f) for f in standing if f.routes)),
            _each(_given(f.alias_keys for f in standing), self.secret),
        )
        return Road(
            filters=filters,
            topics=topics,
            queues=queues | dead_queues,
            readers=readers,
            functions=functions,
            roles=roles,
            bucket_notices=by_bucket,
            routes=dict(routes),
            alias_keys=alias_keys,
            all_readers=all_readers,
            topic_settings=settings,
            subscription_filters=let_through,
            keys=keys,
        )

    async def topic(self, arn: str) -> Seen[Topic]:
        return await self.inquiry.ask(lambda aws: aws.topic(region_of(arn), arn), "SNS topic")

    async def topic_settings(self, arn: str) -> Seen[TopicSettings]:
        return await self.inquiry.ask(
            lambda aws: aws.topic_settings(region_of(arn), arn), "SNS topic's settings"
        )

    async def filter(self, arn: str) -> Seen[SubscriptionFilter | None]:
        return await self.inquiry.ask(
            lambda aws: aws.subscription_filter(region_of(arn), arn), "SNS subscription"
        )

    async def key(self, name: str) -> Seen[Key | None]:
        region = region_of(name) if name.startswith("arn:") else self.region
        return await self.inquiry.ask(lambda aws: aws.key(region, name), "KMS key")

    async def bucket_notices(self, name: str) -> Seen[BucketNotices]:
        return await self.inquiry.ask(
            lambda aws: aws.bucket_notices(self.region, name), f"notifications of {name}"
        )

    async def queue(self, arn: str) -> Seen[Queue]:
        return await self.inquiry.ask(lambda aws: aws.queue(region_of(arn), arn), "SQS queue")

    async def readers(self, arn: str | None) -> Seen[tuple[Reader, ...]]:
        return await self.inquiry.ask(
            lambda aws: aws.readers(region_of(arn) if arn else self.region, arn),
            "event-source mappings",
        )

    async def candidates(self, readers: Seen[tuple[Reader, ...]]) -> dict[str, Seen[Queue]]:
        if isinstance(readers, NoAnswer):
            return {}
        arns = (r.queue_arn for r in readers if ":sqs:" in r.queue_arn)
        return await _each(_given(arns), self.queue)

    async def function(self, arn: str) -> Seen[Function]:
        # A receipt rule may name a function by less than its ARN.
        region = region_of(arn) if arn.startswith("arn:") else self.region
        return await self.inquiry.ask(lambda aws: aws.function(region, arn), "Lambda function")

    async def role(self, arn: str) -> Seen[tuple[PolicyDocument, ...] | None]:
        return await self.inquiry.ask(
            lambda aws: aws.role_policies(self.region, arn), "the function's role"
        )

    async def secret(self, name: str) -> Seen[bool]:
        return await self.inquiry.ask(
            lambda aws: aws.has_secret(self.region, name), "the keys that sign aliases"
        )

    async def routes(self, function: Function) -> tuple[str, Seen[RoutesSeen]]:
        place = function.routes or Place("", "")
        text = await self.inquiry.ask(
            lambda aws: aws.text_object(self.region, place.bucket, place.key), f"routes {place}"
        )
        if isinstance(text, NoAnswer):
            return function.arn, text
        return function.arn, RoutesSeen(exists=False) if text is None else mistake_in(text)


async def _not_asked() -> Seen[tuple[Reader, ...]]:
    return NOT_ASKED


def _given(values: Iterable[str | None]) -> Iterable[str]:
    return dict.fromkeys(value for value in values if value)


def _all(seen: Iterable[Seen[T]]) -> list[T]:
    return [one for one in seen if not isinstance(one, NoAnswer)]


async def _each(keys: Iterable[K], ask: Callable[[K], Awaitable[T]]) -> dict[K, T]:
    """*ask* about all of *keys* at once."""
    keys = tuple(keys)
    return dict(zip(keys, await asyncio.gather(*map(ask, keys)), strict=True))
