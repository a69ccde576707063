"""Whatever a mail server writes around a refusal, wherever it folds it: the verdict is the same.

The frames are those of Postfix (bounce(5), smtp_proto.c), Exim (spec, chapter 49), qmail
(qmail-send.c) and Exchange's text reports; the codes and what they mean are RFC 3463's and the
IANA registry's.  Each frame is folded where it falls, with names that mislead, what others add
below, and marks that lists and programs put on it.
"""

import textwrap

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from sendas.bounce import Kind, explain


USER = "user@example.net"
OTHER = "other.person@example.org"


@dataclass(frozen=True, slots=True)
class Refused:
    """What is said at RCPT, and the reason that RFC 3463 gives its code."""

    code: str
    status: str
    text: str
    reason: str

    @property
    def reply(self) -> str:
        """As it stands on the wire."""
        return f"{self.code} {self.status} {self.text}"


REFUSALS = [
    Refused("550", "5.1.1", f"<{USER}>: Recipient address rejected: User unknown", "user-unknown"),
    Refused("550", "5.1.1", "No such user here", "user-unknown"),
    Refused("552", "5.2.2", f"Mailbox full, message to {USER} refused", "mailbox-full"),
    Refused("550", "5.2.1", f"message to <{USER}> cannot be delivered. This mailbox is disabled",
            "suspend"),
    Refused("552", "5.3.4", "Message size exceeds fixed limit", "mesg-too-big"),
    Refused("554", "5.7.1", "Client host [192.0.2.9] blocked using zen.spamhaus.org", "blocked"),
    Refused("550", "5.1.1", f"User unknown; mail for {OTHER} is taken", "user-unknown"),
]  # fmt: skip
HOSTS = [
    "mx.example.net",
    "unknown.example.net",
    "does-not-exist.example.net",
    "spam-filter.example.net",
    "mailbox-full.example.net",
    "virus.example.net",
]


def _folded(text: str, width: int) -> str:
    """As Postfix folds: at blanks, the lines that follow indented."""
    return "\n".join(textwrap.wrap(text, width, subsequent_indent="    ", break_on_hyphens=False,
                                   break_long_words=False))  # fmt: skip


def postfix(refused: Refused, host: str, width: int) -> str:
    """Postfix, default bounce template."""
    told = f"<{USER}>: host {host}[192.0.2.25] said: {refused.reply} (in reply to RCPT TO command)"
    return (
        "This is the mail system at host mail.example.com.\n\nI'm sorry to have to inform you "
        "that your message could not\nbe delivered to one or more recipients. It's attached "
        f"below.\n\n                   The mail system\n\n{_folded(told, width)}\n"
    )


def exim(refused: Refused, host: str, width: int) -> str:
    """Exim, its default bounce."""
    del width
    return (
        "This message was created automatically by mail delivery software.\n\nA message that you "
        "sent could not be delivered to one or more of its\nrecipients. This is a permanent error."
        f" The following address(es) failed:\n\n  {USER}\n    host {host} [192.0.2.25]\n    SMTP "
        f"error from remote mail server after RCPT TO:<{USER}>:\n    {refused.reply}\n"
    )


def qmail(refused: Refused, host: str, width: int) -> str:
    """qmail, QSBMF."""
    del host, width
    return (
        "Hi. This is the qmail-send program at mail.example.com.\nI'm afraid I wasn't able to "
        "deliver your message to the following addresses.\nThis is a permanent error; I've given "
        f"up. Sorry it didn't work out.\n\n<{USER}>:\n192.0.2.25 does not like recipient.\n"
        f"Remote host said: {refused.reply}\nGiving up on 192.0.2.25.\n"
    )


def exchange(refused: Refused, host: str, width: int) -> str:
    """Exchange Online's text report: advice with a code of its own above the diagnostic."""
    del width
    return (
        f"Delivery has failed to these recipients or groups:\n\n{USER}\nYour message couldn't be "
        "delivered. For more tips to resolve this issue see DSN 5.7.129 in Exchange Online.\n\n"
        f"Diagnostic information for administrators:\n\nGenerating server: {host}\n\n{USER}\n"
        f"Remote Server returned '{refused.reply}'\n"
    )


Frame = Callable[[Refused, str, int], str]
FRAMES = [postfix, exim, qmail, exchange]
BELOW = [
    "",
    (
        "\n__________ Information from ESET NOD32 Antivirus __________\n\nThe message was "
        "checked by ESET NOD32 Antivirus, virus signature database 4711.\n"
    ),
    "\n-- \nThis e-mail and any attachments are confidential; if a mailbox is full, delete it.\n",
    "\nTo unsubscribe from this list, which is blocked for spam, write to us.\n",
]
MARKS = [
    "",
    "Auto-Submitted: auto-replied\n",
    "Precedence: bulk\n",
    "List-Id: <list.example.org>\n",
    "X-Auto-Response-Suppress: All\n",
]
RETURNED = [
    "",
    (
        "\n------ This is a copy of the message, including all the headers. ------\n\nReceived: "
        "from a by b; Fri, 2 Jan 2026 03:04:05 +0000\nFrom: me@example.com\n"
        "To: somebody@example.org\nSubject: virus found, user unknown, mailbox is full, spam\n"
        "\nHello.\n"
    ),
]


@settings(max_examples=40)
@given(
    refused=st.sampled_from(REFUSALS),
    frame=st.sampled_from(FRAMES),
    host=st.sampled_from(HOSTS),
    width=st.integers(34, 90),
    below=st.sampled_from(BELOW),
    marks=st.sampled_from(MARKS),
    returned=st.sampled_from(RETURNED),
)
def test_whatever_stands_around_it(
    refused: Refused, frame: Frame, host: str, width: int, below: str, marks: str, returned: str
) -> None:
    """The recipient, the reason and the code are the refusal's, and of nothing beside it."""
    text = frame(refused, host, width)
    raw = (
        f"From: MAILER-DAEMON@mail.example.com\nTo: me@example.com\n{marks}"
        f"Subject: Undelivered Mail Returned to Sender\n\n{text}{below}{returned}"
    )
    found = explain(raw.encode())

    assert Kind.BOUNCE is found.kind, raw
    assert [(USER, refused.reason, refused.code, refused.status)] == [
        (one.recipient, str(one.reason), one.reply_code, one.status) for one in found.recipients
    ], raw


@settings(max_examples=40)
@given(
    refused=st.sampled_from(REFUSALS),
    still=st.sampled_from(
        [
            "Delivery attempts will continue to be made for 5 days.",
            "Delivery of your message has been postponed.",
            "The mail server will continue to try to deliver it.",
        ]
    ),
    frame=st.sampled_from([postfix, exim]),
    width=st.integers(34, 90),
)
def test_while_it_is_still_tried(refused: Refused, still: str, frame: Frame, width: int) -> None:
    """What goes on being tried is a delay, and writes nobody off."""
    _, _, told = frame(refused, "mx.example.net", width).rpartition("\n\n")
    raw = (
        "From: MAILER-DAEMON@mail.example.com\nTo: me@example.com\nSubject: Warning: message "
        f"delayed\n\nYour message has not yet been delivered. {still}\n\n{told}"
    )
    found = explain(raw.encode())

    assert Kind.DELAY is found.kind, raw
    assert not any(one.hard for one in found.recipients), raw
