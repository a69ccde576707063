"""How an identity that stood before tells of sent mail: its own notifications; pure.

What it tells already stays: a topic of the owner's gets our queue as one more listener.
What it tells nobody goes to a topic of ours.
"""

from sendas.config.model import ConfiguredDomain
from sendas.ses.identity import NOTIFICATIONS, Notifications
from sendas.setup.steps import Step, StopTelling, TellOfMail
from sendas.setup.template.whole import Wanted


def heard(seen: Notifications, topic_arn: str) -> tuple[str, ...]:
    """The topics that stood before and can be listened to; *topic_arn* is ours."""
    place = topic_arn.rpartition(":")[0]
    found = {one for one in seen.topics.values() if one.rpartition(":")[0] == place}
    return tuple(sorted(found - {topic_arn}))


def remembered(
    wanted: Wanted, seen: Notifications | None, topic_arn: str, *, begins: bool
) -> list[str]:
    """A line for each thing about the history and the watcher that people must know.

    *topic_arn* is ours; *begins* says whether the watcher is to look for the first time.
    """
    found: list[str] = []
    if wanted.remembers:
        found += unheard(seen, topic_arn) if seen else ()
        if theirs := wanted.domain.adopted.configuration_set:
            found.append(
                f"history: configuration set {theirs} tells a topic of ours too; "
                "nothing else of it changes"
            )
    elif wanted.watch.history and not wanted.watch.off:
        # The file does not say so: without a word its owner would wait for it.
        also = " and nobody looks once a day" if wanted.watch.daily else ""
        found.append(f"history: nothing is remembered of sent mail{also}: {wanted.no_history_why}")
    if begins:
        found.append("watch: once all stands, the watcher looks for the first time")
    return found


def unheard(seen: Notifications, topic_arn: str) -> tuple[str, ...]:
    """A line for each kind that is told to another account's topic, or another Region's."""
    place = topic_arn.rpartition(":")[0]
    return tuple(
        f"history: {kind} notifications go to {topic}, elsewhere: they are not remembered"
        for kind, topic in seen.topics.items()
        if topic.rpartition(":")[0] != place
    )


def tell(domain: ConfiguredDomain, seen: Notifications, topic_arn: str) -> list[Step]:
    """What lets the identity tell our topic of everything that it tells nobody."""
    kinds = tuple(
        kind
        for kind in NOTIFICATIONS
        if kind not in seen.topics or (seen.topics[kind] == topic_arn and kind not in seen.headers)
    )
    return [TellOfMail(domain.name, kinds, topic_arn)] if kinds else []


def stop(domain: ConfiguredDomain, seen: Notifications, topic_arn: str) -> list[Step]:
    """What lets it tell our topic nothing, before the topic goes."""
    kinds = tuple(kind for kind in NOTIFICATIONS if seen.topics.get(kind) == topic_arn)
    return [StopTelling(domain.name, kinds)] if kinds else []
