"""Alarms that cannot do their work; those seen in public templates among them (FACTS 12)."""

import json

from dataclasses import replace
from pathlib import Path

import pytest

from sendas_lab.world import Lab
from typed import Type
from watchman import FILE, Watchman, hire

from sendas.outcome import NoAnswer, Why
from sendas.ses.alarm import Alarm
from sendas.ses.road import Subscription, Topic
from sendas.watch.decide.alarm_lint import concerns_ses, lint


TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
HEARD = {
    TOPIC: Topic(TOPIC, exists=True, subscriptions=(Subscription("email", "me@example.net"),))
}
RATE = Alarm(
    "rate", "us-east-1", "AWS/SES", "Reputation.BounceRate", "Average", 3600, 0.05,
    "GreaterThanOrEqualToThreshold", "ignore", actions=(TOPIC,),
)  # fmt: skip
COUNT = replace(RATE, metric="Complaint", statistic="Sum", threshold=1.0, missing="notBreaching")
FAILURE = replace(COUNT, metric="PublishFailure", dimensions={"RuleName": "main"})
RULES = frozenset(("main",))


def faults(alarm: Alarm, topics: object = None) -> list[str]:
    """What is said of it."""
    found = lint(alarm, topics or HEARD, RULES)  # type: ignore[arg-type]  # as below
    return [one.title for one in found if not isinstance(one, NoAnswer)]


@pytest.mark.parametrize("alarm", [RATE, COUNT, FAILURE])
def test_a_good_alarm_has_no_fault(alarm: Alarm) -> None:
    """As the SES guide and our own stack have them."""
    assert [] == faults(alarm)


@pytest.mark.parametrize(
    ("alarm", "said"),
    [
        # Public templates (FACTS 12): Bounce with Average and 0.05; a metric that does not exist.
        (replace(COUNT, metric="Bounce", statistic="Average", threshold=0.05), "is always 1"),
        (replace(RATE, metric="Reputation.BounceRateBounce"), "not known to publish"),
        (replace(RATE, namespace="SES"), "no metric is in the namespace 'SES'"),
        (replace(RATE, namespace="AWS/Ses"), "no metric is in the namespace"),
        (replace(RATE, namespace="Custom"), "is no metric of 'Custom'"),
        (replace(RATE, threshold=5.0), "500 %; it never rings"),
        (replace(RATE, threshold=0.2), "AWS may pause"),
        (replace(RATE, metric="Reputation.ComplaintRate", threshold=0.01), "AWS may pause"),
        (replace(RATE, threshold=0.0), "threshold is 0"),
        (replace(RATE, statistic="Sum"), "Sum of a rate"),
        (replace(RATE, comparison="LessThanThreshold"), "when the rate is low"),
        (replace(RATE, missing="notBreaching"), "silent again"),
        (replace(RATE, missing=""), "missing data as missing"),
        (replace(RATE, missing="breaching"), "whenever nothing was sent"),
        (replace(RATE, dimensions={"Identity": "example.com"}), "has no dimension Identity"),
        (replace(COUNT, statistic="Average", comparison="GreaterThanThreshold"), "it never rings"),
        (replace(COUNT, threshold=0.05), "looks like a rate"),
        (replace(COUNT, threshold=0.0, comparison="LessThanThreshold"), "below 0"),
        (
            replace(COUNT, metric="Send", comparison="LessThanThreshold", threshold=1.0),
            "it never rings",
        ),
        (replace(FAILURE, dimensions={}), "each receipt rule only"),
        (replace(FAILURE, dimensions={"RuleName": "old"}), "not in force"),
        (replace(RATE, enabled=False), "switched off"),
        (replace(RATE, actions=()), "no action"),
    ],
)
def test_each_fault_is_named(alarm: Alarm, said: str) -> None:
    """One mistake, one fault, which says what comes of it."""
    (title,) = faults(alarm)
    assert said in title


def test_who_hears_it() -> None:
    """A topic that is gone, one that nobody confirmed, one that nobody could look at."""
    gone = {TOPIC: Topic(TOPIC, exists=False)}
    waiting = Subscription("email", "late@example.net", confirmed=False)
    pending = {TOPIC: Topic(TOPIC, exists=True, subscriptions=(waiting,))}
    silent = {TOPIC: NoAnswer(Why.DENIED, "sns:ListSubscriptionsByTopic")}
    assert "does not exist" in faults(RATE, gone)[0]
    assert "late@example.net" in faults(RATE, pending)[0]
    assert [] == faults(RATE, silent)
    assert list(silent.values()) == list(lint(RATE, silent, RULES))


def test_only_alarms_about_mail_are_judged() -> None:
    """A metric of SES's, also in the wrong place, ours, or an alarm of our stacks."""
    other = Alarm("cpu", "us-east-1", "AWS/EC2", "CPUUtilization")
    assert not concerns_ses(other, frozenset())
    assert concerns_ses(other, frozenset(("cpu",)))
    assert concerns_ses(replace(other, metrics=(("AWS/SES", "Bounce"),)), frozenset())
    assert concerns_ses(replace(RATE, namespace="Custom"), frozenset())


def test_as_it_is_typed(sendas_lab: Lab, type_: Type) -> None:
    """Our own stack's alarms have no fault; a broken one, a deleted one and silence are told."""
    watchman = hire(sendas_lab, Path.cwd(), FILE)
    well = type_("watch", "alarms")
    assert (0, "no fault in 14 alarms about mail\n") == (well.status, well.out), well

    watchman.owner.call(
        "cloudwatch", "PutMetricAlarm", AlarmName="theirs", Namespace="AWS/SES",
        MetricName="Bounce", Statistic="Average", Period=300, EvaluationPeriods=1,
        Threshold=0.05, ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[watchman.watched.topic_arn],
    )  # fmt: skip
    watchman.owner.call("cloudwatch", "DeleteAlarms", AlarmNames=["sendas-example-com-quota"])
    run = type_("watch", "alarms", "--json")
    assert 1 == run.status
    assert {"theirs", "sendas-example-com-quota"} == {
        one["alarm"] for one in json.loads(run.out)["faults"]
    }
    sendas_lab.aws.faults.deny("cloudwatch:DescribeAlarms")
    silent = type_("watch", "alarms")
    assert 3 == silent.status
    assert "could not look" in silent.err


def _hearing(watchman: Watchman) -> str:
    """A queue that hears the alarms, as CloudWatch tells them; its URL."""
    call = watchman.owner.call
    url = str(call("sqs", "CreateQueue", QueueName="heard")["QueueUrl"])
    arn = f"arn:aws:sqs:us-east-1:{watchman.lab.account_id}:heard"
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                             "Action": "sqs:SendMessage", "Resource": arn}]}  # fmt: skip
    call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    topic = watchman.watched.topic_arn
    call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _heard(watchman: Watchman, url: str) -> list[tuple[str, str]]:
    """What arrived: each alarm's name, and the state that it was told to be in."""
    found = []
    while messages := watchman.owner.call(
        "sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10
    ).get("Messages"):
        for one in messages:
            told = json.loads(json.loads(one["Body"])["Message"])
            found.append((told["AlarmName"], told["NewStateValue"]))
            watchman.owner.call(
                "sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=one["ReceiptHandle"]
            )
    return found


@pytest.mark.timeout(600)
def test_each_of_ours_is_proven_by_its_message(sendas_lab: Lab, type_: Type) -> None:
    """All ring once, are heard, and are as they were; one that nobody can hear is named."""
    watchman = hire(sendas_lab, Path.cwd(), FILE)
    url = _hearing(watchman)
    assert 2 == type_("watch", "alarms", "--prove").status, "nobody is there to ask"
    assert [] == _heard(watchman, url)

    run = type_("watch", "alarms", "--prove", "--yes", "--json")
    assert 0 == run.status, run
    proofs = json.loads(run.out)["proofs"]
    names = {one["alarm"] for one in proofs}
    assert 14 == len(names)
    heard = _heard(watchman, url)
    assert sorted(names) == sorted(name for name, state in heard if state == "ALARM")
    alarms = watchman.owner.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    assert not [one["AlarmName"] for one in alarms if one["StateValue"] == "ALARM"]

    call = watchman.owner.call
    call("cloudwatch", "DisableAlarmActions", AlarmNames=["sendas-example-com-look"])
    call("cloudwatch", "DeleteAlarms", AlarmNames=["sendas-example-com-quota"])
    call("cloudwatch", "SetAlarmState", AlarmName="sendas-example-com-mail-lost",
         StateValue="ALARM", StateReason="a dead letter")  # fmt: skip
    run = type_("watch", "alarms", "--prove", "--yes")
    assert 1 == run.status
    assert "sendas-example-com-look (us-east-1): not proven: it tells nobody" in run.out
    assert "sendas-example-com-quota (us-east-1): not proven: it is not there" in run.out
    assert "sendas-example-com-mail-lost (us-east-1): not known: it rings already" in run.out
    assert "sendas-example-com-bounce-rate (us-east-1): proven, told " in run.out
    mail_lost = call("cloudwatch", "DescribeAlarms", AlarmNames=["sendas-example-com-mail-lost"])
    assert "ALARM" == mail_lost["MetricAlarms"][0]["StateValue"], "its cause is not over"


@pytest.mark.timeout(600)
def test_a_topic_that_is_gone_is_no_proof(sendas_lab: Lab, type_: Type) -> None:
    """CloudWatch says that it could not tell; and a refused call is no fault of an alarm."""
    watchman = hire(sendas_lab, Path.cwd(), FILE)
    sendas_lab.aws.faults.deny("cloudwatch:SetAlarmState")
    run = type_("watch", "alarms", "--prove", "--yes")
    assert 3 == run.status
    assert "not known: " in run.out
    sendas_lab.aws.faults.clear()
    watchman.owner.call("sns", "DeleteTopic", TopicArn=watchman.watched.topic_arn)
    run = type_("watch", "alarms", "--prove", "--yes")
    assert 1 == run.status
    assert "not proven: nobody has agreed to hear it" in run.out
