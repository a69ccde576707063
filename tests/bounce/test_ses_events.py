"""What SES tells about sent mail, in every wrapping it comes in.

Shapes from the SES developer guide ("Contents of event data", "Amazon SNS
notification contents"), as in FACTS 10.
"""

import json

import pytest

from sendas.bounce import Kind, explain
from sendas.ses.events import Channel, EventKind, NotAnEvent, read_events


BARE = {
    "eventType": "Bounce",
    "mail": {
        "messageId": "0100-1",
        "source": "me@example.com",
        "destination": ["a@example.net"],
        "tags": {"ses:caller-identity": ["smtp-a"]},
    },
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {"emailAddress": "a@example.net", "status": "5.1.1", "diagnosticCode": "smtp; 550 no"}
        ],
        "aFieldOfTomorrow": {"x": 1},
    },
}


def _identity() -> dict[str, object]:
    return {
        "notificationType": BARE["eventType"],
        **{k: v for k, v in BARE.items() if k != "eventType"},
    }


SNS = {"Type": "Notification", "Message": json.dumps(BARE)}


@pytest.mark.parametrize(
    "wrapped",
    [
        BARE,
        SNS,
        [BARE],
        {"Records": [{"Sns": {"Message": json.dumps(BARE)}}]},
        {"Records": [{"body": json.dumps(SNS)}]},
        {"source": "aws.ses", "detail-type": "Email Bounced", "detail": BARE},
        {"Messages": [{"Body": json.dumps(SNS)}]},
    ],
    ids=["bare", "sns", "list", "lambda-sns", "sqs-sns", "eventbridge", "sqs-receive"],
)
def test_wrappings(wrapped: object) -> None:
    """However it was carried, it is the same event."""
    (event,) = read_events(json.dumps(wrapped))

    assert (EventKind.BOUNCE, Channel.CONFIGURATION_SET) == (event.kind, event.channel)
    assert ("me@example.com", "0100-1") == (event.reverse_path, event.message_id)
    assert ("Permanent", "General") == (event.kind_detail, event.subtype)
    assert ("a@example.net", "5.1.1") == (event.recipients[0].address, event.recipients[0].status)
    assert ("smtp-a",) == event.tags["ses:caller-identity"]


def test_identity_notification() -> None:
    """The older key means the other channel, and the same event."""
    (event,) = read_events(json.dumps(_identity()))

    assert (EventKind.BOUNCE, Channel.IDENTITY) == (event.kind, event.channel)


def test_one_event_a_line() -> None:
    """As Firehose writes them to S3."""
    assert 2 == len(read_events(f"{json.dumps(BARE)}\n{json.dumps(_identity())}\n"))


def test_unknown_kind_is_kept() -> None:
    """An event type of tomorrow is no error."""
    (event,) = read_events('{"eventType": "Teleport", "mail": {}}')

    assert (EventKind.OTHER, "Teleport") == (event.kind, event.name)


def test_wrong_types_are_empty() -> None:
    """Numbers and nulls where texts belong are read as nothing."""
    (event,) = read_events(
        '{"eventType":"Bounce","mail":null,"bounce":{"bounceType":3,"bouncedRecipients":[null,7,{}]}}'
    )

    assert ("", "") == (event.kind_detail, event.message_id)
    assert [""] == [one.address for one in event.recipients]


@pytest.mark.parametrize(
    "text", ["", "x", "{}", "[]", "3", '{"a": 1}', "[" * 100_000, '{"Message": "x"}']
)
def test_not_an_event(text: str) -> None:
    """Anything else raises its own error, nothing else."""
    with pytest.raises(NotAnEvent):
        read_events(text)


def test_a_mailed_event_of_no_delivery_is_no_bounce() -> None:
    """SNS mails events of opened links too: such a mail reports nothing, and breaks nothing."""
    found = explain(
        b"From: no-reply@sns.amazonaws.com\nSubject: AWS Notification Message\n\n"
        b'{"eventType":"Open","mail":{"messageId":"1","destination":["a@example.net"]}}\n'
    )

    assert (Kind.NOT_A_BOUNCE, ()) == (found.kind, found.recipients)
