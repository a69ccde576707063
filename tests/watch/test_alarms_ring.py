"""Each alarm of the stack rings for its cause, in the lab, and no other rings for it.

`tests/watch/daily/test_function.py` plays those of the watcher, the quota, canaries and
credentials, `tests/setup/test_silence.py` that for the owner's eyes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from sendas_lab.aws.alarms import State
from sendas_lab.world import Lab
from watchman import ME, ROOT, Watchman, hire


@pytest.fixture
def watchman(sendas_lab: Lab, tmp_path: Path) -> Watchman:
    """A stack that stands."""
    return hire(sendas_lab, tmp_path)


def ringing(watchman: Watchman) -> set[str]:
    """The alarms that ring now."""
    watchman.lab.aws.watch.look()
    alarms = watchman.owner.call("cloudwatch", "DescribeAlarms")["MetricAlarms"]
    return {
        str(one["AlarmName"]).removeprefix(f"{ROOT}-")
        for one in alarms
        if one["StateValue"] == State.ALARM
    }


def pass_time(watchman: Watchman, by: timedelta) -> None:
    """Let *by* pass, and everything that is due in it."""
    lab = watchman.lab
    lab.clock.move(by)
    lab.ses.courier.wake()
    lab.settle()
    lab.aws.mappings.settle()
    lab.settle()


@contextmanager
def nobody_reads(watchman: Watchman, queue: str) -> Iterator[None]:
    """Lambda takes nothing from a queue."""
    listed = watchman.owner.call("lambda", "ListEventSourceMappings")["EventSourceMappings"]
    (uuid,) = [one["UUID"] for one in listed if one["EventSourceArn"].endswith(f":{queue}")]
    change = watchman.owner.call
    change("lambda", "UpdateEventSourceMapping", UUID=uuid, Enabled=False)
    yield
    change("lambda", "UpdateEventSourceMapping", UUID=uuid, Enabled=True)


@pytest.mark.timeout(600)
def test_mail_that_waits_and_events_that_wait(watchman: Watchman) -> None:
    """An hour in the one queue or the other; not before, and not any more once it is read."""
    for queue, alarm in (("received", "mail-waiting"), ("events", "events-waiting")):
        with nobody_reads(watchman, f"{ROOT}-{queue}"):
            if alarm == "mail-waiting":
                watchman.lab.write_to_owner(ME)
            else:
                content = f"From: {ME}\r\nTo: jane@example.net\r\nSubject: s\r\n\r\n.\r\n"
                watchman.owner.call(
                    "sesv2", "SendEmail", Content={"Raw": {"Data": content.encode()}}
                )
            pass_time(watchman, timedelta())  # it is in the queue before time passes
            pass_time(watchman, timedelta(minutes=50))
            assert set() == ringing(watchman), alarm
            pass_time(watchman, timedelta(minutes=15))
            assert {alarm} == ringing(watchman)
        pass_time(watchman, timedelta(minutes=10))
        assert set() == ringing(watchman), alarm


@pytest.mark.timeout(600)
def test_mail_that_ses_cannot_store(watchman: Watchman) -> None:
    """Refused by the bucket: store-failing at once, mail-lost when SES gives up."""
    call = watchman.owner.call
    policy = call("s3", "GetBucketPolicy", Bucket=watchman.bucket)["Policy"]
    call("s3", "DeleteBucketPolicy", Bucket=watchman.bucket)
    watchman.lab.write_to_owner(ME)
    pass_time(watchman, timedelta(minutes=1))
    assert {"store-failing"} == ringing(watchman)
    found: set[str] = set()
    for _ in range(20):
        pass_time(watchman, timedelta(minutes=15))
        found = ringing(watchman)
        if "mail-lost" in found:
            break
    assert {"store-failing", "mail-lost"} == found
    call("s3", "PutBucketPolicy", Bucket=watchman.bucket, Policy=policy)
    pass_time(watchman, timedelta(hours=1))
    watchman.lab.write_to_owner(ME)
    pass_time(watchman, timedelta(minutes=1))
    assert set() == ringing(watchman)


@pytest.mark.timeout(600)
def test_a_function_that_fails_and_a_dead_letter(watchman: Watchman) -> None:
    """A function without its settings fails at each mail; what was given up is a dead letter."""
    call = watchman.owner.call
    before = call("lambda", "GetFunctionConfiguration", FunctionName=ROOT)["Environment"]
    broken = {**before["Variables"], "SENDAS_BUCKET": ""}
    call("lambda", "UpdateFunctionConfiguration", FunctionName=ROOT,
         Environment={"Variables": broken})  # fmt: skip
    watchman.lab.write_to_owner(ME)
    pass_time(watchman, timedelta(minutes=1))
    assert "function-errors" in ringing(watchman)
    assert "not-forwarded" not in ringing(watchman)
    call("lambda", "UpdateFunctionConfiguration", FunctionName=ROOT, Environment=before)
    pass_time(watchman, timedelta(minutes=30))
    pass_time(watchman, timedelta(minutes=30))
    assert set() == ringing(watchman)

    url = call("sqs", "GetQueueUrl", QueueName=f"{ROOT}-failed")["QueueUrl"]
    call("sqs", "SendMessage", QueueUrl=url, MessageBody="{}")
    pass_time(watchman, timedelta(minutes=1))
    assert {"not-forwarded"} == ringing(watchman)


@pytest.mark.timeout(600)
def test_bounces_and_complaints(watchman: Watchman) -> None:
    """One bounce of forty rings for nothing, three of them do; a complaint rings another."""
    watchman.lab.ses.set_quota("us-east-1", max_24_hour=50_000)

    def send(*to: str) -> None:
        for one in to:
            content = f"From: {ME}\r\nTo: {one}\r\nSubject: s\r\n\r\n.\r\n"
            watchman.owner.call("sesv2", "SendEmail", Content={"Raw": {"Data": content.encode()}})
        pass_time(watchman, timedelta(minutes=1))

    send(*["jane@example.net"] * 39)
    send("bounce+1@example.net")
    assert set() == ringing(watchman)
    send("bounce+2@example.net", "bounce+3@example.net")
    pass_time(watchman, timedelta(hours=1))  # the alarm takes the hour's average
    assert {"bounce-rate"} == ringing(watchman)
    send("complaint@example.net")
    assert {"bounce-rate", "complaint-rate"} == ringing(watchman)
