"""The rules on what stands behind a receipt rule, judged from evidence alone."""

import json
import shlex

from dataclasses import replace

import pytest

from road_world import (
    ACCOUNT,
    DEAD,
    DENIED,
    FUNCTION,
    HEALTHY,
    HERE,
    KEYS,
    LETS_IN,
    MX,
    NOW,
    OTHER_REGION,
    OURS,
    QUEUE,
    ROLE,
    STORE,
    STRANGER,
    TOPIC,
    a_rule,
    allowed,
    function,
    queues,
    status,
    told,
    world,
)

from sendas.dns.answers import Lookup, Records
from sendas.doctor.evidence import RegionEvidence
from sendas.doctor.model import Rule, Status
from sendas.doctor.proof import End, Hop, Journey, Passage, Proof, Way
from sendas.doctor.rules.receive import (
    alias_keys,
    dead_letters,
    function_role,
    function_runs,
    notice,
    one_forwarder,
    queue_open,
    queue_read,
    road_seen,
    routes_known,
    stopped_before,
)
from sendas.errors import CouldNotLook
from sendas.forward.rights import BESIDE, EACH_MAIL
from sendas.iam.policy import Outcome, PolicyDocument, Request, Source, decide
from sendas.iam.rights import Right, Role, When
from sendas.ses.receiving import LambdaAction, OtherAction, ReceiptRule, S3Action
from sendas.ses.road import (
    BucketNotices,
    Filter,
    Function,
    Queue,
    Reader,
    RoutesSeen,
    Subscription,
    Topic,
)


ALL = (
    notice, queue_open, queue_read, function_runs, function_role, routes_known, alias_keys,
    dead_letters, stopped_before, one_forwarder,
)  # fmt: skip


@pytest.mark.parametrize("rule", [module.RULE for module in ALL], ids=lambda rule: rule.code)
def test_a_whole_road_is_well(rule: Rule) -> None:
    """Every hop of a road as sendas makes it is well."""
    assert Status.OK is status(rule, world())


# What was given up ------------------------------------------------------------------


def test_what_somebody_holds_was_given_up_too() -> None:
    """A message that is in flight has been taken out for a moment, and is not deleted."""
    held = queues(dead=Queue(DEAD, exists=True, in_flight=2))

    assert Status.FAIL is status(dead_letters.RULE, world(held))


def test_no_dead_letter_queue_is_no_empty_one() -> None:
    """Where the dead-letter queue was deleted, nobody hears what was given up."""
    verdict = dead_letters.RULE.judge(world(queues(dead=Queue(DEAD, exists=False))))

    assert verdict is not None
    assert Status.FAIL is verdict.status
    assert "does not exist" in verdict.title
    assert "--queue-name sendas-failed" in verdict.help[0].commands[0]


def test_what_was_given_up_counts_though_another_queue_was_not_seen() -> None:
    """One refusal hides nothing of what is known."""
    second = f"{QUEUE}-2"
    road = told(
        Subscription("sqs", second),
        Subscription("sqs", QUEUE),
        queues=HEALTHY.queues | {second: DENIED, DEAD: Queue(DEAD, exists=True, waiting=1)},
    )

    assert Status.FAIL is status(dead_letters.RULE, world(road))
    with pytest.raises(CouldNotLook):
        dead_letters.RULE.judge(world(replace(road, queues=HEALTHY.queues | {second: DENIED})))


# Which Region, whose account --------------------------------------------------------


@pytest.mark.parametrize("rule", [queue_open.RULE, dead_letters.RULE])
def test_advice_is_for_the_queues_own_region(rule: Rule) -> None:
    """A topic may tell a queue of another Region; commands go there."""
    far, far_dead = QUEUE.replace(HERE, OTHER_REGION), DEAD.replace(HERE, OTHER_REGION)
    road = told(
        Subscription("sqs", far),
        queues={
            far: Queue(far, exists=True, policy=None, dead_letters=far_dead),
            far_dead: Queue(far_dead, exists=True, waiting=1),
        },
    )
    verdict = rule.judge(world(road))

    assert verdict is not None
    assert f"--region {OTHER_REGION}" in verdict.help[0].commands[0]


def test_a_strangers_queue_is_not_absent() -> None:
    """SQS says NonExistentQueue of another account's queue that one may not see."""
    gone = queues(main=Queue(QUEUE, exists=False))

    assert Status.FAIL is status(queue_open.RULE, world(gone))
    with pytest.raises(CouldNotLook, match=ACCOUNT):
        queue_open.RULE.judge(world(gone, caller=STRANGER))


# In front of the rule ---------------------------------------------------------------

STOP, BOUNCE = OtherAction("StopAction"), OtherAction("BounceAction")
ONE, TWO = ("one@example.com",), ("two@example.com",)
EVERYBODY: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((a_rule("first", STOP), OURS), Status.FAIL),
        ((a_rule("first", BOUNCE, to=EVERYBODY), OURS), Status.FAIL),
        # For one address only: somebody's intention, and all others arrive.
        ((a_rule("first", BOUNCE, to=("noreply@example.com",)), OURS), Status.OK),
        ((a_rule("first", STOP, to=ONE), a_rule("one", STORE, to=ONE)), Status.FAIL),
        ((a_rule("first", STOP, to=ONE), a_rule("two", STORE, to=TWO)), Status.OK),
        # What stands behind the rule that keeps the mail is too late to harm.
        ((OURS, a_rule("last", STOP)), Status.OK),
        # One address's rule is reached, the domain's is not.
        ((a_rule("one", STORE, to=ONE), a_rule("stop", STOP), OURS), Status.FAIL),
        ((a_rule("both", STOP, STORE),), Status.FAIL),
        ((a_rule("both", STORE, STOP),), Status.OK),
        ((a_rule("only", STOP),), Status.FAIL),
    ],
)
def test_who_is_stopped(rules: tuple[ReceiptRule, ...], expected: Status) -> None:
    """Only what stands in front, and takes the same addresses' mail, ends it."""
    assert expected is status(stopped_before.RULE, world(HEALTHY, *rules))


# What was not seen ------------------------------------------------------------------


def test_a_broken_hop_is_told_though_another_was_refused() -> None:
    """Each rule says what it knows before it says what it could not see."""
    asleep = {QUEUE: (Reader("a-uuid", QUEUE, FUNCTION, "Disabled"),)}
    deaf = replace(HEALTHY, bucket_notices={"mail": DENIED})

    assert Status.OK is status(notice.RULE, world(deaf))
    gone = replace(deaf, functions={FUNCTION: Function(FUNCTION, exists=False)})
    assert Status.FAIL is status(function_runs.RULE, world(gone))
    lost = replace(deaf, routes={FUNCTION: RoutesSeen(exists=False)})
    assert Status.FAIL is status(routes_known.RULE, world(lost))
    unread = told(
        Subscription("sqs", f"{QUEUE}-2"),
        Subscription("sqs", QUEUE),
        queues=HEALTHY.queues | {f"{QUEUE}-2": DENIED},
        readers=asleep,
    )
    assert Status.FAIL is status(queue_read.RULE, world(unread))


@pytest.mark.parametrize("rule", [module.RULE for module in ALL], ids=lambda rule: rule.code)
def test_what_was_not_seen_is_not_well(rule: Rule) -> None:
    """A refusal about what may hide a fault is no OK, and of what hides none it is no matter.

    SES itself tells a topic here, so that only a second forwarder could hide behind S3.
    """
    deaf = world(replace(HEALTHY, bucket_notices={"mail": DENIED}))

    if rule is one_forwarder.RULE:
        with pytest.raises(CouldNotLook):
            rule.judge(deaf)
    else:
        assert Status.OK is status(rule, deaf)


BY_S3 = replace(
    HEALTHY,
    bucket_notices={"mail": BucketNotices(queues=(QUEUE,))},
    queues=HEALTHY.queues
    | {QUEUE: Queue(QUEUE, exists=True, policy=LETS_IN.replace("sns", "s3"))},
)
"""S3 tells the queue; SES tells nobody."""
SILENT = a_rule("ours", S3Action("mail", "received/"))


def test_a_road_by_s3_is_looked_at() -> None:
    """A bucket that tells a queue itself leads on as a topic does."""
    shut = replace(BY_S3, queues=HEALTHY.queues)
    unread = replace(BY_S3, readers={QUEUE: ()})

    assert Status.OK is status(notice.RULE, world(BY_S3, SILENT))
    assert Status.OK is status(queue_open.RULE, world(BY_S3, SILENT))
    assert Status.FAIL is status(queue_open.RULE, world(shut, SILENT))
    assert Status.FAIL is status(queue_read.RULE, world(unread, SILENT))
    assert Status.OK is status(function_role.RULE, world(BY_S3, SILENT))


def test_a_bucket_that_tells_nobody_is_said() -> None:
    """Neither SES nor S3 tells anybody: no fault by itself, and nothing is called told."""
    nobody = replace(HEALTHY, topics={}, bucket_notices={"mail": BucketNotices()})
    bridge = replace(nobody, bucket_notices={"mail": BucketNotices(event_bridge=True)})

    assert Status.INFO is status(notice.RULE, world(nobody, SILENT))
    assert Status.OK is status(notice.RULE, world(bridge, SILENT))
    with pytest.raises(CouldNotLook):
        notice.RULE.judge(world(replace(nobody, bucket_notices={"mail": DENIED}), SILENT))


# Denials ----------------------------------------------------------------------------


def test_a_denial_goes_on_denying_to_all_others() -> None:
    """The mend lets the topic through both denials, and nobody else."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE}
    other = deny | {
        "Sid": "NoStrangers",
        "Condition": {"ArnNotEquals": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:old"}},
    }
    policy = json.dumps({"Statement": [deny, other]})
    verdict = queue_open.RULE.judge(
        world(queues(main=Queue(QUEUE, exists=True, policy=policy, dead_letters=DEAD)))
    )
    assert verdict is not None
    words = shlex.split(verdict.help[0].commands[0])
    mended = json.loads(words[words.index("--attributes") + 1])["Policy"]
    after = queues(main=Queue(QUEUE, exists=True, policy=mended, dead_letters=DEAD))

    def denied(source: str) -> bool:
        asked = Request(
            "sqs:SendMessage", (QUEUE,), "sns.amazonaws.com", {"aws:SourceArn": (source,)}
        )
        documents = (PolicyDocument("queue", Source.QUEUE, mended),)
        return decide(documents, asked).outcome is Outcome.EXPLICIT_DENY

    assert Status.OK is status(queue_open.RULE, world(after))
    assert denied(f"{TOPIC}-of-somebody-else")
    assert not denied(TOPIC)


# Functions --------------------------------------------------------------------------


def test_a_function_and_its_alias_are_one() -> None:
    """Called by its alias in one place and plainly in another, it is no second forwarder."""
    alias = f"{FUNCTION}:live"
    road = replace(
        HEALTHY,
        readers={
            QUEUE: (
                Reader("a-uuid", QUEUE, FUNCTION, "Enabled"),
                Reader("b-uuid", QUEUE, alias, "Enabled"),
            )
        },
        functions=HEALTHY.functions | {alias: replace(HEALTHY.functions[FUNCTION], arn=alias)},  # type: ignore[type-var]
    )
    verdict = function_runs.RULE.judge(world(road))

    assert Status.OK is status(one_forwarder.RULE, world(road))
    assert verdict is not None
    assert "live" not in verdict.title


def test_a_foreign_function_is_asked_only_for_what_lambda_needs() -> None:
    """Code that is not sendas's may do without sending by SES; what forwards reads the bucket."""
    polls = Right("Polled", ("sqs:*",), (QUEUE,), (Role.FORWARDER,))
    reads = Right("Read", ("s3:GetObject",), ("arn:aws:s3:::mail/*",), (Role.FORWARDER,))
    foreign = replace(function(routes=None), roles={ROLE: allowed(polls, reads)})
    blind = replace(foreign, roles={ROLE: allowed(polls)})
    nothing = replace(foreign, roles={ROLE: ()})

    assert Status.WARN is status(function_role.RULE, world(blind))
    assert Status.OK is status(function_role.RULE, world(foreign))
    assert Status.FAIL is status(function_role.RULE, world(nothing))


@pytest.mark.parametrize("missing", EACH_MAIL, ids=lambda right: right.why)
def test_whatever_each_mail_needs_is_asked_for(missing: Right) -> None:
    """Without any one of the forwarder's own rights every run fails: the table says which."""
    rest = (right for right in (*EACH_MAIL, *BESIDE) if right is not missing)
    road = replace(HEALTHY, roles={ROLE: allowed(*rest)})

    assert Status.FAIL is status(function_role.RULE, world(road))


def test_the_keys_that_sign_aliases_are_looked_at() -> None:
    """Gone or not to be read by the role, no mail of who answers goes on: that is not well."""
    gone = replace(HEALTHY, alias_keys={KEYS: False})
    unseen = replace(HEALTHY, alias_keys={KEYS: DENIED})
    nobody_answers = function(alias_keys="")
    unread = allowed(*(one for one in (*EACH_MAIL, *BESIDE) if one.when is not When.ANSWERING))

    assert Status.OK is status(alias_keys.RULE, world())
    assert Status.FAIL is status(alias_keys.RULE, world(gone))
    assert None is status(alias_keys.RULE, world(nobody_answers))
    with pytest.raises(CouldNotLook):
        alias_keys.RULE.judge(world(unseen))
    assert Status.FAIL is status(function_role.RULE, world(replace(HEALTHY, roles={ROLE: unread})))
    silent = replace(nobody_answers, roles={ROLE: unread})
    assert Status.OK is status(function_role.RULE, world(silent))


def test_what_is_beside_the_mail_only_warns() -> None:
    """Mail goes on though nothing is logged."""
    road = replace(HEALTHY, roles={ROLE: allowed(*EACH_MAIL)})

    assert Status.WARN is status(function_role.RULE, world(road))


def test_a_lambda_action_leads_to_the_function() -> None:
    """A rule may call the function itself, and no queue is asked for."""
    road = replace(function(policy=None), bucket_notices={})
    seen = world(road, a_rule("ours", LambdaAction(FUNCTION)))

    assert Status.FAIL is status(function_runs.RULE, seen)
    assert queue_read.RULE.judge(seen) is None


def test_filters_are_of_no_hop() -> None:
    """A filter of one network says nothing about the road."""
    road = replace(HEALTHY, filters=(Filter("one", "192.0.2.0/24", blocks=True),))
    for module in ALL:
        assert Status.OK is status(module.RULE, world(road))


@pytest.mark.parametrize("protocol", ["https", "email", "firehose"])
def test_whoever_is_out_of_sight_leaves_it_unproven(protocol: str) -> None:
    """Who hears by something that cannot be looked at: not proven, and nothing is called well."""
    told = Topic(TOPIC, exists=True, subscriptions=(Subscription(protocol, "x"),))

    with pytest.raises(CouldNotLook, match=f"by {protocol} cannot be looked at: not proven"):
        road_seen.RULE.judge(world(replace(HEALTHY, topics={TOPIC: told})))


def test_event_bridge_alone_leaves_it_unproven() -> None:
    """A bucket that tells EventBridge alone: whoever listens there is out of sight."""
    silent = a_rule("ours", S3Action("mail", "received/"))
    road = replace(HEALTHY, bucket_notices={"mail": BucketNotices(event_bridge=True)})

    with pytest.raises(CouldNotLook, match="not proven"):
        road_seen.RULE.judge(world(road, silent))


def test_a_road_in_sight_and_a_proven_one_are_well() -> None:
    """A queue and a function can be looked at; a mail that came through proves the rest."""
    hidden = Topic(TOPIC, exists=True, subscriptions=(Subscription("https", "x"),))
    proven = Proof((Journey(Way.IN, NOW, "", (Passage(Hop.ARRIVED, End.PASSED, "came"),)),))

    for evidence in (
        world(),
        replace(world(replace(HEALTHY, topics={TOPIC: hidden})), proof=proven),
    ):
        verdict = road_seen.RULE.judge(evidence)
        assert verdict is not None
        assert Status.OK is verdict.status


def test_another_region_that_receives_was_not_looked_at() -> None:
    """Mail that comes in by another Region than the one asked about: not proven, with the way."""
    mx = {MX: Lookup(MX, {"resolver": Records(("10 inbound-smtp.eu-west-1.amazonaws.com",), 300)})}
    elsewhere = replace(world(), lookups=mx, regions={HERE: RegionEvidence()})

    with pytest.raises(CouldNotLook, match="--region eu-west-1"):
        road_seen.RULE.judge(elsewhere)
