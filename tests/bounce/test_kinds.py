"""Kinds of refusals that were misread, each in words of our own, which no table has."""

import pytest

from sendas.advice import Owner
from sendas.bounce import Kind, explain


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("550 HELO mx1 does not exist in DNS", "blocked"),
        ("554 deliveries from your country are not taken", "blocked"),
        ("550 we are no longer accepting connections from such hosts", "blocked"),
        ("554 the sending IP must resolve", "require-ptr"),
        ("554 reverse name required", "require-ptr"),
        ("552 inbox size reached", "mailbox-full"),
        (
            "550 Kim cannot take any more letters: not able to receive further items",
            "mailbox-full",
        ),
        ("552 the length of this letter is over the limit", "mesg-too-big"),
        ("452 the number of RCPTs is too high", "too-many-conn"),
        ("451 too much traffic just now, try again later", "speeding"),
        ("554 your letter's structure is invalid", "content-error"),
        ("550 this message does not conform to standards", "not-compliant-rfc"),
        ("554 5.5.6 loop seen", "network-error"),
        ("550 nobody by that name", "user-unknown"),
        ("550 that is not a customer", "user-unknown"),
        ("554 blocked: DCC", "spam-detected"),
        ("451 backend database error, please try again later", "system-error"),
        ("503 not now", "syntax-error"),
        (
            "host mx.example.org[192.0.2.1] refused to talk to me: 421 low on memory",
            "system-error",
        ),
        ("550 mail from example.com not wanted", "rejected"),
        ("451 4.3.0 oops", "system-error"),
        ("554 your connection rejected", "blocked"),
        ("550 this account isn't able to take mail", "suspend"),
        ("552 a macro was found", "policy-violation"),
        ("421 并发连接数超过限制", "too-many-conn"),
    ],
)
def test_words_no_row_has(reply: str, reason: str) -> None:
    """A thing near its state says what is the matter, where no sentence is known."""
    assert [reason] == [str(one.reason) for one in explain(reply.encode()).recipients]


@pytest.mark.parametrize(
    ("reply", "owner"),
    [
        ("550 The receiver refused your mail", Owner.RECIPIENT),
        ("550 rejected: the recipient does not want this", Owner.RECIPIENT),
        ("550 sender example.org does not resolve", Owner.DNS),
        ("501 mail from must be the same as the authorization user", Owner.SENDER),
        ("550 smtp auth required", Owner.SENDER),
        ("535 wrong", Owner.SENDER),
        ("550 sending is disabled for this account", Owner.SENDER),
        ("554 the account's daily quota is used up", Owner.SENDER),
    ],
)
def test_whoever_can_act(reply: str, owner: Owner) -> None:
    """A reader's will is the reader's, a login the sender's, a name in DNS its owner's."""
    assert [owner] == [one.owner for one in explain(reply.encode()).recipients]


@pytest.mark.parametrize(
    "reply",
    ["550 EHLO name is not known: no such user", "550 DNS says that the address does not exist"],
)
def test_nobody_is_written_off_for_a_name_in_dns(reply: str) -> None:
    """What is said of a greeting or of DNS is said of the sending side as well."""
    assert [False] == [one.hard for one in explain(reply.encode()).recipients]


def test_why_a_rule_exists_is_not_which_one_was_broken() -> None:
    """Gmail names spam in the reason it gives for every rule."""
    found = explain(
        b"550 5.7.1 Two From fields break RFC 5322. To reduce the amount of spam sent to Gmail, "
        b"this message has been blocked."
    )

    assert ["not-compliant-rfc"] == [str(one.reason) for one in found.recipients]


def test_a_mark_of_automatic_replies_gives_way_to_failure() -> None:
    """Some servers mark their bounces as replies: the words say that nothing arrived."""
    found = explain(
        b"From: <>\nReturn-Path: <>\nSubject: Re: hello\nAuto-Submitted: auto-replied\n\n"
        b"You sent mail to a@example.net. That's not a valid user here.\n"
    )

    assert (Kind.BOUNCE, ["a@example.net"]) == (
        found.kind,
        [r.recipient for r in found.recipients],
    )


def test_a_warning_without_its_head_is_a_delay() -> None:
    """Pasted from the screen, Gmail's notice still says whom it is about."""
    found = explain(
        b"** Delivery incomplete **\n\nThere was a temporary problem delivering your message to "
        b"a@example.net. Gmail will retry for 46 more hours.\n"
    )

    assert (Kind.DELAY, ["a@example.net"]) == (found.kind, [r.recipient for r in found.recipients])


def test_an_announcement_that_says_why() -> None:
    """The reason may stand in front of the address, with nothing behind it."""
    found = explain(
        b"From: MAILER-DAEMON@example.net\nSubject: Returned mail: hello\n\n"
        b"User's mailbox is full: <a@example.net>\nUnable to deliver mail.\n"
    )

    assert [("a@example.net", "mailbox-full")] == [
        (one.recipient, str(one.reason)) for one in found.recipients
    ]


def test_a_notice_in_letters_that_cannot_be_read() -> None:
    """A recipient alone on a line is whom a mailer daemon writes about, list fields or not."""
    found = explain(
        b"From: MAILER-DAEMON@example.net\nSubject: \xd3\xca\xbc\xfe\nList-Id: <l.example.com>\n\n"
        b"\xd3\xca\xbc\xfe\n\n<a@example.net>:\n\n<b@example.net>:\n"
    )

    assert (Kind.BOUNCE, ["a@example.net", "b@example.net"]) == (
        found.kind,
        [one.recipient for one in found.recipients],
    )


def test_a_scanner_s_boast_is_no_virus() -> None:
    """A gateway says on every mail what it was scanned for."""
    found = explain(
        b"550 5.1.1 gone. This mail has been scanned for viruses by the gateway of example.net."
    )

    assert ["user-unknown"] == [str(one.reason) for one in found.recipients]


def test_giving_up_is_the_programs_word() -> None:
    """What qmail adds behind the reply is no reason of the server's."""
    found = explain(
        b"From: MAILER-DAEMON@example.com\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program at example.com.\n\n<a@example.net>:\n"
        b"192.0.2.1 does not like recipient.\n"
        b"Remote host said: 550 Requested action not taken: mailbox unavailable\n"
        b"Giving up on 192.0.2.1.\n"
    )

    assert ["user-unknown"] == [str(one.reason) for one in found.recipients]
