"""What SES publishes to SNS, read from a subscribed queue; shapes are FACTS 10's."""

import json

from typing import Any

import pytest

from sendas_lab.mail import SmtpReply


World = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"


class Listener:
    """A queue behind a topic."""

    def __init__(self, world: World) -> None:
        self._sqs = world.client("sqs")
        sns = world.client("sns")
        self.topic = sns.create_topic(Name="events")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="events")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        queue = arn["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue)

    def heard(self) -> list[dict[str, Any]]:
        """Every message so far, in order."""
        found: list[dict[str, Any]] = []
        while True:
            got = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
            if not got.get("Messages"):
                return found
            for message in got["Messages"]:
                told = json.loads(message["Body"])["Message"]
                if told != VALIDATED:
                    found.append(json.loads(told))
                self._sqs.delete_message(
                    QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
                )


@pytest.fixture
def listener(world: World) -> Listener:
    """A domain whose default configuration set publishes everything."""
    world.verify()
    world.ses.grant_production_access(REGION)
    made = Listener(world)
    ses = world.client("sesv2")
    ses.create_configuration_set(ConfigurationSetName="main")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="main",
        EventDestinationName="all",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": [
                "SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY",
            ],
            "SnsDestination": {"TopicArn": made.topic},
        },
    )  # fmt: skip
    ses.put_email_identity_configuration_set_attributes(
        EmailIdentity="example.com", ConfigurationSetName="main"
    )
    return made


def send(world: World, to: str, body: str = "hello", **more: object) -> str:
    """One mail from me@example.com; gives the message id."""
    raw = f"From: me@example.com\r\nTo: {to}\r\nSubject: Hi\r\n\r\n{body}\r\n".encode()
    sent = world.client("sesv2").send_email(Content={"Raw": {"Data": raw}}, **more)
    world.ses.settle()
    return str(sent["MessageId"])


def test_send_and_delivery_carry_the_automatic_tags(world: World, listener: Listener) -> None:
    """The tags name the IAM user and the source address: the best evidence of who sent."""
    key = world.user("smtp-a", {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"})
    raw = b"From: me@example.com\r\nTo: you@example.net\r\n\r\nhello\r\n"
    world.client("sesv2", key=key).send_email(
        Content={"Raw": {"Data": raw}}, EmailTags=[{"Name": "campaign", "Value": "x"}]
    )
    world.ses.settle()
    first, second = listener.heard()
    assert (first["eventType"], second["eventType"]) == ("Send", "Delivery")
    mail = first["mail"]
    assert mail["tags"]["ses:caller-identity"] == ["smtp-a"]
    assert mail["tags"]["ses:source-ip"] == ["127.0.0.1"]
    assert mail["tags"]["ses:configuration-set"] == ["main"]
    assert mail["tags"]["ses:from-domain"] == ["example.com"]
    assert mail["tags"]["campaign"] == ["x"]
    assert mail["tags"]["ses:operation"] == ["SendRawEmail"]
    assert "ses:outgoing-ip" not in mail["tags"]  # FACTS 27: nothing has left yet
    assert "ses:outgoing-ip" in second["mail"]["tags"]
    assert mail["sourceArn"] == "arn:aws:ses:us-east-2:111122223333:identity/example.com"
    assert mail["destination"] == ["you@example.net"]
    assert second["delivery"]["recipients"] == ["you@example.net"]
    assert second["delivery"]["smtpResponse"] == "250 2.0.0 OK"


def test_bounce(world: World, listener: Listener) -> None:
    """A 550 becomes Permanent/General with the server's own words."""
    world.replies["you@example.net"] = SmtpReply(550, "5.1.1 user unknown")
    message_id = send(world, "you@example.net")
    event = listener.heard()[1]
    assert event["eventType"] == "Bounce"
    assert message_id == event["mail"]["messageId"]
    bounce = event["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "General")
    assert bounce["bouncedRecipients"] == [
        {
            "emailAddress": "you@example.net",
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }
    ]


VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
"""The first thing that SES tells a new destination's topic (recorded, FACTS 27)."""


@pytest.mark.parametrize(
    ("reply", "kind", "subtype"),
    [
        ("5.2.2 mailbox full", "Transient", "MailboxFull"),
        ("5.3.4 too large", "Transient", "MessageTooLarge"),
        ("5.7.1 spam", "Permanent", "General"),
    ],
)
def test_bounce_types(
    world: World, listener: Listener, reply: str, kind: str, subtype: str
) -> None:
    """The enhanced status code decides; refused spam counts as hard (FACTS 11)."""
    world.replies["you@example.net"] = SmtpReply(552, reply)
    send(world, "you@example.net")
    bounce = listener.heard()[1]["bounce"]
    assert (kind, subtype) == (bounce["bounceType"], bounce["bounceSubType"])


def test_suppressed(world: World, listener: Listener) -> None:
    """A listed address gives a Send event, then OnAccountSuppressionList (FACTS 13)."""
    world.ses.suppress(REGION, "you@example.net", "BOUNCE")
    world.ses.suppress(REGION, "cross@example.net", "COMPLAINT")
    send(world, "you@example.net")
    send(world, "cross@example.net")
    heard = listener.heard()
    assert [e["eventType"] for e in heard] == ["Send", "Bounce", "Send", "Complaint"]
    assert heard[1]["bounce"]["bounceSubType"] == "OnAccountSuppressionList"
    assert heard[3]["complaint"]["complaintSubType"] == "OnAccountSuppressionList"
    points = world.client("ses").get_send_statistics()["SendDataPoints"]
    assert sum(p["Bounces"] + p["Complaints"] for p in points) == 0


def test_complaint_lists_the_recipient(world: World, listener: Listener) -> None:
    """A complaint is published, and suppresses the address with reason COMPLAINT."""
    message_id = send(world, "you@example.net")
    world.ses.complain(message_id, "you@example.net")
    world.ses.settle()
    complaint = listener.heard()[2]["complaint"]
    assert complaint["complaintFeedbackType"] == "abuse"
    assert complaint["complaintSubType"] is None
    found = world.client("sesv2").get_suppressed_destination(EmailAddress="you@example.net")
    assert found["SuppressedDestination"]["Reason"] == "COMPLAINT"


def test_delay_and_reject(world: World, listener: Listener) -> None:
    """A 4xx is told as DeliveryDelay; a virus as Reject "Bad content"."""
    world.replies["you@example.net"] = SmtpReply(451, "4.4.1 try later")
    send(world, "you@example.net")
    eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    send(world, "other@example.net", eicar)
    heard = listener.heard()
    assert [e["eventType"] for e in heard] == ["Send", "DeliveryDelay", "Send", "Reject"]
    assert heard[1]["deliveryDelay"]["delayType"] == "TransientCommunicationFailure"
    assert heard[3]["reject"] == {"reason": "Bad content"}


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("success", ["Send", "Delivery"]),
        ("bounce+label", ["Send", "Bounce"]),
        ("complaint", ["Send", "Delivery", "Complaint"]),
        ("ooto", ["Send", "Delivery", "Bounce"]),
        ("suppressionlist", ["Send", "Bounce"]),
    ],
)
def test_mailbox_simulator(world: World, listener: Listener, name: str, events: list[str]) -> None:
    """It works in the sandbox, and changes neither quota, rates nor list (FACTS 10)."""
    world.ses.enter_sandbox(REGION)
    send(world, f"{name}@simulator.amazonses.com")
    assert events == [e["eventType"] for e in listener.heard()]
    ses = world.client("ses")
    assert ses.get_send_quota()["SentLast24Hours"] == 0.0
    assert sum(p["Bounces"] for p in ses.get_send_statistics()["SendDataPoints"]) == 0
    listed = world.client("sesv2").list_suppressed_destinations()
    assert listed["SuppressedDestinationSummaries"] == []


def test_identity_notifications_use_notification_type(world: World, listener: Listener) -> None:
    """An identity's own topic gets notificationType, a configuration set's eventType."""
    ses = world.client("ses")
    ses.set_identity_notification_topic(
        Identity="example.com", NotificationType="Bounce", SnsTopic=listener.topic
    )
    send(world, "bounce@simulator.amazonses.com")
    heard = [e for e in listener.heard() if "notificationType" in e]
    assert [e["notificationType"] for e in heard] == ["Bounce"]
    assert heard[0]["mail"]["callerIdentity"] == "root"
    assert "headers" not in heard[0]["mail"]
