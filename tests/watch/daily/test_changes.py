"""In the lab: each kind of change is told once, in its own words, and then no more."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sendas_lab.world import Lab
from watchman import ME, OWNER, ROOT, USER, Watchman, hire

from sendas.watch.decide.compare import BLIND_RUNS


@pytest.fixture
def watchman(sendas_lab: Lab, tmp_path: Path) -> Watchman:
    """A healthy domain that was looked at once."""
    found = hire(sendas_lab, tmp_path)
    first = found.run()
    assert () == first.changes, first.changes
    return found


def told(watchman: Watchman) -> str:
    """The one notice of the next run, by mail; and the run after it tells nothing."""
    before = len(watchman.lab.gmail.inbox(OWNER))
    ran = watchman.run()
    arrived = watchman.mails(before)
    assert 1 == len(arrived), (ran.changes, arrived)
    assert 1 == len(ran.notices)
    assert ["done", "done"] == [task.state for task in ran.notices[0].tasks], "mail and SNS"
    again = watchman.run()
    assert () == again.changes, again.changes
    assert arrived == watchman.mails(before)
    return arrived[0]


def call(watchman: Watchman, service: str, operation: str, **given: object) -> Mapping[str, Any]:
    """One call as the administrator."""
    return watchman.owner.call(service, operation, **given)


def change_record(watchman: Watchman, name: str, type_: str, value: str) -> None:
    """Somebody changes a record by hand."""
    (zone,) = call(watchman, "route53", "ListHostedZones")["HostedZones"]
    record = {"Name": name, "Type": type_, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    call(
        watchman,
        "route53",
        "ChangeResourceRecordSets",
        HostedZoneId=zone["Id"],
        ChangeBatch=change,
    )


def use_quota(watchman: Watchman, mails: int) -> None:
    """So many mails go out within the day."""
    for number in range(mails):
        content = f"From: {ME}\r\nTo: jane@example.net\r\nSubject: {number}\r\n\r\n.\r\n"
        call(watchman, "sesv2", "SendEmail", Content={"Raw": {"Data": content.encode()}})


def test_findings_records_and_rules(watchman: Watchman) -> None:
    """What appears, what goes, DNS that drifted, and another active rule set."""
    call(watchman, "sesv2", "PutEmailIdentityDkimAttributes",
         EmailIdentity="example.com", SigningEnabled=False)  # fmt: skip
    text = told(watchman)
    assert "NEW  " in text, text
    assert "DKIM" in text, text
    assert "Do:" in text, text

    call(watchman, "sesv2", "PutEmailIdentityDkimAttributes",
         EmailIdentity="example.com", SigningEnabled=True)  # fmt: skip
    text = told(watchman)
    assert "OVER  " in text, text
    assert "NEW" not in text, text

    change_record(watchman, "example.com.", "TXT", '"v=spf1 include:amazonses.com -all"')
    text = told(watchman)
    assert "CHANGED  DNS TXT example.com" in text
    assert "was:   v=spf1 include:amazonses.com ~all" in text
    assert "is:    v=spf1 include:amazonses.com -all" in text

    call(watchman, "ses", "CreateReceiptRuleSet", RuleSetName="theirs")
    call(watchman, "ses", "SetActiveReceiptRuleSet", RuleSetName="theirs")
    text = told(watchman)
    assert "CHANGED  the active receipt rule set" in text
    assert f"was:   sendas: {ROOT}" in text
    assert "RX002" in text


def test_keys_subscriptions_and_proofs(watchman: Watchman) -> None:
    """A key that ages, somebody who has not agreed to alarms, a credential unproven."""
    call(watchman, "iam", "CreateAccessKey", UserName=USER)
    assert () == watchman.run().changes
    watchman.lab.clock.move(timedelta(days=36))
    text = told(watchman)
    assert f"Nothing that {USER} sent has arrived for 35 days" in text
    watchman.lab.clock.move(timedelta(days=60))
    text = told(watchman)
    assert f"of {USER} is older than 90 days" in text
    assert "35 days" not in text, "told before"

    topic = watchman.watched.topic_arn
    watchman.lab.let_subscribers_wait()
    call(
        watchman, "sns", "Subscribe", TopicArn=topic, Protocol="email", Endpoint="late@example.net"
    )
    text = told(watchman)
    assert "late@example.net hears no alarm: its subscription is not confirmed" in text

    topic = call(watchman, "sns", "ListSubscriptionsByTopic", TopicArn=watchman.watched.events_arn)
    call(
        watchman,
        "sns",
        "Unsubscribe",
        SubscriptionArn=topic["Subscriptions"][0]["SubscriptionArn"],
    )
    text = told(watchman)
    assert "ATTENTION" in text
    assert "What becomes of sent mail is not heard of" in text
    assert f"topic {ROOT}-events does not tell our queue" in text


def test_quota_enforcement_and_dead_letters(watchman: Watchman) -> None:
    """80 % of the quota, a review by AWS, a mail that was given up."""
    watchman.lab.ses.set_quota("us-east-1", max_24_hour=10)
    use_quota(watchman, 8)
    text = told(watchman)
    assert "The sending quota in us-east-1 is nearly used up" in text
    watchman.lab.ses.set_quota("us-east-1", max_24_hour=50_000)
    assert "OVER  The sending quota" in told(watchman)

    watchman.lab.ses.set_enforcement("us-east-1", "PROBATION")
    assert "review" in told(watchman)
    watchman.lab.ses.set_enforcement("us-east-1", "HEALTHY")
    assert "OVER" in told(watchman)

    url = call(watchman, "sqs", "GetQueueUrl", QueueName=f"{ROOT}-failed")["QueueUrl"]
    call(watchman, "sqs", "SendMessage", QueueUrl=url, MessageBody="{}")
    text = told(watchman)
    assert "1 mail came in and could not be forwarded" in text
    assert "$ aws sqs start-message-move-task" in text
    call(watchman, "sqs", "SendMessage", QueueUrl=url, MessageBody="{}")
    assert () == watchman.run().changes, "one more of the same is not told again"


def test_own_addresses_and_others_on_the_suppression_list(watchman: Watchman) -> None:
    """Loud for the owner's second mailbox; one line for anybody of whom no event told."""
    lab = watchman.lab
    lab.ses.suppress("eu-west-1", "jane@example.net", "BOUNCE")
    text = told(watchman)
    assert "LISTED" in text, text
    assert "jane@example.net  BOUNCE  eu-west-1" in text, text

    lab.ses.suppress("us-east-1", "second@gmail.com", "BOUNCE")
    text = told(watchman)
    assert text.startswith("ATTENTION: example.com: Your own address second@gmail.com"), text
    assert "$ sendas suppression remove second@gmail.com" in text

    call(watchman, "sesv2", "DeleteSuppressedDestination", EmailAddress="second@gmail.com")
    assert "OVER  Your own address second@gmail.com" in told(watchman)

    lab.ses.suppress("us-east-1", OWNER, "BOUNCE")
    ran = watchman.run()
    (notice,) = ran.notices
    assert "ATTENTION" in notice.subject
    assert OWNER in "\n".join(notice.lines)
    assert () == watchman.run().changes


def test_silence_is_neither_well_nor_broken(watchman: Watchman) -> None:
    """What cannot be looked at ends no problem and begins none; it is told at the third time."""
    watchman.lab.ses.set_enforcement("us-east-1", "PROBATION")
    told(watchman)
    watchman.lab.aws.faults.deny("ses:GetAccount")
    for _ in range(BLIND_RUNS - 1):
        assert () == watchman.run().changes
    before = len(watchman.lab.gmail.inbox(OWNER))
    watchman.run()
    (text,) = watchman.mails(before)
    assert "CANNOT LOOK  " in text, text
    assert "ACC002" in text, text
    assert "denied" in text, text
    assert "OVER" not in text
    assert () == watchman.run().changes
    watchman.lab.aws.faults.clear()
    text = told(watchman)
    assert "SEEN AGAIN" in text, text
    assert "OVER" not in text, text
