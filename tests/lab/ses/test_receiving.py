"""Receiving: filters, the active rule set, actions, retries; notices as in FACTS 8.5."""

import base64
import json

from typing import Any

import pytest

from sendas_lab.ses.receipt import AuthVerdicts


Stage = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
MAIL = (
    b"From: Jane <jane@example.net>\r\nTo: info@example.com\r\nSubject: Hi \xff\r\n\r\nh\xfei\r\n"
)
TOPIC = "arn:aws:sns:us-east-2:111122223333:mail"
FUNCTION = "arn:aws:lambda:us-east-2:111122223333:function:forward"
PASS = AuthVerdicts("PASS", "PASS", "PASS", None, "pass (ok)", "amazonses.com; spf=pass")


def bucket(stage: Stage, source_arn: str = "*") -> None:
    """A bucket whose policy lets SES write, as the guide gives it."""
    stage.s3.objects["mail"] = {}
    stage.s3.policies["mail"] = json.dumps(
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ses.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": "arn:aws:s3:::mail/*",
                    "Condition": {
                        "StringEquals": {"AWS:SourceAccount": "111122223333"},
                        "StringLike": {"AWS:SourceArn": source_arn},
                    },
                }
            ]
        }
    )


def take(stage: Stage, mail: bytes = MAIL, *to: str, **more: object) -> str:
    """Hand a mail in, let the rules run; gives the reply."""
    reply = stage.ses.receive(REGION, stage.incoming(mail, *to, **more), PASS)
    stage.ses.settle()
    return str(reply)


def notices(stage: Stage) -> list[dict[str, Any]]:
    """What was published."""
    return [json.loads(text) for _, text in stage.sns.heard]


S3 = {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in/", "TopicArn": TOPIC}}


def test_s3_stores_the_mail_under_ses_header_and_tells(stage: Stage) -> None:
    """SES's lines on top, the mail's bytes untouched, then the notice."""
    bucket(stage)
    stage.rule(S3)
    assert take(stage).startswith("250 OK ")
    ((key, body),) = stage.s3.objects["mail"].items()
    (notice,) = notices(stage)
    message_id = notice["mail"]["messageId"]
    assert f"in/{message_id}" == key
    head, _, rest = body.partition(b"From: Jane")
    assert MAIL == b"From: Jane" + rest
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line and line[:1] != b" "]
    assert names == [
        b"Return-Path", b"Received", b"X-SES-Spam-Verdict", b"X-SES-Virus-Verdict",
        b"Received-SPF", b"Authentication-Results", b"X-SES-RECEIPT", b"X-SES-DKIM-SIGNATURE",
    ]  # fmt: skip
    assert b"Return-Path: <jane@example.net>\r\n" in head
    assert b"by inbound-smtp.us-east-2.amazonaws.com with SMTP id" in head
    assert notice["notificationType"] == "Received"
    assert notice["receipt"]["action"] == {
        "type": "S3",
        "bucketName": "mail",
        "objectKeyPrefix": "in/",
        "objectKey": key,
        "topicArn": TOPIC,
    }
    receipt = notice["receipt"]
    assert receipt["recipients"] == ["info@example.com"]
    verdicts = {k: v["status"] for k, v in receipt.items() if k.endswith("Verdict")}
    assert verdicts == dict.fromkeys(
        ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict"), "PASS"
    )
    assert "dmarcPolicy" not in receipt
    mail = notice["mail"]
    assert mail["source"] == "jane@example.net"
    assert mail["destination"] == ["info@example.com"]
    assert mail["commonHeaders"]["from"] == ["Jane <jane@example.net>"]
    assert mail["headers"][0] == {"name": "Return-Path", "value": "<jane@example.net>"}


@pytest.mark.parametrize(
    ("policy_arn", "written"),
    [
        ("arn:aws:ses:us-east-2:111122223333:receipt-rule-set/set:receipt-rule/rule0", 1),
        ("arn:aws:ses:us-east-2:111122223333:receipt-rule-set/set:receipt-rule/other", 0),
    ],
)
def test_bucket_policy_is_obeyed(stage: Stage, policy_arn: str, written: int) -> None:
    """SourceArn of another rule lets nothing in (SES guide, "Giving permissions")."""
    bucket(stage, policy_arn)
    stage.rule(S3)
    take(stage)
    assert written == len(stage.s3.objects["mail"])


def test_failed_action_is_retried_for_four_hours(stage: Stage) -> None:
    """A mended permission helps mail already accepted; after 4 h it is lost (FACTS 8.1)."""
    bucket(stage, "none")
    stage.rule(S3)
    take(stage)
    assert stage.s3.objects["mail"] == {}
    bucket(stage)
    stage.pass_time(minutes=6)
    assert len(stage.s3.objects["mail"]) == 1
    bucket(stage, "none")
    take(stage)
    for _ in range(60):
        stage.pass_time(minutes=5, seconds=1)
    bucket(stage)
    stage.pass_time(minutes=6)
    assert stage.s3.objects["mail"] == {}
    assert stage.ses.receiving.metrics[REGION, "rule0", "PublishExpired"] == 1


@pytest.mark.parametrize(
    ("recipients", "address", "accepted"),
    [
        (["example.com"], "any@example.com", True),
        (["example.com"], "any@sub.example.com", False),
        ([".example.com"], "any@sub.example.com", True),
        (["info@example.com"], "INFO@example.com", True),
        (["info@example.com"], "info+label@example.com", True),
        (["info@example.com"], "other@example.com", False),
        ([], "any@example.com", True),
        ([], "any@example.org", False),
        (["example.org"], "any@example.org", False),
    ],
)
def test_who_is_let_in(
    stage: Stage, recipients: list[str], address: str, *, accepted: bool
) -> None:
    """A rule must match, and the domain must be verified (SES guide, "Receipt rules")."""
    stage.rule(Recipients=recipients)
    assert accepted == stage.ses.accepts(REGION, address, "192.0.2.9").accepted


def test_no_active_rule_set_refuses_everything(stage: Stage) -> None:
    """As does a set whose only rule is disabled."""
    stage.rule(Enabled=False)
    for active in ("set", None):
        stage.state.active_rule_set = active
        reply = stage.ses.accepts(REGION, "info@example.com", "192.0.2.9")
        assert str(reply) == "550 5.1.1 Requested action not taken: mailbox unavailable"


def test_filters(stage: Stage) -> None:
    """A block on a network, an allow inside it: the closer one decides."""
    stage.rule()
    stage.state.filters = {
        "b": {"Name": "b", "IpFilter": {"Policy": "Block", "Cidr": "192.0.2.0/24"}},
        "a": {"Name": "a", "IpFilter": {"Policy": "Allow", "Cidr": "192.0.2.9"}},
    }
    codes = [stage.ses.accepts(REGION, "info@example.com", f"192.0.2.{n}").code for n in (8, 9)]
    assert codes == [554, 250]


def test_tls_required(stage: Stage) -> None:
    """A rule with TlsPolicy Require takes nothing in clear text."""
    stage.rule(TlsPolicy="Require")
    assert take(stage, tls=False).startswith("530 ")
    assert take(stage, tls=True).startswith("250 ")


def test_one_run_per_mail_with_its_own_recipients(stage: Stage) -> None:
    """receipt.recipients are the envelope's that the rule matched (FACTS 8.1)."""
    stage.rule({"SNSAction": {"TopicArn": TOPIC}}, Recipients=["a@example.com", "b@example.com"])
    take(stage, MAIL, "a@example.com", "b@example.com", "c@example.com")
    (notice,) = notices(stage)
    assert notice["receipt"]["recipients"] == ["a@example.com", "b@example.com"]


def test_sns_action_carries_the_mail(stage: Stage) -> None:
    """Base64 keeps the bytes, UTF-8 does not; 150 KB is the limit (FACTS 8.3)."""
    stage.rule({"SNSAction": {"TopicArn": TOPIC, "Encoding": "Base64"}})
    take(stage)
    (notice,) = notices(stage)
    assert base64.b64decode(notice["content"]).endswith(MAIL)
    take(stage, MAIL + b"x" * 200_000)
    assert len(notices(stage)) == 1


GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*" + b"GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("body", "scan", "spam", "virus"),
    [
        (b"", True, "PASS", "PASS"),
        (GTUBE, True, "FAIL", "PASS"),
        (EICAR, True, "PASS", "FAIL"),
        (GTUBE + EICAR, False, "DISABLED", "DISABLED"),
    ],
)
def test_scanning(stage: Stage, body: bytes, *, scan: bool, spam: str, virus: str) -> None:
    """GTUBE and EICAR are found; without ScanEnabled the verdict is DISABLED."""
    stage.rule({"SNSAction": {"TopicArn": TOPIC}}, ScanEnabled=scan)
    take(stage, MAIL + body + b"\r\n")
    receipt = notices(stage)[0]["receipt"]
    seen = (receipt["spamVerdict"]["status"], receipt["virusVerdict"]["status"])
    assert (spam, virus) == seen


def test_dmarc_policy_is_told_only_when_dmarc_failed(stage: Stage) -> None:
    """FACTS 8.2."""
    stage.rule({"SNSAction": {"TopicArn": TOPIC}})
    verdicts = AuthVerdicts("FAIL", "GRAY", "FAIL", "reject")
    stage.ses.receive(REGION, stage.incoming(MAIL), verdicts)
    stage.ses.settle()
    receipt = notices(stage)[0]["receipt"]
    assert receipt["dmarcPolicy"] == "reject"
    assert receipt["dkimVerdict"] == {"status": "GRAY"}


@pytest.mark.parametrize(
    ("disposition", "stored"),
    [("STOP_RULE_SET", 0), ("STOP_RULE", 1), ("CONTINUE", 2), ("whatever", 2)],
)
def test_function_decides_what_follows(stage: Stage, disposition: str, stored: int) -> None:
    """RequestResponse: the disposition; anything else is CONTINUE (FACTS 8.3)."""
    bucket(stage)
    call = {"LambdaAction": {"FunctionArn": FUNCTION, "InvocationType": "RequestResponse"}}
    stage.rule(call, S3)
    stage.rule(S3)
    stage.functions.answer = {"disposition": disposition}
    take(stage)
    # Both rules store under the same message id: the notices count.
    assert stored == len(notices(stage))
    (event,) = stage.functions.events
    record = event["Records"][0]
    assert (record["eventSource"], record["eventVersion"]) == ("aws:ses", "1.0")
    assert record["ses"]["receipt"]["action"] == {
        "type": "Lambda",
        "functionArn": FUNCTION,
        "invocationType": "RequestResponse",
    }
    assert "content" not in record["ses"]


def test_failing_function_is_tried_again(stage: Stage) -> None:
    """A function that raises, and one that SES may not invoke."""
    stage.rule({"LambdaAction": {"FunctionArn": FUNCTION}})
    stage.functions.answer = RuntimeError("boom")
    take(stage)
    stage.functions.answer = None
    stage.pass_time(minutes=6)
    assert len(stage.functions.events) == 2
    assert stage.ses.receiving.metrics[REGION, "rule0", "PublishSuccess"] == 1


def test_add_header_bounce_and_stop(stage: Stage) -> None:
    """AddHeader reaches the object, Bounce writes to the sender, Stop ends the set."""
    bucket(stage)
    stage.rule(
        {"AddHeaderAction": {"HeaderName": "X-Seen", "HeaderValue": "yes"}},
        S3,
        {
            "BounceAction": {
                "SmtpReplyCode": "550",
                "StatusCode": "5.1.1",
                "Message": "Nobody here",
                "Sender": "bounce@example.com",
            }
        },
        {"StopAction": {"Scope": "RuleSet"}},
    )
    stage.rule(S3)
    take(stage)
    (body,) = stage.s3.objects["mail"].values()
    assert body.startswith(b"X-Seen: yes\r\nReturn-Path: ")
    assert len(notices(stage)) == 1
    (dsn,) = stage.outbox
    assert (dsn.envelope.reverse_path, dsn.envelope.forward_paths) == ("", ("jane@example.net",))
    assert b"Diagnostic-Code: smtp; 550 Nobody here" in dsn.content


def test_no_bounce_to_the_null_path(stage: Stage) -> None:
    """RFC 5321, 4.5.5."""
    from dataclasses import replace  # noqa: PLC0415  used here only

    from sendas_lab.mail import Envelope  # noqa: PLC0415  the same

    stage.rule(
        {"BounceAction": {"SmtpReplyCode": "550", "Message": "No", "Sender": "b@example.com"}}
    )
    mail = replace(stage.incoming(MAIL), envelope=Envelope("", ("info@example.com",)))
    stage.ses.receive(REGION, mail, PASS)
    stage.ses.settle()
    assert stage.outbox == []


def test_rules_in_force_at_arrival_judge(stage: Stage) -> None:
    """Editing a rule does not help mail already accepted (FACTS 8.1)."""
    bucket(stage, "none")
    stage.rule(S3)
    take(stage)
    stage.state.rule_sets["set"].rules.clear()
    bucket(stage)
    stage.pass_time(minutes=6)
    assert len(stage.s3.objects["mail"]) == 1
