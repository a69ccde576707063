"""Whether SES still tells what becomes of sent mail: else nobody hears of a bounce."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sendas.doctor.evidence import Evidence, RegionEvidence, Subject
from sendas.errors import CouldNotLook
from sendas.outcome import NoAnswer, Seen, Why
from sendas.ses.configuration_set import ConfigurationSet, EventDestination
from sendas.ses.identity import Dkim, Identity, Notifications
from sendas.ses.regions import Region
from sendas.ses.road import Subscription, Topic
from sendas.watch.daily.history_road import HISTORY_ROAD, carriers, nearby, of_history_road


HERE = Region("us-east-1")
ARN = "arn:aws:sns:us-east-1:123456789012:sendas-example-com-events"
QUEUE = ARN.replace(":sns:", ":sqs:")
THEIRS = "arn:aws:sns:us-east-1:123456789012:bounces"
FAR = "arn:aws:sns:eu-west-1:123456789012:central"
IDENTITY = Identity(
    "example.com",
    HERE,
    "SUCCESS",
    verified_for_sending=True,
    dkim=Dkim("SUCCESS", signing_enabled=True, tokens=()),
    configuration_set="main",
)
EVERYTHING = ("SEND", "BOUNCE", "COMPLAINT", "DELIVERY")
OURS = EventDestination(
    "sendas-example-com-events", enabled=True, event_types=EVERYTHING, kind="SNS", target=ARN
)
HEARD = Topic(ARN, exists=True, subscriptions=(Subscription("sqs", QUEUE),))
SILENCE = NoAnswer(Why.TIMEOUT, "ses")


def evidence(identity: Identity | None, found: Seen[ConfigurationSet | None]) -> Evidence:
    """What the doctor saw of them."""
    here = RegionEvidence(identities={"example.com": identity}, configuration_sets={"main": found})
    return Evidence(Subject("example.com", HERE), datetime(2026, 11, 29, tzinfo=UTC),
                    regions={HERE: here})  # fmt: skip


def with_destinations(*some: EventDestination) -> ConfigurationSet:
    """The set, and where it publishes."""
    return ConfigurationSet(
        "main",
        sending_enabled=True,
        tls_required=False,
        suppressed_reasons=None,
        event_destinations=some,
    )


@pytest.mark.parametrize(
    ("found", "well"),
    [
        (with_destinations(OURS), True),
        (with_destinations(), False),
        (with_destinations(replace(OURS, enabled=False)), False),
        (with_destinations(replace(OURS, target=THEIRS)), False),
        (with_destinations(replace(OURS, event_types=("SEND", "DELIVERY"))), False),
        (with_destinations(replace(OURS, event_types=("BOUNCE",))), False),
        (None, False),
    ],
    ids=["ours", "none", "off", "elsewhere", "no bounces", "no complaints", "no such set"],
)
def test_a_set_must_tell_our_topic(found: ConfigurationSet | None, *, well: bool) -> None:
    """Each way in which SES falls silent is a loud problem, and nothing else is."""
    carried = carriers(evidence(IDENTITY, found), ARN, lambda: SILENCE)
    topics = {ARN: HEARD} if carried else {}
    sight = of_history_road(carried, topics, QUEUE)

    assert well is (HISTORY_ROAD in sight.well)
    assert well is not (HISTORY_ROAD in sight.problems)
    assert all(one.loud for one in sight.problems.values())


@pytest.mark.parametrize(
    ("topics", "well"),
    [
        ({"Bounce": THEIRS, "Complaint": ARN}, True),
        ({"Bounce": THEIRS}, False),
        ({}, False),
    ],
)
def test_without_a_set_the_identity_tells(topics: Mapping[str, str], *, well: bool) -> None:
    """Of an adopted identity its notifications count: to whichever topic our queue hears."""
    identity = replace(IDENTITY, configuration_set=None)
    carried = carriers(evidence(identity, None), ARN, lambda: Notifications(topics))
    assert carried is not None
    heard = {arn: replace(HEARD, arn=arn) for arn in carried.values()}

    assert well is (HISTORY_ROAD in of_history_road(carried, heard, QUEUE).well)


@pytest.mark.parametrize(
    "subscriptions",
    [(), (Subscription("sqs", QUEUE, confirmed=False),), (Subscription("sqs", f"{QUEUE}-2"),)],
    ids=["nobody", "not confirmed", "another queue"],
)
def test_a_topic_must_tell_our_queue(subscriptions: tuple[Subscription, ...]) -> None:
    """A subscription that somebody took away is told, and one that nobody sees is no answer."""
    carried = {"Bounce": ARN, "Complaint": ARN}
    sight = of_history_road(carried, {ARN: replace(HEARD, subscriptions=subscriptions)}, QUEUE)
    assert [HISTORY_ROAD] == list(sight.problems)
    blind = of_history_road(carried, {ARN: SILENCE}, QUEUE)
    assert (True, False) == (HISTORY_ROAD in blind.unseen, blind.ends(HISTORY_ROAD))


def test_who_hears_of_deliveries_does_not_count() -> None:
    """Another Region's topic cannot be asked about, and no bounce is lost by what it hears."""
    topics = {"Bounce": ARN, "Complaint": ARN, "Delivery": FAR}
    identity = replace(IDENTITY, configuration_set=None)
    carried = carriers(evidence(identity, None), ARN, lambda: Notifications(topics))
    assert carried is not None
    asked = {arn: HEARD if arn == ARN else SILENCE for arn in nearby(carried, ARN)}

    assert HISTORY_ROAD in of_history_road(carried, asked, QUEUE).well


def test_bounces_that_go_to_another_region_are_not_heard() -> None:
    """Nobody need look there: our queue takes nothing from it, whoever subscribes it."""
    carried = {"Bounce": FAR, "Complaint": ARN}
    assert (ARN,) == nearby(carried, ARN)
    problem = of_history_road(carried, {ARN: HEARD}, QUEUE).problems[HISTORY_ROAD]

    assert FAR in problem.cause
    assert "SNS topic" in problem.help[0].text


def test_silence_is_no_answer() -> None:
    """Neither the set's nor the identity's; and no identity at all is another finding's."""
    with pytest.raises(CouldNotLook):
        carriers(evidence(IDENTITY, SILENCE), ARN, lambda: SILENCE)
    bare = replace(IDENTITY, configuration_set=None)
    with pytest.raises(CouldNotLook):
        carriers(evidence(bare, None), ARN, lambda: SILENCE)
    assert carriers(evidence(None, None), ARN, lambda: SILENCE) is None
