"""A bounce, reduced to what rules need."""

import pytest

from hypothesis import given
from hypothesis import strategies as st

from sendas.bounce import explain
from sendas.doctor.evidence import Symptom
from sendas.doctor.symptoms import symptoms


# The sentences are Gmail's own (FACTS 5.3).
GMAIL = b"""From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: owner@gmail.com
Subject: Delivery Status Notification (Failure)
X-Failed-Recipients: bob@example.net
Content-Type: text/plain

** Message not delivered **

You're sending this from a different address or alias using the 'Send mail as' feature.
The settings for your 'Send mail as' account are misconfigured or out of date. Check those
settings and try resending.
Learn more here: https://support.google.com/mail/?p=CustomFromDenied
The response was:
535 Authentication Credentials Invalid
"""


def shown(raw: bytes) -> tuple[Symptom, ...]:
    """The symptoms in *raw*."""
    return symptoms(explain(raw), raw)


def test_gmails_own_bounce() -> None:
    """It names its reporter, so that rules know the mail never reached SES."""
    (symptom,) = shown(GMAIL)

    assert "gmail-send-as" == symptom.reporter
    assert (535, "bob@example.net") == (symptom.reply_code, symptom.recipient)
    assert "535 Authentication Credentials Invalid" in symptom.text


def test_a_bare_reply() -> None:
    """Code, status and text, as the server said them."""
    (symptom,) = shown(b"550 5.1.1 <bob@example.net> user unknown\r\n")

    assert (550, "5.1.1", "bob@example.net") == (
        symptom.reply_code,
        symptom.status,
        symptom.recipient,
    )
    assert "user-unknown" == symptom.reason


ARF = b"""From: feedback@fbl.example.net
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: ExampleFBL/1.0
Version: 1
Original-Rcpt-To: <bob@example.net>

--b--
"""


def test_a_complaint_is_no_refusal() -> None:
    """It tells whom to look for on the suppression list; nothing refused the mail."""
    (symptom,) = shown(ARF)

    assert ("bob@example.net", "feedback") == (symptom.recipient, symptom.reason)


@pytest.mark.parametrize("raw", [b"", b"From: a@example.com\n\nhello\n"])
def test_ordinary_mail_is_no_symptom(raw: bytes) -> None:
    """Nothing failed, so nothing is told."""
    assert () == shown(raw)


@given(st.binary())
def test_any_bytes_are_read(raw: bytes) -> None:
    """It never fails, whatever the owner shows us."""
    assert all(isinstance(symptom, Symptom) for symptom in shown(raw))
