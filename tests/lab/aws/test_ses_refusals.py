"""What SES refuses before it looks at identities, and what it keeps: templates and rates.

Texts about tags and notices are recorded (aws-recorded, test_ses of LocalStack's tests,
FACTS 27); others name their source.
"""

import json

from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.lab.aws.conftest import REGION, World


def refusal(call: Any, **given: Any) -> tuple[str, str]:  # noqa: ANN401  any call of a client
    """The code and the text that a call ends in."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def mail(to: str = "you@example.net", author: str = "me@example.com") -> dict[str, Any]:
    """A plain mail of API v2."""
    return {
        "FromEmailAddress": author,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }


@pytest.fixture
def ready(world: World) -> World:
    """Out of the sandbox, example.com verified."""
    world.verify()
    world.ses.grant_production_access(REGION)
    return world


NAME = "only alphanumeric ASCII characters, '_',  '-' are allowed."
VALUE = "only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed."


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("", "", "The tag name must be specified."),
        ("", "x", "The tag name must be specified."),
        ("x", "", "The tag value must be specified."),
        ("a:1", "x", f"Invalid tag name <a:1>: {NAME}"),
        ("x", "a:1", f"Invalid tag value <a:1>: {VALUE}"),
        ("n" * 256, "x", "Tag name cannot exceed 255 characters."),
        ("x", "v" * 256, "Tag value cannot exceed 255 characters."),
    ],
)
def test_tags_come_before_identities(world: World, name: str, value: str, text: str) -> None:
    """Recorded of API v1, with a sender that nobody verified; v2 says it by its own code."""
    tags = [{"Name": name, "Value": value}]
    v1 = {
        "Source": "nobody@unknown.example",
        "Destination": {"ToAddresses": ["you@example.net"]},
        "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
        "Tags": tags,
    }

    assert ("InvalidParameterValue", text) == refusal(world.client("ses").send_email, **v1)
    v2 = mail(author="nobody@unknown.example") | {"EmailTags": tags}
    assert text == refusal(world.client("sesv2").send_email, **v2)[1]


def test_feedback_ids_of_ones_own_are_tags_too(world: World) -> None:
    """Recorded: the two reserved names pass, and the identity is what is refused then."""
    given = mail(author="nobody@unknown.example")
    given["EmailTags"] = [{"Name": "ses:feedback-id-a", "Value": "x"}]

    assert "MessageRejected" == refusal(world.client("sesv2").send_email, **given)[0]


@pytest.mark.parametrize("name", ["TenantName", "ListManagementOptions"])
def test_what_is_not_modelled_is_not_swallowed(ready: World, name: str) -> None:
    """A parameter that the lab cannot obey is refused by its name."""
    value: Any = {"ContactListName": "x"} if name == "ListManagementOptions" else "x"

    code, text = refusal(ready.unchecked("sesv2").send_email, **mail(), **{name: value})

    assert ("NotImplementedByLab", True) == (code, name in text)


def test_requests_are_judged_by_the_service_model(ready: World) -> None:
    """Botocore's model has the enums and ranges; the wording is AWS's common one."""
    client = ready.unchecked("sesv2")
    client.create_configuration_set(ConfigurationSetName="main")
    put = client.put_configuration_set_delivery_options

    policy = refusal(put, ConfigurationSetName="main", TlsPolicy="WHATEVER")
    seconds = refusal(put, ConfigurationSetName="main", MaxDeliverySeconds=5)
    pool = refusal(put, ConfigurationSetName="main", SendingPoolName="nobodys")

    assert policy == (
        "BadRequestException",
        "1 validation error detected: Value 'WHATEVER' at 'tlsPolicy' failed to satisfy"  # noqa: ISC004
        " constraint: Member must satisfy enum value set: [OPTIONAL, REQUIRE]",
    )
    assert "greater than or equal to 300" in seconds[1]
    assert "NotFoundException" == pool[0]


def test_a_destination_has_one_target(ready: World) -> None:
    """API reference, EventDestination: one, and only one."""
    topic = ready.client("sns").create_topic(Name="t")["TopicArn"]
    v2, v1 = ready.client("sesv2"), ready.client("ses")
    v2.create_configuration_set(ConfigurationSetName="main")
    two = {
        "MatchingEventTypes": ["SEND"],
        "SnsDestination": {"TopicArn": topic},
        "EventBridgeDestination": {"EventBusArn": "arn:aws:events:us-east-2:1:event-bus/default"},
    }
    where = {"ConfigurationSetName": "main", "EventDestinationName": "d"}

    for definition in (two, {"MatchingEventTypes": ["SEND"]}):
        code, _ = refusal(
            v2.create_configuration_set_event_destination, EventDestination=definition, **where
        )
        assert "BadRequestException" == code
    code, _ = refusal(
        v1.create_configuration_set_event_destination,
        ConfigurationSetName="main",
        EventDestination={"Name": "d", "MatchingEventTypes": ["send"]},
    )
    assert "InvalidParameterValue" == code


@pytest.mark.parametrize(
    "address", ["", "you", "@example.net", "you@", "you@example", "yo u@example.net", "a..b@x.org"]
)
def test_malformed_addresses_come_before_identities(ready: World, address: str) -> None:
    """API reference, SendRawEmail: one malformed recipient refuses the whole mail."""
    given = mail(to=address, author="nobody@unknown.example")

    assert "BadRequestException" == refusal(ready.unchecked("sesv2").send_email, **given)[0]


@pytest.mark.parametrize(
    "author", ['"Doe, J" <info@example.com>', "=?utf-8?Q?Doe=2C_J=C3=BCrgen?= <info@example.com>"]
)
def test_a_name_with_a_comma_is_one_author(ready: World, author: str) -> None:
    """Issue 10: an encoded word is decoded after the address was parsed, not before."""
    ready.client("sesv2").send_email(**mail(author=author))
    ready.ses.settle()

    (sent,) = ready.outbox
    assert b"info@example.com" in sent.content


def test_files_that_run_are_refused(ready: World) -> None:
    """SES guide, "Unsupported attachment types"; the text is that of public transcripts."""
    raw = (
        b"From: me@example.com\r\nTo: you@example.net\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: application/octet-stream; name=run.EXE\r\n"
        b'Content-Disposition: attachment; filename="run.EXE"\r\n\r\nMZ\r\n'
    )
    call = ready.client("ses").send_raw_email

    assert ("InvalidParameterValue", "Illegal filename 'run.EXE'.") == refusal(
        call, RawMessage={"Data": raw}
    )
    call(RawMessage={"Data": raw.replace(b"EXE", b"pdf")})


def test_other_accounts_identities_are_not_ours_to_use(ready: World) -> None:
    """SES guide, "Sending authorization": the owner's policy must allow it, and there is none."""
    foreign = "arn:aws:ses:us-east-2:999988887777:identity/example.com"
    raw = b"From: me@example.com\r\nTo: you@example.net\r\n%s\r\nx\r\n"
    field = f"X-SES-SOURCE-ARN: {foreign}\r\n".encode()
    given = mail() | {"FromEmailAddressIdentityArn": foreign}

    v2 = refusal(ready.client("sesv2").send_email, **given)
    by_field = refusal(ready.client("ses").send_raw_email, RawMessage={"Data": raw % field})
    ready.client("ses").send_raw_email(RawMessage={"Data": raw % b""})

    assert ("AccessDeniedException", True) == (v2[0], foreign in v2[1])
    assert ("AccessDenied", True) == (by_field[0], foreign in by_field[1])


def test_a_burst_is_tolerated_once(ready: World) -> None:
    """FACTS 6: the rate holds in the long run, the simulator's addresses included."""
    ready.ses.set_quota(REGION, max_24_hour=50_000, max_rate=1)
    given = mail(to="success@simulator.amazonses.com")
    client = ready.client("sesv2")

    accepted = 0
    for _ in range(20):  # each a fifth of a second after the other, by the lab's clock
        try:
            client.send_email(**given)
        except client.exceptions.TooManyRequestsException:
            pass
        else:
            accepted += 1
        ready.pass_time(seconds=0.2)

    assert 5 <= accepted <= 10  # five at once, and one a second; machines are slow


def test_templates_are_rendered(ready: World) -> None:
    """One state for both APIs; a single mail, and a bulk with a status for each."""
    v1, v2 = ready.client("ses"), ready.client("sesv2")
    v1.create_template(
        Template={"TemplateName": "t", "SubjectPart": "Hi {{name}}", "TextPart": "{{a.b}}"}
    )

    shown = v2.get_email_template(TemplateName="t")["TemplateContent"]
    given = mail() | {
        "Content": {
            "Template": {"TemplateName": "t", "TemplateData": '{"name": "J", "a": {"b": 1}}'}
        }
    }
    v2.send_email(**given)
    bulk = v1.send_bulk_templated_email(
        Source="me@example.com",
        Template="t",
        DefaultTemplateData='{"name": "K", "a": {"b": 2}}',
        Destinations=[
            {"Destination": {"ToAddresses": ["you@example.net"]}},
            {"Destination": {"ToAddresses": ["not an address"]}},
        ],
    )["Status"]
    ready.ses.settle()

    assert {"Subject": "Hi {{name}}", "Text": "{{a.b}}"} == shown
    assert ["Success", "InvalidParameterValue"] == [one["Status"] for one in bulk]
    subjects = [
        line
        for one in ready.outbox
        for line in one.content.split(b"\r\n")
        if line[:8] == b"Subject:"
    ]
    assert [b"Subject: Hi J", b"Subject: Hi K"] == subjects


def test_a_rendering_that_fails_is_told_by_an_event(ready: World) -> None:
    """SES guide, "Rendering failure": the call succeeds, no mail leaves."""
    sns, sqs, v2 = ready.client("sns"), ready.client("sqs"), ready.client("sesv2")
    topic = sns.create_topic(Name="t")["TopicArn"]
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        },
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    v2.create_configuration_set(ConfigurationSetName="main")
    v2.create_configuration_set_event_destination(
        ConfigurationSetName="main",
        EventDestinationName="d",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["RENDERING_FAILURE", "SEND"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    v2.create_email_template(TemplateName="t", TemplateContent={"Subject": "{{x}}", "Text": "y"})

    answer = v2.send_email(
        **mail()
        | {
            "ConfigurationSetName": "main",
            "Content": {"Template": {"TemplateName": "t", "TemplateData": "{}"}},
        }
    )
    ready.ses.settle()

    bodies = [
        one["Body"]
        for _ in range(3)
        for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]
    assert bodies[0] == "Successfully validated SNS topic for Amazon SES event publishing."
    (event,) = map(json.loads, bodies[1:])
    assert "Rendering Failure" == event["eventType"]
    assert "t" == event["failure"]["templateName"]
    assert answer["MessageId"] == event["mail"]["messageId"]
    assert [] == ready.outbox
