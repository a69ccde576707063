"""Twelve ways in which a report misleads its reader before any table is asked.

Each input is the smallest that shows one; the kinds are of reports on the public record.
"""

import pytest

from sendas.bounce import Explanation, Kind, RecipientReport, explain


USER = "user@example.net"
POSTFIX = (
    "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\n"
    "Subject: Undelivered Mail Returned to Sender\n\n"
    "This is the mail system at host mx.example.org.\n\n"
)
DAEMON = "From: MAILER-DAEMON@mx.example.org\nSubject: Undeliverable mail\n\n"


def read(text: str) -> Explanation:
    """What *text* is explained as."""
    return explain(text.encode())


def only(text: str) -> RecipientReport:
    """The one report of *text*."""
    found = read(text)

    assert [USER] == [one.recipient for one in found.recipients], found
    return found.recipients[0]


def notification(notice: str, *fields: str) -> str:
    """A delivery status notification (RFC 3464) with *notice* as its words."""
    about = "\n".join(fields)
    return (
        "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\n"
        "MIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{notice}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {USER}\nAction: failed\n{about}\n\n--b--\n"
    )


def test_a_folded_line_that_begins_with_another_address() -> None:
    """It goes on with the paragraph: the other address is no second recipient."""
    one = only(
        f"{POSTFIX}<{USER}>: host mx.example.net[192.0.2.1] said: 550 5.7.1\n"
        "    <me@example.com>: Sender address rejected: Access denied (in reply to\n"
        "    RCPT TO command)\n"
    )

    assert ("rejected", "550", "5.7.1") == (str(one.reason), one.reply_code, one.status)


def test_a_refusal_that_names_the_recipient_again() -> None:
    """What follows the name is the refusal, and it is read to its end."""
    one = only(
        f"{POSTFIX}<{USER}>: host mx.example.net[192.0.2.1] said: 554 delivery error: dd Sorry,\n"
        f"    your message to {USER} cannot be delivered. This mailbox is disabled\n"
        "    (554.30). (in reply to end of DATA command)\n"
    )

    assert ("suspend", "554") == (str(one.reason), one.reply_code)


@pytest.mark.parametrize(
    "folded",
    [
        "(in reply to RCPT TO command)",
        "(in reply to\n    RCPT TO command)",
        "(in reply to RCPT\n    TO command)",
        "(in reply to RCPT TO\n    command)",
        "(in\n    reply to RCPT TO command)",
    ],
)
def test_the_stage_folded_inside_itself(folded: str) -> None:
    """Postfix breaks lines at any blank: the stage is RCPT wherever it broke."""
    one = only(
        f"{POSTFIX}<{USER}>: host mx.example.net[192.0.2.1] said: 550 5.2.1 User unknown\n"
        f"    {folded}\n"
    )

    assert "user-unknown" == str(one.reason)


def test_only_the_quoted_refusal_is_matched() -> None:
    """What stands around the quote is the reporting side's: it makes no unknown host."""
    one = only(
        f"{POSTFIX}<{USER}>: host mx.example.net[192.0.2.1] said: 550 5.1.1 The account that\n"
        "    you wrote to does not exist here (in reply to RCPT TO command)\n"
    )

    assert ("user-unknown", True) == (str(one.reason), one.hard)


def test_the_diagnostic_below_the_advice() -> None:
    """Exchange explains at length, with codes, before it says what happened."""
    one = only(
        "From: postmaster@example.net\nSubject: Undeliverable: Lunch\n\n"
        f"Delivery has failed to these recipients or groups:\n\n{USER}<mailto:{USER}>\n"
        "Your message could not be delivered. For more information see DSN 5.7.129 in Exchange\n"
        "Online and Office 365.\n\n\n\n"
        "Diagnostic information for administrators:\n\nGenerating server: mx.example.net\n\n"
        f"{USER}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##rfc822;{USER}\n\n"
        "Original message headers:\n\nReceived: from a by b\nSubject: Lunch\n"
    )

    assert ("user-unknown", "5.1.1") == (str(one.reason), one.status)


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "smtp; 550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    ],
)
def test_a_type_inside_the_reply(reply: str) -> None:
    """``SMTP;`` within a reply is the server's own: the codes in front of it stay."""
    bare = read(reply).recipients[0]
    quoted = only(notification("It failed.", "Status: 5.0.0", f"Diagnostic-Code: {reply}"))

    assert ("550", "5.7.60") == (bare.reply_code, bare.status)
    assert ("550", "5.7.60") == (quoted.reply_code, quoted.status)


@pytest.mark.parametrize(
    "footer",
    [
        (
            "__________ Information from ESET NOD32 Antivirus, version of virus signature 12 __\n"
            "The message was checked by ESET NOD32 Antivirus. No virus found.\n"
        ),
        "-- \nThis email has been checked for viruses by Avast antivirus software.\n",
        (
            "DISCLAIMER: this message may hold confidential content; if you are not the intended\n"
            "recipient, delete it as spam.\n"
        ),
        (
            "You receive this because you are subscribed to a list; to unsubscribe, write to it.\n"
            "The list's content filter blocks spam.\n"
        ),
        "Subject: Your mailbox is full of spam and viruses\n",
    ],
)
def test_footers_and_subjects_take_no_part(footer: str) -> None:
    """An antivirus, legal or list footer, and the returned subject, say nothing of why."""
    one = only(f"{DAEMON}<{USER}>: 550 5.1.1 No such user here\n\n{footer}")
    vague = only(f"{DAEMON}<{USER}>: it could not be delivered\n\n{footer}")

    assert "user-unknown" == str(one.reason)
    assert str(vague.reason) not in {"virus-detected", "spam-detected", "mailbox-full", "blocked"}


@pytest.mark.parametrize(
    "mark",
    [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "List-Id: <list.example.org>",
        "Precedence: bulk",
    ],
)
def test_words_of_failure_win_over_marks(mark: str) -> None:
    """A real bounce that is marked as a reply, or as list mail, is a bounce."""
    found = read(
        f"From: System <system@mx.example.org>\nSubject: Undeliverable: Lunch\n{mark}\n\n"
        f"Your message could not be delivered to:\n\n<{USER}>: 550 5.1.1 User unknown\n"
    )

    assert (Kind.BOUNCE, "user-unknown") == (found.kind, str(found.recipients[0].reason))


def test_a_person_who_quotes_a_code_is_no_bounce() -> None:
    """An automatic reply without a refusal in it stays one, and the mail did arrive."""
    found = read(
        "From: Jane <jane@example.net>\nSubject: Out of office: Lunch\n"
        "Auto-Submitted: auto-replied\n\nI am away until Monday; call extension 550 if urgent.\n"
    )

    assert (Kind.AUTO_REPLY, False) == (found.kind, found.failed)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 No such user", "user-unknown"),
        ("550 5.7.1 No such user!", "user-unknown"),
        ("552 1 Requested mail action aborted, mailbox not found", "user-unknown"),
        ("554 delivery error: dd This user doesn't have a yahoo.com account", "user-unknown"),
        ("554 No such user (in reply to end of DATA command)", "filtered"),
        ("552 No such user (in reply to RCPT TO command)", "user-unknown"),
    ],
)
def test_a_reply_by_itself_says_what_it_says(reply: str, reason: str) -> None:
    """With no stage told, "no such user" is no such user; after DATA it is how filters speak."""
    assert reason == str(read(reply).recipients[0].reason)


@pytest.mark.parametrize(
    "words",
    [
        "We will continue to try to deliver your message for three days.",
        "Delivery has been postponed.",
        "The server will keep trying.",
        "This is a warning message only, you do not need to resend your message.",
        "It will be retried until it is 5 days old.",
    ],
)
def test_what_still_tries_is_a_delay(words: str) -> None:
    """A report that says that it goes on trying is no failure."""
    found = read(
        f"{DAEMON.replace('Undeliverable mail', 'Delivery status')}Your message could not yet be "
        f"delivered.\n{words}\n\n<{USER}>: connect to mx.example.net: Connection timed out\n"
    )

    assert (Kind.DELAY, [True]) == (found.kind, [one.delayed for one in found.recipients])


@pytest.mark.parametrize(
    ("words", "recipient"),
    [
        (f"Undeliverable Address: {USER}\nReason: 550 5.1.1 User unknown\n", USER),
        (f"Your mail is undeliverable  to {USER}\n550 5.1.1 User unknown\n", USER),
        (f"c=US;a= ;p=Org;dda:SMTP={USER}; on Mon, 2 Jan\nThe recipient name is not recognized\n",
         USER),
        ('The following address failed:\n\n"jane doe"@example.net\n    550 5.1.1 User unknown\n',
         '"jane doe"@example.net'),
    ],
)  # fmt: skip
def test_recipients_in_other_clothes(words: str, recipient: str) -> None:
    """Where programs other than Postfix and Exim put the address."""
    found = read(f"{DAEMON}{words}")

    assert [(recipient, "user-unknown")] == [
        (one.recipient, str(one.reason)) for one in found.recipients
    ]
