"""Subscriptions by mail wait for a click; then what the topic says arrives as mail.

Source: SNS API, Subscribe, ListSubscriptionsByTopic, ConfirmSubscription; refusals recorded
(aws-recorded, test_sns).
"""

import re

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from botocore.exceptions import ClientError
from sendas_lab.world import Lab


ME = "jane@example.net"


def sns(lab: Lab, operation: str, **given: Any) -> Any:  # noqa: ANN401  boto3's own
    """One call of SNS, as the administrator."""
    return lab.session().call("sns", operation, region=lab.region, **given)


def subscribed(lab: Lab, **more: Any) -> tuple[str, str]:  # noqa: ANN401  the same
    """A topic and what Subscribe answered."""
    lab.let_subscribers_wait()
    topic = sns(lab, "CreateTopic", Name="alarms")["TopicArn"]
    given = {"TopicArn": topic, "Protocol": "email", "Endpoint": ME}
    return topic, sns(lab, "Subscribe", **given, **more)["SubscriptionArn"]


def listed(lab: Lab, topic: str) -> list[str]:
    """The subscriptions' ARNs, as they are listed."""
    found = sns(lab, "ListSubscriptionsByTopic", TopicArn=topic)["Subscriptions"]
    return [one["SubscriptionArn"] for one in found]


def subjects(lab: Lab) -> list[str]:
    """What has arrived."""
    lab.settle()
    return [mail.subject for mail in lab.recipients.mailboxes.of(ME)]


def test_nobody_hears_before_the_click(sendas_lab: Lab) -> None:
    """Pending, listed so, deaf; after the click the next message arrives as mail."""
    topic, answered = subscribed(sendas_lab)
    assert "pending confirmation" == answered
    assert ["PendingConfirmation"] == listed(sendas_lab, topic)
    sns(sendas_lab, "Publish", TopicArn=topic, Message="unheard", Subject="One")
    assert ["AWS Notification - Subscription Confirmation"] == subjects(sendas_lab)

    assert sendas_lab.click_verification(ME.upper())
    assert not sendas_lab.click_verification(ME)

    (arn,) = listed(sendas_lab, topic)
    assert arn.startswith(f"{topic}:")
    sns(sendas_lab, "Publish", TopicArn=topic, Message="heard", Subject="Two")
    sns(sendas_lab, "Publish", TopicArn=topic, Message="no subject")
    assert ["Two", "AWS Notification Message"] == subjects(sendas_lab)[1:]
    mail = sendas_lab.recipients.mailboxes.of(ME)[1]
    assert mail.text().startswith("heard\n")
    assert mail.authentication is not None


def test_the_link_in_the_mail_confirms(sendas_lab: Lab) -> None:
    """The token is in the mail, and only that one is taken; the attributes tell."""
    topic, arn = subscribed(sendas_lab, ReturnSubscriptionArn=True)
    assert arn.startswith(f"{topic}:")
    assert "true" == attributes(sendas_lab, arn)["PendingConfirmation"]
    sendas_lab.settle()
    text = sendas_lab.recipients.mailboxes.of(ME)[0].text()
    link = re.search(r"https://\S+", text)
    assert link is not None
    asked = parse_qs(urlsplit(link[0]).query)
    assert [topic] == asked["TopicArn"]
    for token, words in (("abc!", "Invalid token"), ("ab" * 144, "Invalid parameter: Token")):
        with pytest.raises(ClientError, match=words):
            sns(sendas_lab, "ConfirmSubscription", TopicArn=topic, Token=token)

    token = asked["Token"][0]
    done = sns(sendas_lab, "ConfirmSubscription", TopicArn=topic, Token=token)

    assert arn == done["SubscriptionArn"]
    assert "false" == attributes(sendas_lab, arn)["PendingConfirmation"]


def attributes(lab: Lab, arn: str) -> dict[str, str]:
    """Of a subscription."""
    found: dict[str, str] = sns(lab, "GetSubscriptionAttributes", SubscriptionArn=arn)[
        "Attributes"
    ]
    return found


def test_who_subscribes_again_is_mailed_again(sendas_lab: Lab) -> None:
    """One subscription, another mail; once confirmed no more."""
    topic, _ = subscribed(sendas_lab)
    subscribed(sendas_lab)
    assert 2 == len(subjects(sendas_lab))
    assert 1 == len(listed(sendas_lab, topic))
    sendas_lab.click_verification(ME)
    _, arn = subscribed(sendas_lab)
    assert arn.startswith(f"{topic}:")
    assert 2 == len(subjects(sendas_lab))


def test_queues_need_no_click(sendas_lab: Lab) -> None:
    """A queue of the account is confirmed by who subscribes it (recorded)."""
    sendas_lab.session().call("sqs", "CreateQueue", region=sendas_lab.region, QueueName="q")
    topic = sns(sendas_lab, "CreateTopic", Name="t")["TopicArn"]
    queue = topic.replace(":sns:", ":sqs:").rpartition(":")[0] + ":q"
    made = sns(sendas_lab, "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert [made["SubscriptionArn"]] == listed(sendas_lab, topic)


def test_in_tests_subscribers_have_agreed_unless_they_are_to_wait(sendas_lab: Lab) -> None:
    """A healthy owner has clicked long ago; reset forgets that subscribers were to wait."""
    sendas_lab.let_subscribers_wait()
    sendas_lab.reset()
    topic = sns(sendas_lab, "CreateTopic", Name="alarms")["TopicArn"]
    sns(sendas_lab, "Subscribe", TopicArn=topic, Protocol="email", Endpoint=ME)
    (arn,) = listed(sendas_lab, topic)
    assert arn.startswith(f"{topic}:")
    assert [] == subjects(sendas_lab)
