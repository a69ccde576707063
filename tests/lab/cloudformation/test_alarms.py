"""Alarms of a template ring: by the metrics that mail has in the lab, on its clock."""

import json

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab_stacks import Stacks
from sendas_lab.aws.alarms import Question, Sample, State, datapoints, judge


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked(**otherwise: Any) -> Question:  # noqa: ANN401  any of its members
    """More than 0 in the last two hours, both."""
    usual: dict[str, Any] = {
        "statistic": "Sum", "period": HOUR, "periods": 2, "enough": 2,
        "comparison": "GreaterThanThreshold", "threshold": 0.0,
    }  # fmt: skip
    return Question(**(usual | otherwise))


@pytest.mark.parametrize(
    ("points", "otherwise", "before", "state"),
    [
        ((1.0, 1.0), {}, "OK", "ALARM"),
        ((1.0, 0.0), {}, "ALARM", "OK"),
        ((1.0, 0.0), {"enough": 1}, "OK", "ALARM"),
        ((1.0, None), {}, "OK", "OK"),
        ((1.0, None), {"missing": "breaching"}, "OK", "ALARM"),
        ((None, None), {}, "OK", "INSUFFICIENT_DATA"),
        ((None, None), {"missing": "notBreaching"}, "ALARM", "OK"),
        ((None, None), {"missing": "breaching"}, "OK", "ALARM"),
        ((None, None), {"missing": "ignore"}, "ALARM", "ALARM"),
        ((0.05, 0.05), {"threshold": 0.05}, "OK", "OK"),
        (
            (0.05, 0.05),
            {"threshold": 0.05, "comparison": "GreaterThanOrEqualToThreshold"},
            "OK",
            "ALARM",
        ),
    ],
)
def test_judges_as_the_guide_says(
    points: tuple[float | None, ...], otherwise: dict[str, Any], before: str, state: str
) -> None:
    """Missing data count as TreatMissingData has it (CloudWatch guide)."""
    assert State(state) is judge(points, asked(**otherwise), State(before))


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("Sum", (5.0, None)), ("Average", (2.5, None)), ("Maximum", (4.0, None)),
     ("Minimum", (1.0, None)), ("SampleCount", (2.0, None))],
)  # fmt: skip
def test_gathers_by_period(statistic: str, expected: tuple[float | None, ...]) -> None:
    """The newest period first; one without samples has no datapoint."""
    samples = [Sample(NOW, 1.0), Sample(NOW - HOUR / 2, 4.0), Sample(NOW - 3 * HOUR, 9.0)]

    assert expected == datapoints(samples, asked(statistic=statistic), NOW)


BODY = json.dumps(
    {
        "Resources": {
            "Told": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "told"}},
            "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms"}},
            "ToldPolicy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Told"}],
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "sns.amazonaws.com"},
                                "Action": "sqs:SendMessage",
                                "Resource": {"Fn::GetAtt": ["Told", "Arn"]},
                            }
                        ],
                    },
                },
            },
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": {"Ref": "Topic"},
                    "Protocol": "sqs",
                    "Endpoint": {"Fn::GetAtt": ["Told", "Arn"]},
                    "RawMessageDelivery": True,
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": "dead-letters",
                    "Namespace": "AWS/SQS",
                    "MetricName": "ApproximateNumberOfMessagesVisible",
                    "Dimensions": [
                        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["Dead", "QueueName"]}}
                    ],
                    "Statistic": "Maximum",
                    "Period": 300,
                    "EvaluationPeriods": 1,
                    "Threshold": 0,
                    "ComparisonOperator": "GreaterThanThreshold",
                    "TreatMissingData": "notBreaching",
                    "AlarmActions": [{"Ref": "Topic"}],
                    "OKActions": [{"Ref": "Topic"}],
                },
            },
        }
    }
)


def told(stacks: Stacks) -> list[str]:
    """The states that the topic has told."""
    sqs = stacks.client("sqs")
    url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in got:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"])["NewStateValue"] for message in got]


def test_a_dead_letter_rings(stacks: Stacks) -> None:
    """One message in the dead-letter queue: ALARM and a notice; taken away: OK and another."""
    assert "CREATE_COMPLETE" == stacks.create(BODY)
    sqs, watch = stacks.client("sqs"), stacks.lab.aws.watch
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    # CloudWatch API: a new alarm has no data, and the first look finds all well.
    assert (("dead-letters", State.OK),) == watch.look()
    assert ["OK"] == told(stacks)

    sqs.send_message(QueueUrl=dead, MessageBody="a mail")
    assert (("dead-letters", State.ALARM),) == watch.look()
    assert ["ALARM"] == told(stacks)
    shown = stacks.client("cloudwatch").describe_alarms(AlarmNames=["dead-letters"])
    assert "ALARM" == shown["MetricAlarms"][0]["StateValue"]

    sqs.purge_queue(QueueUrl=dead)
    stacks.lab.clock.move(timedelta(minutes=6))
    assert (("dead-letters", State.OK),) == watch.look()
    assert ["OK"] == told(stacks)


def test_a_published_value_is_of_the_labs_time(stacks: Stacks) -> None:
    """CloudWatch API, MetricDatum: without a Timestamp, the time at which it was received."""
    lab = stacks.lab
    lab.clock.move(timedelta(days=3))
    began = lab.clock.now()
    call = lab.session().call
    call("cloudwatch", "PutMetricData", region="us-east-1", Namespace="ours",
         MetricData=[{"MetricName": "age", "Value": 7.0}])  # fmt: skip
    found = call(
        "cloudwatch", "GetMetricStatistics", region="us-east-1", Namespace="ours",
        MetricName="age", Period=60, Statistics=["Maximum"],
        StartTime=began - timedelta(minutes=1), EndTime=began + timedelta(minutes=5),
    )  # fmt: skip
    assert [7.0] == [one["Maximum"] for one in found["Datapoints"]]
