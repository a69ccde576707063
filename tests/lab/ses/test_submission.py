"""Submitting over SMTP: SES's reply texts, word for word (FACTS 3.2), and the feedback address."""

from collections.abc import Callable
from typing import Any

import pytest

from sendas_lab.mail import SmtpReply
from sendas_lab.ses.checks import MAX_BYTES
from sendas_lab.ses.replies import accepted_reply, smtp_reply
from sendas_lab.ses.submission import Accepted, Api, Refused


Stage = Any
"""The fixture's type, in conftest.py; tests are no package, so it cannot be imported."""

REGION = "us-east-2"
CONTENT = b"From: me@example.com\r\nTo: you@example.net\r\nSubject: Hi\r\n\r\nhello\r\n"
UNVERIFIED = (
    "554 Message rejected: Email address is not verified. The following identities failed the"
    " check in region US-EAST-2: "
)
DENIED = (
    "554 Access denied: User `arn:aws:iam::111122223333:user/smtp' is not authorized to perform"
    " `ses:SendRawEmail' on resource `arn:aws:ses:us-east-2:111122223333:identity/example.com'"
)


def reply(stage: Stage, content: bytes = CONTENT, **changes: object) -> str:
    """What DATA's final dot is answered with."""
    answer = stage.ses.submit(stage.submission(content, **changes))
    given = (
        smtp_reply(answer) if isinstance(answer, Refused) else accepted_reply(answer.message_id)
    )
    return str(given)


def no_policy(stage: Stage) -> None:
    """The user may do nothing."""
    stage.iam.policy = '{"Statement": []}'


def forget(stage: Stage) -> None:
    """The domain is no identity any more."""
    stage.state.identities.clear()


def reject_mode(stage: Stage) -> None:
    """A MAIL FROM domain without its MX, and mail rejected meanwhile."""
    from sendas_lab.ses.region_state import Checked, MailFrom, Status  # noqa: PLC0415  used here only

    stage.state.identities["example.com"].mail_from = MailFrom(
        "bounce.example.com", Checked(Status.PENDING, stage.clock.now()), "REJECT_MESSAGE"
    )


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (no_policy, DENIED),
        (forget, UNVERIFIED + "me@example.com"),
        (lambda s: s.ses.set_sending_enabled(REGION, enabled=False),
         "554 Message rejected: Sending paused for this account."),
        (lambda s: s.ses.use_up_quota(REGION),
         "454 Throttling failure: Daily message quota exceeded"),
        (lambda s: s.ses.set_quota(REGION, max_rate=0),
         "454 Throttling failure: Maximum sending rate exceeded"),
        (reject_mode,
         "554 MAIL FROM domain not verified: DNS setup for MAIL FROM domain is invalid."),
        (lambda s: s.ses.set_enforcement(REGION, "PROBATION"), "250 Ok "),
        (lambda _: None, "250 Ok "),
    ],
    ids=["denied", "unverified", "paused", "quota", "rate", "MAIL FROM", "probation", "well"],
)  # fmt: skip
def test_reply_texts(stage: Stage, prepare: Callable[[Stage], object], expected: str) -> None:
    """Each state's own words; probation alone stops nothing."""
    prepare(stage)
    assert reply(stage).startswith(expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"DKIM-Signature: a\r\nDKIM-Signature: b\r\n" + CONTENT,
         "554 Transaction failed: Duplicate header 'DKIM-Signature'."),
        (b"Content-type: a\r\ncontent-Type: b\r\n" + CONTENT,
         "554 Transaction failed: Duplicate header 'content-Type'."),
        (CONTENT.replace(b"me@example.com", b"me@example.com, boss@example.org"),
         UNVERIFIED + "boss@example.org"),
        (b"\r\nno header at all\r\n", "554 Transaction failed: Missing required header 'From'."),
    ],
    ids=["two signatures", "two types", "second author", "no header"],
)  # fmt: skip
def test_content_is_judged(stage: Stage, content: bytes, expected: str) -> None:
    """Texts seen in the wild (mailcow#4052, mailpit#642)."""
    assert expected == reply(stage, content)


def test_forty_megabytes_over_smtp_and_v2(stage: Stage) -> None:
    """FACTS 6: the limit is 40 MB but for API v1."""
    line = b"x" * 76 + b"\r\n"
    content = CONTENT + line * ((MAX_BYTES - len(CONTENT)) // len(line) + 1)
    assert reply(stage, content) == "552 Message is too long."
    answer = stage.ses.submit(stage.submission(content, api=Api.V2))
    assert isinstance(answer, Refused)


def test_shutdown_is_told_apart_from_a_pause(stage: Stage) -> None:
    """Suspended by AWS, or paused by the owner."""
    stage.ses.set_enforcement(REGION, "SHUTDOWN")
    assert reply(stage).startswith("554 Message rejected: Sending suspended for this account.")


@pytest.mark.parametrize(
    ("changes", "header", "expected"),
    [
        ({}, b"", "me@example.com"),
        ({"reverse_path": "bounces@example.com"}, b"", "bounces@example.com"),
        ({"api": Api.V1, "reverse_path": ""}, b"Return-Path: <rp@example.com>\r\n",
         "rp@example.com"),
        ({"api": Api.V2, "reverse_path": "", "feedback_address": "fb@example.com"}, b"",
         "fb@example.com"),
        ({"api": Api.V2, "reverse_path": ""}, b"", "me@example.com"),
    ],
    ids=["SMTP", "SMTP, other path", "v1 Return-Path", "v2 feedback", "v2 author"],
)  # fmt: skip
def test_where_bounces_go(
    stage: Stage, changes: dict[str, Any], header: bytes, expected: str
) -> None:
    """SMTP: MAIL FROM; v1: Source, else Return-Path, else From; v2: its own field (FACTS 7.1)."""
    stage.reply = SmtpReply(550, "5.1.1 unknown")
    answer = stage.ses.submit(stage.submission(header + CONTENT, **changes))
    assert isinstance(answer, Accepted)
    stage.ses.settle()
    stage.ses.settle()
    assert stage.outbox[-1].envelope.forward_paths == (expected,)
    assert stage.outbox[-1].envelope.reverse_path == ""


def test_a_bounce_of_a_bounce_ends(stage: Stage) -> None:
    """Nothing is sent about a DSN that cannot be delivered (RFC 5321, 6.1)."""
    stage.reply = SmtpReply(550, "5.1.1 unknown")
    stage.ses.submit(stage.submission(CONTENT))
    for _ in range(4):
        stage.ses.settle()
    assert len(stage.outbox) == 2


def test_a_mail_that_nobody_takes_expires(stage: Stage) -> None:
    """After 14 hours of 4xx SES gives up; the address is not listed for it."""
    stage.reply = SmtpReply(451, "4.2.0 later")
    stage.ses.submit(stage.submission(CONTENT))
    stage.ses.settle()
    for _ in range(30):
        stage.pass_time(hours=1)
    assert REGION in stage.outbox[-1].content.decode()
    assert stage.outbox[-1].envelope.forward_paths == ("me@example.com",)
    assert stage.state.suppressed == {}
