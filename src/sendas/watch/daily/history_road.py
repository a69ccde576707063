"""Whether SES still tells our queue what becomes of sent mail; pure.

Where it does not, nobody hears of a bounce, and the silence looks like health.
"""

from collections.abc import Callable, Mapping

from sendas.advice import Help, Owner
from sendas.doctor.evidence import Evidence
from sendas.outcome import NOT_ASKED, NoAnswer, Seen, see
from sendas.ses.identity import Notifications
from sendas.ses.road import Topic
from sendas.watch.decide.sight import Problem, Sight


HISTORY_ROAD = "history-road"
_GRAVE = ("Bounce", "Complaint")
"""What must be told; an identity's notifications may leave deliveries out."""
_PUT_BACK = "Put it back as the stack made it."
_NEARER = "Let the identity tell an SNS topic of its own account and Region, or none, and apply."


def carriers(
    evidence: Evidence, topic_arn: str, notifications: Callable[[], Seen[Notifications]]
) -> Mapping[str, str] | None:
    """The topic of each of `_GRAVE`; None without an identity: another finding tells of that.

    *topic_arn* is ours.  Without a default configuration set the identity's own
    *notifications* count, and are asked for.

    Raises:
        CouldNotLook: Nobody answered.
    """
    identity = evidence.identity(evidence.subject.domain)
    if identity is None:
        return None
    name = identity.configuration_set
    if name is None:
        topics = see(notifications(), "whom the identity tells of sent mail").topics
        return {kind: topics[kind] for kind in _GRAVE if kind in topics}
    found = see(evidence.here.configuration_sets.get(name, NOT_ASKED), f"set {name}")
    destinations = found.event_destinations if found else ()
    told = {
        kind
        for one in destinations
        if one.enabled and one.target == topic_arn
        for kind in one.event_types
    }
    return {kind: topic_arn for kind in _GRAVE if kind.upper() in told}


def nearby(carried: Mapping[str, str], topic_arn: str) -> tuple[str, ...]:
    """Those topics that our queue can listen to: of the account and Region of *topic_arn*."""
    place = topic_arn.rpartition(":")[0]
    return tuple(sorted({one for one in carried.values() if one.rpartition(":")[0] == place}))


def of_history_road(
    carried: Mapping[str, str] | None, topics: Mapping[str, Seen[Topic]], queue_arn: str
) -> Sight:
    """A problem where a bounce or a complaint does not come to the queue *queue_arn*.

    *topics* are what is known of those that are `nearby`.
    """
    if carried is None:
        return Sight(well=frozenset((HISTORY_ROAD,)))
    silent = next((one for one in topics.values() if isinstance(one, NoAnswer)), None)
    if silent is not None:
        return Sight(unseen={HISTORY_ROAD: str(silent)})
    deaf = {
        arn
        for arn, topic in topics.items()
        if isinstance(topic, Topic)
        and not any(one.confirmed and one.endpoint == queue_arn for one in topic.subscriptions)
    }
    untold = [kind.lower() for kind in _GRAVE if kind not in carried]
    why = [f"SES tells nobody of ours of each {' and '.join(untold)}"] if untold else []
    why += [f"topic {arn.rpartition(':')[2]} does not tell our queue" for arn in sorted(deaf)]
    far = sorted(set(carried.values()) - topics.keys())
    why += [f"topic {arn} is elsewhere: our queue cannot listen to it" for arn in far]
    if not why:
        return Sight(well=frozenset((HISTORY_ROAD,)))
    problem = Problem(
        HISTORY_ROAD,
        "What becomes of sent mail is not heard of: no bounce and no complaint will be told",
        f"{'; '.join(why)}.",
        Owner.SES,
        help=(Help(_NEARER if far else _PUT_BACK, commands=("sendas apply",)),),
        loud=True,
    )
    return Sight({HISTORY_ROAD: problem})
