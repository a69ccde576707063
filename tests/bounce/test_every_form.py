"""Whatever a program wraps around SES's words, the verdict is the same.

The refusals, whose each is to mend, and the forms are written down in ``quoted_refusals`` and the
``quoting_…`` modules, from FACTS 3.2, the SES API reference and the programs' own sources, before
any of them was tried.
"""

import pytest

from hypothesis import given
from hypothesis import strategies as st
from quoted_refusals import BY_API, BY_SMTP, HELD_BY_GMAIL, SAID_BY_OTHERS_TOO, Refused
from quoting_programs import FORMS, Form
from quoting_sdks import API_FORMS, ApiForm

from sendas.advice import Owner
from sendas.bounce import Kind, RecipientReport, explain
from sendas.bounce.tables.ses_api import SES_ALONE


def only(text: str) -> RecipientReport:
    """The one verdict on *text*."""
    found = explain(text.encode())

    assert 1 == len(found.recipients), (text, found)
    return found.recipients[0]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_of_a_refusal(form: Form) -> None:
    """Each refusal of SES, as this program shows it, has its reason, its owner, its code."""
    for refused in filter(form.when, BY_SMTP):
        shown = form.show(refused)
        one = only(shown)
        gmail = form.by_gmail and refused.text in HELD_BY_GMAIL

        owner = Owner.GMAIL if gmail else refused.owner
        assert (refused.reason, owner) == (one.reason, one.owner), shown
        assert one.reply_code in {refused.code, ""}, shown
        if refused.text not in SAID_BY_OTHERS_TOO:
            assert one.provider == ("gmail-send-as" if form.by_gmail else "ses-smtp"), shown


@pytest.mark.parametrize("form", API_FORMS, ids=lambda form: form.name)
def test_a_form_of_an_api_error(form: ApiForm) -> None:
    """Each error of the SES API, as this SDK shows it, has its reason and its owner."""
    for error in BY_API:
        shown = form.show(error)
        one = only(shown)

        assert (error.reason, error.owner, "ses-smtp") == (one.reason, one.owner, one.provider), (
            shown
        )


@given(
    first=st.sampled_from(BY_SMTP),
    second=st.sampled_from(BY_SMTP),
    forms=st.tuples(st.sampled_from(FORMS), st.sampled_from(FORMS)),
)
def test_two_in_one_paste(first: Refused, second: Refused, forms: tuple[Form, Form]) -> None:
    """Of two refusals pasted one below the other, whatever their forms, each is judged."""
    parts = [
        form.show(refused)
        for form, refused in zip(forms, (first, second), strict=True)
        if form.when(refused) and form.joins and refused.text not in SAID_BY_OTHERS_TOO
    ]
    apart = {
        (one.reason, one.owner) for part in parts for one in explain(part.encode()).recipients
    }
    together = explain("\n\n".join(parts).encode()) if parts else None

    assert apart == {(one.reason, one.owner) for one in (together.recipients if together else ())}


def test_a_status_behind_lettres_code() -> None:
    """Of two refusals, the one that lettre shows with code and status is judged by both, too.

    Its display, `transient error (451): 4.4.2 …`, is of lettre's src/transport/smtp/error.rs.
    """
    found = explain(
        b"Error: transient error (451): 4.4.2 Timeout waiting for data from client.\n\n"
        b"421 Too many concurrent SMTP connections"
    )

    assert {"451", "421"} == {one.reply_code for one in found.recipients}


def test_ses_comes_first() -> None:
    """Of a log with troubles of recipients and one of SES's, SES's is shown first."""
    found = explain(
        b"550 5.1.1 <user@example.net>: User unknown\n"
        b"Nov 29 05:52:00 mail postfix/smtp[8924]: CB12D1B00345: to=<x@example.net>, "
        b"relay=mx.example.net[192.0.2.25]:25, delay=1.6, dsn=5.2.2, status=bounced (host "
        b"mx.example.net[192.0.2.25] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command))\n"
        b"smtplib.SMTPAuthenticationError: (535, b'Authentication Credentials Invalid')\n"
    )

    assert ["security-error", "mailbox-full", "user-unknown"] == [
        str(one.reason) for one in found.recipients
    ]


_LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")
_LONG = [words for words in SES_ALONE if len(words) > 24]


@given(words=st.sampled_from(_LONG), at=st.integers(0, 60), letter=_LETTERS)
def test_a_slip_of_the_hand(words: str, at: int, letter: str) -> None:
    """One wrong letter in SES's own words leaves them SES's."""
    at %= len(words)
    right = only(f"Error: {words}: ses:sendemail")
    slipped = only(f"Error: {words[:at]}{letter}{words[at + 1 :]}: ses:sendemail")

    assert (right.reason, right.owner) == (slipped.reason, slipped.owner)


@pytest.mark.parametrize(
    "text",
    [
        "Emall address ls not verifled. The followlng ldentitles falled",
        "EMAIL ADDRESS IS NOT VERIFIED",
        "Email address is not ver\nified. The following identities",
        "Email\u00a0address is not veri\ufb01ed.",
    ],
)
def test_text_recognition(text: str) -> None:
    """Letters that only look alike, and words broken by the window's edge, are read."""
    assert (Owner.SES, "ses-smtp") == (only(text).owner, only(text).provider)


# What each program prints when no server answered it: errno(3), OpenSSL, Go, Java, Ruby, Node.
UNANSWERED = [
    ("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "SMTP008"),
    ("tls: first record does not look like a TLS handshake", "SMTP008"),
    (
        (
            "javax.mail.MessagingException: Could not connect to SMTP host: "
            "email-smtp.us-east-1.amazonaws.com, port: 465, response: -1"
        ),
        "SMTP008",
    ),
    ("Error: connect ECONNREFUSED 192.0.2.3:587\n  code: 'ESOCKET'", "SMTP009"),
    ("dial tcp: lookup email-smtp.us-est-1.amazonaws.com: no such host", "SMTP102"),
    ("socket.gaierror: [Errno -2] Name or service not known", "SMTP102"),
    ("Net::OpenTimeout: execution expired", "SMTP009"),
    ("x509: certificate is valid for *.example.net, not smtp.example.com", "SMTP103"),
    ("smtplib.SMTPNotSupportedError: SMTP AUTH extension not supported by server.", "SMTP104"),
]


@pytest.mark.parametrize(("text", "rule"), UNANSWERED)
def test_a_client_that_nobody_answered(text: str, rule: str) -> None:
    """A client that met no reply is the client's own trouble, never a recipient's."""
    one = only(text)

    assert ("mail-client", True) == (one.provider, rule in one.rules)
    assert one.owner in {Owner.CODE, Owner.WAIT}


# Gmail's set-up dialog, as public reports quote it; no source can be cited (FACTS 5.3).
DIALOG = [
    ("Couldn't reach server. Please double-check your SMTP server and port number.", Owner.GMAIL),
    ("Authentication failed. Please check your username/password.", Owner.GMAIL),
    ("Your other email provider is responding too slowly. Please try again later.", Owner.GMAIL),
    ("Trouble with your other mail service. Please try changing your SSL settings.", Owner.GMAIL),
    ('Server returned error: "TLS Negotiation failed, the certificate doesn\u2019t match"',
     Owner.CODE),
    ("You must send through example.com SMTP servers when you send as me@example.com.",
     Owner.GMAIL),
]  # fmt: skip


@pytest.mark.parametrize(("text", "owner"), DIALOG)
def test_gmails_dialog(text: str, owner: Owner) -> None:
    """What Gmail's dialog says is about the server that was typed in, not about a recipient."""
    one = only(text)

    assert ("gmail-send-as", owner) == (one.provider, one.owner)


@pytest.mark.parametrize(
    "text",
    [
        "the weather is nice today and tomorrow",
        "hello world 404 not found",
        "my order 550 shoes",
        "HTTP/1.1 502 Bad Gateway\nServer: nginx\n\n<html>",
        "2026-11-29 05:52:00 started",
        "{}",
        "GET /index.html 200 554",
        "port 587",
        "\x00\x01\x02",
        "Traceback (most recent call last):",
    ],
)
def test_nothing_readable(text: str) -> None:
    """What quotes no refusal is said to be unreadable, with what was looked for."""
    found = explain(text.encode())

    assert Kind.UNREADABLE is found.kind, found
    assert "log line of Postfix" in found.title
