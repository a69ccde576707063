"""SES's notices, in every wrapping a function can get them in.

The shapes are those of FACTS 8.5 and of the SES guide, "Contents of
notifications for Amazon SES email receiving"; the lab writes its own from the
same pages and is used as the second source.
"""

# ruff: noqa: E501  tables: one case a line

import copy
import json

from datetime import UTC, datetime
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.ses.notices import (
    DmarcPolicy,
    MalformedNotice,
    Origin,
    Receipt,
    S3Object,
    SetUpNotice,
    Verdict,
    Verdicts,
    read_body,
    read_notice,
    records_of,
)


MAIL = {
    "timestamp": "2026-01-02T03:04:05.000Z",
    "source": "jane@example.net",
    "messageId": "d6iitobk75ur44p8kdnnp7g2n800",
    "destination": ["everybody@lists.example.org"],
    "headersTruncated": False,
    "headers": [{"name": "Return-Path", "value": "<jane@example.net>"}],
    "commonHeaders": {"messageId": "<1@example.net>", "subject": "Hi"},
}
RECEIPT = {
    "timestamp": "2026-01-02T03:04:06.000Z",
    "processingTimeMillis": 222,
    "recipients": ["info@example.com", "sales@example.com"],
    "spamVerdict": {"status": "PASS"},
    "virusVerdict": {"status": "PASS"},
    "spfVerdict": {"status": "PASS"},
    "dkimVerdict": {"status": "GRAY"},
    "dmarcVerdict": {"status": "FAIL"},
    "dmarcPolicy": "reject",
    "action": {
        "type": "S3",
        "bucketName": "mail",
        "objectKeyPrefix": "in/",
        "objectKey": "in/d6i",
    },
}
NOTICE = {"notificationType": "Received", "mail": MAIL, "receipt": RECEIPT}
LAMBDA_RECEIPT = RECEIPT | {"action": {"type": "Lambda", "functionArn": "arn:aws:lambda:x"}}


def sqs(body: str) -> dict[str, Any]:
    """An event of SQS with one message."""
    return {"Records": [{"messageId": "m-1", "eventSource": "aws:sqs", "body": body}]}


def enveloped(message: str) -> str:
    """SNS's envelope, as SQS gets it without raw message delivery."""
    return json.dumps({"Type": "Notification", "MessageId": "n-1", "Message": message})


EVENTS = {
    "sns-in-sqs": sqs(enveloped(json.dumps(NOTICE))),
    "raw-in-sqs": sqs(json.dumps(NOTICE)),
    "sns": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(NOTICE)}}]},
}
DIRECT = {
    "Records": [
        {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": MAIL, "receipt": LAMBDA_RECEIPT}}
    ]
}  # fmt: skip


def read(event: dict[str, Any]) -> Receipt | SetUpNotice:
    """The one record of an event."""
    (record,) = records_of(event)
    return read_notice(record)


@pytest.mark.parametrize("event", list(EVENTS.values()), ids=list(EVENTS))
def test_translates_every_field(event: dict[str, Any]) -> None:
    """Whatever it is wrapped in, the notice says the same, in our words."""
    assert Receipt(
        ses_message_id="d6iitobk75ur44p8kdnnp7g2n800",
        reverse_path="jane@example.net",
        forward_paths=("info@example.com", "sales@example.com"),
        received_at=datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
        verdicts=Verdicts(Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.GRAY, Verdict.FAIL),
        dmarc_policy=DmarcPolicy.REJECT,
        location=S3Object("mail", "in/d6i"),
        header_recipients=("everybody@lists.example.org",),
        message_id="<1@example.net>",
        headers_truncated=False,
    ) == read(event)


def test_the_envelope_decides_never_the_header() -> None:
    """The To header of a mailing list is nobody to deliver to."""
    receipt = read(EVENTS["raw-in-sqs"])

    assert isinstance(receipt, Receipt)
    assert "everybody@lists.example.org" not in receipt.forward_paths


def test_a_lambda_action_tells_no_place() -> None:
    """The event of a Lambda action is read too, but does not say where the mail lies."""
    receipt = read(DIRECT)

    assert isinstance(receipt, Receipt)
    assert receipt.location is None
    assert ("info@example.com", "sales@example.com") == receipt.forward_paths


def test_a_partial_batch_can_name_its_failure() -> None:
    """SQS's id comes along, and one bad record does not spoil the others."""
    event = sqs("{")
    event["Records"] += sqs(json.dumps(NOTICE))["Records"]
    bad, good = records_of(event)

    assert (Origin.SQS, "m-1") == (bad.origin, bad.item_id)
    with pytest.raises(MalformedNotice, match=r"Records\[0\]\.body"):
        read_notice(bad)
    assert isinstance(read_notice(good), Receipt)


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (sqs(json.dumps(NOTICE | {"mail": MAIL | {"messageId": "AMAZON_SES_SETUP_NOTIFICATION"}})),
         "AMAZON_SES_SETUP_NOTIFICATION"),
        (sqs(json.dumps(NOTICE | {"receipt": RECEIPT | {"action": {
            "type": "S3", "bucketName": "mail", "objectKey": "in/AMAZON_SES_SETUP_NOTIFICATION"}}})),
         "AMAZON_SES_SETUP_NOTIFICATION"),
        (sqs(enveloped("Successfully validated SNS topic for Amazon SES event publishing.")),
         "Successfully validated SNS topic for Amazon SES event publis"),
        (sqs(json.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "x"})),
         "AmazonSnsSubscriptionSucceeded"),
    ],
)  # fmt: skip
def test_proof_writes_are_no_mail(event: dict[str, Any], what: str) -> None:
    """What SES writes to see whether it may is recognised, and delivers nothing."""
    assert SetUpNotice(what) == read(event)


@pytest.mark.parametrize("path", ["", "<>", " <> "])
def test_the_null_reverse_path_is_empty(path: str) -> None:
    """However it is written, it is one value."""
    receipt = read(sqs(json.dumps(NOTICE | {"mail": MAIL | {"source": path}})))

    assert isinstance(receipt, Receipt)
    assert not receipt.reverse_path


def test_an_unknown_verdict_is_not_a_failure() -> None:
    """A word that SES may say tomorrow, or none, is UNKNOWN."""
    changed = {k: v for k, v in RECEIPT.items() if k != "virusVerdict"}
    changed |= {"spamVerdict": {"status": "PERHAPS"}, "dkimVerdict": None}
    receipt = read(sqs(json.dumps(NOTICE | {"receipt": changed})))

    assert isinstance(receipt, Receipt)
    verdicts = receipt.verdicts
    assert [Verdict.UNKNOWN] * 3 == [verdicts.spam, verdicts.virus, verdicts.dkim]


def test_one_recipient_twice_is_one() -> None:
    """A sender's two RCPT commands for one address give one forward-path."""
    changed = RECEIPT | {"recipients": ["a@example.com", "b@example.com", "a@example.com"]}
    receipt = read(sqs(json.dumps(NOTICE | {"receipt": changed})))

    assert isinstance(receipt, Receipt)
    assert ("a@example.com", "b@example.com") == receipt.forward_paths


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("mail",), None, "body.mail"),
        (("mail", "messageId"), None, "body.mail.messageId"),
        (("mail", "messageId"), "../etc/passwd", "body.mail.messageId"),
        (("mail", "messageId"), "", "body.mail.messageId"),
        (("mail", "source"), 7, "body.mail.source"),
        (("receipt", "recipients"), [], "body.receipt.recipients"),
        (("receipt", "recipients"), ["a@b.example", 7], "body.receipt.recipients[1]"),
        (("receipt", "recipients"), ["nobody"], "body.receipt.recipients[0]"),
        (("receipt", "timestamp"), "today", "body.receipt.timestamp"),
        (("receipt", "timestamp"), "2026-01-02T03:04:05", "body.receipt.timestamp"),
        (("receipt", "action"), None, "body.receipt.action"),
        (("receipt", "action", "objectKey"), None, "body.receipt.action.objectKey"),
        (("notificationType",), "Bounce", "body.notificationType"),
    ],
)
def test_says_where_it_is_wrong(path: tuple[str, ...], value: object, place: str) -> None:
    """The error names the place, so that a dead letter explains itself."""
    notice = copy.deepcopy(NOTICE)
    inside: Any = notice
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value

    with pytest.raises(MalformedNotice) as raised:
        read_body(json.dumps(notice))
    assert place == raised.value.place


@pytest.mark.parametrize(
    "event", [{}, {"Records": []}, {"Records": "x"}, {"Records": [7]}, {"Records": [{"eventSource": "aws:s3"}]}]
)  # fmt: skip
def test_refuses_other_events(event: dict[str, Any]) -> None:
    """An event of another service is not a mail without recipients."""
    with pytest.raises(MalformedNotice):
        records_of(event)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["mail", "receipt", "Message", "action"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(json_values)
def test_anything_else_raises_its_own_error(value: object) -> None:
    """No JSON crashes the reader."""
    with pytest.raises(MalformedNotice):
        read_body(json.dumps(value))


@given(st.text())
def test_any_text_raises_its_own_error(text: str) -> None:
    """Nor does what is no JSON."""
    with pytest.raises(MalformedNotice):
        read_body(text)
