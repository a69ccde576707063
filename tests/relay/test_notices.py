"""DSNs, read by the standard library and by `sendas bounce`."""

import email
import email.policy

from datetime import UTC, datetime, timedelta
from importlib import util

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.bounce import explain
from sendas.bounce.explanation import Kind as BounceKind
from sendas.relay.decide.notices import About, Kind, Original, Reporter, make_notice, wanted
from sendas.ses.hold import Hold


NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
REPORTER = Reporter(
    "relay.example.com", "mailer-daemon@example.com", "email.us-east-2.amazonaws.com"
)
CONTENT = b"From: me@example.com\r\nTo: a@example.net\r\nSubject: hello\r\n\r\nbody\r\n"
SAID = (
    "MessageRejected: Email address is not verified. The following identities failed the check"
    " in region US-EAST-2: me@example.com"
)


def original(**changes: object) -> Original:
    """A mail of an hour ago."""
    values = {"token": "T1", "reverse_path": "me@example.com", "content": CONTENT}
    return Original(**({"accepted_at": NOW - timedelta(hours=1)} | values | changes))  # type: ignore[arg-type]


def test_a_refusal_is_read_as_what_it_is() -> None:
    """RFC 3464's parts, as the standard library finds them; whose, as `sendas bounce` says."""
    raw = make_notice(Kind.FAILED, original(), [About("a@example.net")], SAID, REPORTER, NOW)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text, status, returned = message.iter_parts()
    per_message, per_recipient = status.get_payload()
    (told,) = explain(raw).recipients

    assert "multipart/report" == message.get_content_type()
    assert "delivery-status" == message.get_param("report-type")
    assert ("auto-replied", "me@example.com") == (message["Auto-Submitted"], message["To"])
    assert "not verified" in text.get_content()
    assert "dns; relay.example.com" == per_message["Reporting-MTA"]
    assert "rfc822; a@example.net" == per_recipient["Final-Recipient"]
    assert ("failed", "5.7.1") == (per_recipient["Action"], per_recipient["Status"])
    assert "message/rfc822" == returned.get_content_type()
    assert "hello" == returned.get_content()["Subject"]
    assert "a@example.net" == told.recipient
    assert "ID001" in told.rules
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_a_delay_is_no_failure() -> None:
    """Action delayed, class 4, until when it is tried (RFC 3464, 2.3.9)."""
    until = NOW + timedelta(days=2)
    raw = make_notice(
        Kind.DELAYED, original(), [About("a@example.net")], "ServiceUnavailable", REPORTER, NOW,
        until=until,
    )  # fmt: skip
    found = explain(raw)

    assert BounceKind.DELAY is found.kind
    assert b"Will-Retry-Until: Tue, 01 Dec 2026 10:00:00 +0000" in raw
    assert b"message/rfc822\r\n" not in raw  # RFC 3461, 4.3: a delay returns no content


def test_held_mail_says_why() -> None:
    """What it waits for, and that it is not given up."""
    raw = make_notice(
        Kind.DELAYED, original(), [About("a@example.net")], "", REPORTER, NOW, hold=Hold.PAUSED
    )

    assert b"SES has paused" in raw
    assert b"not given up" in raw


def test_what_the_client_asked_for_is_kept() -> None:
    """ENVID, ORCPT, RET=HDRS (RFC 3461)."""
    mail = original(envid="QQ314159", ret="HDRS")
    about = About("a@example.net", orcpt="rfc822;A@example.net")
    raw = make_notice(Kind.EXPIRED, mail, [about], "", REPORTER, NOW)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    _, status, returned = message.iter_parts()
    per_message, per_recipient = status.get_payload()

    assert "QQ314159" == per_message["Original-Envelope-Id"]
    assert "rfc822;A@example.net" == per_recipient["Original-Recipient"]
    assert "text/rfc822-headers" == returned.get_content_type()
    assert b"body" not in raw


def test_who_wants_to_hear() -> None:
    """RFC 3461, 4.1: NEVER is never; without a word, failures and delays are told."""
    nobody = About("a@example.net", frozenset({"NEVER"}))
    late = About("b@example.net", frozenset({"DELAY"}))
    plain = About("c@example.net")

    success = About("d@example.net", frozenset({"SUCCESS"}))

    assert (success,) == wanted([nobody, late, plain, success], Kind.RELAYED)
    assert (plain,) == wanted([nobody, late, plain, success], Kind.FAILED)
    assert (late, plain) == wanted([nobody, late, plain], Kind.DELAYED)


@pytest.mark.parametrize(
    ("kind", "action", "status"),
    [
        (Kind.FAILED, "failed", "5.7.1"),
        (Kind.EXPIRED, "failed", "5.4.7"),
        (Kind.UNCERTAIN, "failed", "4.4.2"),
        (Kind.DELAYED, "delayed", "4.4.7"),
        (Kind.RELAYED, "relayed", "2.0.0"),
    ],
)
def test_another_reader_reads_the_same(kind: Kind, action: str, status: str) -> None:
    """Mailman's flufl.bounce, where it is installed: what failed, what is late, what neither."""
    about = [About("a@example.net"), About("b@example.net")]
    raw = make_notice(kind, original(), about, SAID, REPORTER, NOW)
    message = email.message_from_bytes(raw)
    groups = message.get_payload()[1].get_payload()[1:]  # type: ignore[index,union-attr]  a report

    assert [(action, status)] * 2 == [(one["Action"], one["Status"]) for one in groups]
    if util.find_spec("flufl.bounce") is None:
        pytest.skip("flufl.bounce is not installed: a second reader is not asked")
    from flufl.bounce import scan_message  # noqa: PLC0415  optional

    failed = {b"a@example.net", b"b@example.net"} if action == "failed" else set()
    assert failed == scan_message(message)


@pytest.mark.parametrize(
    "content",
    [
        b"From: me@example.com\r\nContent-Type: multipart/mixed\r\n\r\n\xff\xfe\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n\xe4\r\n--x--\r\n",
        b"Subject: a\r\n folded =?utf-8?b?gg==?=\r\n\r\n\x00\r\n",
    ],
)
def test_the_mail_goes_back_as_it_came(content: bytes) -> None:
    """Byte for byte, whatever it is: Python's email raised on the first (8-bit, no parts)."""
    raw = make_notice(
        Kind.FAILED, original(content=content), [About("a@example.net")], "", REPORTER, NOW
    )

    assert 1 == raw.count(b"Content-Type: message/rfc822\r\nMIME-Version: 1.0\r\n\r\n" + content)


@pytest.mark.parametrize("kind", list(Kind))
@given(content=st.binary(max_size=300), said=st.text(max_size=200))
def test_any_mail_can_be_told_about(kind: Kind, content: bytes, said: str) -> None:
    """Whatever was in the mail and whatever SES said: lines end well, and a reader reads it."""
    mail = original(content=content)
    raw = make_notice(kind, mail, [About("a@example.net")], said, REPORTER, NOW)
    message = email.message_from_bytes(raw)

    assert 3 == len(message.get_payload())
    assert ["relay.example.com"] == [
        part["Reporting-MTA"].partition("; ")[2] for part in message.get_payload()[1].get_payload()
        if part["Reporting-MTA"]
    ]  # fmt: skip
