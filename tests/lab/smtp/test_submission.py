"""SES's SMTP endpoint, word for word.

Expected texts are from transcripts of the real endpoint: the SES guide's
"Using the command line", public logs of 2014 to 2026, and docker-mailserver#2403
for the null reverse-path.
"""

import base64
import dataclasses
import re
import smtplib
import time

from collections.abc import Callable
from typing import Any

import pytest

from sendas_lab.ses.submission import Reason, Refused
from sendas_lab.smtp.submission import SES_PROFILE, SubmissionConversation


# The fixtures of conftest.py; their classes cannot be imported from it.
Endpoint = Any
Hand = Any
Dial = Callable[[tuple[str, int]], Hand]


def b64(text: str) -> str:
    """Base64, as typed."""
    return base64.b64encode(text.encode()).decode()


def test_banner(endpoint: Endpoint, dial: Dial) -> None:
    """``220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-XXXXXXXXX letters``."""
    (banner,) = dial(endpoint.clear).read()

    assert re.fullmatch(
        r"220 email-smtp\.amazonaws\.com ESMTP SimpleEmailService-d-\w{9} \S{20}", banner
    )


def test_hello_before_tls(endpoint: Endpoint, dial: Dial) -> None:
    """STARTTLS and AUTH are listed; ENHANCEDSTATUSCODES and PIPELINING are not."""
    hand = dial(endpoint.clear)
    hand.read()

    assert [
        "250-email-smtp.amazonaws.com",
        "250-8BITMIME",
        "250-STARTTLS",
        "250-AUTH PLAIN LOGIN",
        "250 Ok",
    ] == hand.type("EHLO client.example.net")


def test_hello_after_tls(secure: Hand) -> None:
    """Once encrypted, STARTTLS is gone."""
    assert [
        "250-email-smtp.amazonaws.com",
        "250-8BITMIME",
        "250-AUTH PLAIN LOGIN",
        "250 Ok",
    ] == secure.type("EHLO client.example.net")


def test_implicit_tls(endpoint: Endpoint) -> None:
    """465 and 2465 talk TLS from the first byte, and offer AUTH."""
    context = endpoint.certificates.client_context()
    # smtplib verifies the name it dials, and that is loopback.
    context.check_hostname = False
    with smtplib.SMTP_SSL(*endpoint.implicit, context=context, timeout=5) as client:
        client.ehlo()

        assert "PLAIN LOGIN" == client.esmtp_features["auth"].strip()


@pytest.mark.parametrize(
    "line", ["AUTH LOGIN", "AUTH PLAIN AHUAcA==", "MAIL FROM:<a@example.com>"]
)
def test_needs_tls(endpoint: Endpoint, dial: Dial, line: str) -> None:
    """In the clear there is neither login nor mail."""
    hand = dial(endpoint.clear)
    hand.read()
    hand.type("EHLO client.example.net")

    assert ["530 Must issue a STARTTLS command first"] == hand.type(line)


def test_needs_a_login(secure: Hand) -> None:
    """A mail server that takes this host for an MX hears this."""
    assert ["530 Authentication required"] == secure.type("MAIL FROM:<a@example.com>")


def test_login_typed_by_hand(secure: Hand) -> None:
    """AUTH LOGIN with its two prompts."""
    assert ["334 VXNlcm5hbWU6"] == secure.type("AUTH LOGIN")
    assert ["334 UGFzc3dvcmQ6"] == secure.type(b64("AKIAIOSFODNN7EXAMPLE"))
    assert ["235 Authentication successful."] == secure.type(b64("right"))


def test_plain_in_two_steps(secure: Hand) -> None:
    """Without an initial response SES prompts with ``334 Ok``."""
    assert ["334 Ok"] == secure.type("AUTH PLAIN")
    assert ["235 Authentication successful."] == secure.type(b64("\0AKIA\0right"))


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (
            f"AUTH PLAIN {b64(chr(0) + 'AKIA' + chr(0) + 'wrong')}",
            "535 Authentication Credentials Invalid",
        ),
        ("AUTH PLAIN not*base64", "501 Invalid authentication data"),
        (f"AUTH PLAIN {b64('no nul')}", "501 Invalid authentication data"),
        ("AUTH CRAM-MD5", "504 Unrecognized authentication type"),
    ],
)
def test_login_refused(secure: Hand, line: str, reply: str) -> None:
    """And the connection goes on."""
    assert [reply] == secure.type(line)
    assert ["250 Ok"] == secure.type("NOOP")


def test_login_cancelled(secure: Hand) -> None:
    """A star ends the exchange (RFC 4954, 4)."""
    secure.type("AUTH LOGIN")

    assert secure.type("*")[0].startswith("501 ")


def logged_in(hand: Hand) -> Hand:
    """With the right password."""
    hand.type(f"AUTH PLAIN {b64(chr(0) + 'AKIA' + chr(0) + 'right')}")
    return hand


@pytest.mark.parametrize("path", ["<a@example.com>", "a@example.com", "<a@example.com> SIZE=9"])
def test_sends(endpoint: Endpoint, secure: Hand, path: str) -> None:
    """The whole dialogue; angle brackets may be left out, as the guide's example does."""
    hand = logged_in(secure)

    assert ["250 Ok"] == hand.type(f"MAIL FROM:{path}")
    assert ["250 Ok"] == hand.type("RCPT TO:<b@example.net>")
    assert ["354 End data with <CR><LF>.<CR><LF>"] == hand.type("DATA")
    assert ["250 Ok 0100-x-000000"] == hand.type(b"Subject: x\r\n\r\n..dot\r\n.\r\n")
    assert ["221 Bye"] == hand.type("QUIT")
    (taken,) = endpoint.ses.taken
    assert b"Subject: x\r\n\r\n.dot\r\n" == taken.content
    assert ("a@example.com", ("b@example.net",)) == (taken.reverse_path, taken.destinations)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("MAIL FROM:<>", "501 Invalid MAIL FROM address provided"),
        ("MAIL FROM:<nonsense>", "501 Invalid MAIL FROM address provided"),
        ("MAIL", "501 Invalid MAIL FROM address provided"),
        ("RCPT TO:<b@example.net>", "503 Bad sequence of commands"),
        ("DATA", "503 Bad sequence of commands"),
        ("BOGUS", "500 Error: command not implemented"),
    ],
)
def test_bad_lines(secure: Hand, line: str, reply: str) -> None:
    """Bad syntax and bad order are told apart; the connection goes on."""
    assert [reply] == logged_in(secure).type(line)


def test_a_refusal_after_data(endpoint: Endpoint, secure: Hand) -> None:
    """What SES decides about the message comes with the final dot."""
    endpoint.ses.refuse = Refused(Reason.QUOTA, "Daily message quota exceeded.")
    hand = logged_in(secure)
    hand.type("MAIL FROM:<a@example.com>")
    hand.type("RCPT TO:<b@example.net>")
    hand.type("DATA")

    assert ["454 Throttling failure: Daily message quota exceeded"] == hand.type(
        b"Subject: x\r\n\r\n\r\n.\r\n"
    )


@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r"])
def test_only_crlf_ends_the_message(endpoint: Endpoint, secure: Hand, end: bytes) -> None:
    """A laxer end would let one mail smuggle a second (RFC 5321, 4.1.1.4)."""
    hand = logged_in(secure)
    hand.type("MAIL FROM:<a@example.com>")
    hand.type("RCPT TO:<b@example.net>")
    hand.type("DATA")
    hand.socket.sendall(b"Subject: x\r\n\r\none" + end + b"MAIL FROM:<evil@example.com>\r\n")

    assert ["250 Ok 0100-x-000000"] == hand.type(b".\r\n")
    assert b"MAIL FROM:<evil@example.com>" in endpoint.ses.taken[0].content


def test_commands_before_the_handshake_are_forgotten(endpoint: Endpoint, dial: Dial) -> None:
    """What was sent along with STARTTLS is not obeyed after it (RFC 3207, 4.2)."""
    hand = dial(endpoint.clear)
    hand.read()
    hand.type("EHLO client.example.net")
    hand.socket.sendall(b"STARTTLS\r\nNOOP\r\n")
    hand.read()
    hand.start_tls(endpoint.certificates.client_context())

    assert hand.type("EHLO client.example.net")[0].startswith("250-")
    assert ["250 Ok"] == hand.type("NOOP")


def test_messages_up_to_40_megabytes(endpoint: Endpoint, secure: Hand) -> None:
    """One byte more is ``552``, and the session goes on."""
    hand = logged_in(secure)
    most = 40 * 1024 * 1024
    for size, reply in ((most, "250 Ok 0100-x-000000"), (most + 1, "552 Message is too long.")):
        hand.type("MAIL FROM:<a@example.com>")
        hand.type("RCPT TO:<b@example.net>")
        hand.type("DATA")
        assert [reply] == hand.type(b"x" * (size - 2) + b"\r\n.\r\n")
    assert [most] == [len(taken.content) for taken in endpoint.ses.taken]


def test_too_many_connections(endpoint: Endpoint, dial: Dial) -> None:
    """A place is given back when its connection ends."""
    endpoint.load.limit = 1
    first = dial(endpoint.clear)
    first.read()

    assert ["421 Too many concurrent SMTP connections"] == dial(endpoint.clear).read()
    first.type("QUIT")
    deadline = time.monotonic() + 2
    while (again := dial(endpoint.clear).read())[0].startswith("421"):
        assert time.monotonic() < deadline
    assert again[0].startswith("220 ")


def test_idle_connections_are_closed(
    endpoint: Endpoint, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES waits ten seconds; here a tenth of one."""
    assert 10.0 == SES_PROFILE.idle_seconds
    hurried = dataclasses.replace(SES_PROFILE, idle_seconds=0.1)
    monkeypatch.setattr(SubmissionConversation, "profile", hurried)
    hand = dial(endpoint.clear)
    hand.read()

    assert ["451 4.4.2 Timeout waiting for data from client."] == hand.read()
    assert [] == hand.read()


def test_an_endless_line(secure: Hand) -> None:
    """Is refused, and read past."""
    assert secure.type("A" * 4000)[0].startswith("500 ")


def test_a_client_that_hangs_up_in_the_handshake(endpoint: Endpoint, dial: Dial) -> None:
    """Disturbs nobody: the next connection is served."""
    rude = dial(endpoint.implicit)
    rude.socket.sendall(b"EHLO in the clear\r\n")
    rude.close()

    assert dial(endpoint.clear).read()[0].startswith("220 ")
